"""Calibration and alignment on a profile's recordings: error against the truth, seconds, and frames a second.

``python benchmarks/calibration.py [PROFILE_FOLDER]`` after the street stage of that profile. The reference of the
alignment's speed is the stereo matching alone, in the same run.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import yaml  # type: ignore[import-untyped]

from heatnet import config
from heatnet.calibration import align, stereo
from heatnet.calibration.error import errors
from heatnet.calibration.files import read_rig
from heatnet.calibration.recordings import Pair, drives, fitted, index, spread
from heatnet.calibration.solver import calibrate


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Mean wall-clock seconds of a call, after one to warm up."""
    work()
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return (time.perf_counter() - start) / repeats


def accuracy(folder: Path, settings: config.Calibration) -> None:
    """Calibrate from growing numbers of frames, day and night, and compare with the truth."""
    truth = read_rig(folder / "truth" / "calibration.yaml")
    guess = read_rig(folder / "recordings" / "rig.yaml", folder / "recordings" / "guess.yaml")
    recordings = [one for drive in drives(folder / "recordings" / "calibration") for one in index(drive)]
    print("frames  median px  p95 px    deg     mm  focal %  centre px  confidence  seconds")
    for count in (1, 5, len(recordings)):
        start = time.perf_counter()
        pairs = [one.load() for one in spread(recordings, count)]
        found = calibrate(pairs, guess, settings, np.random.default_rng(settings.seed))
        spent = time.perf_counter() - start
        error = errors(found.rig, fitted(truth, pairs[0]))
        print(
            f"{len(pairs):6d} {error.median_px:10.3f} {error.p95_px:7.3f} {error.rotation_deg:6.3f} {error.translation_mm:6.1f} "
            f"{error.focal_percent:8.3f} {error.centre_px:10.2f} {found.confidence:11.1f} {spent:8.1f}"
        )


def speed(folder: Path, settings: config.Calibration) -> None:
    """Seconds a frame of the alignment at both scales, beside those of stereo matching alone."""
    rig = read_rig(folder / "truth" / "calibration.yaml")
    for split in ("train", "calibration"):
        pair: Pair = index(drives(folder / "recordings" / split)[0])[0].load()
        prior = align.typical_disparity([pair, pair], settings)
        whole = seconds(lambda pair=pair, prior=prior: align.align(pair, prior, rig, settings), 10)  # type: ignore[misc]
        matching = seconds(lambda pair=pair: stereo.disparity(pair.left, pair.right, settings.stereo), 10)  # type: ignore[misc]
        size = f"{pair.left.shape[1]}x{pair.left.shape[0]}"
        print(f"{size}: aligning {1 / whole:.0f} frames/s on one thread; matching alone at this size {1 / matching:.0f} frames/s")


def main() -> None:
    """Measure on one profile folder."""
    profile = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    parameters = yaml.safe_load((profile / "params.yaml").read_text())
    settings = config.parse(config.Calibration, parameters["calibration"], "params.yaml: calibration")
    accuracy(profile / "data", settings)
    speed(profile / "data", settings)


if __name__ == "__main__":
    main()
