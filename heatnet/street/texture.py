"""What a ray finds, in detail: texture, windows, road marks, computed from the place that it hits."""

from dataclasses import replace
from functools import cache

import numpy as np
from jaxtyping import Bool, Float32, Int

from heatnet.street.hits import Met, Surface, meet, plain
from heatnet.street.materials import Material, figures, vistas_id
from heatnet.street.path import Profile
from heatnet.street.vectors import phase, rows, unit
from heatnet.street.world import Scene

GRAIN = 64
PAINTED = (Material.ASPHALT, Material.WALL, Material.CAR_GLASS)
"""What a texture turns into another material here and there."""


@cache
def _tile() -> Float32[np.ndarray, "cells"]:
    """A periodic cube of fractal noise (power ~ f^-2), standard deviation 1, as a flat array."""
    f = np.fft.fftfreq(GRAIN)
    radius = np.sqrt(f[:, None, None] ** 2 + f[None, :, None] ** 2 + f[None, None] ** 2)
    radius[0, 0, 0] = np.inf
    noise = np.fft.ifftn(np.fft.fftn(np.random.default_rng(0).standard_normal((GRAIN,) * 3)) / radius**1.1).real
    return (noise / noise.std()).astype(np.float32).ravel()


def noise(points: Float32[np.ndarray, "n 3"], cell_m: float) -> Float32[np.ndarray, "n"]:
    """Fractal noise at points, in cells of ``cell_m`` metres."""
    i = (points * np.float32(1 / cell_m) + np.float32(GRAIN * 4096)).astype(np.int32) & (GRAIN - 1)
    return np.take(_tile(), (i[:, 0] * GRAIN + i[:, 1]) * GRAIN + i[:, 2])


def smooth_noise(points: Float32[np.ndarray, "n 2"], cell_m: float) -> Float32[np.ndarray, "n"]:
    """The noise of a plane, interpolated between cells."""
    place = points * np.float32(1 / cell_m) + np.float32(GRAIN * 64)
    cell = place.astype(np.int32)
    (x, y), (i, j) = (place - cell.astype(np.float32)).T, cell.T
    tile = _tile()
    total = np.zeros(len(points), np.float32)
    for di, wx in ((0, 1 - x), (1, x)):
        for dj, wy in ((0, 1 - y), (1, y)):
            total += wx * wy * np.take(tile, ((i + di) & (GRAIN - 1)) * GRAIN + ((j + dj) & (GRAIN - 1)))
    return total


def chance(*keys: Int[np.ndarray, "n"]) -> Float32[np.ndarray, "n"]:
    """A number in 0..1 from whole numbers (a multiplicative hash)."""
    mixed = np.zeros(len(keys[0]), np.uint32)
    for key in keys:
        mixed = (mixed ^ key.astype(np.uint32)) * np.uint32(0x9E3779B1)
        mixed ^= mixed >> np.uint32(15)
    return (mixed & np.uint32(0xFFFF)).astype(np.float32) / np.float32(65535)


def surface(
    scene: Scene,
    origin: Float32[np.ndarray, "3"] | Float32[np.ndarray, "rays 3"],
    directions: Float32[np.ndarray, "rays 3"],
    moving: Bool[np.ndarray, "rays"] | None = None,
) -> Surface:
    """Shoot unit rays from a point, or from one point each, and describe what they hit; rays that meet nothing (sky) are left out.

    ``moving`` tells which can meet something that moves (``sight.meets``); all, unless given.
    """
    return described(scene, origin, directions, meet(scene, origin, directions, moving))


def described(
    scene: Scene, origin: Float32[np.ndarray, "3"] | Float32[np.ndarray, "rays 3"], directions: Float32[np.ndarray, "rays 3"], met: Met
) -> Surface:
    """The surfaces that rays have met, with their textures."""
    ray = np.flatnonzero(np.isfinite(met.distance))
    if len(ray) < len(met.distance):
        met, directions = met.of(ray), rows(directions, ray)
        origin = origin if origin.ndim == 1 else rows(origin, ray)
    floor = np.flatnonzero((met.face >= 0) & (met.face < len(scene.along)))
    a, b, c = np.take(scene.along.reshape(-1, 6).T, met.face[floor], axis=-1).reshape(3, 2, -1)
    along = a + met.u[floor] * (b - a) + met.v[floor] * (c - a)
    return _dressed(scene, plain(scene, origin, ray, directions, met), floor, along.T)


