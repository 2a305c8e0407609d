"""Speed and memory of scoring, against torchmetrics and a plain resampling loop measured in the same run.

``python benchmarks/evaluation.py`` prints one line a comparison: ours, the reference, how many times faster.
"""

import time
import tracemalloc
from collections.abc import Callable

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


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
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
