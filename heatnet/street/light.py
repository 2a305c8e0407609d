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
    up = np.clip(directions[:, 2], 0, 1)
    if moment.dark:
        town, dusk = np.float32(glow) * (0.25 + np.exp(-up / 0.15)), twilight(moment) * np.minimum(2 * up, 1)
        return spread(town, WARM) + spread(dusk, BLUE - PALE) + twilight(moment) * PALE
    level = np.float32(moment.diffuse() / 160.0)
    cover = clouds(moment, directions)
    cloud = np.clip((cover - 1.6 + 3.4 * moment.cloud) * 0.9, 0, 1) * np.float32(0.9)
    clear, grey = level * (1 - cloud), level * (0.85 + 0.06 * cover * moment.cloud) * cloud
    near = 0.8 * np.clip(dot(directions, moment.sun()), 0, 1) ** np.float32(60)
    blue = clear * np.minimum(up / 0.5, 1) ** np.float32(0.6)
    return spread(clear, PALE) + spread(blue, BLUE - PALE) + spread(near, sun_colour(moment)) + grey[:, None]


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
    share, mirrored = _mirror(hit, shiny), _reflected(hit, shiny, moment)
    for k in range(3):
        radiance[shiny, k] += share * mirrored[:, k]
    signal = hit.material == Material.SIGNAL
    radiance[signal] += 0.7 * hit.albedo[signal]
    clear = np.exp(-hit.distance / 1500)
    radiance *= clear[:, None]
    radiance += ((1 - clear) * np.float32(moment.diffuse() / 190.0))[:, None]
    return radiance


def sources(scene: Scene, hit: Surface, moment: Moment, seen: Float32[np.ndarray, "n"]) -> Iterator[Source]:
    """Lamps by night, the sun by day (where it is ``seen``): what is small and bright."""
    if moment.dark:
        yield from beams.sources(scene, hit)
    else:
        towards = np.broadcast_to(moment.sun().astype(np.float32), hit.point.shape)
        yield Source(slice(None), towards, np.ones(len(towards), np.float32), seen, sun_colour(moment))


def _mirror(hit: Surface, chosen: Int[np.ndarray, "m"]) -> Float32[np.ndarray, "m"]:
    """Share of light mirrored: R0 + (1 - R0) (1 - cos)^5."""
    base = figures("mirror", hit.material[chosen])
    away = 1 - np.clip(-dot(rows(hit.direction, chosen), rows(hit.normal, chosen)), 0, 1)
    return np.asarray(base + (0.6 - base) * away * np.square(np.square(away)))


def _reflected(hit: Surface, chosen: Int[np.ndarray, "m"], moment: Moment) -> Float32[np.ndarray, "m 3"]:
    """What a mirror shows: the sky above, dim ground below."""
    direction, normal = rows(hit.direction, chosen), rows(hit.normal, chosen)
    up = direction[:, 2] - 2 * dot(direction, normal) * normal[:, 2]
    ground, level = np.float32(0.12) * (sky_colour(moment) + sun_colour(moment)), np.float32(moment.diffuse() / 160.0)
    above = level * PALE + spread(level * np.minimum(2 * np.clip(up, 0, 1), 1), np.float32(1 - moment.cloud) * (BLUE - PALE))
    return np.where(up[:, None] > 0.08, above, ground)


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
