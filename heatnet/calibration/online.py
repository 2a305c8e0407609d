"""Online: the camera's rotation again from a few recent frames, and a watch over a drive for a camera that was knocked."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from heatnet.calibration.alignment import alignments, landscape
from heatnet.calibration.belonging import belonging, gain
from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View
from heatnet.calibration.error import reprojection
from heatnet.calibration.refine import prior_of, refine
from heatnet.calibration.unknowns import SIZE, difference, moved
from heatnet.config import Calibration

ROTATION = ("rx", "ry", "rz")


@dataclass(frozen=True)
class Watched:
    """After a frame of a drive: the rig to use, how far (degrees) this frame alone would turn it, and whether a knock was noticed."""

    rig: Rig
    turn_deg: float
    noticed: bool


def retouch(views: Sequence[View], rig: Rig, settings: Calibration, rng: np.random.Generator) -> Rig:
    """The rig with its thermal camera turned to fit one to five recent views; the rig itself when no turn surely fits them better.

    Most turns are small, so it is refined from where the camera was, then from searches until the views surely belong together or
    two refinements end in one place; kept is by which they belong most. A step that hardly moves the image (median, px) is a frame's
    own error, which falls with their number's root.
    """
    online, best, most, ends = settings.online, rig, settings.refinement.least_frame, list[Rig]()
    sure = max(online.sure[view.night] for view in views)
    for number in range(1 + online.tries):
        found = _fitted(views, rig if number == 0 else _turned(views, rig, settings, rng), rig, settings)
        if found is None:
            continue
        times = float(np.median(list(belonging(list(views), found, settings).values())))
        twice = times >= most and any(np.median(reprojection(found, end, 32)) < online.still_px for end in ends)
        best, most = max((found, times), (best, most), key=lambda one: one[1])
        ends.append(found)
        if twice or most >= sure:
            break
    moves = float(np.median(reprojection(best, rig, 32))) > online.still_px / np.sqrt(len(views))
    return best if moves and gain(views, rig, best, settings.refinement) > online.gain else rig


def _fitted(views: Sequence[View], start: Rig, rig: Rig, settings: Calibration) -> Rig | None:
    """The rig turned by a refinement from a start, wherever it ends; nothing when too few edges match."""
    quick = replace(settings.refinement, samples=settings.online.samples, rounds=settings.online.refinements)
    prior, first = prior_of(rig, settings.search, quick), len(quick.windows_px) - settings.online.windows
    try:
        return list(refine(views, start, prior, quick, first, ROTATION))[-1].rig
    except ValueError:
        return None


def _turned(views: Sequence[View], rig: Rig, settings: Calibration, rng: np.random.Generator) -> Rig:
    """The best of random turns at a coarse scale (the cross-entropy method, as ``search``)."""
    online, shrink = settings.online, max(1, round(rig.thermal.width / settings.online.width))
    scene = landscape(views, shrink, online.blur_px, online.edges, rng)
    usual = np.radians(online.rotation_deg)
    mean, sigma = np.zeros(3), np.full(3, usual)
    for _ in range(online.rounds):
        turns = np.concatenate([mean[None], rng.normal(mean, sigma, (online.candidates, 3))])
        scores = alignments(scene, rig, np.pad(turns, ((0, 0), (0, SIZE - 3))))
        scores -= settings.search.prior[-1] * ((turns / usual) ** 2).sum(1) / 2
        best = turns[np.argsort(-scores)[: online.elite]]
        mean, sigma = best.mean(0), best.std(0) + 1e-4
    return moved(rig, _step(mean))


def _step(turn: np.ndarray) -> np.ndarray:
    """A step that only turns."""
    return np.concatenate([turn, np.zeros(SIZE - 3)])


def watch(views: Iterable[View], rig: Rig, settings: Calibration, rng: np.random.Generator) -> Iterator[Watched]:
    """Follow a drive; when most recent frames alone would turn the camera alike, it was knocked, and these set it right together.

    Frames from before the knock would hold it back and are left out; when as many frames have followed as are remembered, all of them
    set it right once more.
    """
    recent: deque[tuple[View, np.ndarray]] = deque(maxlen=settings.online.frames)
    again = False
    for view in views:
        step = difference(retouch([view], rig, settings, rng), rig)[:3]
        recent.append((view, step))
        full = len(recent) == settings.online.frames
        typical = np.median([one for _, one in recent], axis=0)
        alike = [one for one, turn in recent if _degrees(turn - typical) < _degrees(typical) / 2]
        noticed = full and _degrees(typical) > settings.online.noticed_deg and 2 * len(alike) > len(recent)
        if noticed or (full and again):
            rig = retouch(alike if noticed else [one for one, _ in recent], rig, settings, rng)
            again = noticed
            recent.clear()
        yield Watched(rig, _degrees(step), noticed)


def _degrees(turn: np.ndarray) -> float:
    """The size of a small rotation."""
    return float(np.degrees(np.linalg.norm(turn)))
