"""Paired differences, drives drawn whole, the authors' protocol, and counts that are read back."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from heatnet import config, evaluation
from heatnet.data import Batch
from heatnet.models import build
from heatnet.taxonomy import BACKGROUND, CURB, IGNORE, NUM_CLASSES, ROAD

NETWORK = config.Network(config.Encoder("resnet10t", {"channels": [8, 16, 24, 32], "stem_width": 8}, None, 32), 2, config.Decoder("fpn", 16, 0.3))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


def counts_of(iou: np.ndarray, pixels: int = 1000) -> np.ndarray:
    """Images in which every class has this IoU: the rest of its pixels is called background."""
    counts = np.zeros((len(iou), NUM_CLASSES, NUM_CLASSES), np.int64)
    right = np.round(np.asarray(iou)[:, None] * pixels).astype(np.int64)
    counts[:, range(12), range(12)], counts[:, range(12), BACKGROUND] = right, pixels - right
    return counts


def test_a_paired_difference_is_surer_than_two_intervals(rng: np.random.Generator) -> None:
    luck = rng.uniform(0.2, 0.8, 30)
    resamples = evaluation.resample(30, 30, 400, rng)
    networks = {name: evaluation.Counts(counts_of(luck + gain), counts_of(luck)) for name, gain in (("a", 0.05), ("b", 0.0))}
    figures = {name: evaluation.pixel_figures(counts, resamples) for name, counts in networks.items()}
    (found,) = evaluation.differences(figures, [("a", "b")])
    assert found.by["day"].value == pytest.approx(0.05, abs=1e-3)
    assert found.by["day"].high - found.by["day"].low < 0.01
    rows = {name: evaluation.row(name, name, counts, resamples) for name, counts in networks.items()}
    assert rows["a"].day.miou.low < rows["b"].day.miou.high  # apart, nothing could be said
    assert found.p["day"] < 0.01
    assert found.p["night"] == 1
    text = evaluation.differences_markdown([found], {"a": "A", "b": "B"})
    assert "| A over B | **+5.0** [+5.0, +5.0], p = 0.005 |" in text.replace("+4.9", "+5.0")
    assert "| +0.0 [+0.0, +0.0], p = 1.000 |" in text
    with pytest.raises(ValueError, match="cannot compare 'c': only a, b were scored"):
        evaluation.differences(figures, [("a", "c")])


def test_p_values_of_no_difference_are_uniform(rng: np.random.Generator) -> None:
    values = []
    for _ in range(400):
        gap = rng.normal(0, 1, 60)
        draws = (rng.multinomial(60, np.full(60, 1 / 60), 300) @ gap) / 60
        values.append(evaluation.paired_p(np.append(gap.mean(), draws)))
    assert 0.02 <= np.mean(np.array(values) < 0.05) <= 0.10
    assert 0.35 <= np.mean(np.array(values) < 0.5) <= 0.65


def test_drives_are_drawn_whole(rng: np.random.Generator) -> None:
    drives = ["a", "a", "b", "c", "c", "c"]
    resamples = evaluation.resample_drives(drives, drives[:3], 200, rng)
    assert (resamples.day[0] == 1).all()
    assert (resamples.day[:, 0] == resamples.day[:, 1]).all()
    assert (resamples.day[:, 3] == resamples.day[:, 5]).all()
    assert (resamples.day[:, [0, 2, 3]].sum(1) == 3).all()
    alike = evaluation.Counts(counts_of(np.repeat([0.2, 0.5, 0.8], [2, 1, 3])), counts_of(np.array([0.3, 0.3, 0.6])))
    wide = evaluation.row("x", "x", alike, resamples).day.miou
    narrow = evaluation.row("x", "x", alike, evaluation.resample(6, 3, 200, rng)).day.miou
    assert wide.value == narrow.value
    assert wide.high - wide.low > narrow.high - narrow.low
    with pytest.raises(ValueError, match="the night images are of 1 drive; expected at least two"):
        evaluation.resample_drives(drives, ["a", "a"], 5, rng)


def transcribed(pairs: list[tuple[np.ndarray, np.ndarray]]) -> list[float]:
    """The procedure of paper.md 2.9 in plain words: stack all images; per class, masks; no class 12, nothing where the truth is 13."""
    predictions, labels = (np.stack(part) for part in zip(*pairs, strict=True))
    found = []
    for k in range(12):
        counted = labels != 13
        both = int(((predictions == k) & (labels == k) & counted).sum())
        either = int((((predictions == k) | (labels == k)) & counted).sum())
        found.append(both / either if either else float("nan"))
    return found


def test_the_authors_iou_is_that_of_a_transcription(rng: np.random.Generator) -> None:
    pairs = [(rng.integers(0, 13, (12, 9), np.uint8), rng.integers(0, 14, (12, 9), np.uint8)) for _ in range(4)]
    for prediction, label in pairs:
        label[label == CURB] = ROAD  # nowhere true, yet predicted: 0, and in the mean
        prediction[prediction == 5], label[label == 5] = 6, 6  # neither: no IoU
    counts = np.stack([evaluation.confusion(*pair) for pair in pairs])
    theirs = transcribed(pairs)
    assert theirs[CURB] == 0
    assert np.isnan(theirs[5])
    np.testing.assert_array_equal(evaluation.released_iou(counts.sum(0)), theirs)
    present = evaluation.iou(counts.sum(0))[1]
    assert not present[CURB]
    assert not present[5]


def test_the_authors_mean_is_undefined_where_a_class_is_nowhere() -> None:
    whole = counts_of(np.array([0.4, 0.6]))
    score = evaluation.released_score(evaluation.Counts(whole, whole))
    assert (score.day, score.combined, score.nowhere) == (pytest.approx(0.5), pytest.approx(0.5), ())
    gone = whole.copy()
    gone[:, CURB] = 0
    score = evaluation.released_score(evaluation.Counts(whole, gone))
    assert score.day == pytest.approx(0.5)
    assert (score.night, score.combined, score.nowhere) == (None, None, ("curb",))
    resamples = evaluation.resample(2, 2, 10, np.random.default_rng(0))
    text = evaluation.protocols_markdown([evaluation.row("heatnet_rgb", "H", evaluation.Counts(whole, gone), resamples)], {"heatnet_rgb": score})
    assert "| H | clean | 50.0 | 50.0 | 50.0 |" in text
    assert "|  | authors | 50.0 | undefined | undefined |" in text
    assert "|  | authors, higher by | +0.0 | undefined | undefined |" in text
    assert "undefined: curb." in text


def test_released_predictions_are_those_of_training_mode_and_leave_the_network_alone() -> None:
    torch.manual_seed(0)
    network = build(NETWORK, ("rgb", "thermal")).eval()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    batch = Batch(torch.randn(2, 3, 64, 64), 2 * torch.randn(2, 1, 64, 64) + 1, None, None)
    masks = list(evaluation.released_predictions(network, [batch], "cpu", 5))
    assert all(torch.equal(value, network.state_dict()[name]) for name, value in before.items())
    assert not network.training
    assert all(np.array_equal(a, b) for a, b in zip(masks, evaluation.released_predictions(network, [batch], "cpu", 5), strict=True))
    network.train()  # by hand: the second image, twice, with the same dropout
    torch.manual_seed(6)
    with torch.no_grad():
        by_hand = network(*(torch.cat([part[1:], part[1:]]) for part in (batch.rgb, batch.thermal) if part is not None))[0].argmax(0)
    assert np.array_equal(masks[1], by_hand.numpy())
    network.eval()
    network.load_state_dict(before)
    clean = network(batch.rgb, batch.thermal).argmax(1).numpy()
    assert (masks[1] != clean[1]).any()


def test_counts_come_back_and_their_bytes_repeat(tmp_path: Path, rng: np.random.Generator) -> None:
    counts = {"teacher": (rng.integers(0, 60_000, (3, 13, 13)), rng.integers(0, 9, (2, 13, 13))), "b/x": (np.zeros((3, 3, 4), np.int64),) * 2}
    recorded = evaluation.Recorded("iou", counts, {"teacher_loss": 0.5}, evaluation.resample(3, 2, 20, rng))
    for name in ("a.npz", "b.npz"):
        evaluation.save_counts(tmp_path / name, recorded)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    back = evaluation.load_counts(tmp_path / "a.npz")
    assert (back.protocol, back.bounds) == ("iou", {"teacher_loss": 0.5})
    np.testing.assert_array_equal(back.resamples.night, recorded.resamples.night)
    assert list(back.networks) == ["teacher", "b/x"]
    np.testing.assert_array_equal(back.networks["teacher"][0], counts["teacher"][0])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "b.npz"]
    (tmp_path / "cut.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:200])
    for name, message in (("cut.npz", "not the counts of an evaluation"), ("none.npz", "no such file; run the evaluation")):
        with pytest.raises(ValueError, match=message):
            evaluation.load_counts(tmp_path / name)
    with zipfile.ZipFile(tmp_path / "other.npz", "w") as archive:
        archive.writestr("x.txt", "x")
    with pytest.raises(ValueError, match="not the counts of an evaluation"):
        evaluation.load_counts(tmp_path / "other.npz")


def test_ignored_pixels_count_in_neither_protocol(rng: np.random.Generator) -> None:
    prediction = rng.integers(0, 13, (8, 8), np.uint8)
    counts = evaluation.confusion(prediction, np.full((8, 8), IGNORE, np.uint8))
    assert counts.sum() == 0
    assert np.isnan(evaluation.released_iou(counts)).all()
