"""From a coarse start to a fraction of a pixel: snap RGB edges to thermal edges, then least squares; again and again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
from jaxtyping import Bool, Float, Float32

from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View, sample
from heatnet.calibration.unknowns import NAMES, SIZE, differentiate, moved
from heatnet.config import Refinement

FREED = (("rx", "ry", "rz", "log fx", "log fy", "k1", "k2"), ("tx", "ty", "tz", "cx", "cy"), ("p1", "p2"))
"""What each window frees: in a wide one, shift and centre would trade against rotation (cx and yaw correlate at -0.999)."""


@dataclass(frozen=True)
class Matches:
    """Edges that found a thermal edge: their points in space, the normal of their image, where on it the thermal edge lies.

    ``line`` is ``normal . q`` of the thermal edge q, so the residual of a rig is ``normal . projection - line`` (px).
    """

    points: Float[np.ndarray, "n 3"]
    normals: Float[np.ndarray, "n 2"]
    line: Float[np.ndarray, "n"]
    strength: Float[np.ndarray, "n"]
    in_view: int


@dataclass(frozen=True)
class Step:
    """One iteration, for figures: the rig after it, its window, the residuals (px) that had weight, and their share."""

    rig: Rig
    window_px: float
    residual_px: float
    matched: float


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
    found: list[tuple[np.ndarray, ...]] = []
    in_view = 0
    for one in views:
        projection = differentiate(rig, one.points, margin_px=2)
        seen = projection.visible
        along = (projection.by_point[seen] @ one.along[seen][..., None])[..., 0]
        normals = np.stack([-along[:, 1], along[:, 0]], 1) / np.linalg.norm(along, axis=1, keepdims=True)
        pixels = projection.pixels[seen]
        offset, strength = peaks(one.gradient, pixels, normals, window_px)
        good = strength > weakest
        line = (normals * pixels).sum(1) + offset
        found.append((one.points[seen][good], normals[good], line[good], strength[good]))
        in_view += int(seen.sum())
    points, lines_normals, line, strength = (np.concatenate(column) for column in zip(*found, strict=True))
    return Matches(points, lines_normals, line, strength, in_view)


def residuals(matches: Matches, rig: Rig) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n 14"]]:
    """Signed distances (px) from projected edges to their thermal edges, and their derivatives by the unknowns."""
    projection = differentiate(rig, matches.points, margin_px=0)
    value = (matches.normals * projection.pixels).sum(1) - matches.line
    return value, (matches.normals[:, None] @ projection.by_step)[:, 0]


def tukey(residual_px: Float[np.ndarray, "n"], width_px: float) -> Float[np.ndarray, "n"]:
    """Tukey's biweight: 1 at 0, 0 from ``width_px`` on."""
    return np.maximum(1 - (residual_px / width_px) ** 2, 0) ** 2


def levenberg_marquardt(matches: Matches, rig: Rig, free: Bool[np.ndarray, "14"], width_px: float, settings: Refinement) -> Rig:
    """A few damped least-squares steps (Marquardt 1963) of the free unknowns on fixed matches, reweighted at each."""
    damping = settings.damping
    for _ in range(settings.steps):
        value, jacobian = residuals(matches, rig)
        weight = matches.strength * tukey(value, width_px)
        slopes = jacobian[:, free]
        hessian, slope = (slopes.T * weight) @ slopes, (slopes.T * weight) @ value
        step = np.zeros(SIZE)
        step[free] = -np.linalg.solve(hessian + damping * np.diag(np.diag(hessian)) + 1e-9 * np.eye(len(slope)), slope)
        tried = moved(rig, step)
        better = _cost(residuals(matches, tried)[0], matches, width_px) < _cost(value, matches, width_px)
        rig, damping = (tried, damping / 10) if better else (rig, damping * 10)
    return rig


def _cost(value: Float[np.ndarray, "n"], matches: Matches, width_px: float) -> float:
    """Tukey's loss of residuals, weighted by the edges' strengths."""
    return float((matches.strength * (1 - np.maximum(1 - (value / width_px) ** 2, 0) ** 3)).sum())


def refine(views: Sequence[View], rig: Rig, settings: Refinement) -> Iterator[Step]:
    """Snap and solve in shrinking windows, first what is well determined, in the end everything."""
    for number, window_px in enumerate(settings.windows_px):
        free = np.isin(NAMES, list(chain(*FREED[: number + 1]))) if number + 1 < len(settings.windows_px) else np.ones(SIZE, bool)
        for _ in range(settings.rounds):
            matches = snap(views, rig, window_px, settings.weakest)
            if len(matches.line) < 4 * SIZE:
                found = f"{len(matches.line)} RGB edges found a thermal edge within {window_px} px"
                raise ValueError(f"{found}, needed are {4 * SIZE}; check that the cameras see the same place")
            rig = levenberg_marquardt(matches, rig, free, window_px, settings)
            yield Step(rig, window_px, *_quality(matches, rig, window_px))


def _quality(matches: Matches, rig: Rig, window_px: float) -> tuple[float, float]:
    """The weighted root mean square of the residuals (px), and the weights' sum over the edges in view."""
    value, _ = residuals(matches, rig)
    weight = tukey(value, window_px)
    return float(np.sqrt((weight * value**2).sum() / weight.sum())), float(weight.sum() / matches.in_view)


def chance(views: Sequence[View], rig: Rig, settings: Refinement) -> float:
    """The share that would match by chance: thermal images mirrored, so that they hold as many edges in wrong places."""
    mirrored = [replace(one, gradient=one.gradient[:, ::-1] * np.array([-1, 1], np.float32)) for one in views]
    window_px = settings.windows_px[-1]
    return _quality(snap(mirrored, rig, window_px, settings.weakest), rig, window_px)[1]
