"""What light leaves the surfaces towards the camera: linear RGB, 1 = white in full sun.

Surfaces are Lambertian (radiance = albedo x irradiance) with a mirror term (Schlick 1994) for glass and paint.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Float32, Int

from heatnet.street import beams
from heatnet.street.beams import COOL, HEADLIGHT_POWER, RED, SODIUM, Source, low_beam, own
from heatnet.street.hits import Surface
from heatnet.street.materials import Material, figures
from heatnet.street.texture import smooth_noise
from heatnet.street.vectors import dot, rows, spread
from heatnet.street.weather import Moment
from heatnet.street.world import Scene

LUX_A_WATT = 100.0
BEHIND = 0.6
"""Share of the sky's light that reaches a place in shadow (ours; real shadows are darker than under an open sky)."""
KEY, NIGHT_GAIN = 0.24, 3.0
WARM = np.array([1.0, 0.80, 0.55], np.float32)
SKY = np.array([0.80, 0.95, 1.20], np.float32)
BLUE, PALE = np.array([0.20, 0.38, 0.85], np.float32), np.array([0.75, 0.85, 0.95], np.float32)


def shadow(scene: Scene, hit: Surface, moment: Moment, lag_h: float = 0.0) -> Float32[np.ndarray, "n"]:
    """1 where the sun is seen (was, ``lag_h`` hours ago), 0 in shadow or when the sun is down."""
    sun = moment.sun(lag_h)
    seen = np.zeros(len(hit.ray), np.float32)
    if sun[2] <= 0:
        return seen
    lit = np.flatnonzero(dot(hit.normal, sun) > 0)
    away = np.float32(0.02) + np.float32(2e-4) * np.take(hit.distance, lit)
    origins = np.ascontiguousarray(rows(hit.point, lit) + away[:, None] * rows(hit.normal, lit))
    open_ = np.flatnonzero(~scene.static.blocked(origins, sun))
    seen[lit[open_]] = ~scene.moving.blocked(origins[open_], sun)
    return seen


def sun_colour(moment: Moment) -> Float32[np.ndarray, "3"]:
    """Direct sunlight: reddened as the air mass grows."""
    strength = moment.beam() / 900.0
    low = float(np.exp(-max(moment.sun()[2], 0.0) / 0.12))
    return np.array([1.0, 0.95 - 0.35 * low, 0.88 - 0.6 * low], np.float32) * np.float32(strength)


def sky_colour(moment: Moment) -> Float32[np.ndarray, "3"]:
    """Mean light of the day sky on level ground."""
    blue = np.array([0.75, 0.92, 1.25], np.float32) * np.float32(1 - moment.cloud) + np.array([1.0, 1.0, 1.03], np.float32) * np.float32(moment.cloud)
    return blue * np.float32(moment.diffuse() / 500.0)


def sky(moment: Moment, directions: Float32[np.ndarray, "n 3"], glow: float) -> Float32[np.ndarray, "n 3"]:
    """Radiance of the sky; by night a faint ``glow`` of the town above the horizon."""
    up = np.clip(directions[:, 2:], 0, 1)
    sun = moment.sun()
    if moment.dark:
        return np.float32(glow) * (0.25 + np.exp(-up / 0.15)) * WARM + twilight(moment) * (PALE + (BLUE - PALE) * np.minimum(2 * up, 1))
    level = np.float32(moment.diffuse() / 160.0)
    clear = PALE + (BLUE - PALE) * np.minimum(up / 0.5, 1) ** np.float32(0.6)
    cover = clouds(moment, directions)[:, None]
    cloud = np.clip((cover - 1.6 + 3.4 * moment.cloud) * 0.9, 0, 1) * np.float32(0.9)
    near = np.clip(dot(directions, sun), 0, 1)[:, None] ** np.float32(60)
    return level * (clear * (1 - cloud) + (0.85 + 0.06 * cover * moment.cloud) * cloud) + 0.8 * near * sun_colour(moment)


def twilight(moment: Moment) -> np.float32:
    """Light of the sky after sunset in the units of the night, in which headlights at 10 m (100 lx) make ``HEADLIGHT_POWER / 100``."""
    return np.float32(moment.diffuse() * LUX_A_WATT * HEADLIGHT_POWER / 100 / 100)


