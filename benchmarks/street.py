"""The street: labelled RGB-thermal frames a second, against the bare rays in the same run, and how it scales with workers.

``python benchmarks/street.py [WORKERS]`` reads the default profile's params.yaml and prints two tables (CPU time of one
process for the parts of a frame; wall time for writing a few folders with one and with WORKERS processes).
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml  # type: ignore[import-untyped]

from heatnet.config import Street, parse
from heatnet.street import recordings, render, rig, write_recordings
from heatnet.taxonomy import Domain

REPEATS = 4


def cpu_ms(work: Callable[[], object]) -> float:
    """CPU milliseconds of one call, the first (which fills caches) left out."""
    work()
    start = time.process_time()
    for _ in range(REPEATS):
        work()
    return 1000 * (time.process_time() - start) / REPEATS


def parts(street: Street, domain: Domain) -> dict[str, float]:
    """What a frame of three cameras costs, and what its bare rays cost."""
    journey = recordings.drive(street, "train", domain, 0)
    cameras = rig.build(street.rig).scaled(street.train.rgb_scale, street.train.thermal_scale)
    stretch = journey.world.stretch(0.0, 50.0)
    scene = stretch.scene(20.0, journey.world.lane)
    pose = rig.pose(*scene.ego[:2], street.rig.height_m, scene.ego[2])
    lane = journey.world.lane
    shots = [render.shoot(scene, camera, pose) for camera in (cameras.left, cameras.right, cameras.thermal)]
    return {
        "lay out 50 m": cpu_ms(lambda: journey.world.stretch(0.0, 50.0)),
        "bare rays": cpu_ms(lambda: [scene.static.nearest(pose[:3, 3], shot.directions) for shot in shots]),
        "whole frame": cpu_ms(lambda: recordings.record(street, journey, stretch.scene(20.0, lane), cameras, street.train, np.random.default_rng(0))),
    }


def writing(street: Street, workers: int) -> float:
    """Frames a second, written."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        frames = [step.total for step in write_recordings(street, Path(folder) / "recordings", Path(folder) / "truth", workers)][-1]
        return frames / (time.perf_counter() - start)


def main(workers: int) -> None:
    """Print both tables."""
    section = yaml.safe_load((Path(__file__).parents[1] / "params.yaml").read_text())["street"]
    street = parse(Street, section, "params.yaml: street")
    for domain in Domain:
        for name, cost in parts(street, domain).items():
            print(f"{domain.value:5} {name:12} {cost:7.1f} ms")
    few = replace(street.train, day_drives=2, night_drives=2, day_frames=8, night_frames=8, folder_frames=8)
    short = replace(street, train=few, test=replace(few, day_drives=0, night_drives=0), calibration=replace(few, day_drives=0, night_drives=0))
    for count in (1, workers):
        print(f"{count} worker(s): {writing(short, count):5.1f} frames/s (left, right, thermal, label)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
