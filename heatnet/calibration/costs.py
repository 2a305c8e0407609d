"""The authors' two wordings as costs of their own, to compare with edge snapping: gradients that align, distances between edges.

Both give each RGB edge a number at its projected pixel, 0 at best, that a least-squares step makes smaller. They are smooth
maps of the thermal image, so they need no search along the normal; they also have no way to leave out what both sides blur.
"""

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
from jaxtyping import Float, Float32

from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View, sample
from heatnet.calibration.refine import FREED, Prior, projected, tukey
from heatnet.calibration.unknowns import NAMES, SIZE, difference, differentiate, moved
from heatnet.config import Refinement

Measure = Callable[[Float[np.ndarray, "n 2"], Float[np.ndarray, "n 2"]], Float[np.ndarray, "n"]]
"""Pixels and normals of edges to their costs (px, or a share of ``width``)."""
Cost = Callable[[View, float], Measure]


def gradient_alignment(view: View, width_px: float) -> Measure:
    """``width (1 - sqrt(n^T S n))``: thermal gradient across the edge, S the structure tensor blurred by half the width; sign-free."""
    gx, gy = view.gradient[..., 0], view.gradient[..., 1]
    xx, xy, yy = (cv2.GaussianBlur(part, (0, 0), width_px / 2) for part in (gx * gx, gx * gy, gy * gy))
    top = max(float(np.percentile(xx + yy, 99)), 1e-9)

    def measure(pixels: Float[np.ndarray, "n 2"], normals: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n"]:
        x, y = normals.T
        across = sum(factor * sample(part, pixels[None])[0] for factor, part in ((x * x, xx), (2 * x * y, xy), (y * y, yy)))
        return np.asarray(width_px * np.maximum(1 - np.sqrt(np.maximum(across, 0) / top), 0), np.float64)

    return measure


def edge_distance(view: View, width_px: float) -> Measure:
    """Distance (px, at most the width) to the nearest thermal edge: the chamfer map (Barrow 1977) of the strongest gradients."""
    distance = np.minimum(cv2.distanceTransform(_not_edges(view.gradient), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32(width_px))
    smooth = cv2.GaussianBlur(distance, (0, 0), 0.7)
    return lambda pixels, normals: np.asarray(sample(smooth, pixels[None])[0], np.float64)


def _not_edges(field: Float32[np.ndarray, "height width 2"]) -> np.ndarray:
    """0 at maxima of the gradient's length along the gradient, 1 elsewhere."""
    length = np.hypot(field[..., 0], field[..., 1])
    normal = field / np.maximum(length, 1e-6)[..., None]
    grid = np.stack(np.meshgrid(*(np.arange(n, dtype=np.float32) for n in length.shape[::-1])), -1)
    peak = (length > 0.5) & (length >= sample(length, grid - normal)) & (length >= sample(length, grid + normal))
    return np.where(peak, 0, 1).astype(np.uint8)


def descend(cost: Cost, views: Sequence[View], rig: Rig, prior: Prior, settings: Refinement) -> Iterator[Rig]:
    """Gauss-Newton steps on a cost in the same shrinking windows, freed in the same order, as ``refine``."""
    for number, width_px in enumerate(settings.windows_px):
        measures = [cost(view, width_px) for view in views]
        free = np.isin(NAMES, [name for names in FREED[: number + 1] for name in names])
        damping, known = settings.damping, width_px**2 * prior.precision
        for _ in range(settings.rounds * settings.steps):
            value, jacobian = _linearised(measures, views, rig)
            weight = tukey(value, width_px)
            hessian = (jacobian.T * weight) @ jacobian + known
            slope = (jacobian.T * weight) @ value + known @ difference(rig, prior.rig)
            step = np.zeros(SIZE)
            step[free] = -np.linalg.solve((hessian + damping * np.diag(np.diag(hessian)) + 1e-9 * np.eye(SIZE))[np.ix_(free, free)], slope[free])
            tried = moved(rig, step)
            better = _values(measures, views, tried).mean() < value.mean()
            rig, damping = (tried, damping / 10) if better else (rig, damping * 10)
            yield rig


def _values(measures: Sequence[Measure], views: Sequence[View], rig: Rig) -> Float[np.ndarray, "n"]:
    """The cost of every edge in view."""
    return np.concatenate([measure(*projected(view, rig)[1:]) for measure, view in zip(measures, views, strict=True)])


def _linearised(measures: Sequence[Measure], views: Sequence[View], rig: Rig) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n 14"]]:
    """The cost of every edge in view and its derivative by the unknowns; an edge only moves along its normal."""
    values, jacobians = [], []
    for measure, view in zip(measures, views, strict=True):
        seen, pixels, normals = projected(view, rig)
        after, before = (measure(pixels + sign * normals / 2, normals) for sign in (1, -1))
        by_step = (normals[:, None] @ differentiate(rig, view.points[seen], 0).by_step)[:, 0]
        values.append(measure(pixels, normals))
        jacobians.append((after - before)[:, None] * by_step)
    return np.concatenate(values), np.concatenate(jacobians)
