"""Speed and memory of scoring, against torchmetrics, the authors' procedure and a plain resampling loop measured in the same run.

``python benchmarks/evaluation.py [IMAGES]`` prints one line a comparison: ours, the reference, how many times faster. The authors'
procedure holds all IMAGES in memory, as the 64-bit ids that a network's argmax gives: 3.6 MB an image (default 200; 20 000 take 72 GB).
"""

import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torchmetrics.functional.classification import multiclass_confusion_matrix

from heatnet import evaluation
from heatnet.taxonomy import IGNORE, NUM_CLASSES

HEIGHT, WIDTH = 320, 704
"""The size at which the authors score Freiburg Thermal."""


def seconds(work: Callable[[], object], repeats: int) -> float:
    """The best time of several runs."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def counting(rng: np.random.Generator) -> tuple[float, float]:
    """Confusion counts of one image (ours, torchmetrics)."""
    prediction = rng.integers(0, NUM_CLASSES, (HEIGHT, WIDTH), dtype=np.uint8)
    label = rng.integers(0, IGNORE + 1, (HEIGHT, WIDTH), dtype=np.uint8)
    guess, truth = (torch.from_numpy(ids.astype(np.int64)) for ids in (np.where(label == IGNORE, 0, prediction), label))
    kept = truth != IGNORE
    reference = seconds(lambda: multiclass_confusion_matrix(guess[kept], truth[kept], NUM_CLASSES), 20)
    return seconds(lambda: evaluation.confusion(prediction, label), 20), reference


def bootstrap(rng: np.random.Generator, images: int, draws: int) -> tuple[float, float]:
    """Intervals of one network (ours, a loop that adds the drawn images up)."""
    counts = evaluation.Counts(*(rng.integers(0, 2000, (images, NUM_CLASSES, NUM_CLASSES)) for _ in range(2)))
    resamples = evaluation.resample(images, images, draws, rng)

    def loop() -> None:
        for _ in range(draws):
            for split in (counts.day, counts.night):
                evaluation.iou(split[rng.integers(0, images, images)].sum(0))

    return seconds(lambda: evaluation.row("teacher", "RGB teacher", counts, resamples), 3), seconds(loop, 1)


def pairs(rng: np.random.Generator, images: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Predictions and labels as a network and a reader give them, one at a time (of sixteen different ones)."""
    pool = [(rng.integers(0, NUM_CLASSES, (HEIGHT, WIDTH), np.uint8), rng.integers(0, IGNORE + 1, (HEIGHT, WIDTH), np.uint8)) for _ in range(16)]
    return (pool[i % 16] for i in range(images))


def streamed(images: Iterator[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Ours: counts of every image, then IoU."""
    return evaluation.released_iou(np.stack([evaluation.confusion(*pair) for pair in images]).sum(0))


def stacked(images: Iterator[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """The authors' procedure in plain words (paper.md, 2.9): stack everything, then masks for every class."""
    predictions, labels = (np.stack(part) for part in zip(*((a.astype(np.int64), b.astype(np.int64)) for a, b in images), strict=True))
    found = []
    for k in range(12):
        counted = labels != IGNORE
        right = ((predictions == k) & (labels == k)).sum()
        wrong = ((predictions == k) & (labels != k) & counted).sum() + ((predictions != k) & (labels == k)).sum()
        found.append(right / (right + wrong))
    return np.array(found)


def scoring(images: int) -> tuple[float, float]:
    """Seconds to score a split (ours, the authors' procedure); both give the same figures."""
    rng = np.random.default_rng(1)
    results: list[np.ndarray] = []
    ours, theirs = (seconds(lambda way=way: results.append(way(pairs(rng, images))), 1) for way in (streamed, stacked))  # type: ignore[misc]
    again = np.random.default_rng(2), np.random.default_rng(2)
    np.testing.assert_allclose(streamed(pairs(again[0], 16)), stacked(pairs(again[1], 16)))
    return ours, theirs


def peak(way: Callable[[Iterator[tuple[np.ndarray, np.ndarray]]], object], images: int) -> float:
    """MiB at most while scoring."""
    tracemalloc.start()
    way(pairs(np.random.default_rng(1), images))
    most = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return most


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    images = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    ours, theirs = scoring(images)
    verdict = "PASS" if theirs >= 10 * ours else "FAIL"
    print(
        f"{1000 * ours:8.0f} ms  against {1000 * theirs:8.0f} ms  ({theirs / ours:4.1f}x)  {images} images, the authors' procedure: {verdict} (10x)"
    )
    print(
        f"{peak(streamed, 64):8.1f} MiB at most for 64 images, {peak(streamed, images):.1f} for {images}; the authors' {peak(stacked, 64):.1f} for 64"
    )
    for name, (ours, reference) in {
        f"confusion counts of a {WIDTH}x{HEIGHT} image, torchmetrics": counting(rng),
        "95 % intervals, 32 + 32 images, 2000 resamples, a loop": bootstrap(rng, 32, 2000),
    }.items():
        print(f"{1000 * ours:8.2f} ms  against {1000 * reference:8.2f} ms  ({reference / ours:4.1f}x)  {name}")
    tracemalloc.start()
    bootstrap(rng, 200, 2000)
    print(f"{tracemalloc.get_traced_memory()[1] / 2**20:8.1f} MiB at most for 200 + 200 images and 2000 resamples")


if __name__ == "__main__":
    main()
