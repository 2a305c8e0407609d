"""Target-less calibration of the thermal camera against an RGB stereo pair: global search, then refinement.

The authors' words are "image gradient alignment maximisation" and "minimise the pixel-wise distance between such edges"
(HeatNet, section III); they gave no equation. Here the search maximises the alignment of gradients at a coarse scale, and
the refinement minimises the distance between edges.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from heatnet.calibration.alignment import landscape
from heatnet.calibration.belonging import belonging
from heatnet.calibration.camera import Rig
from heatnet.calibration.delay import Delay, estimate, told
from heatnet.calibration.edges import View, blank, views
from heatnet.calibration.error import reprojection
from heatnet.calibration.recordings import Pair, fitted
from heatnet.calibration.refine import Prior, Refiner, Step, prior_of, refine
from heatnet.calibration.search import search
from heatnet.calibration.uncertainty import covariance
from heatnet.calibration.unknowns import SIZE
from heatnet.config import Calibration

Path = tuple[tuple[Rig, float], ...]
"""The rig after each round of a search, and its score."""


@dataclass(frozen=True)
class Found:
    """A calibration: the rig, how it was reached, and what is left over.

    ``searched`` are the rounds of the global search with their scores, ``refined`` the steps after it; ``frames`` are those
    used, ``dropped`` those whose thermal image does not belong to its pair, each with how many times more of its edges match
    than by chance. ``covariance`` is that of a step of the fourteen unknowns (see ``unknowns``), ``pull`` the step by which the
    guess moved the result from where the recordings alone would have it; both suppose edge snapping. ``reached`` of ``searches`` ended
    at the result, which lies ``far`` squared standard deviations from the guess in all. ``blank`` names the frames
    whose thermal image shows nothing, ``late`` is the thermal camera's delay where speeds were given.
    """

    rig: Rig
    searched: Path
    refined: tuple[Step, ...]
    frames: dict[str, float]
    dropped: dict[str, float]
    edges: int
    confidence: float
    covariance: Float[np.ndarray, "14 14"]
    pull: Float[np.ndarray, "14"]
    reached: int = 0
    searches: int = 0
    far: float = 0.0
    blank: tuple[str, ...] = ()
    late: Delay | None = None

    @property
    def residual_px(self) -> float:
        """Root mean square of the weighted distances between RGB and thermal edges (px of the thermal image)."""
        return self.refined[-1].residual_px

    @property
    def matched(self) -> float:
        """Share of the RGB edges in view that lie on a thermal edge (weights of the last step)."""
        return self.refined[-1].matched


def calibrate(pairs: Iterable[Pair], guess: Rig, settings: Calibration, rng: np.random.Generator, speeds: Mapping[str, float] | None = None) -> Found:
    """Recover pose, focal length, centre and distortion of the thermal camera from pairs; left and right stay as they are.

    The guess may be at another scale of the same images; the result has the scale of the images. With the car's speed (m/s) by the
    pairs' names a delay of the thermal images is estimated, and taken into account when the recordings tell it. Raises ``ValueError``
    for a pair of unrectified cameras, nothing but blank thermal images, too few edges, or images that do not belong together.
    """
    taken = list(pairs)
    if not taken:
        raise ValueError("no recordings to calibrate from; give at least one stereo pair with a thermal image")
    rig = fitted(guess, taken[0])
    shut = [pair for pair in taken if blank(pair, settings.edges)]
    if len(shut) == len(taken):
        raise ValueError(f"all {len(shut)} thermal images are blank ({shut[0].name} first); was the shutter closed, or the lens covered?")
    seen = views([pair for pair in taken if not blank(pair, settings.edges)], rig, settings)
    found = replace(solve(seen, rig, settings, rng), blank=tuple(pair.name for pair in shut))
    return found if speeds is None else timed(found, [view for view in seen if view.name in found.frames], speeds, rig, settings)


def timed(found: Found, used: list[View], speeds: Mapping[str, float], guess: Rig, settings: Calibration) -> Found:
    """The same with the delay of its thermal images, and with the rig that is right for it when the frames tell one."""
    late = estimate(used, speeds, found.rig, prior_of(guess, settings.search, settings.refinement), settings)
    return replace(found, late=late, rig=late.rig, covariance=late.covariance) if told(late, settings) else replace(found, late=late)


def solve(seen: list[View], guess: Rig, settings: Calibration, rng: np.random.Generator, refiner: Refiner = refine) -> Found:
    """Search and refine until two searches end in one plausible place, on views at the resolution of the guess; kept is what fits most edges.

    Wrong optima are many, so two searches hardly share one. Raises ``ValueError`` when none fits better than by chance.
    """
    if twice := sorted(name for name, times in Counter(view.name for view in seen).items() if times > 1):
        raise ValueError(f"{len(twice)} names occur twice among the frames ({twice[0]} first); give each frame a name of its own")
    paths: list[Path] = []
    tried: list[Found] = []
    prior, least = prior_of(guess, settings.search, settings.refinement), settings.refinement.least_confidence
    for new in _searches(seen, guess, settings, rng):
        paths += new
        of_this_way: list[Found] = []  # scores of another way have another prior
        for path in sorted(new, key=lambda path: -path[-1][1]):
            if not any(_near(one.rig, path, settings) for one in of_this_way):
                of_this_way.append(_refined(seen, path, prior, settings, refiner))
        tried += of_this_way
        best = max(tried, key=lambda one: sum(one.frames.values()))
        reached = sum(_near(best.rig, path, settings) for path in paths)
        far = prior.cost(best.rig) / settings.refinement.prior
        if reached > 1 and best.confidence >= least and far <= settings.uncertainty.plausible:
            break
    if best.confidence < least:
        raise ValueError(
            f"RGB edges lie on thermal edges only {best.confidence:.1f} times as often as by chance (needed: {least:g}); "
            "check that the images belong together and that the guess is within a few degrees"
        )
    used = [view for view in seen if view.name in best.frames]
    spread, pull = covariance(used, best.rig, prior, settings.refinement, settings.uncertainty)
    return replace(best, covariance=spread, pull=pull, reached=reached, searches=len(paths), far=far)


def _searches(seen: list[View], guess: Rig, settings: Calibration, rng: np.random.Generator) -> Iterator[list[Path]]:
    """The ways of independent searches, two at a time: from the guess, then from longer and shorter focal lengths, less tied to them.

    A focal length that is far off offers a wrong optimum to every search that begins there; one nearer to the truth does not.
    """
    shrink = max(1, round(guess.thermal.width / settings.search.width))
    scenes = [landscape(seen, shrink, blur_px, settings.search.edges, rng) for blur_px in settings.search.blurs_px]
    first, loose = settings.search, replace(settings.search, prior=tuple(settings.search.loose * weight for weight in settings.search.prior))
    with ThreadPoolExecutor() as pool:
        for number in range(settings.search.tries):
            how, factors = (loose, settings.search.focals) if number else (first, (1.0, 1.0))
            yield list(pool.map(lambda factor, one, how=how: tuple(search(scenes, _longer(guess, factor), how, one)), factors, rng.spawn(2)))


def _longer(rig: Rig, factor: float) -> Rig:
    """A rig whose thermal camera has this many times the focal length."""
    return replace(rig, thermal=replace(rig.thermal, focal_px=(factor * rig.thermal.focal_px[0], factor * rig.thermal.focal_px[1])))


def _near(rig: Rig, path: Path, settings: Calibration) -> bool:
    """Whether a search ended at a rig."""
    return bool(np.median(reprojection(path[-1][0], rig, 32)) <= settings.search.agree_px)


def _refined(seen: list[View], searched: Path, prior: Prior, settings: Calibration, refiner: Refiner) -> Found:
    """The better refinement of a search's end: in narrow windows, and in wide ones when by those nothing matches or it has gone far.

    Most searches end within a narrow window of the result; a wide one then only offers more clutter.
    """
    narrow = settings.refinement.narrow
    found = _descended(seen, searched, prior, settings, refiner, narrow)
    gone_px = float(np.median(reprojection(found.rig, searched[-1][0], 32)))
    if found.confidence >= settings.refinement.least_confidence and gone_px <= settings.refinement.windows_px[narrow]:
        return found
    wide = _descended(seen, searched, prior, settings, refiner, 0)
    return max(found, wide, key=lambda one: sum(one.frames.values()))


def _descended(seen: list[View], searched: Path, prior: Prior, settings: Calibration, refiner: Refiner, first: int) -> Found:
    """A refinement from the ``first`` window on; frames that do not belong are left out of the last rounds."""
    refined = tuple(refiner(seen, searched[-1][0], prior, settings.refinement, first))
    times = belonging(seen, refined[-1].rig, settings)
    dropped = {name: ratio for name, ratio in times.items() if ratio < settings.refinement.least_frame}
    if 0 < len(dropped) < len(seen):
        seen = [view for view in seen if view.name not in dropped]
        refined += tuple(refiner(seen, refined[-1].rig, prior, settings.refinement, len(settings.refinement.windows_px) - 2))
        times = belonging(seen, refined[-1].rig, settings)
    confidence = float(np.median(list(times.values())))
    edges = sum(len(view.points) for view in seen)
    dropped = {name: ratio for name, ratio in dropped.items() if name not in times}
    return Found(refined[-1].rig, searched, refined, times, dropped, edges, confidence, np.zeros((SIZE, SIZE)), np.zeros(SIZE))
