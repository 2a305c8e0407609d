"""The experiments on other data sets: what is scored, what is kept, what is claimed, what is bold."""

import json
from pathlib import Path

import numpy as np
import pytest

from heatnet import config, evaluation
from heatnet.data import Samples
from heatnet.evaluation.elsewhere import SETS, measured
from heatnet.taxonomy import BACKGROUND, BICYCLE, CAR, NUM_CLASSES, PERSON, Domain

THINGS = (CAR, PERSON, BICYCLE)
TITLES = {name: name.upper() for name in ("mfnet", "rtfnet", "heatnet_mf", "heatnet_rgb", "teacher")}


def counts_of(iou: float, images: int, classes: tuple[int, ...] = THINGS, rest: int = BACKGROUND) -> np.ndarray:
    """Images in which these classes have this IoU: the rest of their pixels is called something else."""
    counts = np.zeros((images, NUM_CLASSES, NUM_CLASSES), np.int64)
    for k in classes:
        counts[:, k, k], counts[:, k, rest] = round(1000 * iou), 1000 - round(1000 * iou)
    return counts


def both(day: float, night: float, images: int = 3) -> evaluation.Counts:
    return evaluation.Counts(counts_of(day, images), counts_of(night, images))


@pytest.fixture
def sets() -> dict[str, evaluation.SetCounts]:
    """MFNet 0.6 on MF and 0.2 away, RTFNet 0.5 and 0.3, HeatNet 0.5 and 0.45; by night the teacher has 0.2, HeatNet RGB-only 0.4."""
    rng = np.random.default_rng(0)
    draws = evaluation.resample(3, 3, 20, rng)
    mf = {"teacher": both(0.4, 0.4), "mfnet": both(0.6, 0.6), "rtfnet": both(0.5, 0.5), "heatnet_mf": both(0.5, 0.5)}
    pairs = {"mfnet": both(0.3, 0.1), "rtfnet": both(0.3, 0.3), "heatnet_mf": both(0.5, 0.4)}
    own = counts_of(0.5, 3, (0, 1, 2, 3, 6), rest=8)
    nothing = np.zeros((0, NUM_CLASSES, NUM_CLASSES), np.int64)
    bdd = {name: evaluation.Counts(nothing, counts_of(iou, 4, (*THINGS, 0))) for name, iou in (("teacher", 0.2), ("heatnet_rgb", 0.4))}
    return {
        "mf": evaluation.SetCounts(mf, draws),
        "mf_own": evaluation.SetCounts({name: evaluation.Counts(own, own) for name in ("mfnet", "rtfnet")}, draws),
        "pairs": evaluation.SetCounts(pairs, draws),
        "bdd": evaluation.SetCounts(bdd, evaluation.nights_alone(4, 20, rng)),
    }


def test_rows_say_what_a_network_scores_and_keeps(sets: dict[str, evaluation.SetCounts]) -> None:
    rows = {(row.experiment, row.name): row for row in evaluation.set_rows(sets, TITLES)}
    assert [name for experiment, name in rows if experiment == "away"] == ["mfnet", "rtfnet", "heatnet_mf"]
    mfnet = rows["away", "mfnet"]
    assert mfnet.scores["MF"].miou.value == pytest.approx(0.6)
    assert mfnet.scores["day"].miou.value == pytest.approx(0.3)
    assert mfnet.scores["combined"].miou.value == pytest.approx(0.2)
    assert mfnet.kept is not None
    assert mfnet.kept.value == pytest.approx(1 / 3)
    assert set(rows["mf", "mfnet"].scores) == {"three classes", "nine ids", "without guardrail"}
    assert set(rows["mf", "teacher"].scores) == {"three classes"}  # it never learned MF's ids
    nine = rows["mf", "mfnet"].scores["nine ids"]
    assert nine.excluded == ("curve", "car stop", "colour cone", "bump")
    assert nine.miou.value == pytest.approx(0.5)
    night = rows["bdd", "heatnet_rgb"].scores["night"]
    assert night.miou.value == pytest.approx(0.4)
    assert set(night.classes) == {"road", "person", "car", "bicycle"}
    assert "curb" in night.excluded


def test_the_figure_gets_both_ends_of_every_line(sets: dict[str, evaluation.SetCounts]) -> None:
    arrays = evaluation.away_arrays(evaluation.set_rows(sets, TITLES))
    assert arrays["names"] == ["MFNET", "RTFNET", "HEATNET_MF"]
    np.testing.assert_allclose(arrays["value"], [[0.6, 0.2], [0.5, 0.3], [0.5, 0.45]])


def test_images_are_counted_in_their_order_day_and_night_apart() -> None:
    labels = [np.full((2, 2), k, np.uint8) for k in (3, 4, 5)]
    counts = evaluation.counts_by_domain(labels, labels, [Domain.NIGHT, Domain.DAY, Domain.NIGHT])
    assert [int(one.argmax()) for one in counts.day] == [4 * 14]
    assert [int(one.argmax()) for one in counts.night] == [3 * 14, 5 * 14]


