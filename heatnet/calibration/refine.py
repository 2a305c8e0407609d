"""From a coarse start to a fraction of a pixel: snap RGB edges to thermal edges, then least squares; again and again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from jaxtyping import Bool, Float, Int

from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View
from heatnet.calibration.snapping import Matches, distances, residuals, snap, tukey
from heatnet.calibration.unknowns import NAMES, SIZE, difference, moved
from heatnet.config import Refinement, Search

FREED = (("rx", "ry", "rz", "log fx", "log fy", "k1", "k2"), ("tx", "ty", "tz", "cx", "cy"), ("p1", "p2"))
"""What each window frees: in a wide one, shift and centre would trade against rotation (cx and yaw correlate at -0.999)."""


@dataclass(frozen=True)
class Step:
    """One iteration, for figures: the rig after it, its window, the residuals (px) that had weight, and their share."""

    rig: Rig
    window_px: float
    residual_px: float
    matched: float


Refiner = Callable[[Sequence[View], Rig, "Prior", Refinement, int], Iterator[Step]]
"""What leads from a coarse start to the end: ``refine`` (edge snapping), or ``costs.descend`` with one of its costs; the last
argument is the number of the window to begin with.
"""


@dataclass(frozen=True)
class Prior:
    """What the guess is worth: its rig, and the precision of a step from it (1 / variance, times a weight; 0 is no knowledge)."""

    rig: Rig
    precision: Float[np.ndarray, "14 14"]

    def cost(self, rig: Rig) -> float:
        """``d^T P d`` of the step d from the guess to a rig."""
        step = difference(rig, self.rig)
        return float(step @ self.precision @ step)


def prior_of(guess: Rig, search: Search, settings: Refinement) -> Prior:
    """Standard deviations of a data sheet and a tape measure as a prior; the rotation has none."""
    centre = search.centre * guess.thermal.width
    spread = {"tx": search.translation_m, "ty": search.translation_m, "tz": search.translation_m, "cx": centre, "cy": centre}
    spread |= dict.fromkeys(("k1", "k2"), settings.radial) | dict.fromkeys(("p1", "p2"), settings.tangential)
    precision = np.diag([1 / spread[name] ** 2 if name in spread else 0.0 for name in NAMES])
    both, apart = (np.isin(NAMES, ("log fx", "log fy")) * sign for sign in (0.5, np.where(np.array(NAMES) == "log fx", 1.0, -1.0)))
    precision += np.outer(both, both) / search.focal**2 + np.outer(apart, apart) / settings.aspect**2
    return Prior(guess, settings.prior * precision)


@dataclass(frozen=True)
class Normal:
    """Normal equations with one free shift for each group of edges, held to 0 by a ridge, and eliminated (Schur).

    A tone curve or a lamp's glow moves all edges of a kind to the same side; without the shift that would bend the rig.
    """

    hessian: Float[np.ndarray, "k k"]
    slope: Float[np.ndarray, "k"]
    mean: Float[np.ndarray, "groups k"]
    shift: Float[np.ndarray, "groups"]


def normal_equations(
    value: Float[np.ndarray, "n"], jacobian: Float[np.ndarray, "n k"], weight: Float[np.ndarray, "n"], group: Int[np.ndarray, "n"], ridge: float
) -> Normal:
    """Of ``sum_i w_i (value_i + jacobian_i step - shift_group(i))^2 + ridge sum_g shift_g^2``; ``shift`` is the best at step 0."""
    total = np.bincount(group, weight) + ridge
    mean = np.stack([np.bincount(group, weight * column) for column in jacobian.T], 1) / total[:, None]
    shift = np.bincount(group, weight * value) / total
    weighted = jacobian.T * weight
    return Normal(weighted @ jacobian - (mean.T * total) @ mean, weighted @ value - mean.T @ (total * shift), mean, shift)


def levenberg_marquardt(
    matches: Matches, rig: Rig, free: Bool[np.ndarray, "14"], width_px: float, prior: Prior, settings: Refinement
) -> tuple[Rig, Float[np.ndarray, "groups"]]:
    """A few damped least-squares steps (Marquardt 1963) of the free unknowns on fixed matches, reweighted at each; the groups' shifts.

    The window's width stands for the noise of one edge, against which the shifts and the prior are weighed.
    """
    damping, ridge, known = settings.damping, (width_px / settings.shift_px) ** 2, width_px**2 * prior.precision
    shift = np.zeros(int(matches.group.max()) + 1)
    for _ in range(settings.steps):
        value, jacobian = residuals(matches, rig)
        weight = matches.weight * tukey(value - shift[matches.group], width_px)
        normal = normal_equations(value, jacobian[:, free], weight, matches.group, ridge)
        hessian, slope = normal.hessian + known[np.ix_(free, free)], normal.slope + (known @ difference(rig, prior.rig))[free]
        step = np.zeros(SIZE)
        step[free] = -np.linalg.solve(hessian + damping * np.diag(np.diag(hessian)) + 1e-9 * np.eye(len(slope)), slope)
        tried = moved(rig, step)
        after = normal.shift + normal.mean @ step[free]
        costs = (
            _cost(left, moves, matches, width_px) + 3 * prior.cost(one)
            for left, moves, one in ((distances(matches, tried), after, tried), (value, shift, rig))
        )
        better = next(costs) < next(costs)
        rig, shift, damping = (tried, after, damping / 10) if better else (rig, shift, damping * 10)
    return rig, shift


def _cost(value: Float[np.ndarray, "n"], shift: Float[np.ndarray, "groups"], matches: Matches, width_px: float) -> float:
    """Tukey's loss of distances, weighted."""
    left = value - shift[matches.group]
    return float((matches.weight * (1 - np.maximum(1 - (left / width_px) ** 2, 0) ** 3)).sum())


def refine(views: Sequence[View], rig: Rig, prior: Prior, settings: Refinement, first: int = 0, only: Sequence[str] = NAMES) -> Iterator[Step]:
    """Snap and solve in shrinking windows from the ``first`` on: at first what is well determined, in the end all of ``only``."""
    for number, window_px in list(enumerate(settings.windows_px))[first:]:
        free = np.isin(NAMES, list(chain(*FREED[: number + 1]))) & np.isin(NAMES, only)
        thin = thinned(views, window_px, settings.samples)
        for _ in range(settings.rounds):
            matches = snap(thin, rig, window_px, settings.weakest)
            if len(matches.line) < 4 * SIZE:
                found = f"{len(matches.line)} RGB edges found a thermal edge within {window_px} px"
                raise ValueError(f"{found}, needed are {4 * SIZE}; check that the cameras see the same place")
            rig, shift = levenberg_marquardt(matches, rig, free, window_px, prior, settings)
            yield Step(rig, window_px, *_quality(matches, rig, shift, window_px))


def thinned(views: Sequence[View], window_px: float, samples: int) -> Sequence[View]:
    """The views with every second, third ... edge, so that about ``samples`` looks along normals suffice: wide windows are for a start."""
    stride = -(-round(sum(len(one.points) for one in views) * (4 * window_px + 3)) // samples)
    return views if stride < 2 else [replace(one, points=one.points[::stride], along=one.along[::stride]) for one in views]


def _quality(matches: Matches, rig: Rig, shift: Float[np.ndarray, "groups"], window_px: float) -> tuple[float, float]:
    """The weighted root mean square of the residuals (px), and the weights' sum over the edges in view."""
    value = distances(matches, rig) - shift[matches.group]
    weight = tukey(value, window_px)
    return float(np.sqrt((weight * value**2).sum() / weight.sum())), float(weight.sum() / matches.in_view.sum())
