"""How sure a calibration is: a covariance that holds when neighbouring edges err together, and what it means in words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.linalg import eigh

from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View
from heatnet.calibration.error import DEPTHS_M
from heatnet.calibration.refine import Prior, normal_equations
from heatnet.calibration.snapping import Matches, residuals, snap, tukey, tukey_slope
from heatnet.calibration.unknowns import NAMES, SIZE, difference, differentiate, in_view, to_thermal
from heatnet.config import Refinement, Uncertainty

UNITS = {"rx": (57.29578, "deg"), "ry": (57.29578, "deg"), "rz": (57.29578, "deg"), "tx": (1e3, "mm"), "ty": (1e3, "mm"), "tz": (1e3, "mm")} | {
    "log fx": (100.0, "%"),
    "log fy": (100.0, "%"),
    "cx": (1.0, "px"),
    "cy": (1.0, "px"),
}
"""What a person reads an unknown in: the factor from the solver's unit, and its name; the distortion has none."""
WORDS = {"rx": "pitch", "ry": "yaw", "rz": "roll", "tx": "shift to the right", "ty": "shift down", "tz": "shift forward"} | {
    "log fx": "focal length across",
    "log fy": "focal length down",
    "cx": "principal point across",
    "cy": "principal point down",
}
LEAST = 0.05
"""The share of what their weights say that edges tell in every direction at least: less is noise (ours).

Of 50 fits of 5 to 20 frames of development rigs none was so low in any direction, of 110 single frames 31 were.
"""


def covariance(
    views: Sequence[View], rig: Rig, prior: Prior, settings: Refinement, clusters: Uncertainty
) -> tuple[Float[np.ndarray, "14 14"], Float[np.ndarray, "14"]]:
    """Covariance of a step (see ``unknowns``): the sandwich estimator (Huber 1967), with edges of one tile of one frame as a cluster.

    The plain inverse Hessian takes every edge for an independent witness; edges of one house share their depth error. What
    all frames share (a bias) no recording can show: ``inflation`` was measured on rigs with a truth. The second result is the
    step by which the prior moved the rig from where the edges alone would have it, to first order.
    """
    window_px = settings.windows_px[-1]
    matches = snap(views, rig, window_px, settings.weakest)
    value, jacobian = residuals(matches, rig)
    spread, slope = sandwich(matches, rig, value, jacobian, prior.precision, settings, clusters)
    return spread, -np.linalg.pinv(slope, hermitian=True) @ prior.precision @ difference(rig, prior.rig) * window_px**2


def sandwich(
    matches: Matches,
    rig: Rig,
    value: Float[np.ndarray, "n"],
    jacobian: Float[np.ndarray, "n k"],
    precision: Float[np.ndarray, "k k"],
    settings: Refinement,
    clusters: Uncertainty,
) -> tuple[Float[np.ndarray, "k k"], Float[np.ndarray, "k k"]]:
    """The covariance of any unknowns that residuals depend on, in the last window, and the slope of the edges' scores there.

    Between the bread is how the scores ``psi`` scatter; the bread is the inverse of their slope with the unknowns, the groups' shifts
    eliminated (Schur). The slope counts an edge by ``psi'``, which is less than its weight in least squares: near the window's end it is
    on its way out, and where clutter fills the window evenly (nights) nothing is known.
    """
    window_px = settings.windows_px[-1]
    ridge = (window_px / settings.shift_px) ** 2
    weight = matches.weight * tukey(value, window_px)
    left = value - normal_equations(value, jacobian, weight, matches.group, ridge).shift[matches.group]
    weight, steep = matches.weight * tukey(left, window_px), matches.weight * tukey_slope(left, window_px)
    total = np.maximum(np.bincount(matches.group, steep), LEAST * np.bincount(matches.group, weight)) + ridge
    mean = np.stack([np.bincount(matches.group, steep * column) for column in jacobian.T], 1) / total[:, None]
    whole, known = normal_equations(value, jacobian, weight, matches.group, ridge).hessian, precision * window_px**2
    slope = _at_least((jacobian.T * steep) @ jacobian - (mean.T * total) @ mean, LEAST * whole, whole + known)
    scores = (weight * left)[:, None] * (jacobian - mean[matches.group])
    rows, columns = clusters.tiles
    place = rig.thermal.project(to_thermal(rig, matches.points)) * (columns / rig.thermal.width, rows / rig.thermal.height)
    column, row = place.astype(int).clip(0, (columns - 1, rows - 1)).T
    cluster = (matches.frame * rows + row) * columns + column
    sums = np.stack([np.bincount(cluster, column) for column in scores.T], 1)
    bread = np.linalg.inv(slope + known)
    return bread @ (clusters.inflation**2 * sums.T @ sums + precision * window_px**4) @ bread, slope


