"""Both ways to score, from truth to the arrays of their figure."""

from pathlib import Path

import numpy as np
import pytest

from heatnet import config
from heatnet.data import Samples
from heatnet.evaluation import PROTOCOLS, resample
from heatnet.taxonomy import IGNORE, PERSON, ROAD, Domain


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def samples(label: np.ndarray | None) -> Samples:
    settings = config.Input((4, 4), None, "same size", None)
    return Samples(settings, ("00001D", "00002D"), ("a", "a"), (Domain.DAY,) * 2, np.zeros((2, 4, 4, 3), np.uint8), None, label, None)


def test_labels_are_counted_and_drawn(rng: np.random.Generator) -> None:
    protocol = PROTOCOLS["iou"]
    label = np.full((2, 4, 4), ROAD, np.uint8)
    label[:, 0] = PERSON
    label[:, 1] = IGNORE
    truth = protocol.truth(samples(label), Path())
    prediction = np.full((4, 4), ROAD, np.uint8)
    counts = protocol.counts([prediction, label[1] % IGNORE], truth)
    assert counts[0, PERSON, ROAD] == 4
    assert counts[0].sum() == 12
    gathered = protocol.gather(counts, counts)
    row = protocol.row("bound_x", "a bound", gathered, resample(2, 2, 10, rng))
    arrays = protocol.arrays([row])
    assert arrays["bound"].tolist() == [True]
    assert arrays["value"].shape == (1, 3)
    assert arrays["value"][0, 0] == row.day.miou.value
    assert "a bound" in protocol.table([row], {})


def test_no_labels_is_an_error() -> None:
    with pytest.raises(ValueError, match="00001D: no labels"):
        PROTOCOLS["iou"].truth(samples(None), Path())


def test_boxes_are_counted_and_drawn(tmp_path: Path, rng: np.random.Generator) -> None:
    protocol = PROTOCOLS["boxes"]
    (tmp_path / "boxes" / "fusion").mkdir(parents=True)
    (tmp_path / "boxes" / "fusion" / "00001D.txt").write_text("0 0.25 0.25 0.5 0.5\n")
    truth = protocol.truth(samples(None), tmp_path)
    assert [len(boxes) for boxes in truth] == [1, 0]
    prediction = np.full((4, 4), ROAD, np.uint8)
    prediction[:2, :2] = PERSON
    counts = protocol.counts([prediction, prediction], truth)
    assert counts[:, 0].tolist() == [[1, 1, 4, 4], [0, 0, 0, 4]]
    row = protocol.row("x", "x", protocol.gather(counts, counts), resample(2, 2, 10, rng))
    arrays = protocol.arrays([row])
    assert arrays["hit"][0, 0, 0] == 1
    assert arrays["precision"][0, 1, 0] == 0.5


def test_boxes_are_compared_by_hit_rate(rng: np.random.Generator) -> None:
    counts = np.zeros((2, 3, 4), np.int64)
    counts[:, 0] = [[1, 2, 5, 9], [2, 2, 5, 9]]
    found = PROTOCOLS["boxes"].figures(PROTOCOLS["boxes"].gather(counts, 0 * counts), resample(2, 2, 10, rng))
    assert list(found) == ["day: person"]
    assert found["day: person"][0] == 0.75
