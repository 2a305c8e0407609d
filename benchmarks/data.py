"""Preparing training frames: ours against a plain per-item Pillow pipeline with the same steps, in the same run.

``python benchmarks/data.py [FOLDER]`` prints a table (threads as the environment sets them). Frames of Freiburg Thermal's size
are written to a temporary folder, or to FOLDER.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageEnhance

from heatnet.config import Augmentation, Block, Colour, Input, ThermalCounts
from heatnet.data import Frame, Samples, batch_at, load
from heatnet.taxonomy import IGNORE, OURS, Domain

FILES, BATCH = 16, 8
COUNTS = ThermalCounts(16, 21800, 25000, 0, None)
HIDDEN = Block(0.5, (0.3, 0.9), (0.15, 0.8))
CHANGES = Augmentation(None, 0.5, (0.75, 1.25), 20.0, Colour(0.2, 0.2, 0.2, 0.1), (0.8, 1.2), 0.1, 0.3, HIDDEN, HIDDEN)
AUTHORS = Input((320, 960), (148, 852), "same size", COUNTS)
STREET = Input((128, 256), None, "same size", COUNTS)
STEP_S = 0.15
"""A training step of the street's networks on two cores, batch 8 of 256x128: what preparing must stay below a tenth of."""


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


def pillow_item(images: Sequence[Image.Image], rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Flip, scale, rotate, crop, jitter, hide and normalise one frame, step by step."""
    rgb, thermal, label = images
    size, scale, angle = rgb.size, rng.uniform(*CHANGES.scale), rng.uniform(-20, 20)
    scaled = (round(size[0] * scale), round(size[1] * scale))
    left, top = (round((s - o) * rng.random()) for s, o in zip(scaled, size, strict=True))
    flip, linear, nearest = rng.random() < 0.5, Image.Resampling.BILINEAR, Image.Resampling.NEAREST
    arrays = []
    for image, how, fill in ((rgb, linear, 0), (thermal, linear, 0), (label, nearest, IGNORE)):
        moved = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else image
        moved = moved.resize(scaled, how).rotate(angle, how, fillcolor=fill if image is not rgb else (0, 0, 0))
        moved = moved.crop((left, top, left + size[0], top + size[1]))
        if image is rgb:
            moved = ImageEnhance.Contrast(ImageEnhance.Brightness(moved).enhance(rng.uniform(0.8, 1.2))).enhance(rng.uniform(0.8, 1.2))
            moved = ImageEnhance.Color(moved).enhance(rng.uniform(0.8, 1.2))
        arrays.append(np.array(moved))
    colour = (arrays[0].astype(np.float32) / 255 - 0.5) / 0.5
    heat = np.clip((arrays[1].astype(np.float32) - COUNTS.low) / (COUNTS.high - COUNTS.low), 0, 1) * 2 - 1
    heat[: size[1] // 3, : size[0] // 3] = 0
    return colour.transpose(2, 0, 1).copy(), heat[None], arrays[2].astype(np.int64)


def pillow_epoch(frames: list[Frame], settings: Input, rng: np.random.Generator) -> Iterator[list[np.ndarray]]:
    """Batches as a plain dataset would make them: decode, resize, cut columns and change every file in every epoch."""
    size, box = settings.size[::-1], (*(settings.crop_columns or (0, settings.size[1])),)
    for start in range(0, len(frames), BATCH):
        items = []
        for frame in frames[start : start + BATCH]:
            assert frame.rgb
            assert frame.thermal
            assert frame.label
            heat = Image.fromarray(np.array(Image.open(frame.thermal)).astype(np.float32))
            images = Image.open(frame.rgb).convert("RGB"), heat, Image.open(frame.label)
            how = Image.Resampling.BILINEAR, Image.Resampling.BILINEAR, Image.Resampling.NEAREST
            sized = [image.resize(size, resampling) for image, resampling in zip(images, how, strict=True)]
            items.append(pillow_item([image.crop((box[0], 0, box[1], size[1])) for image in sized], rng))
        yield [np.stack(parts) for parts in zip(*items, strict=True)]


def seconds(call: Callable[[int], object], repeats: int) -> float:
    """The least time of a call: what it takes when nothing else runs."""
    times = []
    for k in range(repeats + 1):
        start = time.perf_counter()
        call(k)
        times.append(time.perf_counter() - start)
    return min(times[1:])


def in_memory(samples: Samples) -> tuple[float, float, float]:
    """Seconds a batch: ours augmented, ours plain, Pillow on images that are already decoded and resized."""
    rng = np.random.default_rng(0)
    assert samples.rgb is not None
    assert samples.thermal is not None
    assert samples.label is not None
    triples = zip(samples.rgb, samples.thermal.astype(np.float32), samples.label, strict=True)
    images = [tuple(Image.fromarray(part) for part in parts) for parts in triples]

    def pillow(step: int) -> object:
        items = [pillow_item(images[(step * BATCH + k) % len(images)], rng) for k in range(BATCH)]
        return [np.stack(parts) for parts in zip(*items, strict=True)]

    ours = seconds(lambda k: batch_at(samples, k, BATCH, [0], CHANGES), 20)
    return ours, seconds(lambda k: batch_at(samples, k, BATCH, [0], None), 20), seconds(pillow, 6)


def report(name: str, frames: list[Frame], settings: Input) -> None:
    """Both comparisons at one size of network input."""
    rng = np.random.default_rng(0)
    loading = seconds(lambda _: load(frames, settings, OURS, workers=2), 2)
    samples = load(frames, settings, OURS, workers=2)
    ours, plain, pillow = in_memory(samples)
    every = seconds(lambda _: list(pillow_epoch(frames, settings, rng)), 2) / (FILES / BATCH)
    print(f"{name}: {samples.nbytes / FILES / 1e3:.0f} kB a frame; loading {FILES / loading:.0f} frames/s, once")
    print(f"  a batch of {BATCH} from memory: ours {ours * 1e3:.1f} ms ({plain * 1e3:.1f} ms without changes),", end=" ")
    print(f"Pillow {pillow * 1e3:.1f} ms: {pillow / ours:.1f} x")
    print(f"  against Pillow from the files in every epoch ({every * 1e3:.0f} ms): {every / ours:.0f} x, over 10 epochs with loading", end=" ")
    print(f"{10 * every / (10 * ours + loading / (FILES / BATCH)):.1f} x")
    if settings is STREET:
        print(f"  {ours / STEP_S:.1%} of a step of {STEP_S:g} s: {'PASS' if ours < 0.1 * STEP_S else 'FAIL'} (at most 10 %)")


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        frames = written(folder)
        report("256x128 (street)", frames, STREET)
        report("704x320 (the authors')", frames, AUTHORS)


if __name__ == "__main__":
    main()
