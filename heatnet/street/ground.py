"""The ground: strips along the road from its middle to the fields, crossings, and the horizon."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Float32, Int32

from heatnet.street.materials import Colour, Material, Stuff, stuff
from heatnet.street.path import Course, Profile
from heatnet.street.solids import Shape, Solid

RAMP_M = 0.8
CELL_M = 20 / 6
"""Length of the ground's cells: the same ones for every stretch, whose blocks are 20 m long."""
EDGE_M = 62.0
BASE_M = -1.5
RING_M, THICK_M = 550.0, 20.0
"""How far from the car the hills on the horizon stand; they and the plain are seen below ``BASE_M`` or behind all that is nearer."""


@dataclass(frozen=True)
class Ground:
    """The ground's triangles, first in the scene's mesh: world corners, the strip of each face, and (s, t) of its corners."""

    vertices: Float32[np.ndarray, "vertices 3"]
    faces: Int32[np.ndarray, "faces 3"]
    strip: Int32[np.ndarray, "faces"]
    along: Float32[np.ndarray, "vertices 2"]
    solids: list[Solid]


@dataclass(frozen=True)
class Surface:
    """Colours of the ground in one world, and the height of its hills in metres."""

    asphalt: Colour
    paving: Colour
    kerb: Colour
    grass: Colour
    yard: Stuff
    hills: float
    phase: tuple[float, float]


def surface(rng: np.random.Generator, paved: bool) -> Surface:
    """Colours drawn for a world; ``paved``: the ground beside the pavement is paved."""
    grey, stone, kerb = (float(rng.uniform(*span)) for span in ((0.05, 0.14), (0.18, 0.38), (0.25, 0.50)))
    warm, dry = float(rng.uniform(0.9, 1.0)), float(rng.uniform(0, 1))
    grass = (0.06 + 0.10 * dry, 0.13 + 0.05 * dry, 0.025 + 0.03 * dry)
    soil = stuff(Material.SOIL, "Terrain", (0.25, 0.18, 0.11))
    lawn = stuff(Material.GRASS, "Terrain", grass)
    paving: Colour = (stone, stone * warm, stone * warm * warm)
    yard = stuff(Material.PAVING, "Sidewalk", paving) if paved else (soil if rng.random() < 0.2 else lawn)
    hills = float(rng.uniform(0, 1.5) if paved else rng.uniform(0, 7))
    return Surface(
        (grey, grey, grey * 1.03), paving, (kerb, kerb, kerb * 0.96), grass, yard, hills, (float(rng.uniform(0, 6.28)), float(rng.uniform(0, 6.28)))
    )


def columns(profile: Profile, ground: Surface) -> tuple[list[float], list[float], list[Stuff]]:
    """Distances from the middle, heights, and the stuff between them, of one half."""
    road = stuff(Material.ASPHALT, "Road", ground.asphalt)
    kerb, lawn = stuff(Material.KERB, "Curb", ground.kerb), stuff(Material.GRASS, "Terrain", ground.grass)
    t, z = [0.0, profile.road, profile.road + 0.02, profile.road + profile.kerb], [0.0, 0.0, profile.step, profile.step]
    what = [road, kerb, kerb]
    if profile.green:
        t, z, what = [*t, profile.pavement], [*z, profile.step], [*what, lawn]
    t += [profile.front, profile.front + 6.0, 30.0, 45.0, EDGE_M - 2.0, EDGE_M]
    z += [profile.step, profile.step + 0.05, 0.3, 0.3, 0.3, BASE_M - 0.2]
    walk = stuff(Material.PAVING, "Sidewalk", ground.paving) if profile.median == 0 else lawn
    return t, z, [*what, walk, ground.yard if profile.median == 0 else lawn, *[lawn] * 4]


def strips(course: Course, profile: Profile, ground: Surface, crossings: list[tuple[float, float]], span: tuple[float, float]) -> Ground:
    """The ground from ``span[0]`` to ``span[1]``; each crossing (from s to s) is a road to both sides, level with ours."""
    s = np.arange(np.floor(span[0] / CELL_M + 1e-6), np.ceil(span[1] / CELL_M - 1e-6) + 1) * CELL_M
    edges = [edge for a, b in crossings for edge in (a - RAMP_M, a, b, b + RAMP_M)]
    s = np.unique(np.concatenate([[x for x in s if not any(a - RAMP_M < x < b + RAMP_M for a, b in crossings)], edges]))
    half_t, half_z, what = columns(profile, ground)
    t = np.array([-x for x in half_t[:0:-1]] + half_t)
    z = np.array(half_z[:0:-1] + half_z)
    along = np.stack(np.meshgrid(s, t, indexing="ij"), -1)
    flat = np.array([any(a <= x <= b for a, b in crossings) for x in s])
    inner = np.abs(t) < EDGE_M - 1
    height = np.where(flat[:, None] & inner, 0.0, z[None] + _hills(ground, s[:, None], t) * inner)
    xy = course.place(along[..., 0].ravel(), along[..., 1].ravel())
    vertices = np.c_[xy, height.ravel()].astype(np.float32)
    return _cells(vertices, along, np.stack([flat[:-1] & flat[1:], flat[:-1] ^ flat[1:]], -1), what, ground)


