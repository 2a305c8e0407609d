"""What the two modalities share: edges. Sub-pixel RGB edges with depth, and the field of thermal gradients."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8, UInt16

from heatnet.calibration import stereo
from heatnet.calibration.camera import Rig
from heatnet.calibration.recordings import Pair, fitted
from heatnet.config import Calibration, Edges

Depth = Float32[np.ndarray, "height width"]
"""Metres along the left camera's axis, NaN where unknown."""


@dataclass(frozen=True)
class View:
    """What calibration keeps of one moment: RGB edges in space (left camera's frame, metres) and the thermal gradients.

    ``along`` is a vector along each edge, of the length of one pixel; ``gradient`` is at most 1 long. ``coarse`` are points and vectors of
    edges of a wider blur, for a search: fewer, but of larger things. None: the same. ``night`` where the left image is dark.
    """

    name: str
    points: Float[np.ndarray, "n 3"]
    along: Float[np.ndarray, "n 3"]
    gradient: Float32[np.ndarray, "height width 2"]
    coarse: tuple[Float[np.ndarray, "m 3"], Float[np.ndarray, "m 3"]] | None = None
    night: bool = False


def light(rgb: UInt8[np.ndarray, "height width 3"], gamma: float) -> Float32[np.ndarray, "height width"]:
    """Luminance (Rec. 709) to the power ``gamma``, from sRGB (IEC 61966-2-1): a tone curve moves blurred edges to their dark side."""
    code = np.arange(256) / 255
    linear = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return np.asarray((cv2.LUT(rgb, linear) @ np.array([0.2126, 0.7152, 0.0722], np.float32)) ** np.float32(gamma))


def gradient(
    image: UInt8[np.ndarray, "height width"] | UInt16[np.ndarray, "height width"] | Float32[np.ndarray, "height width"], blur_px: float
) -> Float32[np.ndarray, "height width 2"]:
    """Image gradient (levels a pixel, x then y) after a Gaussian blur; Scharr's kernels."""
    smooth = cv2.GaussianBlur(image.astype(np.float32), (0, 0), blur_px)
    return np.stack([cv2.Scharr(smooth, cv2.CV_32F, 1, 0), cv2.Scharr(smooth, cv2.CV_32F, 0, 1)], -1) / 32


def normalised(field: Float32[np.ndarray, "height width 2"], percentile: float) -> Float32[np.ndarray, "height width 2"]:
    """``g / sqrt(|g|^2 + eps^2)`` with eps a percentile of |g| (of every fourth pixel): strong edges count alike, noise stays small."""
    square = field[..., 0] ** 2 + field[..., 1] ** 2
    eps = float(np.sqrt(np.percentile(square[::2, ::2], percentile)))
    return (field / np.sqrt(square + np.float32(max(eps, 1e-6) ** 2))[..., None]).astype(np.float32)


def sample(
    field: Float32[np.ndarray, "height width"] | Float32[np.ndarray, "height width 2"], pixels: Float[np.ndarray, "rows columns 2"]
) -> Float32[np.ndarray, "rows columns"] | Float32[np.ndarray, "rows columns 2"]:
    """The field at real-valued pixels (bilinear), 0 outside."""
    return cv2.remap(field, pixels.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)  # type: ignore[call-overload]