@pytest.mark.parametrize(
    ("drives", "domains", "units"),
    [
        (("a", "a", "b", "c", "d"), (Domain.DAY,) * 3 + (Domain.NIGHT,) * 2, "drives"),
        (("mf",) * 5, (Domain.DAY,) * 3 + (Domain.NIGHT,) * 2, "images"),
        (("x", "y", "y", "z", "z"), (Domain.NIGHT,) * 5, "nights"),
    ],
)
def test_luck_is_of_drives_where_there_are_several(drives: tuple[str, ...], domains: tuple[Domain, ...], units: str) -> None:
    samples = Samples(config.Input((1, 1), None, "same size", None), drives, drives, domains, None, None, None, None)
    resamples = evaluation.luck(samples, 200, np.random.default_rng(0))
    nights = domains.count(Domain.NIGHT)
    assert (resamples.day.shape, resamples.night.shape) == ((201, 5 - nights), (201, nights))
    assert (resamples.day[0] == 1).all()
    assert (resamples.night[0] == 1).all()
    if units != "nights":
        assert (resamples.day[:, 0] == resamples.day[:, 1]).all() == (units == "drives")


def test_claims_follow_from_the_means(sets: dict[str, evaluation.SetCounts]) -> None:
    quantities = evaluation.elsewhere_quantities(evaluation.set_figures(sets, "away"), evaluation.set_figures(sets, "bdd"))
    bounds = {"rivals_deteriorate": 0.25, "rivals_fall_behind": 0.25, "heatnet_keeps": 0.75, "heatnet_leads": 0.0, "bdd_night": 1.5}
    found = {claim.name: claim for claim in evaluation.claims(bounds, quantities)}
    assert found["rivals_deteriorate"].value == pytest.approx(1 - 0.3 / 0.5)  # the rival that loses less decides
    assert found["rivals_fall_behind"].value == pytest.approx(1 - (0.3 / 0.5) / (0.45 / 0.5))
    assert found["heatnet_keeps"].value == pytest.approx(0.45 / 0.5)
    assert found["heatnet_leads"].value == pytest.approx(0.45 - 0.3)
    assert found["bdd_night"].value == pytest.approx(2)
    assert all(claim.passed for claim in found.values())
    with pytest.raises(ValueError, match="the claims speak of 'rtfnet', but only mfnet"):
        evaluation.elsewhere_quantities({"mfnet": {}}, {})


def test_tables_tell_what_is_published_and_what_has_no_truth(sets: dict[str, evaluation.SetCounts]) -> None:
    rows = evaluation.set_rows(sets, TITLES)
    ahead = {experiment: evaluation.leaders(evaluation.set_figures(sets, experiment)) for experiment in ("mf", "away", "bdd")}
    mf, away, bdd = (table(rows, ahead) for table in (evaluation.mf_markdown, evaluation.away_markdown, evaluation.bdd_markdown))
    assert "| MFNET | 60.0 [60.0, 60.0] | 60.0 [60.0, 60.0] | 60.0 [60.0, 60.0] | **60.0** [60.0, 60.0] | 50.0 [50.0, 50.0] | 50.0" in mf
    assert "| 65.9 / 58.9 / 42.9; 39.7 |" in mf
    assert "| TEACHER | 40.0 [40.0, 40.0] | 40.0 [40.0, 40.0] | 40.0 [40.0, 40.0] | 40.0 [40.0, 40.0] | – | – | not known |" in mf
    assert "No ground truth, so not in the mean: bump, car stop, colour cone, curve (nine ids)." in mf
    assert "| RTFNET | 50.0 [50.0, 50.0] | 30.0 [30.0, 30.0] | 30.0 [30.0, 30.0] | 30.0 [30.0, 30.0] | 0.60 [0.60, 0.60] |" in away
    assert "| HEATNET_MF | 50.0 [50.0, 50.0] | **50.0** [50.0, 50.0] | **40.0** [40.0, 40.0] | **45.0** [45.0, 45.0] | 0.90 [0.90, 0.90] |" in away
    assert "| HEATNET_RGB | **40.0** [40.0, 40.0] |" in bdd
    assert "curb" in bdd.splitlines()[-1]


def test_nobody_leads_by_less_than_the_interval_of_the_difference() -> None:
    luck = np.array([0.3, 0.1, 0.5, 0.2])
    figures = {"a": {"day": luck + 0.01, "night": luck}, "b": {"day": luck, "night": luck[::-1] + 0.05}, "c": {"day": luck - 0.1}}
    assert evaluation.leaders(figures) == {"day": "a"}
    assert evaluation.leaders({"a": figures["a"]}) == {}


def test_counts_come_back_from_their_files(sets: dict[str, evaluation.SetCounts], tmp_path: Path) -> None:
    evaluation.save_sets(tmp_path, sets, {"bdd_night": 1.5})
    again, bounds = evaluation.load_sets(tmp_path)
    assert bounds == {"bdd_night": 1.5}
    assert set(again) == set(SETS)
    text = evaluation.to_json(evaluation.set_rows(sets, TITLES))
    assert evaluation.to_json(evaluation.set_rows(again, TITLES)) == text
    back = evaluation.from_json(evaluation.SetRow, text, "rows.json")
    assert evaluation.to_json(back) == text
    assert json.loads(text)[0]["kept"] is None
    assert [list(measured(again, name)) for name in ("mf", "bdd")] == [["teacher", "mfnet", "rtfnet", "heatnet_mf"], ["teacher", "heatnet_rgb"]]
