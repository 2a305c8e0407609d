"""How well RGB edges lie on thermal edges, without regard to sign: a smooth score for searching and for looking at."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Float32, Int

from heatnet.calibration.camera import Camera, Rig
from heatnet.calibration.edges import View
from heatnet.calibration.unknowns import in_view, to_thermal


@dataclass(frozen=True)
class Landscape:
    """All views at a coarse scale: edges as segments in space, thermal gradients as blurred tensors.

    ``tensor`` holds ``xx, xy, yy`` of ``g g^T`` less its mean over the image, so a random position scores 0.
    """

    ends: Float[np.ndarray, "ends n 3"]
    frame: Int[np.ndarray, "n"]
    tensor: Float32[np.ndarray, "frames height width 3"]
    scale: float


def landscape(views: Sequence[View], shrink: int, blur_px: float, most: int, rng: np.random.Generator) -> Landscape:
    """Views at ``1 / shrink`` of the thermal resolution, blurred there by ``blur_px``, with at most ``most`` edges."""
    points, along = (np.concatenate([getattr(one, name) for one in views]) for name in ("points", "along"))
    frame = np.repeat(np.arange(len(views)), [len(one.points) for one in views])
    chosen = np.sort(rng.permutation(len(points))[:most])
    points, along, frame = points[chosen], along[chosen], frame[chosen]
    tensor = np.stack([_tensor(one.gradient, shrink, blur_px) for one in views])
    return Landscape(np.stack([points - along, points + along]), frame, tensor, 1 / shrink)


def _tensor(field: Float32[np.ndarray, "height width 2"], shrink: int, blur_px: float) -> Float32[np.ndarray, "low narrow 3"]:
    """The structure tensor (Foerstner 1987) of a gradient field at a coarse scale, its mean removed."""
    gx, gy = field[..., 0], field[..., 1]
    size = (field.shape[1] // shrink, field.shape[0] // shrink)
    coarse = cv2.resize(np.stack([gx * gx, gx * gy, gy * gy], -1), size, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(coarse, (0, 0), blur_px)
    return (blurred - blurred.mean((0, 1))).astype(np.float32)


def alignment(scene: Landscape, rig: Rig) -> float:
    """Mean over edges of ``n^T T n``: thermal gradient energy across the edge (n its normal), 0 for an edge out of view.

    The views must have been made at the resolution of ``rig.thermal``.
    """
    return float(_scores(scene, rig.thermal, to_thermal(rig, scene.ends.reshape(-1, 3)).reshape(1, 2, -1, 3))[0])


def turned_alignments(scene: Landscape, rig: Rig, turns: Float[np.ndarray, "k 3 3"]) -> Float[np.ndarray, "k"]:
    """``alignment`` of the rig with its thermal camera turned in k ways, all at once and in single precision: they are for a start."""
    turned = (scene.ends.reshape(-1, 3) @ rig.thermal_from_left[:3, :3].T).astype(np.float32)
    local = turned @ turns.astype(np.float32).swapaxes(1, 2) + rig.thermal_from_left[:3, 3].astype(np.float32)
    return _scores(scene, rig.thermal, local.reshape(len(turns), 2, -1, 3))


def _scores(scene: Landscape, camera: Camera, local: Float[np.ndarray, "k ends n 3"]) -> Float[np.ndarray, "k"]:
    """The alignment of edges in the thermal camera's frame, k times."""
    pixels = camera.project(local.reshape(-1, 3))
    seen = in_view(camera, local.reshape(-1, 3), pixels, 0).reshape(local.shape[:3]).all(1)
    which, edge = np.nonzero(seen)
    a, b = pixels.reshape(*local.shape[:3], 2).swapaxes(0, 1)[:, which, edge]
    x, y = (((a + b) / 2 + 0.5) * scene.scale).astype(int).T
    height, width = scene.tensor.shape[1:3]
    xx, xy, yy = scene.tensor[scene.frame[edge], np.minimum(y, height - 1), np.minimum(x, width - 1)].T
    (nx, ny), length2 = (b - a).T[::-1], ((b - a) ** 2).sum(1)
    score = (nx * nx * xx - 2 * nx * ny * xy + ny * ny * yy) / np.maximum(length2, 1e-12)
    return np.bincount(which, score, len(local)) / len(scene.frame)