def clouds(moment: Moment, directions: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n"]:
    """Fractal noise on a layer above: it moves with the hour and crowds towards the horizon."""
    layer = directions[:, :2] / (np.clip(directions[:, 2:], 0, 1) + np.float32(0.12)) + np.float32(moment.hour)
    return smooth_noise(layer, 0.05) + np.float32(0.35) * smooth_noise(layer, 0.012)


def day(hit: Surface, moment: Moment, seen: Float32[np.ndarray, "n"]) -> Float32[np.ndarray, "n 3"]:
    """Radiance by day: sun, sky, light from the ground, mirrors, haze; what hides the sun hides some of the sky too."""
    cos = dot(hit.normal, moment.sun())
    facing = np.clip(cos, 0, 1) * seen
    open_sky = (0.5 + 0.5 * hit.normal[:, 2]) * np.where((cos > 0) & (seen == 0), np.float32(BEHIND), np.float32(1))
    irradiance = spread(facing, sun_colour(moment)) + spread(open_sky, sky_colour(moment))
    bounce = spread(np.float32(0.12) * (1 - open_sky), np.float32(0.5) * sun_colour(moment) + sky_colour(moment))
    radiance = hit.albedo * (irradiance + bounce)
    shiny = np.flatnonzero(figures("mirror", hit.material) > 0)
    radiance[shiny] += _mirror(hit, shiny) * _reflected(hit, shiny, moment)
    signal = hit.material == Material.SIGNAL
    radiance[signal] += 0.7 * hit.albedo[signal]
    haze = (1 - np.exp(-hit.distance / 1500))[:, None]
    return radiance * (1 - haze) + haze * np.float32(moment.diffuse() / 190.0)


def sources(scene: Scene, hit: Surface, moment: Moment, seen: Float32[np.ndarray, "n"]) -> Iterator[Source]:
    """Lamps by night, the sun by day (where it is ``seen``): what is small and bright."""
    if moment.dark:
        yield from beams.sources(scene, hit)
    else:
        towards = np.broadcast_to(moment.sun().astype(np.float32), hit.point.shape)
        yield Source(slice(None), towards, np.ones(len(towards), np.float32), seen, sun_colour(moment))


def _mirror(hit: Surface, chosen: Int[np.ndarray, "m"]) -> Float32[np.ndarray, "m 1"]:
    """Share of light mirrored: R0 + (1 - R0) (1 - cos)^5."""
    base = figures("mirror", hit.material[chosen])
    cos = np.clip(-dot(hit.direction[chosen], hit.normal[chosen]), 0, 1)
    return np.asarray((base + (0.6 - base) * (1 - cos) ** 5)[:, None])


def _reflected(hit: Surface, chosen: Int[np.ndarray, "m"], moment: Moment) -> Float32[np.ndarray, "m 3"]:
    """What a mirror shows: the sky above, dim ground below."""
    direction, normal = hit.direction[chosen], hit.normal[chosen]
    mirrored = direction - 2 * dot(direction, normal)[:, None] * normal
    ground, up = 0.12 * (sky_colour(moment) + sun_colour(moment)), np.clip(mirrored[:, 2:], 0, 1)
    above = np.float32(moment.diffuse() / 160.0) * (PALE + (BLUE * (1 - moment.cloud) + PALE * moment.cloud - PALE) * np.minimum(2 * up, 1))
    return np.where(mirrored[:, 2:] > 0.08, above, ground).astype(np.float32)


def night(scene: Scene, hit: Surface, moment: Moment, glow: float) -> Float32[np.ndarray, "n 3"]:
    """Radiance by night and at dusk: own and others' headlights, lamps, lit windows, signs that shine back, glow and twilight."""
    irradiance = spread(0.5 + 0.5 * hit.normal[:, 2], np.float32(glow) * WARM + twilight(moment) * SKY)
    for chosen, away, nearness, strength, tint in beams.sources(scene, hit):
        normal = hit.normal if isinstance(chosen, slice) else rows(hit.normal, chosen)
        irradiance[chosen] += spread(strength * nearness * np.maximum(dot(away, normal), 0), tint)
    radiance = hit.albedo * irradiance
    sign = hit.material == Material.SIGN
    radiance[sign] += 6.0 * hit.albedo[sign] * low_beam(own(scene), hit.point[sign])[:, None]
    return radiance + _emitted(hit)


def _emitted(hit: Surface) -> Float32[np.ndarray, "n 3"]:
    """Light that surfaces send out by night; ``warmth`` tells lights that are on (of cars that drive, of lamps that work) from others."""
    colour = np.zeros_like(hit.albedo)
    pane = np.flatnonzero(hit.lit > 0)
    colour[pane] = 0.12 * hit.lit[pane, None] * WARM * (1 + 0.3 * hit.grain[pane, None])
    for material, strength, tint in ((Material.HEADLIGHT, 8.0, COOL), (Material.TAILLIGHT, 1.4, RED)):
        on = (hit.material == material) & (hit.warmth > 0)
        colour[on] = strength * tint
    signal, lamp = hit.material == Material.SIGNAL, hit.material == Material.LAMP
    colour[signal] = 1.2 * hit.albedo[signal]
    colour[lamp & (hit.normal[:, 2] < -0.5) & (hit.warmth > 0)] = 3.0 * SODIUM
    return colour


def exposure(radiance: Float[np.ndarray, "pixels 3"], dark: bool) -> float:
    """Gain of the automatic exposure: mean brightness to ``KEY``, but at most ``NIGHT_GAIN`` by night."""
    mean = float(np.mean(np.minimum(radiance, 4 * np.mean(radiance) + 1e-6)))
    return min(KEY / max(mean, 1e-6), NIGHT_GAIN if dark else np.inf)
