"""Light on surfaces by night from lamps that shine one way: our headlights, those of others, their tail lights, street lamps.

Each source lights some of the surfaces: which, the direction towards it, and the irradiance of a surface that faces it, in the units of
the night (1 = white in full sun, before exposure): a low beam makes ``HEADLIGHT_POWER / 100`` at 10 m, which stands for 100 lx.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int

from heatnet.street.hits import Surface
from heatnet.street.vectors import dot, rows
from heatnet.street.world import Scene


class Source(NamedTuple):
    """What a lamp lights: which surfaces, the vector from each to it and one over its length, irradiance of what faces it, and the lamp's colour."""

    chosen: Int[np.ndarray, "m"] | slice
    away: Float32[np.ndarray, "m 3"]
    nearness: Float32[np.ndarray, "m"]
    strength: Float32[np.ndarray, "m"]
    tint: Float32[np.ndarray, "3"]


HEADLIGHT_HEIGHT_M = 0.65
HEADLIGHT_POWER = 150.0
TAIL_POWER = 0.24
"""Two tail lights of 8 cd (UN R7 allows 4 to 17 cd each) against a low beam of 10 000 cd (100 lx at 10 m)."""
LAMP_POWER = 5.0
MOST, REACH_M, TAIL_REACH_M, FAINT = 5, 45.0, 6.0, 0.006
"""At most so many lights of others, the nearest, each so far; what they light less than by ``FAINT`` is left out."""
SEEN_M = ((-15.0, 70.0), (0.0, 30.0))
"""Where along our way the headlights and the tail lights of others matter."""
SODIUM = np.array([1.0, 0.72, 0.38], np.float32)
COOL = np.array([0.95, 1.0, 1.0], np.float32)
RED = np.array([1.0, 0.05, 0.03], np.float32)


def own(scene: Scene) -> Float32[np.ndarray, "6"]:
    """Our own headlights as a beam: between the front wheels, 1.2 m ahead of the cameras."""
    x, y, heading = scene.ego
    return np.array([x - 1.2 * np.sin(heading), y + 1.2 * np.cos(heading), HEADLIGHT_HEIGHT_M, heading, 0, 1], np.float32)


def low_beam(beam: Float32[np.ndarray, "6"], point: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n"]:
    """Irradiance on a surface that faces a low beam: power / d^2 below a cut-off that rises to the right (UNECE R112 in outline)."""
    x, y, z, heading, _, strength = beam
    cos, sin = np.cos(heading), np.sin(heading)
    dx, dy = point[:, 0] - x, point[:, 1] - y
    ahead, right, up = cos * dy - sin * dx, cos * dx + sin * dy, point[:, 2] - z
    safe = np.maximum(ahead, 0.3)
    azimuth, elevation = right / safe, up / safe
    above = elevation + 0.01 - 0.10 * np.clip(azimuth - 0.03, 0, 0.25)
    share = 0.025 + 0.975 / (1 + np.exp(np.clip(above / 0.008, -30, 30)))
    shape = np.exp(-((azimuth / 0.42) ** 2)) * np.exp(-np.clip(-elevation, 0, 2) / 0.16) + 0.02
    power = np.float32(HEADLIGHT_POWER) * strength
    return np.where(ahead > 0.3, power * share * shape / np.maximum(ahead**2 + right**2 + up**2, 4.0), np.float32(0))


def tail(beam: Float32[np.ndarray, "6"], point: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n"]:
    """The same of tail lights: power cos / d^2 from straight behind (a disc that shines alike in all directions)."""
    x, y, z, heading, _, strength = beam
    dx, dy, dz = point[:, 0] - x, point[:, 1] - y, point[:, 2] - z
    square = np.maximum(dx * dx + dy * dy + dz * dz, np.float32(0.04))
    behind = np.maximum(np.sin(heading) * dx - np.cos(heading) * dy, np.float32(0))
    return np.float32(TAIL_POWER) * strength * behind / (square * np.sqrt(square))


def sources(scene: Scene, hit: Surface) -> Iterator[Source]:
    """Every lamp that lights something here: our own (whose shadows we hardly see), others' (with shadows), the six nearest street lamps."""
    mine = own(scene)
    away = mine[:3] - hit.point
    yield Source(slice(None), away, _inverse(away), low_beam(mine, hit.point), COOL)
    for beam in _nearest(_ahead(scene), scene)[:MOST]:
        yield from _others(scene, hit, beam)
    for light in _nearest(scene.lights, scene)[:6]:
        away = light - hit.point
        nearness = _inverse(away)
        strength = LAMP_POWER * np.maximum(away[:, 2], 0) * nearness * np.minimum(nearness * nearness, np.float32(1))
        yield Source(slice(None), away, nearness, strength, SODIUM)


def _inverse(away: Float32[np.ndarray, "m 3"]) -> Float32[np.ndarray, "m"]:
    """One over the length of vectors."""
    return 1 / np.sqrt(np.maximum(dot(away, away), np.float32(1e-6)))


def _ahead(scene: Scene) -> Float32[np.ndarray, "n 6"]:
    """The lights of others in ``SEEN_M``."""
    (x, y, heading), beams = scene.ego, scene.beams
    ahead = np.cos(heading) * (beams[:, 1] - y) - np.sin(heading) * (beams[:, 0] - x)
    first, last = np.array(SEEN_M)[beams[:, 4].astype(int)].T
    return beams[(ahead > first) & (ahead < last)]


def _nearest(lights: Float32[np.ndarray, "n _"], scene: Scene) -> Float32[np.ndarray, "n _"]:
    """The lights, the nearest to our car first."""
    return lights[np.argsort(((lights[:, :2] - scene.ego[:2]) ** 2).sum(1))]


def _others(scene: Scene, hit: Surface, beam: Float32[np.ndarray, "6"]) -> Iterator[Source]:
    """The light of another vehicle on what it reaches and nothing hides."""
    red = beam[4] > 0
    dx, dy, sign = hit.point[:, 0] - beam[0], hit.point[:, 1] - beam[1], np.float32(-1 if red else 1)
    ahead = sign * (np.cos(beam[3]) * dy - np.sin(beam[3]) * dx)
    near = np.flatnonzero((ahead > 0) & (dx * dx + dy * dy < np.float32((TAIL_REACH_M if red else REACH_M) ** 2)))
    point, normal = rows(hit.point, near), rows(hit.normal, near)
    strength, away = (tail if red else low_beam)(beam, point), beam[:3] - point
    nearness = _inverse(away)
    some = np.flatnonzero(strength * dot(away, normal) * nearness > np.float32(FAINT))
    origins = rows(point, some) + np.float32(0.03) * rows(normal, some)
    for body in (scene.static, scene.moving):
        there = np.flatnonzero(~body.between(origins, beam[:3]))
        some, origins = some[there], rows(origins, there)
    yield Source(near[some], rows(away, some), nearness[some], strength[some], RED if red else COOL)
