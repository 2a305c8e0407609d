"""The fourteen unknowns of the thermal camera, a step along them, and the derivative of a projection.

A step ``delta`` turns the camera about its own axes (radians), shifts it (metres), scales its focal lengths
(logarithm), and moves its centre (px) and distortion: ``R <- exp([delta_r]x) R``, ``t <- t + delta_t``,
``f <- f exp(delta_f)``, the rest by addition.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool, Float

from heatnet.calibration.camera import Camera, Rig

NAMES = ("rx", "ry", "rz", "tx", "ty", "tz", "log fx", "log fy", "cx", "cy", "k1", "k2", "p1", "p2")
SIZE = len(NAMES)


def moved(rig: Rig, step: Float[np.ndarray, "14"]) -> Rig:
    """The rig after a step of its thermal camera."""
    camera, pose = rig.thermal, rig.thermal_from_left.copy()
    pose[:3, :3] = cv2.Rodrigues(np.asarray(step[:3], np.float64))[0] @ pose[:3, :3]
    pose[:3, 3] += step[3:6]
    fx, fy = (float(f * np.exp(s)) for f, s in zip(camera.focal_px, step[6:8], strict=True))
    cx, cy = (float(c + s) for c, s in zip(camera.centre_px, step[8:10], strict=True))
    k1, k2, p1, p2 = (float(k + s) for k, s in zip(camera.distortion, step[10:], strict=True))
    return replace(rig, thermal=replace(camera, focal_px=(fx, fy), centre_px=(cx, cy), distortion=(k1, k2, p1, p2)), thermal_from_left=pose)


def difference(estimate: Rig, truth: Rig) -> Float[np.ndarray, "14"]:
    """The step from the truth to the estimate, in the order of ``NAMES``."""
    a, b = estimate.thermal, truth.thermal
    turn = cv2.Rodrigues(estimate.thermal_from_left[:3, :3] @ truth.thermal_from_left[:3, :3].T)[0][:, 0]
    shift = estimate.thermal_from_left[:3, 3] - truth.thermal_from_left[:3, 3]
    bend = np.subtract(a.distortion, b.distortion)
    return np.concatenate([turn, shift, np.log(np.divide(a.focal_px, b.focal_px)), np.subtract(a.centre_px, b.centre_px), bend])


def to_thermal(rig: Rig, points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
    """Points of the left camera's frame in the thermal camera's."""
    return points @ rig.thermal_from_left[:3, :3].T + rig.thermal_from_left[:3, 3]


def in_view(camera: Camera, points: Float[np.ndarray, "n 3"], pixels: Float[np.ndarray, "n 2"], margin_px: float) -> Bool[np.ndarray, "n"]:
    """Which points (in the camera's frame) it sees: in front, inside the image, and before the distortion folds back."""
    k1, k2, _, _ = camera.distortion
    z = np.where(points[:, 2] > 0, points[:, 2], np.nan)
    r2 = (points[:, 0] ** 2 + points[:, 1] ** 2) / z**2
    inside = np.all((pixels >= margin_px) & (pixels <= np.array([camera.width, camera.height]) - 1 - margin_px), axis=1)
    return inside & (1 + r2 * (3 * k1 + 5 * k2 * r2) > 0)


@dataclass(frozen=True)
class Projection:
    """Pixels of n points in the thermal image and the derivatives of these pixels by a step."""

    pixels: Float[np.ndarray, "n 2"]
    by_step: Float[np.ndarray, "n 2 14"]
    visible: Bool[np.ndarray, "n"]


def differentiate(rig: Rig, points: Float[np.ndarray, "n 3"], margin_px: float) -> Projection:
    """Project points of the left camera's frame (depth positive in both cameras) and differentiate the pixels by the unknowns."""
    camera, focal = rig.thermal, np.array(rig.thermal.focal_px)
    turned = points @ rig.thermal_from_left[:3, :3].T
    local = turned + rig.thermal_from_left[:3, 3]
    pixels = camera.project(local)
    x, y = (local[:, :2] / local[:, 2:]).T
    r2 = x * x + y * y
    by_local = focal[:, None] * (_bending(camera, x, y) @ _perspective(local))
    by_step = np.zeros((len(points), 2, SIZE))
    by_step[:, :, :3] = np.cross(turned[:, None, :], by_local)
    by_step[:, :, 3:6] = by_local
    by_step[:, [0, 1], [6, 7]] = pixels - camera.centre_px
    by_step[:, [0, 1], [8, 9]] = 1
    by_step[:, :, 10] = focal * np.stack([x * r2, y * r2], 1)
    by_step[:, :, 11] = focal * np.stack([x * r2**2, y * r2**2], 1)
    by_step[:, :, 12] = focal * np.stack([2 * x * y, r2 + 2 * y * y], 1)
    by_step[:, :, 13] = focal * np.stack([r2 + 2 * x * x, 2 * x * y], 1)
    return Projection(pixels, by_step, in_view(camera, local, pixels, margin_px))


def _perspective(local: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 2 3"]:
    """Derivative of ``(X / Z, Y / Z)`` by the point."""
    inverse = 1 / local[:, 2]
    derivative = np.zeros((len(local), 2, 3))
    derivative[:, 0, 0] = derivative[:, 1, 1] = inverse
    derivative[:, :, 2] = -local[:, :2] * (inverse**2)[:, None]
    return derivative


def _bending(camera: Camera, x: Float[np.ndarray, "n"], y: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n 2 2"]:
    """Derivative of the distorted by the undistorted image coordinates."""
    k1, k2, p1, p2 = camera.distortion
    r2 = x * x + y * y
    radial, slope = 1 + r2 * (k1 + r2 * k2), 2 * k1 + 4 * k2 * r2
    mixed = x * y * slope + 2 * p1 * x + 2 * p2 * y
    across, down = radial + x * x * slope + 2 * p1 * y + 6 * p2 * x, radial + y * y * slope + 6 * p1 * y + 2 * p2 * x
    return np.stack([across, mixed, mixed, down], -1).reshape(-1, 2, 2)
