"""Which pixels can meet something that moves: spheres around moving things against blocks of pixels. It saves rays and changes no image."""

from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float, Int32

from heatnet.calibration.camera import Camera
from heatnet.street.solids import Mesh

BLOCK, LONG_M = 8, 4.0


def spheres(mesh: Mesh) -> Float[np.ndarray, "n 5"]:
    """Spheres around each thing but the first (the horizon), in its own frame: x, y, z, radius, thing; a row of them around a long one."""
    order = np.argsort(mesh.thing, kind="stable")
    corners, found = mesh.vertices[order], []
    starts = np.flatnonzero(np.diff(mesh.thing[order], prepend=-1))
    for first, last in zip(starts, [*starts[1:], len(order)], strict=True):
        low, high = corners[first:last].min(0).astype(float), corners[first:last].max(0).astype(float)
        axis, half = np.argmax(high - low), (high - low) / 2
        count = int(np.ceil(2 * half[axis] / LONG_M))
        half[axis] /= count
        for i in range(count):
            middle = (low + high) / 2
            middle[axis] = low[axis] + (2 * i + 1) * half[axis]
            found.append((*middle, float(np.linalg.norm(half)), mesh.thing[order[first]]))
    table = np.array(found).reshape(-1, 5)
    return table[table[:, 4] > 0]


def stood(balls: Float[np.ndarray, "n 5"], poses: Float[np.ndarray, "things 4"]) -> Float[np.ndarray, "n 4"]:
    """``spheres`` where their things stand (x, y, z, heading): x, y, z in the world, radius."""
    x, y, z, heading = poses[balls[:, 4].astype(int)].T
    cos, sin = np.cos(heading), np.sin(heading)
    return np.stack([cos * balls[:, 0] - sin * balls[:, 1] + x, sin * balls[:, 0] + cos * balls[:, 1] + y, balls[:, 2] + z, balls[:, 3]], -1)


@lru_cache(8)
def _blocks(camera: Camera) -> tuple[Float[np.ndarray, "blocks 3"], Float[np.ndarray, "blocks"], Int32[np.ndarray, "pixels"]]:
    """Blocks of pixels: the direction of the middle, the angle to the farthest pixel's edge, and the block of every pixel."""
    rays = camera.rays().reshape(-1, 3)
    rays = rays / np.linalg.norm(rays, axis=-1, keepdims=True)
    row, column = np.divmod(np.arange(len(rays)), camera.width)
    across = -(-camera.width // BLOCK)
    block = (row // BLOCK) * across + column // BLOCK
    middle = np.stack([np.bincount(block, weights) for weights in rays.T], -1)
    middle = middle / np.linalg.norm(middle, axis=-1, keepdims=True)
    angle = np.zeros(len(middle))
    np.maximum.at(angle, block, np.arccos(np.clip((rays * middle[block]).sum(-1), -1, 1)))
    return middle, angle + 2 / min(camera.focal_px), block.astype(np.int32)


def meets(camera: Camera, world_from_camera: Float[np.ndarray, "4 4"], balls: Float[np.ndarray, "n 4"]) -> Bool[np.ndarray, "pixels"]:
    """Which pixels look into one of the spheres (x, y, z, radius), or nearly so."""
    middle, angle, block = _blocks(camera)
    centre = (balls[:, :3] - world_from_camera[:3, 3]) @ world_from_camera[:3, :3]
    away = np.linalg.norm(centre, axis=-1)
    if np.any(away <= 1.01 * balls[:, 3]):
        return np.ones(len(block), bool)
    reach = np.arcsin(balls[:, 3] / away) + 1e-3
    cos = (centre / away[:, None]) @ middle.T
    limit = np.cos(reach)[:, None] * np.cos(angle) - np.sin(reach)[:, None] * np.sin(angle)
    return np.asarray((cos > limit).any(0)[block])
