"""How well RGB edges lie on thermal edges, without regard to sign: a smooth score for searching and for looking at."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, Int
from scipy.spatial.transform import Rotation

from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View
from heatnet.calibration.unknowns import SIZE

TOGETHER = 60000
"""Edges projected at once: their arrays then stay in a processor's cache."""


@dataclass(frozen=True)
class Landscape:
    """All views at a coarse scale: edges as segments in space, directions of thermal gradients as blurred tensors.

    ``tensor`` holds ``xx, xy, yy`` of ``g g^T / |g|^2`` less its mean over the image, so a random position scores 0.
    """

    ends: Float[np.ndarray, "ends n 3"]
    frame: Int[np.ndarray, "n"]
    tensor: Float32[np.ndarray, "frames height width 3"]
    scale: float


def landscape(views: Sequence[View], shrink: int, blur_px: float, most: int, rng: np.random.Generator) -> Landscape:
    """Views at ``1 / shrink`` of the thermal resolution, blurred there by ``blur_px``, with at most ``most`` of their ``coarse`` edges."""
    seen = [(one.points, one.along) if one.coarse is None else one.coarse for one in views]
    points, along = (np.concatenate(parts) for parts in zip(*seen, strict=True))
    frame = np.repeat(np.arange(len(views)), [len(one) for one, _ in seen])
    chosen = np.sort(rng.permutation(len(points))[:most])
    points, along, frame = points[chosen], along[chosen], frame[chosen]
    tensor = np.stack([_tensor(one.gradient, shrink, blur_px) for one in views])
    return Landscape(np.stack([points - along, points + along]), frame, tensor, 1 / shrink)


def _tensor(field: Float32[np.ndarray, "height width 2"], shrink: int, blur_px: float) -> Float32[np.ndarray, "low narrow 3"]:
    """The structure tensor (Foerstner 1987) of a gradient field's directions at a coarse scale, its mean removed.

    Weighted by their lengths a few strong edges would outweigh all others, and what is bright by night is not what is warm. Of noise all
    directions blur to none; an image without any noise keeps the directions of the faintest slopes, and its optimum is blunt.
    """
    gx, gy = field[..., 0], field[..., 1]
    once = 1 / np.maximum(gx * gx + gy * gy, 1e-12)
    size = (field.shape[1] // shrink, field.shape[0] // shrink)
    coarse = cv2.resize(np.stack([gx * gx * once, gx * gy * once, gy * gy * once], -1), size, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(coarse, (0, 0), blur_px)
    return (blurred - blurred.mean((0, 1))).astype(np.float32)


def alignment(scene: Landscape, rig: Rig) -> float:
    """Mean over edges of ``n^T T n``: how much more thermal gradients point across the edge (n its normal) than elsewhere; 0 out of view.

    The views must have been made at the resolution of ``rig.thermal``.
    """
    return float(alignments(scene, rig, np.zeros((1, SIZE)))[0])


def alignments(scene: Landscape, rig: Rig, steps: Float[np.ndarray, "k 14"]) -> Float[np.ndarray, "k"]:
    """``alignment`` of the rig after each of k steps (see ``unknowns``); many at once and in single precision: they are for a start."""
    parts = np.array_split(steps, -(-len(steps) * len(scene.frame) // TOGETHER))
    return np.concatenate([_scores(scene, *_projected(scene, rig, part)) for part in parts])


def _projected(
    scene: Landscape, rig: Rig, steps: Float[np.ndarray, "k 14"]
) -> tuple[Float32[np.ndarray, "k ends n"], Float32[np.ndarray, "k ends n"], Bool[np.ndarray, "k n"]]:
    """Columns and rows of all ends after k steps, and which edges are in view (as ``Camera.project`` and ``unknowns.in_view``)."""
    camera, (_, n, _) = rig.thermal, scene.ends.shape
    turned = Rotation.from_rotvec(steps[:, :3]).as_matrix() @ rig.thermal_from_left[:3, :3]
    shift, focal, centre, bend = (
        np.asarray(part, np.float32)[..., None]
        for part in (
            rig.thermal_from_left[:3, 3] + steps[:, 3:6],
            camera.focal_px * np.exp(steps[:, 6:8]),
            camera.centre_px + steps[:, 8:10],
            camera.distortion + steps[:, 10:],
        )
    )
    local = turned.astype(np.float32) @ scene.ends.reshape(-1, 3).T.astype(np.float32) + shift
    depth = np.where(local[:, 2] > 0, local[:, 2], np.float32(np.nan))
    x, y = local[:, 0] / depth, local[:, 1] / depth
    k1, k2, p1, p2 = bend.swapaxes(0, 1)
    xx, xy, yy = x * x, x * y, y * y
    r2 = xx + yy
    radial = 1 + r2 * (k1 + r2 * k2)
    u = (x * radial + 2 * p1 * xy + p2 * (r2 + 2 * xx)) * focal[:, 0] + centre[:, 0]
    v = (y * radial + 2 * p2 * xy + p1 * (r2 + 2 * yy)) * focal[:, 1] + centre[:, 1]
    seen = (u >= 0) & (u <= camera.width - 1) & (v >= 0) & (v <= camera.height - 1) & (1 + r2 * (3 * k1 + 5 * k2 * r2) > 0)
    return u.reshape(-1, 2, n), v.reshape(-1, 2, n), seen.reshape(-1, 2, n).all(1)


def _scores(
    scene: Landscape, u: Float32[np.ndarray, "k ends n"], v: Float32[np.ndarray, "k ends n"], seen: Bool[np.ndarray, "k n"]
) -> Float[np.ndarray, "k"]:
    """The alignment of edges at k times n pairs of pixels."""
    height, width = scene.tensor.shape[1:3]
    column, row = (
        np.where(seen, (ends.mean(1) + 0.5) * scene.scale, 0).astype(np.intp).clip(0, size - 1) for ends, size in ((u, width), (v, height))
    )
    xx, xy, yy = scene.tensor.reshape(-1, 3).take((scene.frame * height + row) * width + column, 0).transpose(2, 0, 1)
    across, down = u[:, 1] - u[:, 0], v[:, 1] - v[:, 0]
    energy = (down * down * xx - 2 * down * across * xy + across * across * yy) / np.maximum(across * across + down * down, 1e-12)
    return np.where(seen, energy, 0).mean(1, dtype=np.float64)
