"""Claims, boxes, label quality, predictions."""

import numpy as np
import pytest
from test_evaluation import counts_of

from heatnet import evaluation
from heatnet.evaluation.boxes import BoxCounts
from heatnet.taxonomy import BACKGROUND, BICYCLE, CAR, IGNORE, PERSON

PAPER = {"teacher_loss": 0.5, "thermal_night": 2.0, "best_combined": 0.0, "rgb_only_gain": 0.5}


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def measured(rng, **scores):
    """The paper's claims for networks with these (day, night) mIoUs on five equal images each."""
    networks = {name: evaluation.Counts(counts_of(day, 5), counts_of(night, 5)) for name, (day, night) in scores.items()}
    quantities = evaluation.pixel_quantities(networks, evaluation.resample(5, 5, 20, rng))
    return {claim.name: claim for claim in evaluation.claims(PAPER, quantities)}


def test_claims_measure_what_they_say(rng):
    scores = {"teacher": (0.8, 0.2), "thermal_teacher": (0.5, 0.5), "heatnet_rgbt": (0.7, 0.6), "heatnet_rgb": (0.6, 0.4), "bound_rgbt": (0.9, 0.9)}
    found = measured(rng, **scores)
    assert {name: claim.value for name, claim in found.items()} == pytest.approx(
        {"teacher_loss": 0.75, "thermal_night": 2.5, "best_combined": 0.65 - 0.5, "rgb_only_gain": 1.0}
    )
    assert all(claim.passed and claim.clear for claim in found.values())
    assert found["teacher_loss"].statement == "the RGB teacher loses at least 0.5 of its day mIoU at night"
    assert str(found["thermal_night"]).startswith("PASS  the thermal teacher's night mIoU is at least 2 times the RGB teacher's: 2.50 [2.50, 2.50]")


def test_claims_fail_when_they_should(rng):
    found = measured(rng, teacher=(0.6, 0.4), thermal_teacher=(0.5, 0.5), heatnet_rgbt=(0.6, 0.4), heatnet_rgb=(0.6, 0.5))
    assert not any(claim.passed for claim in found.values())
    assert found["best_combined"].value == pytest.approx(0.5 - 0.55)


def test_a_bound_that_is_just_met_passes_but_a_tie_is_not_the_best(rng):
    found = measured(rng, teacher=(0.5, 0.25), thermal_teacher=(0.5, 0.5), heatnet_rgbt=(0.5, 0.5), heatnet_rgb=(0.1, 0.5))
    assert found["teacher_loss"].value == 0.5
    assert found["teacher_loss"].passed
    assert found["thermal_night"].passed
    assert found["best_combined"].value == 0
    assert not found["best_combined"].passed


def test_todays_recipe_is_no_rival_in_the_papers_claims(rng):
    scores = {"teacher": (0.8, 0.2), "thermal_teacher": (0.5, 0.5), "heatnet_rgbt": (0.7, 0.6), "heatnet_rgb": (0.6, 0.4)}
    today = {"heatnet_today": (0.9, 0.9), "heatnet_today_rgb": (0.8, 0.8)}
    assert measured(rng, **scores, **today)["best_combined"].value == pytest.approx(0.65 - 0.5)
    assert "but the upper bounds and today's recipe" in measured(rng, **scores)["best_combined"].statement


def test_ratios_are_paired(rng):
    """Twice the IoU on every image, however the images differ: the ratio is 2 in every resample."""
    night = np.concatenate([counts_of(value) for value in (0.05, 0.2, 0.35, 0.4)])
    double = np.concatenate([counts_of(2 * value) for value in (0.05, 0.2, 0.35, 0.4)])
    day = counts_of(0.8)
    networks = {name: evaluation.Counts(day, night) for name in ("teacher", "heatnet_rgbt", "heatnet_rgb")}
    networks["thermal_teacher"] = evaluation.Counts(day, double)
    quantities = evaluation.pixel_quantities(networks, evaluation.resample(1, 4, 50, rng))
    np.testing.assert_allclose(quantities["thermal_night"].draws, 2)
    assert np.ptp(quantities["teacher_loss"].draws) > 0.1


