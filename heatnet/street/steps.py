"""For readers: what happens between a warm surface and a number in a file, one step at a time; and a road of another material."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Float32, UInt8

from heatnet.calibration.camera import Camera
from heatnet.config import StreetSensor
from heatnet.street import heat, light, past, planck, render, sensor
from heatnet.street.materials import Material, classes
from heatnet.street.weather import Moment
from heatnet.street.world import Scene


@dataclass(frozen=True)
class Steps:
    """A thermal image as it comes about; what is not a temperature says so."""

    surface_c: Float32[np.ndarray, "h w"]
    """The surfaces' own temperature; nan in the sky."""
    leaving: Float32[np.ndarray, "h w"]
    """Radiance of the band that leaves them, emitted and mirrored, W/(m2 sr)."""
    arriving: Float32[np.ndarray, "h w"]
    """The same after the air between."""
    apparent_c: Float32[np.ndarray, "h w"]
    """The temperature of a black body of that radiance."""
    blurred_c: Float32[np.ndarray, "h w"]
    """After the optics."""
    noisy_c: Float32[np.ndarray, "h w"]
    """With the noise of the sensor and its columns."""
    counts: Float32[np.ndarray, "h w"]
    """What the file holds."""


def steps(scene: Scene, shot: render.Shot, moment: Moment, numbers: StreetSensor, rng: np.random.Generator) -> Steps:
    """Every step of one image, by one ray a pixel (``render.temperature`` takes the lag alone, as here, unless asked for more)."""
    hit, scale = shot.hit, shot.camera.width / 640
    own = heat.temperature(hit, moment, light.shadow(scene, hit, moment), past.sunny(scene, hit, moment))
    here = replace(hit, distance=np.zeros_like(hit.distance))
    leaving, arriving = (_image(shot, heat.radiance(where, moment, own), heat.sky_radiance(moment, shot.directions)) for where in (here, hit))
    apparent = planck.read_back(arriving)
    soft = sensor.blurred(apparent, scale, numbers)
    pattern = sensor.columns(rng, shot.camera.width, numbers)
    noisy = soft + sensor.noise_k(soft.shape, numbers, rng) + pattern
    counts = np.clip(np.round(numbers.count_at_0c + noisy / np.float32(numbers.kelvin_per_count)), 0, 65535).astype(np.float32)
    return Steps(_image(shot, own, np.full(len(shot.directions), np.nan, np.float32)), leaving, arriving, apparent, soft, noisy, counts)


def _image(shot: render.Shot, found: Float32[np.ndarray, "m"], sky: Float32[np.ndarray, "n"]) -> Float32[np.ndarray, "h w"]:
    """What was found on surfaces over what the sky has."""
    image = sky.copy()
    image[shot.hit.ray] = found
    return image.reshape(shot.shape)


def pictures(
    scene: Scene, camera: Camera, pose: Float[np.ndarray, "4 4"], moment: Moment, numbers: StreetSensor, rng: np.random.Generator
) -> tuple[UInt8[np.ndarray, "h w 3"], Float[np.ndarray, "h w"], UInt8[np.ndarray, "h w"]]:
    """What ``figures.modalities`` draws of a view: RGB, degrees Celsius, our classes."""
    seen = render.view(scene, camera, pose, moment, numbers, rng)
    return seen.rgb, seen.temperature_c.astype(float), classes()[seen.label]


def paved(scene: Scene, material: Material) -> Scene:
    """The scene with roads of another material (their colour stays; marks are painted on asphalt only)."""
    changed = np.where(scene.parts.material == Material.ASPHALT, np.uint8(material), scene.parts.material)
    return replace(scene, parts=replace(scene.parts, material=changed))
