"""Thermal into the left RGB view: through depth, with what the thermal camera cannot see marked invalid (0)."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8, UInt16

from heatnet.calibration import stereo
from heatnet.calibration.camera import Rig
from heatnet.config import Alignment, Stereo


@dataclass(frozen=True)
class Lookup:
    """For every left pixel the thermal pixel that sees the same point, how near that is (1 / m), and whether it is seen."""

    pixels: Float32[np.ndarray, "height width 2"]
    nearness: Float32[np.ndarray, "height width"]
    visible: Bool[np.ndarray, "height width"]


def project(nearness: Float32[np.ndarray, "height width"], rig: Rig) -> Lookup:
    """Project left pixels of known nearness (1 / depth; 0 is infinitely far) into the thermal image; occlusion not yet considered.

    With direction ``d = R K^-1 (u, v, 1)`` the point divided by its depth is ``d + t / depth``; then Brown's distortion.
    """
    camera, rotation, translation = rig.thermal, rig.thermal_from_left[:3, :3], rig.thermal_from_left[:3, 3]
    height, width = nearness.shape
    u, v = np.arange(width)[None], np.arange(height)[:, None]
    x, y = (u - rig.left.centre_px[0]) / rig.left.focal_px[0], (v - rig.left.centre_px[1]) / rig.left.focal_px[1]
    x, y, z = ((r[0] * x + r[1] * y + r[2]).astype(np.float32) + np.float32(t) * nearness for r, t in zip(rotation, translation, strict=True))
    inverse = 1 / np.maximum(z, 1e-6)
    x, y = x * inverse, y * inverse
    k1, k2, p1, p2 = (np.float32(k) for k in camera.distortion)
    xx, yy, xy = x * x, y * y, 2 * x * y
    r2 = xx + yy
    radial = 1 + r2 * (k1 + r2 * k2)
    pixels = np.empty((height, width, 2), np.float32)
    pixels[..., 0] = camera.focal_px[0] * (x * radial + p1 * xy + p2 * (r2 + 2 * xx)) + camera.centre_px[0]
    pixels[..., 1] = camera.focal_px[1] * (y * radial + p1 * (r2 + 2 * yy) + p2 * xy) + camera.centre_px[1]
    inside = cv2.inRange(pixels, (0, 0), (camera.width - 1, camera.height - 1)) > 0
    return Lookup(pixels, nearness * inverse, inside & (z > 1e-6) & (1 + r2 * (3 * k1 + 5 * k2 * r2) > 0))


def unoccluded(seen: Lookup, rig: Rig, tolerance_px: float) -> Bool[np.ndarray, "height width"]:
    """Left pixels that are the nearest thing at their thermal pixel: a z-buffer in the thermal view.

    A pixel is hidden when something there is so much nearer that its parallax between the cameras is ``tolerance_px``
    (thermal) larger; gaps between the points of the buffer are closed, which are wider the more the thermal camera magnifies.
    """
    baseline_m = max(float(np.linalg.norm(rig.thermal_from_left[:3, 3])), 1e-6)
    tolerance = np.float32(tolerance_px / (rig.thermal.focal_px[0] * baseline_m))
    width, height = rig.thermal.width, rig.thermal.height
    column, row = (np.rint(seen.pixels[..., axis]).astype(np.int32) for axis in (0, 1))
    place = np.where(seen.visible, row * width + column, 0)
    buffer = np.zeros(height * width, np.float32)
    np.maximum.at(buffer, place.ravel(), np.where(seen.visible, seen.nearness, 0).ravel())
    spacing_px = max(rig.thermal.focal_px) / min(rig.left.focal_px)
    size = 2 * int(np.ceil(spacing_px / 2)) + 1
    closed = cv2.morphologyEx(buffer.reshape(height, width), cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    return seen.visible & (closed.ravel()[place] <= seen.nearness + tolerance)


def warp(
    thermal: UInt16[np.ndarray, "thermal_height thermal_width"], nearness: Float32[np.ndarray, "height width"], rig: Rig, tolerance_px: float
) -> UInt16[np.ndarray, "height width"]:
    """Thermal counts in the left view (bilinear), 0 where the thermal camera does not see the left pixel's point."""
    seen = project(nearness, rig)
    counts = cv2.remap(thermal, seen.pixels, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]
    counts[~unoccluded(seen, rig, tolerance_px)] = 0
    return counts


def disparity(
    left: UInt8[np.ndarray, "height width 3"],
    right: UInt8[np.ndarray, "height width 3"],
    prior: Float32[np.ndarray, "height width"],
    settings: Alignment,
    matching: Stereo,
) -> Float32[np.ndarray, "height width"]:
    """Disparity (px) of every left pixel: matched near ``width`` px, holes filled around the ``prior``, lone errors removed."""
    height, width = left.shape[:2]
    shrink = max(1, round(width / settings.width))
    size = (width // shrink, height // shrink)
    small = [image if shrink == 1 else cv2.resize(image, size, interpolation=cv2.INTER_AREA) for image in (left, right)]
    found = stereo.disparity(small[0], small[1], matching)
    filled = stereo.fill(found, cv2.resize(prior, size, interpolation=cv2.INTER_LINEAR) / shrink, settings.fade)
    coarse = cv2.medianBlur(filled, 5)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR) * shrink