def test_a_network_that_never_scores_gives_finite_claims(rng):
    found = measured(rng, teacher=(0.0, 0.0), thermal_teacher=(0.0, 0.1), heatnet_rgbt=(0.0, 0.0), heatnet_rgb=(0.0, 0.0))
    assert np.isfinite([claim.value for claim in found.values()]).all()
    evaluation.to_json(list(found.values()))


def test_claims_that_cannot_be_measured_are_refused(rng):
    counts = evaluation.Counts(counts_of(0.5), counts_of(0.5))
    resamples = evaluation.resample(1, 1, 2, rng)
    with pytest.raises(ValueError, match="speak of 'thermal_teacher', but only teacher were scored"):
        evaluation.pixel_quantities({"teacher": counts}, resamples)
    with pytest.raises(ValueError, match="claim 'teacher_los' cannot be measured; these can: teacher_loss"):
        evaluation.claims({"teacher_los": 0.5}, {"teacher_loss": evaluation.Quantity("x", np.ones(3))})


def test_claims_survive_json_and_make_a_table(rng):
    doubtful = evaluation.Quantity("more than {bound}", np.array([0.6, *np.linspace(0.3, 0.9, 50)]))
    (claim,) = evaluation.claims({"x": 0.5}, {"x": doubtful})
    assert claim.passed
    assert not claim.clear
    assert "the interval holds the bound" in str(claim)
    assert evaluation.from_json(evaluation.Claim, evaluation.to_json([claim]), "claims.json")[0].passed
    assert "| more than 0.5 | 0.60 [0.32, 0.89] | 0.5 | **PASS**, not clearly |" in evaluation.claims_markdown([claim])


# --- boxes ---


def test_a_box_at_exactly_a_quarter_is_not_hit():
    prediction = np.full((16, 32), BACKGROUND, np.uint8)
    prediction[4:8, 8:12] = PERSON
    box = np.array([[0, 12 / 32, 0.5, 8 / 32, 8 / 16]])
    assert evaluation.box_hits(prediction, box)[0].tolist() == [0, 1, 16, 16]
    prediction[8, 8] = PERSON
    assert evaluation.box_hits(prediction, box)[0].tolist() == [1, 1, 17, 17]


def test_box_counts_are_those_of_plain_loops(rng):
    prediction = rng.choice(np.array([PERSON, BICYCLE, CAR, BACKGROUND], np.uint8), (24, 30), p=[0.3, 0.1, 0.3, 0.3])
    boxes = np.concatenate([rng.integers(0, 3, (12, 1)), rng.uniform(0.2, 0.8, (12, 2)), rng.uniform(0.05, 0.4, (12, 2))], 1)
    expected = np.zeros((3, 4), int)
    inside = np.zeros((3, 24, 30), bool)
    for kind, x, y, width, height in boxes:
        pixels = [
            (row, column)
            for row in range(24)
            for column in range(30)
            if abs((column + 0.5) / 30 - x) < width / 2 and abs((row + 0.5) / 24 - y) < height / 2
        ]
        ours = (PERSON, BICYCLE, CAR)[int(kind)]
        expected[int(kind), 0] += sum(prediction[place] == ours for place in pixels) > 0.25 * len(pixels)
        expected[int(kind), 1] += 1
        for place in pixels:
            inside[(int(kind), *place)] = True
    for i, ours in enumerate((PERSON, BICYCLE, CAR)):
        expected[i, 2:] = (inside[i] & (prediction == ours)).sum(), (prediction == ours).sum()
    np.testing.assert_array_equal(evaluation.box_hits(prediction, boxes), expected)


def test_no_boxes_and_a_box_thinner_than_a_pixel():
    prediction = np.full((10, 10), CAR, np.uint8)
    assert evaluation.box_hits(prediction, np.zeros((0, 5)))[2].tolist() == [0, 0, 0, 100]
    assert evaluation.box_hits(prediction, np.array([[2, 0.5, 0.5, 0.001, 0.001]]))[2, :2].tolist() == [0, 1]


