"""Depth from the rectified RGB pair: semi-global matching, and a way to fill what it cannot see."""

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from heatnet.calibration.camera import Rig
from heatnet.config import Stereo


def check_rectified(rig: Rig) -> None:
    """Refuse a stereo pair whose rows do not correspond."""
    rotation, (x, y, z) = rig.right_from_left[:3, :3], rig.right_from_left[:3, 3]
    if any(rig.left.distortion) or any(rig.right.distortion) or not np.allclose(rotation, np.eye(3), atol=1e-4):
        raise ValueError("left and right are not rectified (distortion or a rotation between them); rectify images and rig with cv2.stereoRectify")
    if rig.left.focal_px != rig.right.focal_px or rig.left.centre_px[1] != rig.right.centre_px[1] or max(abs(y), abs(z)) > 1e-4 * abs(x):
        raise ValueError(
            "left and right do not share focal length, row of the centre and axis; rectify the images and the rig with cv2.stereoRectify"
        )
    if not x < 0:
        raise ValueError(f"the right camera lies {x:+.3f} m along x as seen from left, expected a negative number; are left and right swapped?")


def grey(rgb: UInt8[np.ndarray, "height width 3"]) -> UInt8[np.ndarray, "height width"]:
    """Luma, stretched by a square root: noise of a photon counter becomes even, so night matches as day does."""
    curve = np.sqrt(np.arange(256) / 255.0) * 255
    return cv2.LUT(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), curve.round().astype(np.uint8))


