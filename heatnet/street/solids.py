"""Solids from a few templates, and the triangle mesh that they compile to.

An object's own frame has x to its right, y ahead and z up, its origin on the ground. Everything is metres. A template is a
mesh that fills the cube from (-1/2, -1/2, -1/2) to (1/2, 1/2, 1/2); a solid is a template that is tapered towards its top,
scaled, turned and moved.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int, Int32, UInt8

from heatnet.street.materials import Stuff
from heatnet.street.twigs import crown

Vector = tuple[float, float, float]


class Shape(IntEnum):
    """The templates; ``BLOB_*`` and the coarser ``TUFT_*`` are spheres with dents, for crowns and for bushes; ``TWIGS_*`` bare crowns."""

    BOX = 0
    PRISM = 1
    BALL = 2
    RING = 3
    BLOB_A = 4
    BLOB_B = 5
    BLOB_C = 6
    TUFT_A = 7
    TUFT_B = 8
    TWIGS_A = 9
    TWIGS_B = 10


BLOBS = (Shape.BLOB_A, Shape.BLOB_B, Shape.BLOB_C)
TUFTS = (Shape.TUFT_A, Shape.TUFT_B)
TWIGS = (Shape.TWIGS_A, Shape.TWIGS_B)


class Solid(NamedTuple):
    """A template with its place in the object: ``turn`` = (about x, about y, about z) in radians, applied y, x, z.

    ``taper`` is the size of the top relative to the bottom along x and y; ``warmth`` kelvin above what the weather gives;
    ``style`` the numbers of a building's front (see ``texture.front``).
    """

    shape: Shape
    centre: Vector
    size: Vector
    stuff: Stuff
    turn: Vector = (0.0, 0.0, 0.0)
    taper: tuple[float, float] = (1.0, 1.0)
    warmth: float = 0.0
    style: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Parts:
    """What a surface is made of, one row a solid: arrays that hits look up.

    ``origin`` and ``axis`` (cosine and sine of the heading) are the object's frame, for textures; ``seed`` tells two alike
    objects apart.
    """

    material: UInt8[np.ndarray, "parts"]
    label: UInt8[np.ndarray, "parts"]
    colour: Float32[np.ndarray, "parts 3"]
    warmth: Float32[np.ndarray, "parts"]
    style: Float32[np.ndarray, "parts 4"]
    origin: Float32[np.ndarray, "parts 3"]
    axis: Float32[np.ndarray, "parts 2"]
    seed: Int32[np.ndarray, "parts"]

    def __len__(self) -> int:
        """The number of solids."""
        return len(self.material)


def join(parts: Sequence[Parts]) -> Parts:
    """One table out of several, in order."""
    return Parts(*(np.concatenate([getattr(table, field.name) for table in parts]) for field in fields(Parts)))


@dataclass(frozen=True)
class Mesh:
    """Triangles; ``part`` is the row of ``Parts`` of each, ``thing`` the object of each vertex."""

    vertices: Float32[np.ndarray, "vertices 3"]
    faces: Int32[np.ndarray, "faces 3"]
    part: Int32[np.ndarray, "faces"]
    thing: Int32[np.ndarray, "vertices"]


class Placed(NamedTuple):
    """An object: its solids and where it stands (x, y, z in metres, heading in radians, anticlockwise from y)."""

    solids: Sequence[Solid]
    x: float
    y: float
    z: float
    heading: float


def turned(point: tuple[float, float], angle: float) -> tuple[float, float]:
    """A point of the plane, turned anticlockwise by ``angle`` radians."""
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    return cos * point[0] - sin * point[1], sin * point[0] + cos * point[1]


def compiled(groups: Sequence[Sequence[Solid]]) -> tuple[Mesh, Int32[np.ndarray, "parts"]]:
    """The mesh of several objects, each in its own frame, and the object of every part."""
    solids = [solid for group in groups for solid in group]
    owner = np.repeat(np.arange(len(groups), dtype=np.int32), [len(group) for group in groups])
    shape = np.array([solid.shape for solid in solids], np.int32)
    vertices, faces, part, thing, count = [], [], [], [], 0
    for kind in Shape:
        if not (chosen := np.flatnonzero(shape == kind).astype(np.int32)).size:
            continue
        corners, triangles = template(kind)
        bodies = _shaped(corners, [solids[i] for i in chosen])
        vertices.append(bodies.reshape(-1, 3))
        offsets = count + len(corners) * np.arange(len(chosen))
        faces.append((triangles[None] + offsets[:, None, None]).reshape(-1, 3))
        part.append(np.repeat(chosen, len(triangles)))
        thing.append(np.repeat(owner[chosen], len(corners)))
        count += bodies.shape[0] * bodies.shape[1]
    if not solids:
        return Mesh(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32), np.zeros(0, np.int32), np.zeros(0, np.int32)), owner
    return Mesh(np.concatenate(vertices), np.concatenate(faces).astype(np.int32), np.concatenate(part), np.concatenate(thing)), owner


def _shaped(corners: Float[np.ndarray, "corners 3"], solids: Sequence[Solid]) -> Float32[np.ndarray, "solids corners 3"]:
    """Template corners, tapered, scaled, turned and moved for each solid."""
    taper = np.array([solid.taper for solid in solids])
    body = corners[None] * np.array([solid.size for solid in solids])[:, None]
    up = corners[None, :, 2:] + 0.5
    body[:, :, :2] *= 1 - up * (1 - taper[:, None])
    rotation = rotations(np.array([solid.turn for solid in solids]))
    return (np.einsum("sij,scj->sci", rotation, body) + np.array([solid.centre for solid in solids])[:, None]).astype(np.float32)


def rotations(turn: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3 3"]:
    """R_z R_x R_y of angles (about x, about y, about z)."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(turn).T, np.sin(turn).T
    rows = [cz * cy - sz * sx * sy, -sz * cx, cz * sy + sz * sx * cy, sz * cy + cz * sx * sy, cz * cx, sz * sy - cz * sx * cy, -cx * sy, sx, cx * cy]
    return np.stack(rows, -1).reshape(-1, 3, 3)


