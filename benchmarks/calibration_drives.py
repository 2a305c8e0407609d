"""The calibration's benchmarks that need more than one fit a rig: online, clocks that differ, and the time it takes."""

import contextlib
import io
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from calibration_rigs import knock, turn
from calibration_table import LANDED_PX, moments, named, prepared, rig_of

from heatnet.calibration import align, stereo
from heatnet.calibration.camera import Rig
from heatnet.calibration.delay import words
from heatnet.calibration.edges import view
from heatnet.calibration.error import errors
from heatnet.calibration.files import read_rig
from heatnet.calibration.online import retouch, watch
from heatnet.calibration.recordings import Recording, fitted, index
from heatnet.calibration.report import warnings
from heatnet.calibration.solver import calibrate, solve
from heatnet.config import Calibration
from heatnet.pipeline import calibrate as command
from heatnet.taxonomy import Domain

DRIFTS_DEG = (2.0, 0.5, 0.1, 0.0)


def turned(rig: Rig, rotation: np.ndarray) -> Rig:
    """A rig whose thermal camera is turned."""
    pose = rig.thermal_from_left.copy()
    pose[:3, :3] = rotation @ pose[:3, :3]
    return replace(rig, thermal_from_left=pose)


def online(folders: Sequence[Path], params: Calibration) -> str:
    """One frame after the camera has turned, starting from a calibration of 20 other frames; then drives on which it is knocked half-way."""
    after: dict[tuple[str, float], list[tuple[float, float]]] = {}
    spent: dict[str, list[float]] = {"day": [], "night": []}
    for number, folder in enumerate(folders):
        day, night = moments(folder)
        truth, guess = rig_of(folder, day[0].load())
        rng = np.random.default_rng(number)
        found = solve(prepared([*day[1::2], *night[1::2]], truth, params), guess, params, np.random.default_rng(params.seed)).rig
        for domain, recordings in (("day", day[0:10:2]), ("night", night[0:20:4])):
            for pair in map(named, recordings):
                start = time.process_time()
                seen = view(pair, truth, params, quick=True)
                prepared_s = time.process_time() - start
                for drift_deg in DRIFTS_DEG:
                    rig = turned(found, turn(rng.normal(size=3), drift_deg))
                    start = time.process_time()
                    better = retouch([seen], rig, params, rng)
                    spent[domain].append(prepared_s + time.process_time() - start)
                    after.setdefault((domain, drift_deg), []).append((errors(rig, truth).median_px, errors(better, truth).median_px))
    lines = ["| one frame | drift | before | after, median / 90th percentile | landed | worse than before |", "|---|---|---|---|---|---|"]
    for (domain, drift_deg), pairs in after.items():
        before, now = np.array(pairs).T
        cells = f"{np.median(before):.2f} px | {np.median(now):.3f} / {np.quantile(now, 0.9):.3f} px"
        lines.append(f"| {domain} | {drift_deg:g} deg | {cells} | {(now < LANDED_PX).sum()} of {len(now)} | {(now > before + 1e-9).sum()} |")
    times = ", ".join(f"{domain} {1e3 * np.median(seconds):.0f} ms" for domain, seconds in spent.items())
    knocks = [knocked(folders, domain, params) for domain in ("day", "night")]
    return "\n".join([*lines, f"\nPreparing the view and refining, median processor time: {times}.", *knocks])


def knocked(folders: Sequence[Path], domain: str, params: Calibration) -> str:
    """A drive on which the camera is knocked half-way, starting from a calibration of the rig's own 20 frames."""
    kind = folders[0].name.split("_")[0]
    pairs = [one.load() for one in index(folders[0].parent / f"drive_{kind}_knocked_{domain}")]
    day, night = moments(folders[0])
    before, guess = rig_of(folders[0], pairs[0])
    found = solve(prepared([*day, *night[:10]], before, params), guess, params, np.random.default_rng(params.seed)).rig
    half, after = len(pairs) // 2, replace(before, thermal_from_left=knock(before.thermal_from_left, ("day", "night").index(domain)))
    seen = (view(pair, before, params, quick=True) for pair in pairs)
    steps = list(watch(seen, found, params, np.random.default_rng(0)))
    noticed = [number - half + 1 for number, step in enumerate(steps) if step.noticed]
    ahead = [errors(step.rig, before).median_px for step in steps[:half]]
    behind = [errors(step.rig, after).median_px for step in steps[half:]]
    good = next((number + 1 for number in range(half) if max(behind[number:]) < LANDED_PX), None)
    ends = f"{errors(found, after).median_px:.2f} px before correction, {behind[-1]:.3f} px at the end"
    return (
        f"- knocked by half a degree, {domain}: noticed at frames {noticed} after it, below {LANDED_PX:g} px from frame {good} on; {ends}; "
        f"before the knock from {errors(found, before).median_px:.3f} px to at worst {max(ahead):.3f} px"
    )


