"""Target-less calibration of the thermal camera against an RGB stereo pair: global search, then refinement.

The authors' words are "image gradient alignment maximisation" and "minimise the pixel-wise distance between such edges"
(HeatNet, section III); they gave no equation. Here the search maximises the alignment of gradients at a coarse scale, and
the refinement minimises the distance between edges.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from heatnet.calibration.alignment import landscape
from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View, views
from heatnet.calibration.recordings import Pair, fitted
from heatnet.calibration.refine import Step, chance, refine
from heatnet.calibration.search import search
from heatnet.config import Calibration


@dataclass(frozen=True)
class Found:
    """A calibration: the rig, how it was reached, and what is left over.

    ``searched`` are the rounds of the global search with their alignment, ``refined`` the steps after it; ``chance`` is the
    share of edges that would match if the images did not belong together.
    """

    rig: Rig
    searched: tuple[tuple[Rig, float], ...]
    refined: tuple[Step, ...]
    frames: tuple[str, ...]
    edges: int
    chance: float

    @property
    def residual_px(self) -> float:
        """Root mean square of the weighted distances between RGB and thermal edges (px of the thermal image)."""
        return self.refined[-1].residual_px

    @property
    def matched(self) -> float:
        """Share of the RGB edges in view that lie on a thermal edge (weights of the last step)."""
        return self.refined[-1].matched

    @property
    def confidence(self) -> float:
        """How many times more edges match than by chance: about 1 for nonsense."""
        return self.matched / max(self.chance, 1e-6)


def calibrate(pairs: Iterable[Pair], guess: Rig, settings: Calibration, rng: np.random.Generator) -> Found:
    """Recover pose, focal length, centre and distortion of the thermal camera from pairs; left and right stay as they are.

    The guess may be at another scale of the same images; the result has the scale of the images. Raises ``ValueError``
    for a pair of unrectified cameras, a blank thermal image, too few edges, or images that do not belong together.
    """
    taken = list(pairs)
    if not taken:
        raise ValueError("no recordings to calibrate from; give at least one stereo pair with a thermal image")
    rig = fitted(guess, taken[0])
    return solve(views(taken, rig, settings), rig, settings, rng)


def solve(seen: list[View], guess: Rig, settings: Calibration, rng: np.random.Generator) -> Found:
    """Search, then refine, on views at the resolution of the guess; a search that ends in nonsense is begun anew."""
    best = 0.0
    for _ in range(settings.search.tries):
        found = _attempt(seen, guess, settings, rng)
        if found.confidence >= settings.refinement.least_confidence:
            return found
        best = max(best, found.confidence)
    raise ValueError(
        f"RGB edges lie on thermal edges only {best:.1f} times as often as by chance (needed: {settings.refinement.least_confidence:g}); "
        "check that the images belong together and that the guess is within a few degrees"
    )


def _attempt(seen: list[View], guess: Rig, settings: Calibration, rng: np.random.Generator) -> Found:
    """One search and refinement, wherever they end."""
    shrink = max(1, round(guess.thermal.width / settings.search.width))
    scenes = [landscape(seen, shrink, blur_px, settings.search.edges, rng) for blur_px in settings.search.blurs_px]
    searched = tuple(search(scenes, guess, settings.search, rng))
    refined = tuple(refine(seen, searched[-1][0], settings.refinement))
    rig, names = refined[-1].rig, tuple(view.name for view in seen)
    return Found(rig, searched, refined, names, sum(len(view.points) for view in seen), chance(seen, rig, settings.refinement))