def _dressed(scene: Scene, hit: Surface, floor: Int[np.ndarray, "m"], along: Float32[np.ndarray, "m 2"]) -> Surface:
    """Textures applied; ``floor`` are the surfaces on the ground, ``along`` their (s, t)."""
    grain = noise(hit.point, 0.045)
    grain /= 1 + hit.distance / 25
    grain += np.float32(0.7) * noise(hit.point + np.float32(9.1), 0.6)
    grain *= np.float32(0.6)
    hit = replace(hit, grain=grain)
    if len(floor):
        _marks(scene, hit, floor, along)
    for material, paint in (
        (Material.WALL, _front),
        (Material.CAR_GLASS, _cabin),
        (Material.WOOD, _planks),
        (Material.ROOF, _tiles),
        (Material.MASONRY, _tiles),
    ):
        if len(chosen := np.flatnonzero(hit.material == material)):
            paint(scene, hit, chosen)
    tone = 1 + figures("texture", hit.material) * grain
    np.multiply(hit.albedo, np.clip(tone, 0.25, 2, out=tone)[:, None], out=hit.albedo)
    np.minimum(hit.albedo, np.float32(0.95), out=hit.albedo)
    leaf = np.flatnonzero((hit.material == Material.LEAF) | (hit.material == Material.BROWN_LEAF))
    point = rows(hit.point, leaf)
    hit.normal[leaf] = unit(rows(hit.normal, leaf) + 0.45 * np.stack([noise(point + np.float32(k), 0.12) for k in (3.3, 17.7, 31.1)]).T)
    return hit


def _marks(scene: Scene, hit: Surface, floor: Int[np.ndarray, "m"], along: Float32[np.ndarray, "m 2"]) -> None:
    """Lane marks, crossings for walkers and joints, from (s, t); a mark is worn where the grain is low."""
    s, t = along.T
    road = hit.material[floor] == Material.ASPHALT
    away, profile = np.abs(t), scene.profile
    open_road = road & ~_within(s, scene.crossings, 1.5) & (away < profile.road)
    middle = (away < 0.075) & (phase(s, 9.0) < 4.0)
    edge = (np.abs(away - profile.lane + (0.0 if profile.parking else 0.25)) < 0.06) & ((phase(s, 2.0) < 1.0) | (profile.parking == 0))
    if profile.median > 0:
        middle, edge = _lanes(s, away, profile)
    zebra = road & _within(s, scene.zebras, 0.0) & (away < profile.road) & (phase(t, 1.0) < 0.5)
    line = open_road & (middle | edge) & ~_within(s, scene.zebras, 0.5)
    worn = hit.grain[floor] > -1.1
    for mask, name in ((line & worn, "Lane Marking - General"), (zebra & worn, "Lane Marking - Crosswalk")):
        _paint(hit, floor[mask], Material.MARKING, (0.55, 0.55, 0.53), vistas_id(name))
    hit.albedo[floor[line & worn & middle]] = profile.middle
    slab = (hit.material[floor] == Material.PAVING) & ((phase(s, 0.6) < 0.03) | (phase(t, 0.6) < 0.03)) & (hit.distance[floor] < 14)
    stone = (hit.material[floor] == Material.KERB) & (phase(s, 1.0) < 0.03) & (hit.distance[floor] < 14)
    hit.albedo[floor[slab | stone]] *= 0.6
    track = road & (phase(np.abs(away - 0.5 * profile.lane), 1.5) > 0.55) & (np.abs(away - 0.5 * profile.lane) < 1.0)
    hit.albedo[floor[track]] *= 0.88


def _lanes(s: Float32[np.ndarray, "m"], away: Float32[np.ndarray, "m"], profile: Profile) -> tuple[Bool[np.ndarray, "m"], Bool[np.ndarray, "m"]]:
    """A motorway's marks: broken lines between lanes (6 m of 18), solid ones at the median and the shoulder (RMS 1993)."""
    wide = (profile.lane - profile.median) / profile.lanes
    lane = (away - profile.median) / wide
    between = (np.abs(lane - np.round(lane)) * wide < 0.075) & (np.round(lane) > 0) & (np.round(lane) < profile.lanes) & (phase(s, 18.0) < 6.0)
    return between, (np.abs(away - profile.median) < 0.08) | (np.abs(away - profile.lane) < 0.15)


def _within(s: Float32[np.ndarray, "m"], spans: tuple[tuple[float, float], ...], margin: float) -> Bool[np.ndarray, "m"]:
    """Whether s lies in one of the spans."""
    inside = np.zeros(len(s), bool)
    for a, b in spans:
        inside |= (s > a - margin) & (s < b + margin)
    return inside


def _paint(hit: Surface, chosen: Int[np.ndarray, "m"], material: Material, colour: tuple[float, float, float], label: int | None = None) -> None:
    """Turn surfaces into another material."""
    hit.material[chosen] = material
    hit.albedo[chosen] = colour
    if label is not None:
        hit.label[chosen] = label


