"""Scores on MF against counting by hand."""

import numpy as np
import pytest

from heatnet.evaluation import confusion
from heatnet.evaluation.mf import PUBLISHED_MF, compatible_score, mf_table_markdown, own_score
from heatnet.taxonomy import BACKGROUND, CAR, MF_OWN, MF_SCORED, PERSON

LABEL = np.array([[0, 0, 1, 1], [0, 2, 1, 6], [0, 2, 6, 6], [0, 0, 0, 4]], np.uint8)
ANSWER = np.array([[1, 0, 1, 1], [0, 2, 0, 0], [0, 0, 6, 1], [0, 0, 0, 4]], np.uint8)


def test_what_is_unlabelled_is_a_place_for_errors() -> None:
    counts = confusion(MF_SCORED.apply(ANSWER, "x"), MF_SCORED.apply(LABEL, "x"))[None]
    score = compatible_score(counts)
    assert score.classes == {"car": 2 / 5, "person": 1 / 2}  # two right, one missed, one on unlabelled ground, one on the guardrail
    assert score.mean == pytest.approx((2 / 5 + 1 / 2) / 2)
    assert counts[0, BACKGROUND, CAR] == 1
    assert counts[0, PERSON, BACKGROUND] == 1


def test_the_nine_ids_are_scored_with_and_without_the_guardrail() -> None:
    counts = confusion(MF_OWN.apply(ANSWER, "x"), MF_OWN.apply(LABEL, "x"))[None]
    whole, without = own_score(counts), own_score(counts, guardrail=False)
    assert whole.classes == pytest.approx({"unlabelled": 6 / 10, "car": 2 / 5, "person": 1 / 2, "curve": 1.0, "guardrail": 1 / 3})
    assert whole.mean == pytest.approx(np.mean([6 / 10, 2 / 5, 1 / 2, 1.0, 1 / 3]))
    assert "guardrail" not in without.classes
    assert without.mean > whole.mean


def test_counts_in_our_classes_are_not_mistaken_for_mfs() -> None:
    counts = confusion(np.full((2, 2), CAR, np.uint8), np.full((2, 2), CAR, np.uint8))[None]
    with pytest.raises(ValueError, match="expected MF's own 9 ids"):
        own_score(counts)
    with pytest.raises(ValueError, match="none of the classes has ground truth"):
        compatible_score(0 * counts)


def test_the_table_sets_published_figures_beside_ours() -> None:
    counts = confusion(MF_SCORED.apply(ANSWER, "x"), MF_SCORED.apply(LABEL, "x"))[None]
    own = confusion(ANSWER, LABEL)[None]
    lines = mf_table_markdown(
        [
            ("mfnet", "MFNet", compatible_score(counts), own_score(own), own_score(own, guardrail=False)),
            ("heatnet_rgbt", "HeatNet RGB-T", compatible_score(counts), None, None),
        ]
    ).splitlines()
    assert lines[2] == "| MFNet | 40.0 | 50.0 | – | 56.7 | 62.5 | 65.9 / 58.9 / 42.9; 39.7 |"
    assert lines[3] == "| HeatNet RGB-T | 40.0 | 50.0 | – | – | – | – / – / –; – |"
    assert set(PUBLISHED_MF) == {"mfnet", "rtfnet_50", "rtfnet_152"}
