"""The street: labelled RGB-thermal frames a second, against the bare rays in the same run; flat cost, flat memory, workers.

``python benchmarks/street.py [WORKERS [FEW [MANY]]]`` (2, 100 and 10000 unless given; 10000 take a quarter of an hour) reads the default
profile's params.yaml and writes ``results/street_speed.md``: frames a second of its training drives, written, with 1, 2, 4 ... WORKERS
processes; CPU time a frame and peak memory of a process of its own that writes FEW and MANY frames; CPU time a frame near and far along an
endless drive; CPU time of the parts of a frame; and what a contended machine costs (wall over CPU time).
"""

import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
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
    """Frames a second (left, right, thermal, label), written; the start of the workers counts."""
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


def alone(street: Street, frames: int) -> tuple[float, float]:
    """``growth`` in a process of its own, whose peak memory nothing else has raised."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(growth, street, frames).result()


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


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A markdown table."""
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in (heads, ["---"] * len(heads), *rows)) + "\n"


def main(workers: int, few: int, many: int) -> None:
    """Measure, print and write the tables."""
    root = Path(__file__).parents[1]
    street = parse(Street, yaml.safe_load((root / "params.yaml").read_text())["street"], "params.yaml: street")
    begun, busy = time.perf_counter(), time.process_time()
    found = {domain: parts(street, domain) for domain in Domain}
    names, costs = [*found[Domain.DAY]], [(domain.value, *(f"{cost:.0f}" for cost in costs.values())) for domain, costs in found.items()]
    contended = (time.perf_counter() - begun) / (time.process_time() - busy)
    grown = [(frames, f"{cost:.1f}", f"{peak:.0f}") for frames in (few, many) for cost, peak in [alone(street, frames)]]
    along(street, 0.0)
    far = [(f"{distance_m / 1000:.0f}", f"{along(street, distance_m):.0f}") for distance_m in (0.0, 1e3, 1e4, 1e5)]
    none = replace(street.train, day_drives=0, night_drives=0)
    drives = replace(street, test=none, calibration=none, shared_drives=0)
    counts = sorted({*(2**k for k in range(workers.bit_length()) if 2**k <= workers), workers})
    rates = {count: writing(drives, count) for count in counts}
    speed = [(count, f"{rate:.1f}", f"{rate / rates[1]:.2f}") for count, rate in rates.items()]
    text = f"""# The simulator's speed

Written by `python benchmarks/street.py {workers} {few} {many}` on {os.cpu_count()} cores; wall time was {contended:.2f} times the CPU time
(1.0: the machine did nothing else).

The default's training drives (left, right, thermal, label), written; the start of the workers included:

{table(("workers", "frames a second", "against one worker"), speed)}
One process, frames of 160x120 in MF's layout:

{table(("frames", "CPU ms a frame", "peak memory, MB"), grown)}
Eleven frames of a drive, laid out anew, down the road:

{table(("km", "CPU ms a frame"), far)}
Parts of a frame, CPU ms (one frame of three cameras; its bare rays; one of two cameras; a new stretch of road, which serves eleven):

{table(("", *names), costs)}"""
    print(text)
    (root / "results" / "street_speed.md").write_text(text)


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    main(*given, *(2, 100, 10000)[len(given) :])
