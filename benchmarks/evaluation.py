"""Speed and memory of scoring, against the authors' procedure, torchmetrics and a plain resampling loop measured in the same run.

``python benchmarks/evaluation.py [IMAGES] [THEIRS]`` scores IMAGES images of 704x320 (default 20 000; ours from start to end: counts of
every image, IoU and its intervals). The authors' procedure stacks everything first, as the 64-bit ids that a network's argmax and their loader
give: 3.6 MB an image, 72 GB for 20 000, and a byte a pixel for each of its masks. Where that does not fit, THEIRS (default 200) images
are scored and the time is scaled: every step of it is proportional to the number of images.
"""

import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torchmetrics.functional.classification import multiclass_confusion_matrix

from heatnet import evaluation
from heatnet.evaluation import PROTOCOLS, Counts
from heatnet.taxonomy import BACKGROUND, IGNORE, NUM_CLASSES

HEIGHT, WIDTH = 320, 704
"""The size at which the authors score Freiburg Thermal."""
LEAST = 10.0
Pair = tuple[np.ndarray, np.ndarray]


def seconds(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """The best time of several runs, by the clock and by the processor's time of this process (for a busy machine)."""
    times = []
    for _ in range(repeats):
        wall, own = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - wall, time.process_time() - own))
    return min(wall for wall, _ in times), min(own for _, own in times)


def pool(rng: np.random.Generator) -> list[Pair]:
    """Sixteen masks and labels, of smooth regions with ragged borders as real ones are, every class and ``IGNORE`` among them."""
    return [(regions(rng, NUM_CLASSES), regions(rng, IGNORE + 1)) for _ in range(16)]


def regions(rng: np.random.Generator, ids: int) -> np.ndarray:
    """A mask of blocks of 16 pixels a side, a tenth of its pixels of another id."""
    blocks = np.kron(rng.integers(0, ids, (HEIGHT // 16, WIDTH // 16)), np.ones((16, 16))).astype(np.uint8)
    return np.where(rng.random(blocks.shape) < 0.1, rng.integers(0, ids, blocks.shape), blocks).astype(np.uint8)


def stream(made: list[Pair], images: int) -> Iterator[Pair]:
    """Masks and labels as a network and a reader give them, one at a time."""
    return (made[i % len(made)] for i in range(images))


def ours(images: Iterator[Pair]) -> np.ndarray:
    """Counts of every image, then IoU, as the protocol ``authors`` has it."""
    return evaluation.released_iou(counted(images).sum(0))


def counted(images: Iterator[Pair]) -> np.ndarray:
    """The counts of every image, one image at a time."""
    return np.stack([PROTOCOLS["iou"].count(*pair).astype(np.int32) for pair in images])


def stacked(images: Iterator[Pair]) -> tuple[torch.Tensor, torch.Tensor]:
    """Everything in two tensors of 64-bit ids."""
    parts = list(images)
    empty = [torch.empty(len(parts), HEIGHT, WIDTH, dtype=torch.int64) for _ in range(2)]
    for i, pair in enumerate(parts):
        for whole, ids in zip(empty, pair, strict=True):
            whole[i] = torch.from_numpy(ids)
    return empty[0], empty[1]


def theirs(predicted: torch.Tensor, target: torch.Tensor) -> np.ndarray:
    """What the authors compute of stacked ids (paper.md, 2.9), step for step: for each class two masks, one indexed by the other for the
    intersection, both by "not ignored" for the union."""
    predicted, target = predicted.view(-1), target.view(-1)
    scores = []
    for k in range(NUM_CLASSES):
        if k == BACKGROUND:
            continue
        said, true = predicted == k, target == k
        both = said[true].long().sum()
        either = said[target != IGNORE].long().sum() + true[target != IGNORE].long().sum() - both
        scores.append(float("nan") if either == 0 else float(both) / float(either))
    return np.array(scores)


def scoring(images: int, few: int) -> None:
    """Our scoring of all images against theirs of a few, scaled; both give the same figures, and theirs is not charged for stacking."""
    made = pool(np.random.default_rng(1))
    whole = stacked(stream(made, few))
    np.testing.assert_allclose(ours(stream(made, few)), theirs(*whole))
    (wall, own), (their_wall, their_own) = seconds(lambda: ours(stream(made, images)), 1), seconds(lambda: theirs(*whole), 3)
    scale = images / few
    print(f"{images} images of {WIDTH}x{HEIGHT}: {wall:.1f} s ({own:.1f} s of the processor); the authors' procedure", end=" ")
    print(f"{scale * their_wall:.0f} s ({scale * their_own:.0f} s), measured on {few}: {scale * their_own / own:.1f} x", end=" ")
    print("PASS" if scale * their_own >= LEAST * own else "FAIL", f"(at least {LEAST:g} x, by the processor's time)")


def whole_evaluation(images: int) -> Callable[[], object]:
    """Counts and intervals of a network by day and by night."""
    made = pool(np.random.default_rng(1))

    def work() -> object:
        counts = Counts(*(counted(stream(made, images // 2)) for _ in range(2)))
        resamples = evaluation.resample(images // 2, images // 2, 1000, np.random.default_rng(0))
        return evaluation.row("x", "x", counts, resamples)

    return work


def peak(work: Callable[[], object]) -> float:
    """MiB at most during a piece of work."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return most


def counting(rng: np.random.Generator) -> tuple[float, float]:
    """Confusion counts of one image (ours, torchmetrics)."""
    prediction, label = pool(rng)[0]
    guess, truth = (torch.from_numpy(ids.astype(np.int64)) for ids in (np.where(label == IGNORE, 0, prediction), label))
    kept = truth != IGNORE
    reference = seconds(lambda: multiclass_confusion_matrix(guess[kept], truth[kept], NUM_CLASSES), 20)[0]
    return seconds(lambda: evaluation.confusion(prediction, label), 20)[0], reference


def bootstrap(rng: np.random.Generator, images: int, draws: int) -> tuple[float, float]:
    """Intervals of one network (ours, a loop that adds the drawn images up)."""
    counts = Counts(*(rng.integers(0, 2000, (images, NUM_CLASSES, NUM_CLASSES)) for _ in range(2)))
    resamples = evaluation.resample(images, images, draws, rng)

    def loop() -> None:
        for _ in range(draws):
            for split in (counts.day, counts.night):
                evaluation.iou(split[rng.integers(0, images, images)].sum(0))

    return seconds(lambda: evaluation.row("teacher", "RGB teacher", counts, resamples), 3)[0], seconds(loop, 1)[0]


def main() -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    images, few = (int(sys.argv[k]) if len(sys.argv) > k else default for k, default in ((1, 20_000), (2, 200)))
    scoring(images, few)
    memory = [peak(whole_evaluation(number)) for number in (64, images)]
    print(f"counts and intervals: {memory[0]:.1f} MiB at most for 64 images, {memory[1]:.1f} for {images}; stacked ids alone", end=" ")
    print(f"{2 * 8 * HEIGHT * WIDTH * images / 2**20:.0f}")
    for name, (mine, reference) in {
        f"confusion counts of a {WIDTH}x{HEIGHT} image, torchmetrics": counting(rng),
        "95 % intervals, 32 + 32 images, 2000 resamples, a loop": bootstrap(rng, 32, 2000),
    }.items():
        print(f"{1000 * mine:8.2f} ms  against {1000 * reference:8.2f} ms  ({reference / mine:4.1f}x)  {name}")


if __name__ == "__main__":
    main()
