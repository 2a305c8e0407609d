"""Counts, IoU, bootstrap: against hand counts, plain loops and torchmetrics."""

import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import multiclass_confusion_matrix, multiclass_jaccard_index

from heatnet import evaluation
from heatnet.taxonomy import BACKGROUND, CAR, IGNORE, NUM_CLASSES, PERSON, ROAD, SKY


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def image(rng, classes=NUM_CLASSES, shape=(20, 30)):
    """A label with some pixels ignored, and a prediction that is right about half the time."""
    label = rng.integers(0, classes, shape, dtype=np.uint8)
    prediction = np.where(rng.random(shape) < 0.5, label, rng.integers(0, classes, shape, dtype=np.uint8))
    return prediction, np.where(rng.random(shape) < 0.1, np.uint8(IGNORE), label)


def iou_by_loops(pairs, class_id):
    """The authors' protocol, written out: background as truth counts against others, as prediction too; ignored pixels do not count."""
    right = false_positive = false_negative = 0
    for prediction, label in pairs:
        for predicted, true in zip(prediction.flat, label.flat, strict=True):
            if true == IGNORE:
                continue
            right += predicted == class_id and true == class_id
            false_positive += predicted == class_id and true != class_id
            false_negative += predicted != class_id and true == class_id
    return right / (right + false_positive + false_negative)


def counts_of(iou, images=1, pixels=100):
    """Images in which each of the 12 classes has exactly this IoU: the rest of its pixels is called background."""
    one = np.zeros((NUM_CLASSES, NUM_CLASSES), np.int64)
    right = np.round(np.broadcast_to(iou, 12) * pixels).astype(np.int64)
    one[range(12), range(12)], one[:12, BACKGROUND] = right, pixels - right
    return np.repeat(one[None], images, 0)


def test_a_hand_counted_image():
    label = np.array([[0, 0, 8, 8], [0, 0, 8, 8], [10, 10, 12, 12], [10, 10, 13, 13]], np.uint8)
    guess = np.array([[0, 0, 8, 8], [0, 8, 8, 8], [10, 12, 10, 12], [10, 10, 9, 10]], np.uint8)
    counts = evaluation.confusion(guess, label)
    assert {(i, j): n for (i, j), n in np.ndenumerate(counts) if n} == {
        (0, 0): 3,
        (0, 8): 1,
        (8, 8): 4,
        (10, 10): 3,
        (10, 12): 1,
        (12, 10): 1,
        (12, 12): 1,
    }
    iou, present = evaluation.iou(counts)
    assert (iou[ROAD], iou[SKY], iou[CAR]) == (3 / 4, 4 / 5, 3 / 5)
    assert np.flatnonzero(present).tolist() == [ROAD, SKY, CAR]
    assert "person" in evaluation.excluded(present)
    assert "car" not in evaluation.excluded(present)


def test_iou_is_that_of_plain_loops(rng):
    pairs = [image(rng) for _ in range(3)]
    counts = np.stack([evaluation.confusion(*pair) for pair in pairs])
    iou, present = evaluation.iou(counts.sum(0))
    assert present.all()
    np.testing.assert_allclose(iou, [iou_by_loops(pairs, k) for k in range(12)])


def test_counts_and_iou_are_those_of_torchmetrics(rng):
    prediction, label = image(rng, shape=(64, 64))
    guess, truth = (torch.from_numpy(ids.astype(np.int64)) for ids in (prediction, label))
    counts = evaluation.confusion(prediction, label)
    kept = truth != IGNORE
    np.testing.assert_array_equal(counts, multiclass_confusion_matrix(guess[kept], truth[kept], NUM_CLASSES).numpy())
    theirs = multiclass_jaccard_index(guess[kept], truth[kept], NUM_CLASSES, average="none").numpy()
    np.testing.assert_allclose(evaluation.iou(counts)[0], theirs[:12], rtol=1e-6)


def test_counts_of_images_add_up_to_counts_of_the_split(rng):
    pairs = [image(rng) for _ in range(4)]
    whole = evaluation.confusion(*(np.concatenate(part) for part in zip(*pairs, strict=True)))
    np.testing.assert_array_equal(sum(evaluation.confusion(*pair) for pair in pairs), whole)