def parts_of(groups: Sequence[Sequence[Solid]], seeds: Int[np.ndarray, "groups"]) -> Parts:
    """The table of several objects' solids, every object at the origin."""
    solids = [solid for group in groups for solid in group]
    owner = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return Parts(
        material=np.array([solid.stuff.material for solid in solids], np.uint8),
        label=np.array([solid.stuff.label for solid in solids], np.uint8),
        colour=np.array([solid.stuff.colour for solid in solids], np.float32).reshape(-1, 3),
        warmth=np.array([solid.warmth for solid in solids], np.float32),
        style=np.array([solid.style for solid in solids], np.float32).reshape(-1, 4),
        origin=np.zeros((len(solids), 3), np.float32),
        axis=np.tile(np.array([1, 0], np.float32), (len(solids), 1)),
        seed=seeds[owner].astype(np.int32) if len(solids) else np.zeros(0, np.int32),
    )


@cache
def template(shape: Shape) -> tuple[Float[np.ndarray, "corners 3"], Int[np.ndarray, "faces 3"]]:
    """Corners and triangles of a template."""
    if shape is Shape.BOX:
        return _tube(np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]))
    if shape is Shape.PRISM:
        angle = np.arange(10) * (2 * np.pi / 10)
        return _tube(0.5 * np.stack([np.cos(angle), np.sin(angle)], -1))
    if shape is Shape.RING:
        return _ring(20, 0.84)
    if shape in TWIGS:
        return crown(np.random.default_rng(int(shape)))
    return _ball(2 if shape in BLOBS else 1, 0.0 if shape is Shape.BALL else 0.22, int(shape))


def _tube(outline: Float[np.ndarray, "n 2"]) -> tuple[Float[np.ndarray, "corners 3"], Int[np.ndarray, "faces 3"]]:
    """A closed convex prism along z over an outline."""
    n = len(outline)
    corners = np.concatenate([np.c_[outline, np.full(n, z)] for z in (-0.5, 0.5)])
    i = np.arange(n)
    j = (i + 1) % n
    side = np.concatenate([np.stack([i, j, j + n], -1), np.stack([i, j + n, i + n], -1)])
    fan = np.stack([np.zeros(n - 2, int), i[1:-1], i[2:]], -1)
    return corners, np.concatenate([side, fan[:, ::-1], fan + n])


def _ring(n: int, inner: float) -> tuple[Float[np.ndarray, "corners 3"], Int[np.ndarray, "faces 3"]]:
    """An annulus with thickness about z: a wheel's rim and tyre."""
    angle = np.arange(n) * (2 * np.pi / n)
    circle = 0.5 * np.stack([np.cos(angle), np.sin(angle)], -1)
    loops = [np.c_[circle * r, np.full(n, z)] for r, z in ((1, -0.5), (1, 0.5), (inner, 0.5), (inner, -0.5))]
    i = np.arange(n)
    j = (i + 1) % n
    faces = []
    for k in range(4):
        a, b = k * n, (k + 1) % 4 * n
        faces += [np.stack([a + i, a + j, b + j], -1), np.stack([a + i, b + j, b + i], -1)]
    return np.concatenate(loops), np.concatenate(faces)


def _ball(subdivisions: int, dents: float, seed: int) -> tuple[Float[np.ndarray, "corners 3"], Int[np.ndarray, "faces 3"]]:
    """An icosahedron of diameter 1, each triangle cut into four ``subdivisions`` times, its corners moved along the radius by up to ``dents``."""
    golden = (1 + 5**0.5) / 2
    flat = np.array([(0, a, b * golden) for a in (-1, 1) for b in (-1, 1)])
    corners = np.concatenate([np.roll(flat, k, axis=1) for k in range(3)])
    distance = np.linalg.norm(corners[:, None] - corners, axis=-1)
    faces = [(i, j, k) for i in range(12) for j in range(i) for k in range(j) if max(distance[i, j], distance[j, k], distance[i, k]) < 2.1]
    triangles = corners[np.array(faces)]
    for _ in range(subdivisions):
        a, b, c = triangles.transpose(1, 0, 2)
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        triangles = np.concatenate([np.stack(four, 1) for four in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
        triangles /= np.linalg.norm(triangles, axis=-1, keepdims=True)
    inward = np.einsum("ij,ij->i", triangles[:, 0], np.cross(triangles[:, 1], triangles[:, 2])) < 0
    triangles[inward] = triangles[inward][:, ::-1]
    points, index = np.unique(triangles.reshape(-1, 3).round(9), axis=0, return_inverse=True)
    points *= 0.5 / np.linalg.norm(points, axis=1, keepdims=True)
    factor = 1 + dents * np.random.default_rng(seed).uniform(-1, 0.5, len(points))
    return points * factor[:, None], index.reshape(-1, 3)
