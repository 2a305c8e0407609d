"""Reading and preparing training frames: ours against a plain per-item OpenCV and Pillow pipeline with the authors' steps, on the same files.

``python benchmarks/data.py [FOLDER]`` prints a table, one thread each, by the processor's time. Frames of
Freiburg Thermal's size are written to a temporary folder, or to FOLDER.

Ours decodes, resizes and cuts a frame once and keeps it, in memory and (where a profile asks for it) on disk for later stages and other
processes; each epoch then flips, rotates, crops and normalises. The plain pipeline begins with the file in every epoch.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image

from heatnet.config import Augmentation, Block, Colour, Input, ThermalCounts
from heatnet.data import Frame, batch_at, load
from heatnet.taxonomy import OURS, Domain

FILES, BATCH, EPOCHS, PROCESSES = 16, 8, 10, 2
LEAST = 3.0
COUNTS = ThermalCounts(16, 21800, 25000, 0, None)
NEVER, HIDDEN = Block(0.0, (0.3, 0.9), (0.15, 0.8)), Block(0.5, (0.3, 0.9), (0.15, 0.8))
RELEASED = Augmentation((320, 640), 0.5, (1.0, 1.0), 20.0, Colour(0, 0, 0, 0), (1.0, 1.0), 0.0, 0.0, NEVER, NEVER)
FREIBURG = Input((320, 960), (150, 850), "same size", COUNTS)
"""The authors' sizes and changes; ours rotates every frame, theirs every other one."""
CHANGES = Augmentation(None, 0.5, (0.75, 1.25), 20.0, Colour(0.2, 0.2, 0.2, 0.1), (0.8, 1.2), 0.1, 0.3, HIDDEN, HIDDEN)
STREET = Input((160, 480), (74, 426), "same size", COUNTS)
STEP_S = 0.15
"""A training step of the street's networks on two cores, batch 8: what preparing must stay below a tenth of."""