def test_an_image_too_large_for_exact_floats_is_counted_all_the_same(rng, monkeypatch):
    prediction, label = image(rng)
    counts = evaluation.confusion(prediction, label)
    monkeypatch.setattr("heatnet.evaluation.counts.EXACT", 1)
    np.testing.assert_array_equal(evaluation.confusion(prediction, label), counts)
    np.testing.assert_array_equal(evaluation.confusion(prediction[::2, ::3], label[::2, ::3]).sum(), (label[::2, ::3] != IGNORE).sum())


def test_a_class_without_ground_truth_is_left_out_even_when_predicted():
    counts = counts_of(0.5)
    counts[0, PERSON] = 0
    counts[0, ROAD, PERSON] = 40
    iou, present = evaluation.iou(counts[0])
    assert not present[PERSON]
    assert np.isfinite(iou).all()
    resamples = evaluation.resample(1, 1, 5, np.random.default_rng(0))
    row = evaluation.row("teacher", "RGB teacher", evaluation.Counts(counts, counts_of(0.25)), resamples)
    assert row.day.excluded == ("person",)
    assert row.combined.excluded == ("person",)
    assert row.night.excluded == ()
    assert "person" not in row.day.classes
    road = 50 / 140
    assert row.day.miou.value == pytest.approx((10 * 0.5 + road) / 11)
    assert row.combined.miou.value == pytest.approx((10 * 0.375 + (road + 0.25) / 2) / 11)
    text = evaluation.table_markdown([row], evaluation.PUBLISHED, {})
    assert "No ground truth, so not in the mean: person (day)." in text
    assert "(night)" not in text


def test_combined_is_the_mean_per_class_and_not_of_pooled_pixels():
    day, night = counts_of(0.8, pixels=100_000), counts_of(0.2, pixels=10)
    row = evaluation.row("teacher", "RGB teacher", evaluation.Counts(day, night), evaluation.resample(1, 1, 0, np.random.default_rng(0)))
    assert row.combined.miou.value == pytest.approx(0.5)
    pooled = evaluation.iou((day + night).sum(0))[0].mean()
    assert pooled == pytest.approx(0.8, abs=1e-3)


@pytest.mark.parametrize(("prediction", "label", "message"), [(13, 0, "prediction: id 13"), (0, 14, "label: id 14"), (0, 255, "label: id 255")])
def test_ids_outside_the_taxonomy_are_refused(prediction, label, message):
    with pytest.raises(ValueError, match=message):
        evaluation.confusion(np.full((2, 2), prediction, np.uint8), np.full((2, 2), label, np.uint8))


def test_images_of_another_size_are_refused():
    small, large = np.zeros((4, 4), np.uint8), np.zeros((2, 8), np.uint8)
    with pytest.raises(ValueError, match=r"prediction \(4, 4\) but label \(2, 8\)"):
        evaluation.confusion(small, large)


def test_pooled_counts_are_sums_over_the_resample(rng):
    counts = rng.integers(0, 10**6, (9, 13, 13))
    resamples = evaluation.resample(9, 4, 20, rng)
    assert resamples.day.shape == (21, 9)
    assert (resamples.day.sum(1) == 9).all()
    assert (resamples.night.sum(1) == 4).all()
    assert (resamples.day[0] == 1).all()
    by_loop = [sum(times * one for times, one in zip(row, counts, strict=True)) for row in resamples.day]
    np.testing.assert_array_equal(evaluation.pooled(resamples.day, counts), by_loop)
    with pytest.raises(ValueError, match="resamples of 9 images cannot weigh counts of 8"):
        evaluation.pooled(resamples.day, counts[:8])


def test_images_that_are_all_alike_give_no_width(rng):
    counts = evaluation.Counts(counts_of(0.6, images=12), counts_of(0.3, images=7))
    row = evaluation.row("teacher", "RGB teacher", counts, evaluation.resample(12, 7, 100, rng))
    for split, value in (("day", 0.6), ("night", 0.3), ("combined", 0.45)):
        figure = getattr(row, split).miou
        assert (figure.low, figure.value, figure.high) == pytest.approx((value, value, value))


