"""Scores on MF against counting by hand."""

import numpy as np
import pytest

from heatnet.evaluation import Counts, Resamples, confusion, resample
from heatnet.evaluation.mf import PUBLISHED_MF, compatible_draws, own_draws, whole
from heatnet.taxonomy import BACKGROUND, BICYCLE, CAR, MF_OWN, MF_SCORED, PERSON

LABEL = np.array([[0, 0, 1, 1], [0, 2, 1, 6], [0, 2, 6, 6], [0, 0, 0, 4]], np.uint8)
ANSWER = np.array([[1, 0, 1, 1], [0, 2, 0, 0], [0, 0, 6, 1], [0, 0, 0, 4]], np.uint8)
NONE = np.zeros((0, 13, 13), np.int64)
ONCE = Resamples(np.ones((1, 1), np.int64), np.ones((1, 0), np.int64))


def counted(answer: np.ndarray, label: np.ndarray) -> Counts:
    return Counts(confusion(answer, label)[None], NONE)


def test_what_is_unlabelled_is_a_place_for_errors() -> None:
    counts = counted(MF_SCORED.apply(ANSWER, "x"), MF_SCORED.apply(LABEL, "x"))
    draws = compatible_draws(counts, ONCE)
    assert draws.iou.tolist() == [[2 / 5, 1 / 2, 0]]  # two right, one missed, one on unlabelled ground, one on the guardrail
    assert draws.present.tolist() == [[True, True, False]]
    assert draws.mean()[0] == pytest.approx((2 / 5 + 1 / 2) / 2)
    assert counts.day[0, BACKGROUND, CAR] == 1
    assert counts.day[0, PERSON, BACKGROUND] == 1


def test_the_nine_ids_are_scored_with_and_without_the_guardrail() -> None:
    counts = counted(MF_OWN.apply(ANSWER, "x"), MF_OWN.apply(LABEL, "x"))
    every, without = own_draws(counts, ONCE), own_draws(counts, ONCE, guardrail=False)
    scored = {MF_OWN.sources[k]: every.iou[0, k] for k in range(9) if every.present[0, k]}
    assert scored == pytest.approx({"unlabelled": 6 / 10, "car": 2 / 5, "person": 1 / 2, "curve": 1.0, "guardrail": 1 / 3})
    assert every.mean()[0] == pytest.approx(np.mean([6 / 10, 2 / 5, 1 / 2, 1.0, 1 / 3]))
    assert without.mean()[0] == pytest.approx(np.mean([6 / 10, 2 / 5, 1 / 2, 1.0]))


def test_day_and_night_are_pooled_in_every_resample() -> None:
    rng = np.random.default_rng(0)
    day, night = rng.integers(0, 9, (3, 13, 13)), rng.integers(0, 9, (2, 13, 13))
    resamples = resample(3, 2, 5, rng)
    for found, by_day, by_night in zip(whole(Counts(day, night), resamples), resamples.day, resamples.night, strict=True):
        expected = sum(n * one for n, one in zip(by_day, day, strict=True)) + sum(n * one for n, one in zip(by_night, night, strict=True))
        np.testing.assert_array_equal(found, expected)


def test_counts_in_our_classes_are_not_mistaken_for_mfs() -> None:
    counts = counted(np.full((2, 2), BICYCLE, np.uint8), np.full((2, 2), CAR, np.uint8))
    with pytest.raises(ValueError, match="expected MF's own 9 ids"):
        own_draws(counts, ONCE)
    with pytest.raises(ValueError, match="holds no scored class"):
        compatible_draws(Counts(0 * counts.day, NONE), ONCE).mean()
    assert set(PUBLISHED_MF) == {"mfnet", "rtfnet_50", "rtfnet_152"}