def test_box_rows_pool_over_images_and_keep_day_from_night(rng):
    one = np.zeros((3, 4), np.int64)
    one[0], one[2] = (1, 2, 30, 40), (3, 3, 10, 100)
    counts = BoxCounts(np.stack([one, 3 * one]), np.stack([one * 0 + [[0, 1, 0, 0]]] * 4))
    row = evaluation.box_row("heatnet_rgbt", "HeatNet RGB-T", counts, evaluation.resample(2, 4, 30, rng))
    assert (row.day["person"].hit.value, row.day["person"].precision.value, row.day["person"].boxes) == (0.5, 0.75, 8)
    assert row.day["bicycle"].boxes == 0
    assert (row.night["car"].hit.value, row.night["car"].precision.value, row.night["car"].boxes) == (0, 0, 4)
    line = evaluation.box_table_markdown([row]).splitlines()[2]
    assert line.startswith("| HeatNet RGB-T | 0.50 [0.50, 0.50] at 0.75 | – | 1.00 [1.00, 1.00] at 0.10 | 0.00 [")
    (back,) = evaluation.from_json(evaluation.BoxRow, evaluation.to_json([row]), "boxes.json")
    assert back == row


def test_box_claims_read_the_night(rng):
    day, night = np.zeros((1, 3, 4), np.int64), np.zeros((1, 3, 4), np.int64)
    night[0, 0], night[0, 2] = (6, 10, 60, 100), (5, 10, 50, 100)
    quantities = evaluation.box_quantities({"heatnet_rgbt": BoxCounts(day, night)}, evaluation.resample(1, 1, 5, rng))
    bounds = {"night_person_hit": 0.6, "night_person_precision": 0.5, "night_car_hit": 0.6, "night_car_precision": 0.5}
    assert [claim.passed for claim in evaluation.claims(bounds, quantities)] == [True, True, False, True]


# --- the teachers' labels ---


def test_reliability_is_that_of_plain_loops(rng):
    prediction, label = rng.integers(0, 14, (2, 15, 20), dtype=np.uint8)
    prediction[:5] = label[:5]
    confidence = rng.random((15, 20)).astype(np.float32)
    confidence[0, 0] = 1
    found = evaluation.reliability(prediction, confidence, label, 4)
    cells = [(p, c, t) for p, c, t in zip(prediction.flat, confidence.flat, label.flat, strict=True) if IGNORE not in (p, t)]
    for place in range(4):
        held = [(p, c, t) for p, c, t in cells if min(int(c * 4), 3) == place]
        assert found.pixels[place] == len(held)
        assert found.right[place] == sum(p == t for p, _, t in held)
        assert found.confidence[place] == pytest.approx(sum(c for _, c, _ in held))
        kept = [(p, t) for p, c, t in cells if c >= place / 4]
        assert found.kept()[place] == pytest.approx((len(kept) / len(cells), sum(p == t for p, t in kept) / len(kept)))
    double = found + found
    np.testing.assert_allclose(double.curve(), found.curve())
    assert double.calibration_error() == pytest.approx(found.calibration_error())


def test_a_calibrated_teacher_lies_on_the_diagonal(rng):
    label = np.zeros((400, 400), np.uint8)
    confidence = rng.random((400, 400))
    prediction = (rng.random((400, 400)) > confidence).astype(np.uint8)
    honest = evaluation.reliability(prediction, confidence, label, 10)
    np.testing.assert_allclose(honest.curve()[:, 1], honest.curve()[:, 0], atol=0.02)
    assert honest.calibration_error() < 0.01
    boastful = evaluation.reliability(prediction, np.ones((400, 400)), label, 10)
    assert boastful.calibration_error() == pytest.approx(0.5, abs=0.01)


def test_confidence_that_is_no_probability_is_refused():
    zeros = np.zeros((2, 2), np.uint8)
    with pytest.raises(ValueError, match="expected probabilities"):
        evaluation.reliability(zeros, np.full((2, 2), 200.0), zeros, 4)
    with pytest.raises(ValueError, match="expected probabilities"):
        evaluation.reliability(zeros, np.full((2, 2), np.nan), zeros, 4)
