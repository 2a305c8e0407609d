"""What rays meet: bare hits, and the surfaces that they stand for."""

from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float32, Int, Int32, UInt8

from heatnet.street.ground import BASE_M, RING_M, THICK_M
from heatnet.street.vectors import dot, rows
from heatnet.street.world import Scene


@dataclass(frozen=True)
class Surface:
    """The surfaces that n rays hit; ``lit`` is the share of full window light, ``grain`` texture in -1..1."""

    ray: Int[np.ndarray, "n"]
    direction: Float32[np.ndarray, "n 3"]
    distance: Float32[np.ndarray, "n"]
    point: Float32[np.ndarray, "n 3"]
    normal: Float32[np.ndarray, "n 3"]
    part: Int32[np.ndarray, "n"]
    material: UInt8[np.ndarray, "n"]
    label: UInt8[np.ndarray, "n"]
    albedo: Float32[np.ndarray, "n 3"]
    warmth: Float32[np.ndarray, "n"]
    grain: Float32[np.ndarray, "n"]
    lit: Float32[np.ndarray, "n"]

    def picked(self, chosen: Int[np.ndarray, "m"]) -> "Surface":
        """Some of the surfaces, numbered anew."""
        found = Surface(*(rows(getattr(self, field.name), chosen) for field in fields(Surface)))
        return replace(found, ray=np.arange(len(chosen)))

    def along(self, rays: Int[np.ndarray, "m"], count: int) -> "Surface":
        """What some of ``count`` rays hit (given in order), numbered anew."""
        place = np.full(count, -1)
        place[rays] = np.arange(len(rays))
        of = place[self.ray]
        own = np.flatnonzero(of >= 0)
        return replace(self.picked(own), ray=of[own])

    def things(self, scene: Scene, count: int) -> Int32[np.ndarray, "rays"]:
        """A number for the object and the material that each of ``count`` rays meets; -1 for the sky."""
        found = np.full(count, -1, np.int32)
        found[self.ray] = np.take(scene.parts.seed, self.part) * 32 + self.material
        return found


class Met(NamedTuple):
    """What n rays meet: how far away (infinite: nothing), the face of what stands still (-1: none) and where on it, raw normal, part."""

    distance: Float32[np.ndarray, "n"]
    face: Int32[np.ndarray, "n"]
    normal: Float32[np.ndarray, "n 3"]
    u: Float32[np.ndarray, "n"]
    v: Float32[np.ndarray, "n"]
    part: Int32[np.ndarray, "n"]

    def of(self, chosen: Int[np.ndarray, "m"]) -> "Met":
        """What some of the rays meet."""
        return Met(*(rows(column, chosen) for column in self))


def meet(
    scene: Scene,
    origin: Float32[np.ndarray, "3"] | Float32[np.ndarray, "rays 3"],
    directions: Float32[np.ndarray, "rays 3"],
    moving: Bool[np.ndarray, "rays"] | None = None,
) -> Met:
    """Shoot unit rays from a point, or from one point each; ``moving`` as in ``texture.surface``."""
    packed = np.ascontiguousarray(directions)
    distance, face, normal, u, v = scene.static.nearest(origin, packed)
    part = np.take(scene.static_part, face, mode="clip")
    if not scene.moving.empty:
        some = np.arange(len(packed)) if moving is None else np.flatnonzero(moving | _open(scene, origin, directions, distance))
        near, moving_face, moving_normal, _, _ = scene.moving.nearest(origin if origin.ndim == 1 else origin[some], packed[some], distance[some])
        moved = np.flatnonzero(near < distance[some])
        hidden = some[moved]
        distance[hidden], normal[hidden], part[hidden] = near[moved], moving_normal[moved], scene.moving_part[moving_face[moved]]
        face[hidden] = -1
    return Met(distance, face, normal, u, v, part)


def _open(
    scene: Scene, origin: Float32[np.ndarray, "3"], directions: Float32[np.ndarray, "rays 3"], distance: Float32[np.ndarray, "rays"]
) -> Bool[np.ndarray, "rays"]:
    """Which rays of a point may meet the horizon: those that come as far as its hills and not above them, or below the plain."""
    far = np.float32(RING_M - THICK_M - np.hypot(origin[0] - scene.ego[0], origin[1] - scene.ego[1]))
    height = origin[2] + np.minimum(distance, far) * directions[:, 2]
    return ((distance > far) & (height < np.float32(scene.skyline + 0.05))) | (height < np.float32(BASE_M + 0.05))


def plain(
    scene: Scene,
    origin: Float32[np.ndarray, "3"] | Float32[np.ndarray, "n 3"],
    ray: Int[np.ndarray, "n"],
    direction: Float32[np.ndarray, "n 3"],
    met: Met,
) -> Surface:
    """Surfaces as their parts' tables have them; normals face the camera."""
    normal, part = met.normal, met.part
    sign = -np.sign(dot(normal, direction)) / np.sqrt(np.maximum(dot(normal, normal), np.float32(1e-30)))
    parts, zero = scene.parts, np.zeros(len(ray), np.float32)
    return Surface(
        *(
            ray,
            direction,
            met.distance,
            origin + met.distance[:, None] * direction,
            normal * sign[:, None],
            part,
            np.take(parts.material, part),
            np.take(parts.label, part),
        ),
        *(rows(parts.colour, part), np.take(parts.warmth, part), zero, zero.copy()),
    )
