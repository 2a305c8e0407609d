"""The authors' two wordings as costs of their own, to compare with edge snapping: gradients that align, distances between edges.

Both give each RGB edge a number at its projected pixel, 0 at best, that a least-squares step makes smaller. They are smooth
maps of the thermal image, so they need no search along the normal; they also have no way to leave out what both sides blur.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

import cv2
import numpy as np
from jaxtyping import Float, Float32

from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View, sample
from heatnet.calibration.refine import FREED, Prior, Refiner, Step, refine
from heatnet.calibration.snapping import projected, tukey
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


def descend(cost: Cost, views: Sequence[View], rig: Rig, prior: Prior, settings: Refinement, first: int = 0) -> Iterator[Step]:
    """Gauss-Newton steps on a cost in the same shrinking windows, freed in the same order, as ``refine``; ``Refiner`` with a cost bound.

    A step is taken when it lowers what it minimises: Tukey's loss of all edges in view before it, and the prior.
    """
    for number, width_px in list(enumerate(settings.windows_px))[first:]:
        measures = [cost(view, width_px) for view in views]
        free = np.isin(NAMES, list(chain(*FREED[: number + 1])))
        damping, known = settings.damping, width_px**2 * prior.precision
        for _ in range(settings.rounds * settings.steps):
            seen = [projected(view, rig)[0] for view in views]
            value, jacobian = _linearised(measures, views, rig)
            weight = tukey(value, width_px)
            if not weight.sum() > 0:
                raise ValueError(f"no RGB edge lies within {width_px} px of a thermal edge; check that the cameras see the same place")
            hessian = (jacobian.T * weight) @ jacobian + known
            slope = (jacobian.T * weight) @ value + known @ difference(rig, prior.rig)
            step = np.zeros(SIZE)
            step[free] = -np.linalg.solve((hessian + damping * np.diag(np.diag(hessian)) + 1e-9 * np.eye(SIZE))[np.ix_(free, free)], slope[free])
            tried = moved(rig, step)
            before, after = (_loss(measures, views, seen, one, width_px) + 3 * prior.cost(one) for one in (rig, tried))
            rig, damping = (tried, damping / 10) if after < before else (rig, damping * 10)
        yield Step(rig, width_px, float(np.sqrt((weight * value**2).sum() / weight.sum())), float(weight.mean()))


def _loss(measures: Sequence[Measure], views: Sequence[View], seen: Sequence[np.ndarray], rig: Rig, width_px: float) -> float:
    """Tukey's loss over the edges whose indices are ``seen`` in each view; one that has left the image costs 1."""
    total = 0.0
    for measure, view, chosen in zip(measures, views, seen, strict=True):
        here, pixels, normals = projected(view, rig)
        kept = np.isin(here, chosen)
        fit = np.maximum(1 - (measure(pixels[kept], normals[kept]) / width_px) ** 2, 0) ** 3
        total += len(chosen) - float(fit.sum())
    return total


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


REFINERS: Mapping[str, Refiner] = {
    "snapping": refine,
    "distance": partial(descend, edge_distance),
    "alignment": partial(descend, gradient_alignment),
}
"""What ``solver.solve`` can refine with: edge snapping, and the authors' two wordings."""
