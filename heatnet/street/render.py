"""Views: a scene, a camera and a pose in, images and their truth out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import pairwise

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, Int, UInt8, UInt16

from heatnet.calibration.camera import Camera
from heatnet.config import StreetSensor
from heatnet.street import balance, film, heat, light, past, planck, sensor, sight
from heatnet.street.hits import Met, Surface, meet
from heatnet.street.materials import Material, vistas_id
from heatnet.street.texture import PAINTED, described, surface
from heatnet.street.vectors import rows, turn, unit
from heatnet.street.weather import Moment
from heatnet.street.world import Scene

Look = Callable[[Float32[np.ndarray, "n c"]], Float32[np.ndarray, "n c"]]
Shader = Callable[[Float32[np.ndarray, "n 3"]], Float32[np.ndarray, "n c"]]
SUBPIXELS: dict[int, tuple[tuple[float, float], ...]] = {
    1: (),
    2: ((-1 / 3, -1 / 3), (1 / 3, 1 / 3)),
    4: ((-0.2, -0.4), (0.4, -0.2), (-0.4, 0.2), (0.2, 0.4)),
}
"""Where a pixel at an edge is looked at besides its middle, in pixels: with it, each in a row and a column of its own (1: the middle alone).
The first of two looks towards the neighbours left and above, the second right and below, each only where one of these differs."""
STEP, DIM, STEP_K = 0.017, 0.003, 1.0
"""What shows at an edge: a step of the root of exposed light (about 5 of 255; near ``DIM``, noise hides more), or one in kelvin (both ours)."""


@dataclass(frozen=True)
class Lens:
    """A camera's rays: unit directions in its frame, their change from a pixel to the next (right, down), and depth per metre."""

    directions: Float32[np.ndarray, "n 3"]
    right: Float32[np.ndarray, "n 3"]
    down: Float32[np.ndarray, "n 3"]
    axial: Float32[np.ndarray, "n"]


@dataclass(frozen=True)
class Shot:
    """A camera's rays shot through a scene: where from, in which directions (world), which may meet what moves, and what they hit."""

    camera: Camera
    world_from_camera: Float[np.ndarray, "4 4"]
    directions: Float32[np.ndarray, "n 3"]
    moving: Bool[np.ndarray, "n"]
    hit: Surface

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.camera.height, self.camera.width


@dataclass(frozen=True)
class View:
    """One view: both sensors' images, apparent temperature, Vistas ids, and depth along the axis (infinite in the sky)."""

    rgb: UInt8[np.ndarray, "h w 3"]
    thermal_counts: UInt16[np.ndarray, "h w"]
    temperature_c: Float32[np.ndarray, "h w"]
    label: UInt8[np.ndarray, "h w"]
    depth_m: Float32[np.ndarray, "h w"]


@lru_cache(8)
def lens(camera: Camera) -> Lens:
    """The rays through the middle of each pixel."""
    rays = camera.rays()
    length = np.linalg.norm(rays, axis=-1, keepdims=True)
    unit_rays = rays / length
    down, right = (np.gradient(unit_rays, axis=axis) if unit_rays.shape[axis] > 1 else np.zeros_like(unit_rays) for axis in (0, 1))
    flat = [np.asfortranarray(array.reshape(-1, 3), np.float32) for array in (unit_rays, right, down)]
    return Lens(flat[0], flat[1], flat[2], (1 / length).ravel().astype(np.float32))


def shoot(scene: Scene, camera: Camera, world_from_camera: Float[np.ndarray, "4 4"]) -> Shot:
    """One ray through the middle of each pixel."""
    directions = turn(world_from_camera[:3, :3], lens(camera).directions)
    moving = sight.meets(camera, world_from_camera, scene.spheres)
    return Shot(camera, world_from_camera, directions, moving, surface(scene, world_from_camera[:3, 3].astype(np.float32), directions, moving))


def label(shot: Shot) -> UInt8[np.ndarray, "h w"]:
    """Vistas ids of what each pixel's middle shows; the sky between twigs is vegetation, as annotators draw a bare crown."""
    ids = np.full(len(shot.directions), vistas_id("Sky"), np.uint8)
    ids[shot.hit.ray] = shot.hit.label
    twigs = np.zeros(len(ids), np.uint8)
    twigs[shot.hit.ray] = (shot.hit.material == Material.BARK) & (shot.hit.label == vistas_id("Vegetation"))
    size = max(shot.camera.width // 100, 1)
    crown = cv2.morphologyEx(twigs.reshape(shot.shape), cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)).ravel() > 0
    ids[crown & (ids == vistas_id("Sky"))] = vistas_id("Vegetation")
    return ids.reshape(shot.shape)


