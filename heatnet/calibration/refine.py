"""From a coarse start to a fraction of a pixel: snap RGB edges to thermal edges, then least squares; again and again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from jaxtyping import Bool, Float, Float32, Int

from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View, sample
from heatnet.calibration.unknowns import NAMES, SIZE, difference, differentiate, in_view, moved, to_thermal
from heatnet.config import Refinement, Search

FREED = (("rx", "ry", "rz", "log fx", "log fy", "k1", "k2"), ("tx", "ty", "tz", "cx", "cy"), ("p1", "p2"))
"""What each window frees: in a wide one, shift and centre would trade against rotation (cx and yaw correlate at -0.999)."""


@dataclass(frozen=True)
class Matches:
    """Edges that found a thermal edge: their points in space, the normal of their image, where on it the thermal edge lies.

    ``line`` is ``normal . q`` of the thermal edge q, so the distance of a rig is ``normal . projection - line`` (px). The normals
    point to the darker side of the RGB edge; ``group`` numbers the frame and whether that side is the warmer one; ``edge`` counts
    the edges of all views.
    """

    points: Float[np.ndarray, "n 3"]
    normals: Float[np.ndarray, "n 2"]
    line: Float[np.ndarray, "n"]
    strength: Float[np.ndarray, "n"]
    group: Int[np.ndarray, "n"]
    edge: Int[np.ndarray, "n"]
    in_view: Int[np.ndarray, "frames"]

    @property
    def frame(self) -> Int[np.ndarray, "n"]:
        """The number of each edge's frame."""
        return self.group // 2


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


def peaks(
    field: Float32[np.ndarray, "height width 2"], pixels: Float[np.ndarray, "n 2"], normals: Float[np.ndarray, "n 2"], window_px: float
) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n"]]:
    """For each pixel the offset (px) along its normal to the best thermal edge within the window, and its strength.

    The strength is ``|n . g|``: blind to the sign of the contrast; 0 when the best lies at the window's end.
    """
    offsets = np.arange(-np.ceil(2 * window_px) - 1, np.ceil(2 * window_px) + 2) / 2
    places = pixels[:, None] + offsets[:, None] * normals[:, None]
    profile = np.abs((sample(field, places) * normals[:, None]).sum(-1))
    best, rows = profile[:, 1:-1].argmax(1) + 1, np.arange(len(pixels))
    before, top, after = (profile[rows, best + k] for k in (-1, 0, 1))
    curvature = before + after - 2 * top
    inside = (curvature < -1e-6) & (top >= before) & (top >= after)
    shift = np.where(inside, 0.5 * (before - after) / np.where(inside, curvature, -1), 0)
    return offsets[best] + 0.5 * shift, np.where(inside, top, 0).astype(np.float64)


def snap(views: Sequence[View], rig: Rig, window_px: float, weakest: float) -> Matches:
    """The thermal edges that the RGB edges of all views find within the window; weak ones are left out."""
    found = [_snap(number, one, rig, window_px, weakest) for number, one in enumerate(views)]
    points, normals, line, strength, group, edge = (np.concatenate(column) for column in list(zip(*found, strict=True))[:6])
    before = np.cumsum([0, *(len(one.points) for one in views)])
    return Matches(points, normals, line, strength, group, edge + before[group // 2], np.array([count for *_, count in found]))


def projected(one: View, rig: Rig) -> tuple[Int[np.ndarray, "n"], Float[np.ndarray, "n 2"], Float[np.ndarray, "n 2"]]:
    """Which edges of a view the thermal camera sees, at which pixels, and the unit normals of their images (to the darker side)."""
    local, behind = to_thermal(rig, one.points), to_thermal(rig, one.points - one.along)
    pixels = rig.thermal.project(local)
    with np.errstate(invalid="ignore"):
        seen = np.flatnonzero(in_view(rig.thermal, local, pixels, 2) & (behind[:, 2] > 0))
    along = pixels[seen] - rig.thermal.project(behind[seen])
    return seen, pixels[seen], np.stack([-along[:, 1], along[:, 0]], 1) / np.linalg.norm(along, axis=1, keepdims=True)


def _snap(number: int, one: View, rig: Rig, window_px: float, weakest: float) -> tuple[np.ndarray, ...]:
    """The matches of one view: points, normals, lines, strengths, groups, which edges, and how many edges are in view."""
    seen, pixels, normals = projected(one, rig)
    offset, strength = peaks(one.gradient, pixels, normals, window_px)
    good = strength > weakest
    normals, edge = normals[good], pixels[good] + offset[good, None] * normals[good]
    warm = (sample(one.gradient, edge[None])[0] * normals).sum(1) > 0
    return one.points[seen[good]], normals, (normals * edge).sum(1), strength[good], 2 * number + warm, seen[good], np.array(len(seen))


def distances(matches: Matches, rig: Rig) -> Float[np.ndarray, "n"]:
    """Signed distances (px) from projected edges to their thermal edges."""
    return (matches.normals * rig.thermal.project(to_thermal(rig, matches.points))).sum(1) - matches.line


def residuals(matches: Matches, rig: Rig) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n 14"]]:
    """``distances`` and their derivatives by the unknowns."""
    projection = differentiate(rig, matches.points, margin_px=0)
    value = (matches.normals * projection.pixels).sum(1) - matches.line
    return value, (matches.normals[:, None] @ projection.by_step)[:, 0]


def tukey(residual_px: Float[np.ndarray, "n"], width_px: float) -> Float[np.ndarray, "n"]:
    """Tukey's biweight: 1 at 0, 0 from ``width_px`` on."""
    return np.maximum(1 - (residual_px / width_px) ** 2, 0) ** 2


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
        weight = matches.strength**2 * tukey(value - shift[matches.group], width_px)
        normal = normal_equations(value, jacobian, weight, matches.group, ridge)
        hessian, slope = (normal.hessian + known)[np.ix_(free, free)], (normal.slope + known @ difference(rig, prior.rig))[free]
        step = np.zeros(SIZE)
        step[free] = -np.linalg.solve(hessian + damping * np.diag(np.diag(hessian)) + 1e-9 * np.eye(len(slope)), slope)
        tried = moved(rig, step)
        after = normal.shift + normal.mean @ step
        costs = (
            _cost(left, moves, matches, width_px) + 3 * prior.cost(one)
            for left, moves, one in ((distances(matches, tried), after, tried), (value, shift, rig))
        )
        better = next(costs) < next(costs)
        rig, shift, damping = (tried, after, damping / 10) if better else (rig, shift, damping * 10)
    return rig, shift


def _cost(value: Float[np.ndarray, "n"], shift: Float[np.ndarray, "groups"], matches: Matches, width_px: float) -> float:
    """Tukey's loss of distances, weighted by the edges' strengths."""
    left = value - shift[matches.group]
    return float((matches.strength**2 * (1 - np.maximum(1 - (left / width_px) ** 2, 0) ** 3)).sum())


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
