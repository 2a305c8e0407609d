"""How far a calibration is from the truth: in pixels where it matters, and in the units of its parts."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from heatnet.calibration.camera import Rig
from heatnet.calibration.unknowns import in_view, to_thermal

DEPTHS_M = (5.0, 8.0, 12.0, 20.0, 35.0, 60.0)
"""Depths at which the reprojection error is measured (../shared: 5-60 m)."""


@dataclass(frozen=True)
class Errors:
    """A calibration against the truth: reprojection (px of the thermal image), pose, focal length, centre."""

    median_px: float
    p95_px: float
    rotation_deg: float
    translation_mm: float
    focal_percent: float
    centre_px: float


def reprojection(estimate: Rig, truth: Rig, spacing_px: int = 8) -> Float[np.ndarray, "n"]:
    """Distance (px) between true and estimated thermal pixels of left pixels on a grid at ``DEPTHS_M``, where thermal sees them."""
    u, v = np.meshgrid(np.arange(0, truth.left.width, spacing_px), np.arange(0, truth.left.height, spacing_px))
    rays = truth.left.unproject(np.stack([u.ravel(), v.ravel()], 1).astype(np.float64))
    points = np.concatenate([rays * depth_m for depth_m in DEPTHS_M])
    local = to_thermal(truth, points)
    pixels = truth.thermal.project(local)
    seen = in_view(truth.thermal, local, pixels, 0)
    found = estimate.thermal.project(to_thermal(estimate, points[seen]))
    return np.linalg.norm(found - pixels[seen], axis=1)


def errors(estimate: Rig, truth: Rig) -> Errors:
    """All errors of an estimate; both rigs at the same resolution."""
    if (estimate.thermal.width, estimate.left.width) != (truth.thermal.width, truth.left.width):
        raise ValueError(f"estimate for thermal width {estimate.thermal.width}, truth for {truth.thermal.width}; scale one with Rig.scaled")
    pixels = reprojection(estimate, truth)
    turn = estimate.thermal_from_left[:3, :3] @ truth.thermal_from_left[:3, :3].T
    skew = np.array([turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]) / 2
    centre = np.subtract(estimate.thermal.centre_px, truth.thermal.centre_px)
    return Errors(
        median_px=float(np.median(pixels)),
        p95_px=float(np.percentile(pixels, 95)),
        rotation_deg=float(np.degrees(np.arctan2(np.linalg.norm(skew), (np.trace(turn) - 1) / 2))),
        translation_mm=float(1e3 * np.linalg.norm(estimate.thermal_from_left[:3, 3] - truth.thermal_from_left[:3, 3])),
        focal_percent=float(100 * np.abs(np.divide(estimate.thermal.focal_px, truth.thermal.focal_px) - 1).max()),
        centre_px=float(np.linalg.norm(centre)),
    )