def test_intervals_cover_the_truth_about_as_often_as_they_say(rng):
    """The IoU of each image is drawn with mean 0.5, so 0.5 is the score of the whole population."""
    covered, widths = 0, []
    for _ in range(150):
        draws = evaluation.resample(40, 1, 200, rng)
        counts = np.concatenate([counts_of(value) for value in rng.beta(4, 4, 40)])
        figure = evaluation.row("teacher", "t", evaluation.Counts(counts, counts_of(0.5)), draws).day.miou
        covered += figure.low <= 0.5 <= figure.high
        widths.append(figure.high - figure.low)
    assert 0.88 <= covered / 150 <= 0.99
    assert np.mean(widths) == pytest.approx(2 * 1.96 * (1 / 6) / np.sqrt(40), rel=0.1)


def test_resamples_repeat_with_the_seed():
    first, second = (evaluation.resample(5, 6, 8, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first.night, second.night)
    with pytest.raises(ValueError, match="no night images"):
        evaluation.resample(3, 0, 8, np.random.default_rng(3))


def test_a_class_interval_is_over_resamples_that_hold_it(rng):
    counts = counts_of(0.5, images=6)
    counts[1:, PERSON] = 0
    row = evaluation.row("teacher", "t", evaluation.Counts(counts, counts_of(0.5, 6)), evaluation.resample(6, 6, 300, rng))
    assert row.day.classes["person"] == evaluation.Estimate(0.5, 0.5, 0.5)
    assert row.day.miou.low == pytest.approx(0.5)


def test_rows_survive_json(rng):
    counts = evaluation.Counts(counts_of(1 / 3, 3), counts_of(0.1, 2))
    row = evaluation.row("bound_rgb", "Upper bound", counts, evaluation.resample(3, 2, 10, rng))
    text = evaluation.to_json([row])
    (back,) = evaluation.from_json(evaluation.Row, text, "rows.json")
    assert evaluation.to_json([back]) == text
    assert back.day.miou.value == pytest.approx(row.day.miou.value, abs=1e-6)
    assert back.title == "Upper bound"
    with pytest.raises(ValueError, match=r"rows\.json: not JSON"):
        evaluation.from_json(evaluation.Row, text[:40], "rows.json")
    with pytest.raises(ValueError, match=r"rows\.json\[0\]\.nam: unknown key; did you mean 'name'"):
        evaluation.from_json(evaluation.Row, text.replace('"name"', '"nam"'), "rows.json")


def test_the_table_sets_the_papers_figures_beside_ours(rng):
    draws = evaluation.resample(2, 2, 10, rng)
    scores = {"teacher": (0.7, 0.3), "heatnet_rgbt": (0.65, 0.6), "bound_rgbt": (0.8, 0.8)}
    rows = [evaluation.row(name, name.upper(), evaluation.Counts(counts_of(d, 2), counts_of(n, 2)), draws) for name, (d, n) in scores.items()]
    lines = evaluation.table_markdown(rows, evaluation.PUBLISHED, {"night": "heatnet_rgbt", "combined": "heatnet_rgbt"}).splitlines()
    assert lines[2] == "| TEACHER | 70.0 [70.0, 70.0] | 30.0 [30.0, 30.0] | 50.0 [50.0, 50.0] | 69.4 / 35.7 / – |"
    assert lines[3] == "| HEATNET_RGBT | 65.0 [65.0, 65.0] | **60.0** [60.0, 60.0] | **62.5** [62.5, 62.5] | – / – / 64.9 |"
    assert lines[4] == "| *BOUND_RGBT* | 80.0 [80.0, 80.0] | 80.0 [80.0, 80.0] | 80.0 [80.0, 80.0] | – |"
    assert len(lines) == 5
    arrays = evaluation.class_arrays(rows, "night")
    assert arrays["iou"][0].tolist() == [pytest.approx(0.3)] * 12
    assert arrays["present"].all()


def test_arrays_of_classes_mark_what_has_no_ground_truth():
    counts = counts_of(0.5)
    counts[0, PERSON] = 0
    row = evaluation.row("teacher", "T", evaluation.Counts(counts, counts_of(0.25)), evaluation.resample(1, 1, 0, np.random.default_rng(0)))
    arrays = evaluation.class_arrays([row], "day")
    assert np.flatnonzero(~arrays["present"][0]).tolist() == [PERSON]
    assert arrays["iou"][0, SKY] == pytest.approx(0.5)


def test_the_hardest_images_come_first():
    counts = np.concatenate([counts_of(value) for value in (0.7, 0.2, 0.9, 0.4)])
    counts[2, 1:] = 0  # one class alone, and right
    assert evaluation.hardest(counts) == [1, 3, 0, 2]
