"""The street: labelled RGB-thermal frames a second, against the bare rays in the same run; flat cost, flat memory, workers.

``python benchmarks/street.py [WORKERS]`` reads the default profile's params.yaml and prints five tables: CPU time of one process for
the parts of a frame; what a contended machine costs (wall over CPU time); CPU time a frame and peak memory after few and after many
frames; CPU time a frame near and far along an endless drive; and wall time for writing a few folders with one and with WORKERS processes.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml  # type: ignore[import-untyped]

from heatnet.config import Street, parse
from heatnet.street import recordings, render, rig, write_mf, write_recordings
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
    """What a frame of three cameras costs, what one of two (left and thermal) costs, and what its bare rays cost."""
    journey = recordings.drive(street, "train", domain, 0)
    cameras = rig.build(street.rig).scaled(street.train.rgb_scale, street.train.thermal_scale)
    lane = journey.world.lane
    stretch = journey.world.stretch(0.0, 50.0)
    scene = stretch.scene(20.0, lane)
    pose = rig.pose(*scene.ego[:2], street.rig.height_m, scene.ego[2])
    shots = [render.shoot(scene, camera, pose) for camera in (cameras.left, cameras.right, cameras.thermal)]
    both, edge, glow = (shots[0], shots[2]), street.train.edge_rays, street.sensor.night_glow
    return {
        "lay out 50 m": cpu_ms(lambda: journey.world.stretch(0.0, 50.0)),
        "bare rays": cpu_ms(lambda: [scene.static.nearest(pose[:3, 3], shot.directions) for shot in shots]),
        "left, thermal": cpu_ms(
            lambda: (
                [render.shoot(scene, shot.camera, pose) for shot in both],
                render.radiance(scene, both[0], journey.moment, glow, edge),
                render.temperature(scene, both[1], journey.moment, edge),
            )
        ),
        "whole frame": cpu_ms(lambda: recordings.record(street, journey, stretch.scene(20.0, lane), cameras, street.train, np.random.default_rng(0))),
    }


def writing(street: Street, workers: int) -> float:
    """Frames a second, written."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        frames = [step.total for step in write_recordings(street, Path(folder) / "recordings", Path(folder) / "truth", workers)][-1]
        return frames / (time.perf_counter() - start)


def growth(street: Street, frames: int) -> tuple[float, float]:
    """CPU milliseconds a frame (MF's layout at a quarter of its size) and the process's peak memory in MB, after ``frames`` frames."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        for _ in write_mf(street, frames, 0.25, Path(folder) / "mf", 1):
            pass
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e3 if sys.platform != "darwin" else 1e6)
        return 1000 * (time.process_time() - start) / frames, peak


def along(street: Street, distance_m: float) -> float:
    """CPU milliseconds a frame of one folder (11 frames, laid out anew), ``distance_m`` down the road of one drive."""
    journey = recordings.drive(street, "train", Domain.DAY, 0)
    cameras = rig.build(street.rig).scaled(street.train.rgb_scale, street.train.thermal_scale)
    stride = journey.world.speed * street.train.spacing_s
    rng, start = np.random.default_rng(0), time.process_time()
    stretch = journey.world.stretch(distance_m, distance_m + 10 * stride)
    for i in range(11):
        recordings.record(street, journey, stretch.scene(distance_m + i * stride, journey.world.lane), cameras, street.train, rng)
    return 1000 * (time.process_time() - start) / 11


def main(workers: int) -> None:
    """Print the tables."""
    section = yaml.safe_load((Path(__file__).parents[1] / "params.yaml").read_text())["street"]
    street = parse(Street, section, "params.yaml: street")
    begun, busy = time.perf_counter(), time.process_time()
    for domain in Domain:
        for name, cost in parts(street, domain).items():
            print(f"{domain.value:5} {name:13} {cost:7.1f} ms")
    print(f"wall over CPU time: {(time.perf_counter() - begun) / (time.process_time() - busy):.2f} (1.0: the machine is ours)")
    for frames in (16, 64, 256, 1024):
        cost, peak = growth(street, frames)
        print(f"{frames:4} frames in MF's layout, 160x120: {cost:6.1f} ms a frame, peak memory {peak:5.0f} MB")
    along(street, 0.0)
    for distance_m in (0.0, 1e3, 1e4, 1e5):
        print(f"{distance_m / 1000:5.0f} km down the road of a drive: {along(street, distance_m):6.1f} ms a frame")
    few = replace(street.train, day_drives=2, night_drives=2, day_frames=8, night_frames=8, folder_frames=8)
    short = replace(street, train=few, test=replace(few, day_drives=0, night_drives=0), calibration=replace(few, day_drives=0, night_drives=0))
    for count in (1, workers):
        print(f"{count} worker(s): {writing(short, count):5.1f} frames/s (left, right, thermal, label)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