def height(profile: Profile, ground: Surface, crossings: list[tuple[float, float]], places: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n"]:
    """The ground's height at (s, t): what ``strips`` lays out, between its corners too."""
    edges, levels = (np.array(half) for half in columns(profile, ground)[:2])
    s, t = places.T
    cell = np.clip(np.searchsorted(edges, np.abs(t), side="right") - 1, 0, len(edges) - 2)
    share = np.clip((np.abs(t) - edges[cell]) / (edges[cell + 1] - edges[cell]), 0, 1)
    ends = [levels[k] + _hills(ground, s, np.copysign(edges[k], t)) * (edges[k] < EDGE_M - 1) for k in (cell, cell + 1)]
    rise = (1 - share) * ends[0] + share * ends[1]
    for a, b in crossings:
        rise = rise * np.clip(np.maximum(a - s, s - b) / RAMP_M, 0, 1)
    return np.asarray(rise)


def _hills(ground: Surface, s: Float[np.ndarray, "..."], t: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """Height of the hills, growing from 30 m off the road."""
    away = np.clip((np.abs(t) - 16.0) / 40.0, 0, 1) ** 1.5
    wave = 0.6 + 0.4 * np.sin(s / 37.0 + ground.phase[0] + 1.3 * np.sign(t)) + 0.3 * np.sin(s / 15.0 + ground.phase[1])
    return ground.hills * away * np.clip(wave, 0, None)


def _cells(
    vertices: Float32[np.ndarray, "v 3"], along: Float[np.ndarray, "n m 2"], crossing: Bool[np.ndarray, "n-1 2"], what: list[Stuff], ground: Surface
) -> Ground:
    """Two triangles a cell; a crossing's cells are road, its ramps are lowered kerb."""
    n, m = along.shape[:2]
    i, j = np.meshgrid(np.arange(n - 1), np.arange(m - 1), indexing="ij")
    corner = i * m + j
    faces = np.stack([corner, corner + 1, corner + m + 1, corner, corner + m + 1, corner + m], -1).reshape(-1, 3)
    side = len(what)
    strip = np.where(j < side, side - 1 - j, j - side)
    strip = np.where(crossing[:, None, 0], side, np.where(crossing[:, None, 1] & (strip > 0), side + 1, strip))
    extra = [stuff(Material.ASPHALT, "Road", ground.asphalt), stuff(Material.KERB, "Curb Cut", ground.kerb)]
    solids = [Solid(Shape.BOX, (0, 0, 0), (1, 1, 1), kind) for kind in [*what, *extra]]
    return Ground(vertices, faces.astype(np.int32), np.repeat(strip.ravel(), 2).astype(np.int32), along.reshape(-1, 2).astype(np.float32), solids)


def horizon(seed: int, ground: Surface) -> list[Solid]:
    """A plain out to 600 m and a ring of wooded hills around it; it moves with the car, as hills far away seem to."""
    rng = np.random.default_rng((seed, 7))
    lawn = stuff(Material.GRASS, "Terrain", ground.grass)
    plain = Solid(Shape.PRISM, (0, 0, BASE_M - 0.5), (1300, 1300, 1.0), lawn)
    count = 48
    level = np.convolve(np.tile(rng.uniform(2, 30 + 4 * ground.hills, count), 3), np.ones(5) / 5, "same")[count : 2 * count]
    wood = stuff(Material.LEAF, "Vegetation", (0.05, 0.09, 0.05))
    ring = []
    for i in range(count):
        angle = 2 * np.pi * i / count
        place = (-RING_M * np.sin(angle), RING_M * np.cos(angle), level[i] / 2 - 2)
        ring.append(
            Solid(Shape.BOX, (float(place[0]), float(place[1]), float(place[2])), (78, THICK_M, float(level[i])), wood, (0, 0, angle), (0.9, 1))
        )
    return [plain, *ring]
