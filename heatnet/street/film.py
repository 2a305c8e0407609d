"""A film of water on the road, after rain: it darkens, mirrors and dries.

Dark: light that leaves the ground is thrown back at the water's surface with the probability ``INSIDE`` and has another chance to be
absorbed (Lekner and Dorf, Applied Optics 27, 1988). Mirror: Fresnel's law by Schlick's formula, in smooth puddles and on a rough film; what
stands around is found by one mirrored ray (of every second pixel), lamps and the sun by the lobe of Trowbridge and Reitz ("GGX", Walter et
al., EGSR 2007), which draws the long streaks under headlights. Dry things are not touched.
"""

from collections.abc import Callable, Iterable

import cv2
import numpy as np
from jaxtyping import Float, Float32, Int

from heatnet.street.beams import Source
from heatnet.street.heat import INSIDE
from heatnet.street.hits import Surface
from heatnet.street.materials import Material, figures
from heatnet.street.texture import smooth_noise, surface
from heatnet.street.vectors import dot, spread, unit
from heatnet.street.weather import Moment
from heatnet.street.world import Scene

Look = Callable[[Surface, Float32[np.ndarray, "n 3"]], Float32[np.ndarray, "n 3"]]
Blur = Callable[[Float32[np.ndarray, "m 3"]], Float32[np.ndarray, "m 3"]]
ENTERS = 1 - 0.066
"""Share of diffuse light that gets into water (n = 1.33; Lekner and Dorf 1988)."""
NORMAL = 0.02
"""Reflectance of water at normal incidence, ((n - 1) / (n + 1))^2."""
SMOOTH, ROUGH, WAVES = 0.03, 0.22, 0.004
"""Roughness (GGX's alpha) of a puddle and of a film on asphalt, and slopes of a puddle's waves (ours, by eye)."""
STREAK = 0.12
"""How far a film on asphalt draws a mirrored picture out, up and down, as a share of the image's height (ours, by eye)."""
BULBS = (Material.HEADLIGHT, Material.TAILLIGHT, Material.LAMP)


def soaked(albedo: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """The diffuse albedo of a ground under water, from its dry one."""
    return ENTERS * albedo * (1 - INSIDE) / (1 - INSIDE * albedo)


def darkened(albedo: Float32[np.ndarray, "n 3"], wet: Int[np.ndarray, "m"], share: float) -> Float32[np.ndarray, "n 3"]:
    """The albedos, of those that are ``wet`` on a share of their area soaked."""
    found = albedo.copy()
    found[wet] += np.float32(share) * (soaked(found[wet]) - found[wet])
    return found


def wet(hit: Surface, moment: Moment) -> Int[np.ndarray, "m"]:
    """Which surfaces have a film: what can hold one and faces up."""
    return np.flatnonzero((figures("wets", hit.material) > 0) & (hit.normal[:, 2] > 0.9)) if moment.wet > 0 else np.zeros(0, int)


def puddles(road: Surface, moment: Moment) -> Float32[np.ndarray, "m"]:
    """The share of the ground that water covers smoothly: where it is low, all of it."""
    return np.clip(np.float32(moment.wet - 0.75) + np.float32(0.35) * smooth_noise(road.point[:, :2], 0.35), 0, 1).astype(np.float32)


def fresnel(cos: Float32[np.ndarray, "m"], rough: Float32[np.ndarray, "m"]) -> Float32[np.ndarray, "m"]:
    """Reflectance by Schlick's formula, less at a grazing angle where the water is rough."""
    return np.asarray(NORMAL + (1 - rough - NORMAL) * (1 - np.clip(cos, 0, 1)) ** 5, np.float32)


def shine(
    scene: Scene, road: Surface, moment: Moment, light: Float32[np.ndarray, "m 3"], sources: Iterable[Source], look: Look, blur: Blur | None
) -> Float32[np.ndarray, "m 3"]:
    """``light`` of the ground under the film, and what the film adds: the mirrored world through ``look``, and lobes of ``sources``.

    ``blur`` draws out what a rough film mirrors in an image (then every second pixel is mirrored, for it and the next); rays have none.
    """
    pool = puddles(road, moment)
    rough = np.float32(ROUGH) + np.float32(SMOOTH - ROUGH) * pool
    cover = np.float32(0.5 * moment.wet) * (1 + pool)
    share = (cover * fresnel(-road.direction[:, 2], rough))[:, None]
    gloss = np.zeros_like(light)
    for chosen, away, nearness, strength, tint in sources:
        towards = away * nearness[:, None]
        gloss[chosen] += spread(strength * lobe(-road.direction[chosen], towards, rough[chosen]), tint)
    if blur is None:
        seen = _mirrored(scene, road, moment.dark, look)
    else:
        half = _mirrored(scene, road.picked(np.arange(0, len(pool), 2)), moment.dark, look)
        sharp = np.repeat(half, 2, axis=0)[: len(pool)]
        seen = pool[:, None] * sharp + (1 - pool[:, None]) * blur(sharp)
    return light * (1 - share) + share * seen + cover[:, None] * gloss


def streaks(image: Float32[np.ndarray, "m 3"], ray: Int[np.ndarray, "m"], shape: tuple[int, int]) -> Float32[np.ndarray, "m 3"]:
    """The mean of an image's wet pixels (``ray``: which) over a window that is higher than wide."""
    height, width = shape
    canvas = np.zeros((height * width, 4), np.float32)
    canvas[ray, :3], canvas[ray, 3] = image, 1
    soft = cv2.blur(canvas.reshape(height, width, 4), (max(width // 120, 1), max(round(STREAK * height), 1)), borderType=cv2.BORDER_CONSTANT)
    mean = soft.reshape(-1, 4)[ray]
    return mean[:, :3] / mean[:, 3:]


def lobe(view: Float32[np.ndarray, "m 3"], towards: Float32[np.ndarray, "m 3"], rough: Float32[np.ndarray, "m"]) -> Float32[np.ndarray, "m"]:
    """Radiance that level water sends along ``view`` per irradiance (of what faces the light): F D G / (4 cos)."""
    half = unit(view + towards)
    square, up, low = rough * rough, np.maximum(view[:, 2], 0), np.maximum(towards[:, 2], 0)
    spread = square / (np.pi * (half[:, 2] ** 2 * (square - 1) + 1) ** 2)
    k = rough / 2
    shadowed = low / (low * (1 - k) + k) / (4 * (up * (1 - k) + k))
    return np.asarray(fresnel(dot(half, view), np.zeros_like(rough)) * spread * shadowed, np.float32)


def _mirrored(scene: Scene, road: Surface, dark: bool, look: Look) -> Float32[np.ndarray, "m 3"]:
    """What one ray sees off the water; lamps are left to ``lobe``."""
    waves = [np.float32(WAVES) * smooth_noise(road.point[:, :2] + np.float32(k), 0.1) for k in (3.3, 17.7)]
    normal = unit(np.stack([*waves, np.ones(len(waves[0]), np.float32)]).T)
    ray = road.direction - 2 * dot(road.direction, normal)[:, None] * normal
    ray[:, 2] = np.maximum(ray[:, 2], np.float32(0.01))
    ray = unit(ray)
    seen = surface(scene, road.point + np.float32(0.02) * road.normal, ray)
    found = look(seen, ray)
    if dark:
        found[seen.ray[np.isin(seen.material, BULBS)]] = 0
    return found