def late(folders: Sequence[Path], params: Calibration) -> str:
    """Drives whose thermal image is exposed 20 ms late: what is said of one drive at one speed, and of it beside 10 frames of a standing car."""
    kind, lines = folders[0].name.split("_")[0], []
    for domain in Domain:
        drive = folders[0].parent / f"drive_{kind}_late_{domain.value}"
        pairs, speeds = [one.load() for one in index(drive)], command.read_speeds(drive / "speeds.csv")
        truth, guess = rig_of(folders[0], pairs[0])
        ours = speeds[pairs[0].name]
        day, night = moments(folders[0])
        standing = [named(one) for one in (*day[::2], *night[:10:2])]
        speeds |= dict.fromkeys((pair.name for pair in standing), 0.0)
        for title, taken in (("alone", pairs), ("with 10 frames of a standing car", [*pairs[::2], *standing])):
            found = calibrate(taken, guess, params, np.random.default_rng(0), speeds)
            shift = (1e3 * (found.rig.thermal_from_left[:3, 3] - truth.thermal_from_left[:3, 3])).round(0).tolist()
            said = "; ".join([*warnings(found, guess, params), "" if found.late is None else words(found.late, params)])
            error = errors(found.rig, truth).median_px
            lines.append(f"- 20 ms late at {ours:.1f} m/s, {domain.value}, {title}: {error:.2f} px, translation off by {shift} mm; said: {said}")
    return "\n".join(lines)


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Median wall-clock seconds of a call, after one to warm up."""
    work()
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        spent.append(time.perf_counter() - start)
    return float(np.median(spent))


def speed(folders: Sequence[Path], params: Calibration) -> str:
    """The command on a folder of 20 frames, from PNG files to the file, and the alignment's frames a second, beside reading and matching alone."""
    folder = folders[0]
    day, night = moments(folder)
    chosen, pair = [*day, *night[:10]], day[0].load()
    truth = fitted(read_rig(folder / "truth.yaml"), pair)
    with TemporaryDirectory() as place:
        root, written, processor = Path(place), [], []

        def whole() -> None:
            start, used = time.time(), time.process_time()
            with contextlib.redirect_stdout(io.StringIO()):
                command.calibrate(root, folder / "rig.yaml", folder / "guess.yaml", root / "found.yaml")
            written.append((root / "found.yaml").stat().st_mtime - start)
            processor.append(time.process_time() - used)

        gather(chosen, root)
        altogether = seconds(whole, 3)
    reference = seconds(lambda: [stereo.disparity(one.left, one.right, params.stereo) for one in (record.load() for record in chosen)], 3)
    prior = align.typical_disparity([pair, pair], params)
    aligning = seconds(lambda: align.align(pair, prior, truth, params), 20)
    matching = seconds(lambda: stereo.disparity(pair.left, pair.right, params.stereo), 20)
    cores, load = os.cpu_count(), os.getloadavg()[0]
    return (
        f"- `heatnet calibrate`, 20 frames: {np.median(written[1:]):.1f} s from PNG files to the file, {altogether:.1f} s with report and overlays "
        f"({np.median(processor):.1f} s of processor time, which depends less on the load); "
        f"reading and matching alone, on one thread: {reference:.1f} s ({cores} cores, load {load:.1f})\n"
        f"- {pair.left.shape[1]}x{pair.left.shape[0]}: aligning {1 / aligning:.0f} frames/s on one thread; matching alone {1 / matching:.0f} frames/s"
    )


def gather(recordings: Sequence[Recording], root: Path) -> None:
    """Recordings of several folders as one."""
    for number, recording in enumerate(recordings):
        for camera in ("left", "right", "thermal"):
            (root / camera).mkdir(exist_ok=True)
            (root / camera / f"{number:02d}.png").symlink_to(getattr(recording, camera).resolve())
