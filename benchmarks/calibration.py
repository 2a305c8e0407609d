"""Calibration on rigs drawn at random, on streets never used for tuning: the error against the truth, the basin, the time.

``python benchmarks/calibration.py FOLDER [KIND [SECTION,...]]`` after ``benchmarks/calibration_rigs.py FOLDER``; kinds are ``fresh``, ``final`` and
``dev``, sections ``accuracy``, ``basin``, ``far``, ``costs``, ``online``, ``late``, ``speed``. What ``fresh`` gives is written to
``results/calibration.md``. The reference of a speed is measured in the same run.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from calibration_drives import late, online, speed
from calibration_rigs import off
from calibration_table import LANDED_PX, Table, described, moments, prepared, publish, rig_of, together

from heatnet.calibration.camera import Camera, Rig
from heatnet.calibration.costs import REFINERS
from heatnet.calibration.edges import View
from heatnet.calibration.error import DEPTHS_M, errors
from heatnet.calibration.report import doubts
from heatnet.calibration.solver import solve
from heatnet.calibration.uncertainty import pixel_sigma
from heatnet.calibration.unknowns import difference, in_view, to_thermal
from heatnet.config import Calibration
from heatnet.pipeline.calibrate import settings

TASKS = ("20 frames", "5 frames", "1 frame, day", "1 frame, night", "night only, 20 frames", "half mismatched", "RGB focal length 0.3 % off")
EITHER = "1 frame, day or night"
POOLED = ("20 frames", "5 frames", "night only, 20 frames")
"""Fits whose errors over their deviations must have unit variance."""


def attempt(table: Table, task: str, seen: list[View], guess: Rig, truth: Rig, params: Calibration) -> Rig | None:
    """Calibrate and enter the error; a refusal is entered as infinite."""
    try:
        found = solve(seen, guess, params, np.random.default_rng(params.seed))
    except ValueError as refusal:
        table.refuse(task, str(refusal))
        return None
    error, trusted = errors(found.rig, truth), not any(True for _ in doubts(found, params))
    table.enter(task, error, trusted)
    if task in POOLED and error.median_px < LANDED_PX:
        table.deviations[task].append(difference(found.rig, truth) / np.sqrt(np.diag(found.covariance)))
    if task.startswith("half"):
        bad = [view.name for view in seen if view.name.startswith("bad")]
        table.notes.append(f"half mismatched: named {len(set(bad) & set(found.dropped))} of {len(bad)}, wrongly {len(set(found.dropped) - set(bad))}")
    if error.median_px >= LANDED_PX and not task.startswith("RGB"):
        expected = np.median(pixel_sigma(found.rig, found.covariance))
        table.notes.append(f"{task}: {error.median_px:.2f} px, expected {expected:.2f} px, {'trusted' if trusted else 'not trusted'}")
    return found.rig


def accuracy(folders: Sequence[Path], params: Calibration) -> str:
    """Errors after 20, 5 and 1 frames (three by day and three by night of each rig), at night, and with spoilt recordings."""
    table = together(one_rig, folders, params)
    for part in (table.rows, table.trusted):
        part[EITHER] = [*part[TASKS[2]], *part[TASKS[3]]]
    table.tasks = (*TASKS[:4], EITHER, *TASKS[4:])
    found = [error.median_px for error in table.rows[EITHER] if np.isfinite(error.median_px)]
    table.notes.insert(0, f"{EITHER}: {len(table.rows[EITHER]) - len(found)} refused, the others off by at most {max(found):.2f} px")
    return table.text()


def one_rig(number: int, folder: Path, params: Calibration) -> Table:
    """All tasks on one rig."""
    table = Table(TASKS)
    day, night = moments(folder)
    truth, guess = rig_of(folder, day[0].load())
    seen = prepared([*day, *night], truth, params)
    mixed = seen[:20]
    few = [mixed[i] for i in (0, 5, 9, 10, 15)]
    shuffled = [bad(mixed, i) if i % 10 < 5 else one for i, one in enumerate(mixed)]
    long = replace(truth, left=longer(truth.left), right=longer(truth.right))
    days, nights = ([seen[start + (step * number + 3 * step * k) % (10 * step)] for k in range(3)] for start, step in ((0, 1), (10, 2)))
    chosen = ([mixed], [few], [[one] for one in days], [[one] for one in nights], [seen[10:]], [shuffled])
    for task, fits in zip(TASKS, chosen, strict=False):
        for views in fits:
            attempt(table, task, views, guess, truth, params)
    stretched = prepared([*day, *night[:10]], long, params)
    found = attempt(table, TASKS[-1], stretched, replace(guess, left=long.left, right=long.right), truth, params)
    if found is not None:
        table.notes.append(f"RGB focal length 0.3 % off, used with that same pair: {with_its_pair(found, truth):.3f} px")
    return table


def longer(camera: Camera) -> Camera:
    """A camera whose focal length is believed 0.3 % longer."""
    return replace(camera, focal_px=(1.003 * camera.focal_px[0], 1.003 * camera.focal_px[1]))


def with_its_pair(found: Rig, truth: Rig) -> float:
    """Median distance (px) from true thermal pixels to where left pixels fall by the rays and depths of the pair that was believed."""
    u, v = np.meshgrid(np.arange(0, truth.left.width, 8.0), np.arange(0, truth.left.height, 8.0))
    pixels = np.stack([u.ravel(), v.ravel()], 1)
    true, believed = (np.concatenate([one.left.unproject(pixels) * d for d in DEPTHS_M]) for one in (truth, found))
    there = truth.thermal.project(to_thermal(truth, true))
    seen = in_view(truth.thermal, to_thermal(truth, true), there, 0)
    deeper = found.left.focal_px[0] / truth.left.focal_px[0]
    return float(np.median(np.linalg.norm(found.thermal.project(to_thermal(found, deeper * believed[seen])) - there[seen], axis=1)))


def bad(seen: Sequence[View], number: int) -> View:
    """A view with the thermal image of another moment of the same drive."""
    return replace(seen[number], name=f"bad {seen[number].name}", gradient=seen[number // 5 * 5 + (number + 2) % 5].gradient)


def basin(folders: Sequence[Path], params: Calibration) -> str:
    """How many of 60 starts land with 10 frames: off by 4 degrees, 10 % in focal length, 5 cm."""
    return together(partial(starts, -(-60 // len(folders)), 4.0, 0.10), folders, params).text()


def far(folders: Sequence[Path], params: Calibration) -> str:
    """How many of 60 starts land with 10 frames: off by 8 degrees, 15 % in focal length, 5 cm."""
    return together(partial(starts, -(-60 // len(folders)), 8.0, 0.15), folders, params).text()


def starts(count: int, degrees: float, focal: float, number: int, folder: Path, params: Calibration) -> Table:
    """Fits of 10 frames from starts in random directions, and what is said of those that do not land."""
    table = Table((f"{degrees:g} degrees, {100 * focal:g} %",))
    day, night = moments(folder)
    truth, _ = rig_of(folder, day[0].load())
    seen = prepared([*day[::2], *night[:10:2]], truth, params)
    for start in range(count):
        guess = off(truth, np.random.default_rng((number, start)), degrees, focal, 0.05)
        attempt(table, table.tasks[0], seen, guess, truth, params)
    return table


def costs(folders: Sequence[Path], params: Calibration) -> str:
    """Edge snapping beside the authors' two wordings: the same 10 frames, the same search, another refinement."""
    return together(refined, folders, params).text()