def _listed(field: Float32[np.ndarray, "height width"], pixels: Float32[np.ndarray, "n 2"]) -> Float32[np.ndarray, "n"]:
    """``sample`` at a list of any length: OpenCV takes no more than 32767 columns."""
    return sample(field, np.resize(pixels, (1 + len(pixels) // 1024, 1024, 2))).ravel()[: len(pixels)]


def ridges(
    field: Float32[np.ndarray, "height width 2"], contrast: Float32[np.ndarray, "height width"], settings: Edges
) -> tuple[Float[np.ndarray, "n 2"], Float[np.ndarray, "n 2"]]:
    """Sub-pixel edges (pixels) and their unit normals: maxima of the gradient's length along the gradient.

    Non-maximum suppression with a parabola (Canny 1986, Devernay 1995); those of enough ``contrast``, the strongest of each
    cell, ``per_frame`` in all.
    """
    length = np.sqrt(field[..., 0] ** 2 + field[..., 1] ** 2)  # the last bits of cv2.magnitude differ among threads
    rows, columns = np.nonzero(contrast[1:-1, 1:-1] > settings.contrast)
    rows, columns = rows + 1, columns + 1
    strength, grid = length[rows, columns], np.stack([columns, rows], 1).astype(np.float32)
    normal = field[rows, columns] / np.maximum(strength, 1e-6)[:, None]
    before, after = (_listed(length, grid + sign * normal) for sign in (-1, 1))
    peak = (strength >= before) & (strength > after)
    shift = 0.5 * (before - after) / np.minimum(before + after - 2 * strength, -1e-6)
    pixels, normal = (grid + shift[:, None] * normal)[peak], normal[peak]
    kept = _spread(pixels, contrast[rows, columns][peak], length.shape, settings)
    return pixels[kept].astype(np.float64), normal[kept].astype(np.float64)


def _spread(pixels: Float[np.ndarray, "n 2"], strength: Float[np.ndarray, "n"], shape: tuple[int, ...], settings: Edges) -> np.ndarray:
    """Indices of the strongest edges of each cell of a grid, ``per_frame`` in all."""
    rows, columns = settings.grid
    cell = (pixels[:, 1] * rows / shape[0]).astype(int) * columns + (pixels[:, 0] * columns / shape[1]).astype(int)
    order = np.argsort(-strength, kind="stable")
    order = order[np.argsort(cell[order].astype(np.int16), kind="stable")]
    count = np.bincount(cell)
    rank = np.arange(len(order)) - (np.cumsum(count) - count)[cell[order]]
    return np.sort(order[rank < settings.per_frame // (rows * columns)])


def edge_disparity(
    disparity_px: Float32[np.ndarray, "height width"], pixels: Float[np.ndarray, "n 2"], normals: Float[np.ndarray, "n 2"], settings: Edges
) -> Float[np.ndarray, "n"]:
    """Disparity of an edge: the mean of its two sides on one surface, else the nearer, for it is the nearer thing that ends there.

    Sides are sampled ``side_px`` away and are one surface when they differ by at most ``jump_px``; NaN where neither is known.
    """
    height, width = disparity_px.shape
    sides = []
    for side in (-settings.side_px, settings.side_px):
        x, y = (pixels + side * normals).round().astype(int).T
        sides.append(disparity_px[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)].astype(np.float64))
    first, second = sides
    return np.where(np.abs(first - second) <= settings.jump_px, (first + second) / 2, np.fmax(first, second))


def rgb_edges(rgb: UInt8[np.ndarray, "height width 3"], settings: Edges) -> tuple[Float[np.ndarray, "n 2"], Float[np.ndarray, "n 2"]]:
    """``ridges`` of an RGB image: located in ``light``, chosen by contrast in the stretched grey of stereo, where noise is even."""
    hour = int(dark(rgb, settings))
    blur_px, gamma = settings.rgb_blur_px[hour], settings.gamma[hour]
    grey = gradient(stereo.grey(rgb), blur_px)
    return ridges(gradient(light(rgb, gamma), blur_px), np.hypot(grey[..., 0], grey[..., 1]), settings)


def dark(rgb: UInt8[np.ndarray, "height width 3"], settings: Edges) -> bool:
    """Whether it is night in an image, by every fourth of its pixels each way."""
    return bool(np.median(rgb[::4, ::4]) < settings.dark)


def blank(pair: Pair, settings: Edges) -> bool:
    """Whether a thermal image shows nothing: a closed shutter, a covered lens."""
    return bool(np.ptp(pair.thermal) < settings.blank_counts)


def view(pair: Pair, rig: Rig, settings: Calibration, depth_m: Depth | None = None, quick: bool = False) -> View:
    """Edges in space and thermal gradients of one pair, by semi-global matching or a given depth; ``ValueError`` for a blank thermal image.

    Matching is coarse at night, where it is then less noisy, and when it must be ``quick``; then there are fewer edges, too, and no others
    for a search.
    """
    chosen = replace(settings.edges, per_frame=settings.online.per_frame) if quick else settings.edges
    if blank(pair, settings.edges):
        raise ValueError(f"{pair.name}: the thermal image is blank (counts {pair.thermal.min()} to {pair.thermal.max()}); leave this frame out")
    night = dark(pair.left, settings.edges)
    match = stereo.coarse if quick or night else stereo.disparity
    disparity = match(pair.left, pair.right, settings.stereo) if depth_m is None else _known(pair, depth_m, rig)

    def placed(edges: Edges) -> tuple[Float[np.ndarray, "n 3"], Float[np.ndarray, "n 3"]]:
        pixels, normals = rgb_edges(pair.left, edges)
        near = edge_disparity(disparity, pixels, normals, edges)
        if depth_m is None:
            near = stereo.sharpened(stereo.grey(pair.left), stereo.grey(pair.right), pixels, near, settings.stereo)
        return _in_space(pixels, normals, near, rig)

    coarse = None if quick else placed(replace(chosen, rgb_blur_px=(settings.search.rgb_blur_px,) * 2))
    field = normalised(gradient(pair.thermal, settings.edges.thermal_blur_px), settings.edges.weak_percentile)
    return View(pair.name, *placed(chosen), field, coarse, night)


def _in_space(
    pixels: Float[np.ndarray, "n 2"], normals: Float[np.ndarray, "n 2"], near: Float[np.ndarray, "n"], rig: Rig
) -> tuple[Float[np.ndarray, "m 3"], Float[np.ndarray, "m 3"]]:
    """Edges whose disparity is known as points and vectors along them, in the left camera's frame (metres)."""
    far_m = stereo.depth_from(near[None].astype(np.float32), rig)[0].astype(np.float64)
    kept = np.isfinite(far_m) & (far_m > 0)
    pixels, normals, far_m = pixels[kept], normals[kept], far_m[kept, None]
    tangents = np.stack([-normals[:, 1], normals[:, 0]], 1)
    return rig.left.unproject(pixels) * far_m, np.pad(tangents / rig.left.focal_px, ((0, 0), (0, 1))) * far_m


def _known(pair: Pair, depth_m: Depth, rig: Rig) -> Float32[np.ndarray, "height width"]:
    """The disparity of a given depth; NaN and what is not positive is unknown."""
    if depth_m.shape != pair.left.shape[:2]:
        raise ValueError(f"{pair.name}: depth has shape {depth_m.shape}, the left image {pair.left.shape[:2]}; give one depth for each left pixel")
    if not (np.isfinite(depth_m) & (depth_m > 0)).any():
        raise ValueError(f"{pair.name}: depth has no finite positive number; give metres along the axis, NaN only where it is unknown")
    return stereo.disparity_from(depth_m, rig)


def views(pairs: Sequence[Pair], rig: Rig, settings: Calibration, depths_m: Sequence[Depth] | None = None) -> list[View]:
    """The views of all pairs, with depths (m, NaN where unknown) when given; ``ValueError`` when together they hold too few edges."""
    stereo.check_rectified(rig)
    known = [None] * len(pairs) if depths_m is None else depths_m
    with ThreadPoolExecutor() as pool:
        found = list(pool.map(lambda pair, depth_m: view(pair, fitted(rig, pair), settings, depth_m), pairs, known))
    total = sum(len(one.points) for one in found)
    if total < settings.edges.least:
        raise ValueError(f"{total} RGB edges with depth in {len(found)} frames, needed are {settings.edges.least}; give frames with texture")
    return found
