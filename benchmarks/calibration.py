"""Calibration on rigs drawn at random, on streets never used for tuning: the error against the truth, the basin, the time.

``python benchmarks/calibration.py FOLDER [KIND [SECTION,...]]`` after ``benchmarks/calibration_rigs.py FOLDER``; kinds are ``final`` and ``dev``,
sections ``accuracy``, ``basin``, ``online``, ``late``, ``speed``. The reference of a speed is measured in the same run.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from calibration_rigs import knock, off, turn

from heatnet.calibration import align, stereo
from heatnet.calibration.camera import Camera, Rig
from heatnet.calibration.edges import View, views
from heatnet.calibration.error import Errors, errors
from heatnet.calibration.files import read_rig
from heatnet.calibration.online import retouch, watch
from heatnet.calibration.recordings import Pair, Recording, fitted, index
from heatnet.calibration.report import warnings
from heatnet.calibration.solver import solve
from heatnet.calibration.uncertainty import pixel_sigma
from heatnet.calibration.unknowns import difference
from heatnet.config import Calibration
from heatnet.pipeline.calibrate import settings


class Table:
    """Errors by task, and how many landed."""

    def __init__(self) -> None:
        """An empty table."""
        self.rows: dict[str, list[Errors]] = defaultdict(list)
        self.deviations: list[np.ndarray] = []
        self.notes: list[str] = []

    def show(self) -> None:
        """Print median and 90th percentile of each accuracy over the rigs."""
        print(f"{'task':28s} n  landed" + "".join(f"{name:>20s}" for name in ("median px", "p95 px", "deg", "mm", "focal %", "centre px")))
        for task, found in self.rows.items():
            numbers = np.array([list(asdict(error).values()) for error in found])
            cells = "".join(f"{np.median(column):11.3f} /{np.percentile(column, 90):7.3f}" for column in numbers.T)
            print(f"{task:28s} {len(found):2d} {(numbers[:, 0] < 1).sum():5d}  {cells}")
        if self.deviations:
            rms = np.sqrt(np.mean(np.square(self.deviations), axis=0))
            each = " ".join(f"{value:.2f}" for value in rms)
            print(f"normalised errors, root mean square of each unknown: {each} | all {np.sqrt((rms**2).mean()):.2f}")
        print("\n".join(self.notes), flush=True)


def moments(folder: Path) -> tuple[list[Recording], list[Recording]]:
    """Ten day recordings and twenty of the night."""
    return index(folder / "day"), index(folder / "night")


def prepared(recordings: Sequence[Recording], rig: Rig, params: Calibration) -> list[View]:
    """Views of recordings, named by their day or night."""
    pairs = [replace(one.load(), name=f"{one.left.parts[-3]} {one.left.stem}") for one in recordings]
    return views(pairs, rig, params)


def attempt(table: Table, task: str, seen: list[View], guess: Rig, truth: Rig, params: Calibration) -> None:
    """Calibrate and enter the error; a refusal is noted."""
    try:
        found = solve(seen, guess, params, np.random.default_rng(params.seed))
    except ValueError as refusal:
        table.notes.append(f"refused: {task}: {refusal}")
        return
    error = errors(found.rig, truth)
    table.rows[task].append(error)
    if task.startswith("20 frames"):
        table.deviations.append(difference(found.rig, truth) / np.sqrt(np.diag(found.covariance)))
    if task.startswith("half"):
        table.notes.append(f"half mismatched: named {len(found.dropped)} of 10, wrongly {sum('bad' not in name for name in found.dropped)}")
    if error.median_px > 1:
        table.notes.append(f"{task}: {error.median_px:.2f} px, expected {np.median(pixel_sigma(found.rig, found.covariance)):.2f} px")


def rig_of(folder: Path, pair: Pair) -> tuple[Rig, Rig]:
    """Truth and guess of a rig at the scale of its images."""
    return fitted(read_rig(folder / "truth.yaml"), pair), fitted(read_rig(folder / "rig.yaml", folder / "guess.yaml"), pair)


def accuracy(folders: Sequence[Path], params: Calibration) -> None:
    """Errors after 20, 5 and 1 frames, at night, and with spoilt recordings."""
    table = Table()
    for number, folder in enumerate(folders):
        day, night = moments(folder)
        truth, guess = rig_of(folder, day[0].load())
        seen = prepared([*day, *night], truth, params)
        mixed = seen[:20]
        few = [mixed[i] for i in (0, 5, 9, 10, 15)]
        shuffled = [bad(mixed, i) if i % 10 < 5 else one for i, one in enumerate(mixed)]
        long = replace(truth, left=longer(truth.left), right=longer(truth.right))
        tasks: dict[str, tuple[list[View], Rig]] = {"20 frames": (mixed, guess), "5 frames": (few, guess)}
        tasks |= {"1 frame, day": ([seen[number % 10]], guess), "1 frame, night": ([seen[10 + 2 * number % 20]], guess)}
        tasks |= {"night only, 20 frames": (seen[10:], guess), "half mismatched": (shuffled, guess)}
        tasks["RGB focal length 0.3 % off"] = (prepared([*day, *night[:10]], long, params), replace(guess, left=long.left, right=long.right))
        for task, (chosen, start) in tasks.items():
            attempt(table, task, chosen, start, truth, params)
        print(f"{folder.name} done", flush=True)
    table.show()


def longer(camera: Camera) -> Camera:
    """A camera whose focal length is believed 0.3 % longer."""
    return replace(camera, focal_px=(1.003 * camera.focal_px[0], 1.003 * camera.focal_px[1]))


def bad(seen: Sequence[View], number: int) -> View:
    """A view with the thermal image of another moment of the same drive."""
    return replace(seen[number], name=f"bad {seen[number].name}", gradient=seen[number // 5 * 5 + (number + 2) % 5].gradient)


def basin(folders: Sequence[Path], params: Calibration) -> None:
    """How many of 60 starts land (below half a pixel) with 10 frames."""
    for degrees, focal in ((4.0, 0.10), (8.0, 0.15)):
        landed, missed = 0, []
        for number, folder in enumerate(folders):
            day, night = moments(folder)
            truth, _ = rig_of(folder, day[0].load())
            seen = prepared([*day[::2], *night[:10:2]], truth, params)
            for start in range(-(-60 // len(folders))):
                guess = off(truth, np.random.default_rng((number, start)), degrees, focal, 0.05)
                try:
                    error = errors(solve(seen, guess, params, np.random.default_rng(params.seed)).rig, truth).median_px
                except ValueError:
                    error = float("inf")
                landed += error < 0.5
                missed += [f"{folder.name}/{start}: {error:.2f} px"] if error >= 0.5 else []
        print(f"{degrees:g} degrees, {100 * focal:g} %: {landed} of {-(-60 // len(folders)) * len(folders)} land {missed}", flush=True)


def online(folders: Sequence[Path], params: Calibration) -> None:
    """One frame after two degrees of drift, and drives on which the camera is knocked by half a degree half-way."""
    for domain, part in (("day", slice(0, 10, 2)), ("night", slice(10, 30, 4))):
        after, spent = [], []
        for number, folder in enumerate(folders):
            day, night = moments(folder)
            truth, _ = rig_of(folder, day[0].load())
            rng = np.random.default_rng(number)
            for view in prepared([*day, *night][part], truth, params):
                drifted = replace(truth, thermal_from_left=truth.thermal_from_left.copy())
                drifted.thermal_from_left[:3, :3] = turn(rng.normal(size=3), 2.0) @ truth.thermal_from_left[:3, :3]
                start = time.perf_counter()
                found = retouch([view], drifted, params, rng)
                spent.append(time.perf_counter() - start)
                after.append(errors(found, truth).median_px)
        good = sum(error < 0.5 for error in after)
        print(
            f"one frame, 2 degrees, {domain}: {good} of {len(after)} under 0.5 px, median {np.median(after):.3f} px, {1e3 * np.median(spent):.0f} ms"
        )
    for domain in ("day", "night"):
        folder = folders[0].parent / f"drive_knocked_{domain}"
        pairs = [one.load() for one in index(folder)]
        before, half = fitted(read_rig(folders[0] / "truth.yaml"), pairs[0]), len(pairs) // 2
        knocked = replace(before, thermal_from_left=knock(before.thermal_from_left, ("day", "night").index(domain)))
        steps = list(watch(views(pairs, before, params), before, params, np.random.default_rng(0)))
        noticed = [number - half for number, step in enumerate(steps) if step.noticed]
        worst = max(errors(step.rig, before).median_px for step in steps[:half])
        ends = f"{errors(before, knocked).median_px:.2f} px before, {errors(steps[-1].rig, knocked).median_px:.2f} px at the end"
        print(
            f"knocked by half a degree, {domain}: noticed after frames {noticed} (0 is the knock); {ends}; worst error before it {worst:.2f} px",
            flush=True,
        )


def late(folders: Sequence[Path], params: Calibration) -> None:
    """Drives whose thermal image is exposed 20 ms late: is it noticed?"""
    for domain in ("day", "night"):
        pairs = [one.load() for one in index(folders[0].parent / f"drive_late_{domain}")]
        truth, guess = rig_of(folders[0], pairs[0])
        found = solve(views(pairs, truth, params), guess, params, np.random.default_rng(0))
        shift = 1e3 * (found.rig.thermal_from_left[:3, 3] - truth.thermal_from_left[:3, 3])
        print(f"20 ms late, {domain}: translation off by {shift.round(0)} mm; said: {list(warnings(found, guess, params))}", flush=True)


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Median wall-clock seconds of a call, after one to warm up."""
    work()
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return float(np.median(spent))