def _at_least(matrix: Float[np.ndarray, "k k"], least: Float[np.ndarray, "k k"], metric: Float[np.ndarray, "k k"]) -> Float[np.ndarray, "k k"]:
    """The symmetric matrix, with ``least`` in its place in the directions (of the metric) in which it is smaller."""
    value, vector = eigh(matrix - least, metric)
    back = metric @ vector
    return np.asarray((back * np.maximum(value, 0)) @ back.T + least)


def pixel_sigma(rig: Rig, spread: Float[np.ndarray, "14 14"], spacing_px: int = 32) -> Float[np.ndarray, "n"]:
    """Standard deviation (px) of where the thermal camera sees left pixels at ``DEPTHS_M``, by the covariance of a step."""
    by_step = differentiate(rig, _grid(rig, spacing_px), 0).by_step
    return np.sqrt(np.einsum("nki,ij,nkj->n", by_step, spread, by_step))


def focal_effect(rig: Rig, spacing_px: int = 32) -> Float[np.ndarray, "n"]:
    """How far (px) a relative error of the RGB pair's focal length moves thermal pixels, a unit of it, at the points of ``pixel_sigma``.

    With ``f (1 + e)`` for f, stereo sees every point ``1 + e`` times as deep and neither wider nor higher; the thermal camera's
    focal length and distortion follow, so that nothing remains to be seen in the residuals.
    """
    points = _grid(rig, spacing_px)
    near, far = (rig.thermal.project(to_thermal(rig, points * (1, 1, 1 + sign * 1e-4))) for sign in (-1, 1))
    return np.linalg.norm(far - near, axis=1) / 2e-4


def _grid(rig: Rig, spacing_px: int) -> Float[np.ndarray, "n 3"]:
    """Points of left pixels at ``DEPTHS_M`` that the thermal camera sees."""
    u, v = np.meshgrid(np.arange(0, rig.left.width, spacing_px), np.arange(0, rig.left.height, spacing_px))
    rays = rig.left.unproject(np.stack([u.ravel(), v.ravel()], 1).astype(np.float64))
    points = np.concatenate([rays * depth_m for depth_m in DEPTHS_M])
    local = to_thermal(rig, points)
    return np.asarray(points[in_view(rig.thermal, local, rig.thermal.project(local), 0)])


def deviations(spread: Float[np.ndarray, "14 14"]) -> dict[str, tuple[float, str]]:
    """Standard deviation and unit of each unknown, by name."""
    sigma = np.sqrt(np.diag(spread))
    return {name: (float(sigma[i] * UNITS.get(name, (1.0, ""))[0]), UNITS.get(name, (1.0, ""))[1]) for i, name in enumerate(NAMES)}


@dataclass(frozen=True)
class Plane:
    """Two unknowns in a person's units: their labels, their covariance, and where the truth lies as seen from the estimate."""

    labels: tuple[str, str]
    spread: Float[np.ndarray, "2 2"]
    truth: Float[np.ndarray, "2"]


def plane(spread: Float[np.ndarray, "14 14"], error: Float[np.ndarray, "14"], names: tuple[str, str]) -> Plane:
    """The part of a covariance, and of an error (estimate less truth), that concerns two unknowns."""
    places = [NAMES.index(name) for name in names]
    factors = np.array([UNITS.get(name, (1.0, ""))[0] for name in names])
    first, second = (f"{WORDS.get(name, name)} ({UNITS.get(name, (1.0, ''))[1]})".replace(" ()", "") for name in names)
    return Plane((first, second), spread[np.ix_(places, places)] * np.outer(factors, factors), -error[places] * factors)


def inseparable(spread: Float[np.ndarray, "14 14"], correlation: float) -> list[str]:
    """Pairs of unknowns that the recordings cannot tell apart, in words: correlated by more than ``correlation``."""
    sigma = np.sqrt(np.diag(spread))
    related = spread / np.maximum(np.outer(sigma, sigma), 1e-300)
    pairs = [(abs(related[i, j]), NAMES[i], NAMES[j]) for i in range(SIZE) for j in range(i) if abs(related[i, j]) > correlation]
    return [
        f"{WORDS.get(b, b)} and {WORDS.get(a, a)} can hardly be told apart (correlation {r:.3f}): trust what they do together, not each alone"
        for r, a, b in sorted(pairs, reverse=True)
    ]