def refined(number: int, folder: Path, params: Calibration) -> Table:
    """One rig by each refinement."""
    table = Table(tuple(REFINERS))
    day, night = moments(folder)
    truth, guess = rig_of(folder, day[0].load())
    seen = prepared([*day[::2], *night[:10:2]], truth, params)
    for name, refiner in REFINERS.items():
        start = time.process_time()
        try:
            found = solve(seen, guess, params, np.random.default_rng(params.seed), refiner)
            table.enter(name, errors(found.rig, truth), not any(True for _ in doubts(found, params)))
        except ValueError as refusal:
            table.refuse(name, str(refusal))
        if number == 0:
            table.notes.append(f"{name}: {time.process_time() - start:.1f} s of processor time for search and refinement")
    return table


def main() -> None:
    """Measure on one folder of rigs."""
    root = Path(sys.argv[1])
    kind = sys.argv[2] if len(sys.argv) > 2 else "fresh"
    work = {"accuracy": accuracy, "basin": basin, "far": far, "costs": costs, "online": online, "late": late, "speed": speed}
    sections = sys.argv[3].split(",") if len(sys.argv) > 3 else list(work)
    folders = sorted(root.glob(f"{kind}_*"))
    if not folders:
        raise SystemExit(f"{root}: no {kind}_* rigs; write them with benchmarks/calibration_rigs.py {root}")
    for section in sections:
        print(f"--- {section}, {len(folders)} {kind} rigs", flush=True)
        text = work[section](folders, settings())
        print(text, flush=True)
        if kind == "fresh":
            publish(section, described(work[section].__doc__, kind, len(folders), section), text)


if __name__ == "__main__":
    main()