def speed(folders: Sequence[Path], params: Calibration) -> None:
    """Seconds of a calibration from files, and frames a second of the alignment, beside stereo matching alone."""
    folder = folders[0]
    day, night = moments(folder)
    pair = day[0].load()
    truth, guess = rig_of(folder, pair)
    chosen = [*day, *night[:10]]
    whole = seconds(lambda: solve(prepared(chosen, guess, params), guess, params, np.random.default_rng(0)), 3)
    reference = seconds(lambda: [stereo.disparity(one.left, one.right, params.stereo) for one in (record.load() for record in chosen)], 3)
    print(f"20 frames from files: {whole:.1f} s; reading and matching them alone, on one thread: {reference:.1f} s")
    prior = align.typical_disparity([pair, pair], params)
    size = f"{pair.left.shape[1]}x{pair.left.shape[0]}"
    aligning = seconds(lambda: align.align(pair, prior, truth, params), 20)
    matching = seconds(lambda: stereo.disparity(pair.left, pair.right, params.stereo), 20)
    print(f"{size}: aligning {1 / aligning:.0f} frames/s on one thread; matching alone at this size {1 / matching:.0f} frames/s", flush=True)


def main() -> None:
    """Measure on one folder of rigs."""
    root = Path(sys.argv[1])
    kind = sys.argv[2] if len(sys.argv) > 2 else "final"
    sections = sys.argv[3].split(",") if len(sys.argv) > 3 else ["accuracy", "basin", "online", "late", "speed"]
    folders = sorted(root.glob(f"{kind}_*"))
    if not folders:
        raise SystemExit(f"{root}: no {kind}_* rigs; write them with benchmarks/calibration_rigs.py {root}")
    work = {"accuracy": accuracy, "basin": basin, "online": online, "late": late, "speed": speed}
    for section in sections:
        print(f"--- {section}, {len(folders)} {kind} rigs", flush=True)
        work[section](folders, settings())


if __name__ == "__main__":
    main()