def disparity(
    left: UInt8[np.ndarray, "height width 3"], right: UInt8[np.ndarray, "height width 3"], settings: Stereo
) -> Float32[np.ndarray, "height width"]:
    """How far (px) each pixel of left lies to the left in right; NaN where unknown.

    Semi-global matching (Hirschmueller 2008) with a left-right check, then small islands and flat pixels removed.
    """
    first, second = grey(left), grey(right)
    largest = 16 * -(-int(settings.nearest * left.shape[1]) // 16)
    area = settings.block**2
    matcher = cv2.StereoSGBM.create(0, largest, settings.block, 8 * area, 32 * area, 1, 31, settings.uniqueness, 60, 2, cv2.StereoSGBM_MODE_SGBM)
    padded = [cv2.copyMakeBorder(image, 0, 0, largest, 0, cv2.BORDER_REPLICATE) for image in (first, second)]
    found = matcher.compute(padded[0], padded[1])[:, largest:].astype(np.float32) / 16
    found[(found <= 0) | ~_textured(first, settings)] = np.nan
    return found


def coarse(
    left: UInt8[np.ndarray, "height width 3"], right: UInt8[np.ndarray, "height width 3"], settings: Stereo
) -> Float32[np.ndarray, "height width"]:
    """``disparity`` (px) matched on images ``settings.coarse`` times smaller: less noise and a fifth of the time, thin things lost."""
    height, width = left.shape[:2]
    size = (width // settings.coarse, height // settings.coarse)
    first, second = (np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8) for image in (left, right))
    small = disparity(first, second, settings)
    return cv2.resize(small * np.float32(width / size[0]), (width, height), interpolation=cv2.INTER_NEAREST)


def _textured(image: UInt8[np.ndarray, "height width"], settings: Stereo) -> Bool[np.ndarray, "height width"]:
    """Where a block holds a horizontal gradient that matching can hold on to (grey levels a pixel)."""
    slope = np.abs(cv2.Scharr(image, cv2.CV_32F, 1, 0)) / 32
    return cv2.dilate(slope, np.ones((settings.block, settings.block), np.uint8)) >= settings.texture


def sharpened(
    left: UInt8[np.ndarray, "height width"],
    right: UInt8[np.ndarray, "height width"],
    pixels: Float[np.ndarray, "n 2"],
    disparity_px: Float[np.ndarray, "n"],
    settings: Stereo,
) -> Float[np.ndarray, "n"]:
    """Disparities at left pixels to a fraction of a pixel (Lucas and Kanade 1981 along the row); NaN stays NaN.

    Semi-global matching prefers whole pixels and smooth surfaces; an edge itself says more exactly where it lies in the right image.
    """
    if len(pixels) == 0:
        return disparity_px
    half = np.arange(-settings.edge_window, settings.edge_window + 1, dtype=np.float32)
    window = pixels.astype(np.float32)[:, None] + np.stack(np.meshgrid(half, half), -1).reshape(1, -1, 2)
    smooth = [cv2.GaussianBlur(image.astype(np.float32), (0, 0), 1) for image in (left, right)]
    slope = cv2.Scharr(smooth[1], cv2.CV_32F, 1, 0) / 32
    wanted, start = _look(smooth[0], window), np.nan_to_num(disparity_px).astype(np.float32)
    found = start
    for _ in range(3):
        places = window - np.stack([found, 0 * found], -1)[:, None]
        gradient = _look(slope, places)
        step = (gradient * (_look(smooth[1], places) - wanted)).sum(1) / ((gradient**2).sum(1) + settings.edge_damping)
        found = np.clip(found + step, start - settings.edge_reach_px, start + settings.edge_reach_px)
    return np.where(np.isfinite(disparity_px), found, np.nan)


def _look(image: Float32[np.ndarray, "height width"], places: Float[np.ndarray, "n k 2"]) -> Float32[np.ndarray, "n k"]:
    """The image at real-valued pixels (bilinear), its border repeated."""
    return cv2.remap(image, places.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)  # type: ignore[call-overload]


def depth_from(disparity_px: Float32[np.ndarray, "height width"], rig: Rig) -> Float32[np.ndarray, "height width"]:
    """Depth in metres along the left camera's axis: ``f b / (d - d_infinity)``; NaN stays NaN, no parallax is infinite."""
    at_infinity = rig.left.centre_px[0] - rig.right.centre_px[0]
    scale = rig.left.focal_px[0] * -rig.right_from_left[0, 3]
    with np.errstate(divide="ignore"):
        return (scale / np.maximum(disparity_px - at_infinity, 0)).astype(np.float32)


def disparity_from(depth_m: Float32[np.ndarray, "height width"], rig: Rig) -> Float32[np.ndarray, "height width"]:
    """The inverse of ``depth_from``; NaN where the depth is no positive number."""
    at_infinity = rig.left.centre_px[0] - rig.right.centre_px[0]
    scale = rig.left.focal_px[0] * -rig.right_from_left[0, 3]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(depth_m > 0, at_infinity + scale / depth_m, np.nan).astype(np.float32)


def depth(
    left: UInt8[np.ndarray, "height width 3"], right: UInt8[np.ndarray, "height width 3"], rig: Rig, settings: Stereo
) -> Float32[np.ndarray, "height width"]:
    """Depth in metres along the left camera's axis, NaN where stereo does not know."""
    check_rectified(rig)
    return depth_from(disparity(left, right, settings), rig)


def fill(known: Float32[np.ndarray, "height width"], prior: Float32[np.ndarray, "height width"], fade: float) -> Float32[np.ndarray, "height width"]:
    """Fill NaN: the prior, corrected by how far the known values nearby differ from it.

    The correction is spread by pull-push over a pyramid (Gortler et al. 1996) and loses the share ``fade`` each time the
    distance to the next known value doubles.
    """
    weight = np.isfinite(known).astype(np.float32)
    return prior + _pull_push(np.where(weight > 0, known - prior, 0).astype(np.float32), weight, fade)


def _pull_push(
    value: Float32[np.ndarray, "height width"], weight: Float32[np.ndarray, "height width"], fade: float
) -> Float32[np.ndarray, "height width"]:
    """One level: the value where its weight is 1, else mixed with the mean of a larger neighbourhood."""
    height, width = value.shape
    if min(height, width) == 1:
        return weight * value
    size = ((width + 1) // 2, (height + 1) // 2)
    heavier = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    mean = cv2.resize(value * weight, size, interpolation=cv2.INTER_AREA) / np.maximum(heavier, 1e-9)
    upper = _pull_push(mean, np.minimum(4 * heavier, 1), fade)
    coarse = cv2.resize(upper, (width, height), interpolation=cv2.INTER_LINEAR)
    return weight * value + (1 - weight) * (1 - fade) * coarse