def depth(shot: Shot) -> Float32[np.ndarray, "h w"]:
    """Depth along the optical axis in metres, infinite in the sky."""
    metres = np.full(len(shot.directions), np.inf, np.float32)
    metres[shot.hit.ray] = shot.hit.distance * lens(shot.camera).axial[shot.hit.ray]
    return metres.reshape(shot.shape)


def radiance(scene: Scene, shot: Shot, moment: Moment, glow: float, edge_rays: int) -> Float32[np.ndarray, "h w 3"]:
    """Linear light of every pixel; a pixel at an edge is the mean of its middle and ``edge_rays`` rays more."""
    return _smoothed(scene, shot, partial(_light, scene, moment, glow, shot.shape), partial(_bright, moment), edge_rays).reshape(*shot.shape, 3)


def temperature(scene: Scene, shot: Shot, moment: Moment, edge_rays: int, exact: bool = False) -> Float32[np.ndarray, "h w"]:
    """Apparent temperature of every pixel in degrees Celsius; a pixel at an edge has the mean radiance of its middle and
    ``edge_rays`` rays more.

    ``exact``: by the energy balance in layers (``balance``) instead of one lag a material, some 15 ms dearer for each new moment.
    """
    extra = balance.correction(moment) if exact else None
    return planck.read_back(_smoothed(scene, shot, partial(_warmth, scene, moment, extra), _warm, edge_rays).reshape(shot.shape))


