"""The calibration as a command: a folder of a user's own recordings in, a Kalibr camchain, a report and overlays out."""

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from jaxtyping import UInt8, UInt16

from heatnet.pipeline.profile import read_yaml

if TYPE_CHECKING:
    from heatnet.calibration.camera import Rig
    from heatnet.calibration.recordings import Pair
    from heatnet.calibration.solver import Found
    from heatnet.config import Calibration

Picture = UInt8[np.ndarray, "height width 3"]


def settings() -> "Calibration":
    """The numbers of the default profile, wherever the command is called."""
    from heatnet import config

    places = (Path(__file__).parents[2] / "params.yaml", Path(sysconfig.get_path("data")) / "share" / "heatnet" / "params.yaml")
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise ValueError(f"{places[1]}: no such file; install heatnet again (its params.yaml holds every number)")
    try:
        content = read_yaml(path)
    except ModuleNotFoundError as error:
        raise ValueError(f"{error.name} is not installed; pip install 'heatnet[pipeline]'") from error
    return config.parse(config.Calibration, content.get("calibration"), f"{path}: calibration")


def calibrate(folder: Path, rig: Path, guess: Path | None, out: Path, speeds: Path | None = None) -> int:
    """Calibrate from ``folder/{left,right,thermal}``; writes ``out``, and beside it a folder ``STEM_report``; 1 if not to be trusted."""
    from heatnet.calibration.checks import check_pairs
    from heatnet.calibration.files import write_rig
    from heatnet.calibration.recordings import fitted, index, load_all, spread
    from heatnet.calibration.report import doubts, lines
    from heatnet.calibration.stereo import check_rectified

    params = settings()
    moments = index(folder)
    pairs = load_all(spread(moments, params.command_frames))
    known = guesses(rig, guess, pairs[0], params)
    with _about(rig):
        check_rectified(known[0])
    with _about(folder):
        check_pairs(pairs, known[0], params.checks)
        found, start = _best(pairs, known, params, None if speeds is None else read_speeds(speeds))
    text = [f"{len(pairs)} of {len(moments)} moments of {folder}", *lines(found, fitted(start, pairs[0]), params)]
    write_rig(out, found.rig)
    report = out.with_name(f"{out.stem}_report")
    report.mkdir(parents=True, exist_ok=True)
    (report / "report.txt").write_text("\n".join(text) + "\n")
    overlays(report, pairs, found, params)
    print("\n".join([*text, f"calibration: {out}; report and overlays: {report}"]))
    return int(any(True for _ in doubts(found, params)))


@contextmanager
def _about(path: Path) -> Iterator[None]:
    """Puts the path that a refusal is about before it."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def guesses(rig: Path, guess: Path | None, pair: "Pair", params: "Calibration") -> list["Rig"]:
    """Rigs to start from: the guess; without one, cameras side by side with a few focal lengths."""
    from heatnet.calibration.camera import Camera, Rig
    from heatnet.calibration.files import read_chain, read_rig, read_stereo

    if guess is not None or "thermal" in read_chain(rig):
        return [read_rig(rig, guess)]
    height, width = pair.thermal.shape
    middle = ((width - 1) / 2, (height - 1) / 2)
    pinholes = [Camera(width, height, (share * width, share * width), middle) for share in params.search.unknown_focals]
    left, right, right_from_left = read_stereo(rig)
    return [Rig(left, right, pinhole, right_from_left, np.eye(4)) for pinhole in pinholes]


def read_speeds(path: Path) -> dict[str, float]:
    """The car's speed (m/s, ahead) by a frame's file name without suffix, from lines ``NAME,SPEED``."""
    try:
        rows = [line.split(",") for line in path.read_text().split()]
    except OSError as error:
        raise ValueError(f"{path}: {(error.strerror or 'cannot be read').lower()}; give lines NAME,SPEED with the speed in m/s") from error
    try:
        return {name: float(speed) for name, speed in rows}
    except ValueError:
        raise ValueError(f"{path}: expected lines NAME,SPEED with the speed in m/s and no heading") from None


def _best(pairs: list["Pair"], known: list["Rig"], params: "Calibration", speeds: dict[str, float] | None) -> tuple["Found", "Rig"]:
    """The calibration with the highest confidence of all starts, and its start; the last refusal when none succeeds."""
    from heatnet.calibration.solver import calibrate as solve

    found, refused = [], None
    for start in known:
        try:
            found.append((solve(pairs, start, params, np.random.default_rng(params.seed), speeds), start))
        except ValueError as error:
            refused = error
    if refused is not None and not found:
        raise refused
    return max(found, key=lambda one: one[0].confidence)


def overlays(report: Path, pairs: Iterable["Pair"], found: "Found", params: "Calibration") -> None:
    """For each frame the left image over its thermal image as seen from the left, half of each where both see; those left out apart."""
    from heatnet.calibration.align import align, typical_disparity

    taken = list(pairs)
    prior = typical_disparity(taken, params)
    with ThreadPoolExecutor() as pool:
        for pair, warped in zip(taken, pool.map(lambda pair: align(pair, prior, found.rig, params), taken), strict=True):
            place = report / ("overlays" if pair.name in found.frames else "left_out")
            place.mkdir(exist_ok=True)
            write_png(place / f"{pair.name}.png", overlay(pair.left, warped)[..., ::-1])


def overlay(left: Picture, warped: UInt16[np.ndarray, "height width"]) -> Picture:
    """The left image in grey, mixed with the thermal image in colours where that is valid."""
    grey = np.repeat(cv2.cvtColor(left, cv2.COLOR_RGB2GRAY)[..., None], 3, 2)
    if not (valid := warped > 0).any():
        return grey
    low, high = np.percentile(warped[valid], (1, 99))
    level = np.clip((warped - low) / max(high - low, 1) * 255, 0, 255).astype(np.uint8)
    colours = cv2.applyColorMap(level, cv2.COLORMAP_INFERNO)[..., ::-1]
    return np.where(valid[..., None], grey // 2 + colours // 2, grey).astype(np.uint8)


def write_png(path: Path, image: np.ndarray) -> None:
    """A PNG that appears whole or not at all."""
    done, encoded = cv2.imencode(".png", image)
    assert done
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(encoded.tobytes())
    os.replace(unfinished, path)


def align(folder: Path, calibration: Path, out: Path) -> int:
    """Warp every thermal image of ``folder/{left,right,thermal}`` into the left view: ``out/{fl_rgb,fl_ir_aligned}``."""
    from heatnet.calibration.align import align_all, folder_targets
    from heatnet.calibration.checks import check_pairs
    from heatnet.calibration.files import read_rig
    from heatnet.calibration.recordings import load_all, spread
    from heatnet.calibration.stereo import check_rectified

    params, rig = settings(), read_rig(calibration)
    with _about(calibration):
        check_rectified(rig)
    jobs = list(folder_targets(folder, out))
    with _about(folder):
        check_pairs(load_all(spread([job.recording for job in jobs], params.alignment.frames)), rig, params.checks)
    for number, _ in enumerate(align_all(jobs, rig, params), 1):
        print(f"\r{number} of {len(jobs)}", end="", file=sys.stderr)
    print(f"\n{len(jobs)} thermal images in the left view: {out / 'fl_ir_aligned'}", file=sys.stderr)
    return 0
