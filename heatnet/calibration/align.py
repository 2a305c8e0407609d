"""Every recording of the rig, thermal warped into the left view, in the layout of Freiburg Thermal.

::

    recordings                                     written
    train/seq_00_day/00/{left,right,thermal}/S.png train/seq_00_day/00/{fl_rgb,fl_ir_aligned}/S.png
    test/seq_05_day/00/...                         test/day/{ImagesRGB/S_rgb.png, ImagesIR/S_ir.png}
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float32, UInt16

from heatnet.calibration import stereo
from heatnet.calibration.camera import Rig
from heatnet.calibration.recordings import Pair, Recording, drives, fitted, index, spread
from heatnet.calibration.warp import disparity, warp
from heatnet.config import Calibration
from heatnet.taxonomy import Domain


@dataclass(frozen=True)
class Target:
    """A recording and where its RGB and aligned thermal image go."""

    recording: Recording
    rgb: Path
    thermal: Path


def align(pair: Pair, prior: Float32[np.ndarray, "height width"], rig: Rig, settings: Calibration) -> UInt16[np.ndarray, "height width"]:
    """The thermal image of a pair in its left view, 0 where unseen; the rig at any scale, the prior from ``typical_disparity``."""
    rig = fitted(rig, pair)
    found = disparity(pair.left, pair.right, prior, settings.alignment, settings.stereo)
    return warp(pair.thermal, 1 / stereo.depth_from(found, rig), rig, settings.alignment.tolerance_px)


def typical_disparity(pairs: Iterable[Pair], settings: Calibration) -> Float32[np.ndarray, "height width"]:
    """The median disparity (px) of each pixel over many pairs: road below, houses beside, far ahead; 0 where never matched.

    A street looks alike from frame to frame, so this is what stands in where a dark image has no texture to match.
    """
    found = np.stack([stereo.disparity(pair.left, pair.right, settings.stereo) for pair in pairs])
    known = np.isfinite(found).sum(0) >= 2
    median = np.full(known.shape, np.nan, np.float32)
    median[known] = np.nanmedian(found[:, known], axis=0)
    return cv2.GaussianBlur(stereo.fill(median, np.zeros_like(median), settings.alignment.fade), (0, 0), 2)


def targets(root: Path, out: Path) -> list[Target]:
    """Where every recording of ``root/train`` and ``root/test`` goes; ``ValueError`` for a drive that is neither day nor night."""
    found = [target for folder in drives(root / "train") for target in folder_targets(folder, out / folder.relative_to(root))]
    for folder in drives(root / "test"):
        found += _test(folder, out / "test" / _domain(folder.relative_to(root)).value)
    return found


def align_all(jobs: Sequence[Target], rig: Rig, settings: Calibration) -> Iterator[Path]:
    """Align and write all targets on all cores; yields each aligned file in order. Files appear whole or not at all."""
    chosen = spread([job.recording for job in jobs], settings.alignment.frames)

    def work(job: Target) -> Path:
        _write(job.thermal, lambda partial: _png(partial, align(job.recording.load(), prior, rig, settings)))
        _write(job.rgb, lambda partial: _link(job.recording.left, partial))
        return job.thermal

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        prior = typical_disparity(pool.map(Recording.load, chosen), settings)
        yield from pool.map(work, jobs)


def write_test_labels(labels: Path, out: Path) -> int:
    """Labels ``<drive>/<part>/S.png`` of the test drives as ``out/test/{day,night}/SegmentationClass/S.npy``; how many."""
    files = sorted(labels.glob("*/*/*.png"))
    if not files:
        raise ValueError(f"{labels}: no labels; expected <drive>/<part>/<stem>.png with class ids")
    for file in files:
        ids = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        if ids is None or ids.ndim != 2:
            raise ValueError(f"{file}: not an image of class ids in one channel; write it again")
        _write(out / "test" / _domain(file.relative_to(labels)).value / "SegmentationClass" / f"{file.stem}.npy", _saver(ids))
    return len(files)


def folder_targets(folder: Path, out: Path) -> Iterator[Target]:
    """Where one folder's recordings go: ``out/{fl_rgb,fl_ir_aligned}``, as a training drive's."""
    for one in index(folder):
        yield Target(one, out / "fl_rgb" / one.left.name, out / "fl_ir_aligned" / one.left.name.replace("fl_rgb", "fl_ir_aligned"))


def _test(folder: Path, out: Path) -> Iterator[Target]:
    """A test drive's targets."""
    for one in index(folder):
        yield Target(one, out / "ImagesRGB" / f"{one.left.stem}_rgb.png", out / "ImagesIR" / f"{one.left.stem}_ir.png")


def _domain(folder: Path) -> Domain:
    """Day or night by the drive's name, the way the release names them (``seq_00_day``)."""
    for domain in Domain:
        if any(part.endswith(f"_{domain.value}") for part in folder.parts):
            return domain
    raise ValueError(f"{folder}: neither day nor night; name the drive like seq_00_day or seq_00_night")


def _write(path: Path, write: Callable[[Path], None]) -> None:
    """Write under another name, then rename; a failed write leaves nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".partial-{path.name}")
    try:
        write(partial)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def _png(path: Path, image: UInt16[np.ndarray, "height width"]) -> None:
    """A 16-bit PNG, compressed lightly."""
    if not cv2.imwrite(str(path), image, [cv2.IMWRITE_PNG_COMPRESSION, 1]):
        raise ValueError(f"{path}: cannot be written; check the folder and the space on the disk")


def _saver(ids: np.ndarray) -> Callable[[Path], None]:
    """Saves class ids as an array."""
    return lambda path: np.save(path, ids)


def _link(source: Path, target: Path) -> None:
    """A second name for a file, or a copy where the file system has none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