def _bright(moment: Moment, image: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n 3"]:
    """Light in steps that show."""
    return np.sqrt(image * np.float32(light.exposure(image, moment.dark)) + np.float32(DIM)) * np.float32(1 / STEP)


def _warm(image: Float32[np.ndarray, "n 1"]) -> Float32[np.ndarray, "n 1"]:
    """Radiance in steps that show."""
    return planck.read_back(image) * np.float32(1 / STEP_K)


def _light(
    scene: Scene, moment: Moment, glow: float, shape: tuple[int, int], hit: Surface, directions: Float32[np.ndarray, "n 3"]
) -> Float32[np.ndarray, "n 3"]:
    """Light along rays; off wet roads once more, from there on as if all were dry and nobody else had lights."""
    if len(wet := film.wet(hit, moment)):
        hit = replace(hit, albedo=film.darkened(hit.albedo, wet, moment.wet))
    seen = light.shadow(scene, hit, moment)
    found = light.night(scene, hit, moment, glow) if moment.dark else light.day(hit, moment, seen)
    if len(wet):
        unlit = replace(scene, beams=scene.beams[:0])
        look = partial(_light, unlit, replace(moment, wet=0.0), glow, shape)
        blur = partial(film.streaks, ray=hit.ray[wet], shape=shape) if len(directions) == shape[0] * shape[1] else None
        road = hit.picked(wet)
        found[wet] = film.shine(scene, road, moment, found[wet], light.sources(scene, road, moment, seen[wet]), look, blur)
    return _with_sky(hit, directions, found, lambda sky: light.sky(moment, sky, glow))


def _warmth(
    scene: Scene, moment: Moment, extra: Float32[np.ndarray, "materials sides"] | None, hit: Surface, directions: Float32[np.ndarray, "n 3"]
) -> Float32[np.ndarray, "n 1"]:
    """Radiance in the thermal camera's band along rays."""
    surface_c = heat.temperature(hit, moment, light.shadow(scene, hit, moment), past.sunny(scene, hit, moment), extra)
    return _with_sky(hit, directions, heat.radiance(hit, moment, surface_c)[:, None], lambda sky: heat.sky_radiance(moment, sky)[:, None])


def _with_sky(hit: Surface, directions: Float32[np.ndarray, "n 3"], found: Float32[np.ndarray, "m c"], sky: Shader) -> Float32[np.ndarray, "n c"]:
    """What was found on surfaces, and the sky elsewhere."""
    if len(found) == len(directions):
        return found
    image = np.empty((len(directions), found.shape[1]), np.float32, order="F")
    empty = np.ones(len(directions), bool)
    empty[hit.ray] = False
    above = np.flatnonzero(empty)
    for place, column in ((above, sky(rows(directions, above))), (hit.ray, found)):
        for k in range(found.shape[1]):
            image[:, k][place] = column[:, k]
    return image


def _smoothed(scene: Scene, shot: Shot, shade: Callable[..., Float32[np.ndarray, "n c"]], looks: Look, edge_rays: int) -> Float32[np.ndarray, "n c"]:
    """Shade the middle rays; a pixel at an edge is the mean of its own and several more, of which those that meet the same thing look like it.

    ``looks`` turns what is shaded into steps that show: a neighbour that differs by less makes no edge (Whitted, CACM 23, 1980, and Mitchell,
    SIGGRAPH 1987, spend rays by contrast likewise). More than two rays look for smaller steps, and for the texture of one thing too.
    """
    if edge_rays not in SUBPIXELS:
        raise ValueError(f"edge_rays: {edge_rays}; give one of {sorted(SUBPIXELS)}")
    image = shade(shot.hit, shot.directions)
    if edge_rays == 1 or not np.any(sides := edges(scene, shot, looks(image) * np.float32(edge_rays / 2))):
        return image
    asked = [np.flatnonzero(side) for side in (sides if edge_rays == 2 else [sides.any(0)] * edge_rays)]
    lens_ = lens(shot.camera)
    rays = [
        rows(lens_.directions, each) + np.float32(x) * rows(lens_.right, each) + np.float32(y) * rows(lens_.down, each)
        for each, (x, y) in zip(asked, SUBPIXELS[edge_rays], strict=True)
    ]
    directions, pixel = turn(shot.world_from_camera[:3, :3], unit(np.concatenate(rays))), np.concatenate(asked)
    other, hit = _fresh(scene, shot, pixel, directions, every=edge_rays > 2)
    change = (shade(hit, rows(directions, other)) - rows(image, pixel[other])) * np.float32(1 / (edge_rays + 1))
    ends = np.searchsorted(other, np.cumsum([0, *map(len, asked)]))
    for first, last in pairwise(ends):
        image[pixel[other[first:last]]] += change[first:last]
    return image


def _fresh(
    scene: Scene, shot: Shot, pixel: Int[np.ndarray, "n"], directions: Float32[np.ndarray, "n 3"], every: bool
) -> tuple[Int[np.ndarray, "m"], Surface]:
    """Which rays meet another thing than the middles of their pixels do, and what it is; all of them, if ``every``."""
    origin = shot.world_from_camera[:3, 3].astype(np.float32)
    met = meet(scene, origin, directions, shot.moving[pixel])
    other = np.arange(len(pixel)) if every else _unlike(scene, shot, met, pixel)
    hit = described(scene, origin, rows(directions, other), met.of(other))
    if every:
        return other, hit
    new = np.flatnonzero(hit.things(scene, len(other)) != shot.hit.things(scene, len(shot.directions))[pixel[other]])
    return other[new], hit.along(new, len(other))


def _unlike(scene: Scene, shot: Shot, met: Met, pixel: Int[np.ndarray, "n"]) -> Int[np.ndarray, "m"]:
    """Which rays meet another thing than the middles of their pixels do, or what a texture paints."""
    part = np.full(len(shot.directions), -1, np.int32)
    part[shot.hit.ray] = shot.hit.part
    key = np.append(scene.parts.seed * np.int32(32) + scene.parts.material, np.int32(-1))
    mine, middle = (np.take(key, each) for each in (np.where(np.isfinite(met.distance), met.part, -1), np.take(part, pixel)))
    return np.flatnonzero((mine != middle) | np.isin(mine % 32, PAINTED))


def edges(scene: Scene, shot: Shot, looks: Float32[np.ndarray, "n c"]) -> Bool[np.ndarray, "2 n"]:
    """Pixels whose left or upper neighbour shows another object or another material and differs by a step of 1 or more; and right or lower."""
    key, looks = shot.hit.things(scene, len(looks)).reshape(shot.shape), looks.reshape(*shot.shape, -1)
    edge = np.zeros((2, *shot.shape), bool)
    across, down = ((np.diff(key, axis=axis) != 0) & (np.abs(np.diff(looks, axis=axis)).max(-1) > 1) for axis in (1, 0))
    edge[0, :, 1:] |= across
    edge[0, 1:] |= down
    edge[1, :, :-1] |= across
    edge[1, :-1] |= down
    return edge.reshape(2, -1)


def view(
    scene: Scene, camera: Camera, world_from_camera: Float[np.ndarray, "4 4"], moment: Moment, numbers: StreetSensor, rng: np.random.Generator
) -> View:
    """Both sensors at one pose, as arrays: what a colour and a thermal camera would see from the same place."""
    shot = shoot(scene, camera, world_from_camera)
    linear, warm = radiance(scene, shot, moment, numbers.night_glow, 4), temperature(scene, shot, moment, 4)
    picture = sensor.develop(linear, light.exposure(linear.reshape(-1, 3), moment.dark), numbers, rng)
    numbers_ = sensor.counts(warm, camera.width / 640, sensor.columns(rng, camera.width, numbers), numbers, rng)
    return View(picture, numbers_, warm, label(shot), depth(shot))