def _local(scene: Scene, hit: Surface, chosen: Int[np.ndarray, "m"]) -> tuple[Float32[np.ndarray, "m 3"], Bool[np.ndarray, "m"]]:
    """Points in their object's frame, and whether the surface faces along its x axis."""
    part = hit.part[chosen]
    x, y, z = (rows(hit.point, chosen) - rows(scene.parts.origin, part)).T
    cos, sin = rows(scene.parts.axis, part).T
    sideways = np.abs(cos * hit.normal[chosen, 0] + sin * hit.normal[chosen, 1]) > 0.6
    return np.stack([cos * x + sin * y, cos * y - sin * x, z]).T, sideways


def _front(scene: Scene, hit: Surface, chosen: Int[np.ndarray, "m"]) -> None:
    """A house's front: windows in frames on a grid of pitch by storey, doors and shop windows below."""
    local, sideways = _local(scene, hit, chosen)
    part = hit.part[chosen]
    pitch, storey, glass, lit = rows(scene.parts.style, part).T
    shop, glass = glass >= 1, glass % 1
    u, v = np.where(sideways, local[:, 1], local[:, 0]) / np.maximum(pitch, 0.1) + 0.5, local[:, 2] / np.maximum(storey, 0.1)
    left, under = np.floor(u), np.floor(v)
    column_, row = left.astype(np.int32), under.astype(np.int32)
    fu, fv = np.abs(u - left - 0.5), v - under
    draw = chance(scene.parts.seed[part], column_ + 512, row + 64, sideways.astype(np.int32))
    upright = (np.abs(hit.normal[chosen, 2]) < 0.5) & (pitch > 0)
    below = (row == 0) & shop & sideways
    half, low = np.where(below, np.float32(0.43), glass / 2), np.where(below, np.float32(0.12), np.float32(0.32))
    high = np.where(below, np.float32(0.82), np.float32(0.80))
    door = upright & (row == 0) & sideways & (fu * pitch < 0.55) & (fv * storey < 2.15) & (chance(scene.parts.seed[part], column_) < 0.25)
    window = upright & (fu < half) & (fv > low) & (fv < high) & (draw > 0.06) & ~door
    pane = window & (fu < half - 0.07 / pitch) & (fv > low + 0.025) & (fv < high - 0.025) & (fu * pitch > 0.03)
    _paint(hit, chosen[window & ~pane], Material.PLASTIC, (0.5, 0.5, 0.48))
    _paint(hit, chosen[pane], Material.WINDOW, (0.03, 0.035, 0.04))
    _paint(hit, chosen[door], Material.DOOR, (0.16, 0.09, 0.06))
    bright = chance(scene.parts.seed[part] + 7, column_ + 99, row + 5)
    hit.lit[chosen[pane]] = np.where(bright < lit, 0.3 + 2.3 * bright / np.maximum(lit, 0.01), 0)[pane]
    hit.warmth[chosen[pane]] += (1.5 * draw)[pane]


def _cabin(scene: Scene, hit: Surface, chosen: Int[np.ndarray, "m"]) -> None:
    """A car's cabin: roof and pillars are painted, the rest is glass. ``style`` = rear, front, belt and roof in metres."""
    local, sideways = _local(scene, hit, chosen)
    rear, front, belt, roof = rows(scene.parts.style, hit.part[chosen]).T
    across, up = (local[:, 1] - rear) / np.maximum(front - rear, 0.1), (local[:, 2] - belt) / np.maximum(roof - belt, 0.1)
    pillar = sideways & ((np.abs(across - 0.46) < 0.025) | (across < 0.08) | (across > 0.9))
    body = (hit.normal[chosen, 2] > 0.8) | (up < 0.08) | (up > 0.9) | pillar
    hit.material[chosen[body]] = Material.PAINT
    hit.albedo[chosen[~body]] = (0.02, 0.022, 0.025)


def _planks(scene: Scene, hit: Surface, chosen: Int[np.ndarray, "m"]) -> None:
    """Upright planks a hand wide."""
    local, _ = _local(scene, hit, chosen)
    plank = np.floor(local[:, 1] / 0.15).astype(np.int32)
    hit.albedo[chosen] *= (0.75 + 0.5 * chance(plank + 999, scene.parts.seed[hit.part[chosen]]))[:, None]
    hit.albedo[chosen[(phase(local[:, 1], 0.15) < 0.015) & (hit.distance[chosen] < 20)]] *= 0.4


def _tiles(scene: Scene, hit: Surface, chosen: Int[np.ndarray, "m"]) -> None:
    """Courses of tiles or stones."""
    local, _ = _local(scene, hit, chosen)
    row, stone = np.floor(local[:, 2] / 0.25).astype(np.int32), np.floor((local[:, 0] + local[:, 1]) / 0.4).astype(np.int32)
    hit.albedo[chosen] *= (0.85 + 0.3 * chance(row + 99, stone + 999))[:, None]
    hit.albedo[chosen[(phase(local[:, 2], 0.25) < 0.025) & (hit.distance[chosen] < 25)]] *= 0.65
