"""A set scored a few images at a time gives the counts of the whole, and does not keep the images."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from heatnet import config
from heatnet.data import Samples, evaluation_batches, read_pairs, stream_pairs
from heatnet.evaluation import PROTOCOLS, Counts, count, pixel_figures, pooled, resample, score
from heatnet.taxonomy import IGNORE, NUM_CLASSES, Domain
from heatnet.training import predictions

COUNTS = config.ThermalCounts(16, 21800, 25000, 0, None)
PAIRS = config.Pairs("freiburg", "", config.Input((16, 48), (8, 40), "same size", COUNTS), None, None)


class Bright(torch.nn.Module):
    """A network whose class is how bright a pixel is."""

    modalities = ("rgb",)

    def forward(self, rgb: torch.Tensor, thermal: torch.Tensor) -> torch.Tensor:
        return -((rgb[:, :1] + thermal) * 3 + 6 - torch.arange(NUM_CLASSES).view(1, -1, 1, 1)).abs()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twenty test frames by day, as Freiburg Thermal has them."""
    rng, test = np.random.default_rng(0), tmp_path / "test/day"
    for name in ("ImagesRGB", "ImagesIR", "SegmentationClass"):
        (test / name).mkdir(parents=True)
    for k in range(20):
        stem = f"{1570722156 + k}_10"
        cv2.imwrite(str(test / "ImagesRGB" / f"{stem}_rgb.png"), rng.integers(0, 256, (16, 48, 3)).astype(np.uint8))
        cv2.imwrite(str(test / "ImagesIR" / f"{stem}_ir.png"), rng.integers(21800, 25000, (16, 48)).astype(np.uint16))
        np.save(test / "SegmentationClass" / f"{stem}.npy", rng.integers(0, IGNORE + 1, (16, 48)))
    return tmp_path


@pytest.mark.parametrize("size", [1, 8, 20, 64])
def test_chunks_give_the_counts_of_the_whole(folder: Path, size: int) -> None:
    whole, protocol = read_pairs(PAIRS, folder, "test", Domain.DAY), PROTOCOLS["iou"]
    masks = [mask for mask, _ in predictions(Bright(), evaluation_batches(whole, 8), torch.device("cpu"))]
    expected = np.stack([protocol.count(mask, label) for mask, label in zip(masks, protocol.truth(whole, folder), strict=True)])
    chunks = stream_pairs(PAIRS, folder, "test", Domain.DAY, size)
    assert (len(chunks), chunks.names, chunks.drives) == (20, whole.names, whole.drives)
    for _ in range(2):  # as often as there are networks
        np.testing.assert_array_equal(score(Bright(), chunks, protocol, folder, "cpu"), expected)
    seen: list[int] = []
    given = count(
        lambda batches: (mask for batch in batches for mask in (seen.append(len(batch)) or np.zeros((len(batch), 16, 32), np.uint8))),
        chunks,
        protocol,
        folder,
    )
    assert (sum(seen), given.shape) == (20, (20, 13, 13))
    assert (given[:, :, 1:] == 0).all()


def test_a_broken_file_in_a_later_chunk_is_named(folder: Path) -> None:
    sorted((folder / "test/day/ImagesRGB").iterdir())[17].write_bytes(b"no image")
    with pytest.raises(ValueError, match=r"1570722173_10_rgb.png: does not decode"):
        score(Bright(), stream_pairs(PAIRS, folder, "test", Domain.DAY, 4), PROTOCOLS["iou"], folder, "cpu")


def test_memory_does_not_grow_with_the_number_of_images() -> None:
    """Chunks of 2.6 MB: 20 times as many may add their counts (0.7 kB an image) and nothing else."""
    rng, protocol = np.random.default_rng(1), PROTOCOLS["iou"]
    parts = [rng.integers(0, 13, (16, 64, 128), np.uint8) for _ in range(2)]

    def chunks(number: int) -> Iterator[Samples]:
        for _ in range(number):
            settings = replace(PAIRS.input, size=(64, 128), crop_columns=None)
            yield Samples(settings, ("",) * 16, ("",) * 16, (Domain.DAY,) * 16, np.zeros((16, 64, 128, 3), np.uint8), None, parts[0].copy(), None)

    def peak(number: int) -> int:
        tracemalloc.start()
        count(lambda batches: (mask for batch in batches for mask in parts[1][: len(batch)]), chunks(number), protocol, Path())
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(40) - peak(2) < 38 * 16 * 1000 + 100_000


def test_sums_in_blocks_are_exact_and_draws_are_the_multinomial_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    counts = rng.integers(0, 2**31 - 1, (50, 13, 13)).astype(np.int32)
    resamples = resample(50, 30, 40, np.random.default_rng(3))
    again = np.random.default_rng(3)
    np.testing.assert_array_equal(resamples.day[1:], again.multinomial(50, np.full(50, 1 / 50), 40))
    np.testing.assert_array_equal(resamples.night[1:], again.multinomial(30, np.full(30, 1 / 30), 40))
    assert resamples.day.itemsize == 1
    expected = np.tensordot(resamples.day.astype(object), counts.astype(object), 1).astype(np.int64)
    for block in (1, 7, 50, 128):
        monkeypatch.setattr("heatnet.evaluation.bootstrap.BLOCK", block)
        np.testing.assert_array_equal(pooled(resamples.day, counts), expected)
    wide = Counts(counts.astype(np.int64), counts[:30].astype(np.int64))
    for name, draws in pixel_figures(Counts(counts, counts[:30]), resamples).items():
        np.testing.assert_array_equal(draws, pixel_figures(wide, resamples)[name])