def written(folder: Path) -> list[Frame]:
    """Smooth images of 1920x650 with noise, as compressible as photographs."""
    rng = np.random.default_rng(0)
    frames = []
    for i in range(FILES):
        smooth = cv2.resize(rng.integers(0, 240, (12, 36, 3)).astype(np.uint8), (1920, 650), interpolation=cv2.INTER_CUBIC)
        rgb = (smooth + rng.integers(0, 12, smooth.shape)).clip(0, 255).astype(np.uint8)
        paths = [folder / f"{i}_{part}.png" for part in ("rgb", "thermal", "label")]
        images = (rgb, smooth[..., 0].astype(np.uint16) * 12 + 22000 + rgb[..., 1] % 8, smooth[..., 0] // 20)
        for path, image in zip(paths, images, strict=True):
            cv2.imwrite(str(path), image)
        frames.append(Frame(str(i), Domain.DAY, "benchmark", paths[0], paths[1], paths[2]))
    return frames


def plain_item(frame: Frame, chance: random.Random) -> tuple[torch.Tensor, ...]:
    """One frame by the authors' steps (paper.md, 2.8): decode whole, resize, cut columns, crop, clip counts, flip, rotate, normalise."""
    rgb, thermal, label = decoded(frame)
    left = chance.randrange(rgb.shape[1] - 640 + 1)
    rgb, thermal, label = (image[:, left : left + 640] for image in (rgb, thermal, label))
    thermal = (np.clip(thermal, COUNTS.low, COUNTS.high) - COUNTS.low) / (COUNTS.high - COUNTS.low)
    pictures = Image.fromarray(rgb), Image.fromarray(thermal.astype(np.float32)), Image.fromarray(label)
    if chance.random() > 0.5:
        pictures = tuple(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for picture in pictures)  # type: ignore[assignment]
    if chance.random() > 0.5:
        angle, smooth, nearest = 40 * (chance.random() - 0.5), Image.Resampling.BILINEAR, Image.Resampling.NEAREST
        pictures = tuple(picture.rotate(angle, how) for picture, how in zip(pictures, (smooth, smooth, nearest), strict=True))  # type: ignore[assignment]
    colour, heat, ids = (torch.from_numpy(np.array(picture)) for picture in pictures)
    return (colour.permute(2, 0, 1).contiguous().float() / 255 - 0.5) / 0.5, (heat[None] - 0.5) / 0.5, ids.long()


def decoded(frame: Frame) -> list[np.ndarray]:
    """RGB, thermal and label, whole, then 960x320, then their columns."""
    assert frame.rgb
    assert frame.thermal
    assert frame.label
    rgb, thermal = cv2.imread(str(frame.rgb)), cv2.imread(str(frame.thermal), cv2.IMREAD_ANYDEPTH)
    label = cv2.imread(str(frame.label), cv2.IMREAD_GRAYSCALE)
    assert rgb is not None
    assert thermal is not None
    assert label is not None
    linear, nearest = cv2.INTER_LINEAR, cv2.INTER_NEAREST
    images = (cv2.cvtColor(rgb, cv2.COLOR_BGR2RGB), linear), (thermal, linear), (label, nearest)
    return [cv2.resize(image, (960, 320), interpolation=how)[:, 150:850] for image, how in images]


def plain_epoch(frames: list[Frame], chance: random.Random) -> None:
    """Batches of every frame, from the files."""
    for start in range(0, len(frames), BATCH):
        items = [plain_item(frame, chance) for frame in frames[start : start + BATCH]]
        _ = [torch.stack(parts) for parts in zip(*items, strict=True)]


def seconds(call: Callable[[int], object], repeats: int) -> float:
    """The least processor's time of a call, after a first one that does not count."""
    times = []
    for k in range(repeats + 1):
        start = time.process_time()
        call(k)
        times.append(time.process_time() - start)
    return min(times[1:])


def shared(frames: list[Frame], folder: Path, processes: int) -> str:
    """So many processes fill a folder of prepared frames, each its share; what the slowest took of the processor's time, against one for all."""
    with get_context("spawn").Pool(processes) as pool:
        pool.map(warm, range(processes), chunksize=1)
        times = pool.starmap(share, [(frames[i::processes], folder) for i in range(processes)], chunksize=1)
    return f"{1e3 * max(times) / FILES:.1f} ms a frame of the set by {processes} processes"


def warm(_: int) -> None:
    """Long enough that every process of a pool gets one, and a library is loaded before anything is measured."""
    cv2.setNumThreads(1)
    time.sleep(1)


def share(frames: list[Frame], folder: Path) -> float:
    """The processor's time of one process for its share."""
    start = time.process_time()
    load(frames, FREIBURG, OURS, workers=1, keep=folder)
    return time.process_time() - start


def freiburg(frames: list[Frame], folder: Path) -> None:
    """A frame read and prepared, ours and plain: at first, from disk, later, and over several epochs."""
    reading = seconds(lambda _: load(frames, FREIBURG, OURS, workers=1), 2) / FILES
    samples = load(frames, FREIBURG, OURS, workers=1)
    preparing = seconds(lambda k: batch_at(samples, k, BATCH, [0], RELEASED), 20) / BATCH
    plain = seconds(lambda k: plain_epoch(frames, random.Random(k)), 3) / FILES
    kept = shared(frames, folder / "prepared", PROCESSES)
    again = seconds(lambda _: load(frames, FREIBURG, OURS, workers=1, keep=folder / "prepared"), 3) / FILES
    total, later = EPOCHS * plain / (reading + EPOCHS * preparing), plain / (again + preparing)
    print(f"Freiburg Thermal, 640x320 of 1920x650: plain {1e3 * plain:.1f} ms a frame in every epoch")
    print(f"  ours {1e3 * reading:.1f} ms once, {1e3 * preparing:.1f} ms in every epoch; {samples.nbytes / FILES / 1e6:.1f} MB of memory a frame")
    print(f"  prepared and kept on disk: {kept}; read from there {1e3 * again:.1f} ms")
    print(f"  the very first epoch {plain / (reading + preparing):.1f} x, each later one of a stage {plain / preparing:.1f} x,", end=" ")
    print(f"{EPOCHS} epochs with reading {total:.1f} x: {verdict(total)}")
    print(f"  the first epoch of any later stage or process, from disk, {later:.1f} x: {verdict(later)}")


def verdict(factor: float) -> str:
    """Whether a factor is enough."""
    return f"{'PASS' if factor >= LEAST else 'FAIL'} (at least {LEAST:g} x)"


def street(frames: list[Frame]) -> None:
    """A batch of the default profile's size with all its changes against a training step."""
    samples = load(frames, STREET, OURS, workers=1)
    batch = seconds(lambda k: batch_at(samples, k, BATCH, [0], CHANGES), 20)
    print(f"street, 352x160: a batch of {BATCH} in {1e3 * batch:.1f} ms,", end=" ")
    print(f"{batch / STEP_S:.1%} of a step of {STEP_S:g} s: {'PASS' if batch < 0.1 * STEP_S else 'FAIL'} (at most 10 %)")


def main() -> None:
    """Print the table."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        frames = written(folder)
        freiburg(frames, folder)
        street(frames)


if __name__ == "__main__":
    main()
