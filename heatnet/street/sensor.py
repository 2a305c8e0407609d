"""From light and temperature to the numbers in a file."""

from functools import cache

import cv2
import numpy as np
from jaxtyping import Float32, UInt8, UInt16

from heatnet.config import StreetSensor

VEIL = 0.01
"""Share of all light that a lens spreads over the whole image; 1 to 3 % is common (ISO 9358 measures it)."""


@cache
def _curve() -> UInt8[np.ndarray, "4096"]:
    """8-bit values by exposed light in steps of 1/2048: highlights rolled off above 0.6, then sRGB (IEC 61966-2-1)."""
    light = np.arange(4096) / 2048
    rolled = np.where(light > 0.6, 1 - 0.4 * np.exp(-(light - 0.6) / 0.4), light)
    curve = np.where(rolled < 0.0031308, 12.92 * rolled, 1.055 * np.maximum(rolled, 0.0031308) ** (1 / 2.4) - 0.055)
    return np.clip(curve * 255 + 0.5, 0, 255).astype(np.uint8)


def develop(radiance: Float32[np.ndarray, "h w 3"], gain: float, sensor: StreetSensor, rng: np.random.Generator) -> UInt8[np.ndarray, "h w 3"]:
    """Expose: veiling glare, bloom around what is overexposed, shot and read noise (variance = shot x + read^2), the tone curve."""
    exposed = np.multiply(radiance, np.float32(gain), order="C")
    exposed += np.float32(VEIL) * np.minimum(exposed, np.float32(60)).mean(dtype=np.float32)
    if (over := exposed.max()) > 1.5:
        exposed += _bloom(exposed, min(float(over), 20.0))
    noise = rng.standard_normal(exposed.shape, np.float32)
    deviation = exposed * np.float32(sensor.shot_noise) + np.float32(sensor.read_noise**2)
    noise *= np.sqrt(deviation, out=deviation)
    exposed += noise
    exposed *= np.float32(2048)
    exposed += np.float32(0.5)
    return np.take(_curve(), np.clip(exposed, 0, 4095, out=exposed).astype(np.int16))


def _bloom(exposed: Float32[np.ndarray, "h w 3"], most: float) -> Float32[np.ndarray, "h w 3"]:
    """Light scattered in the lens by what is overexposed (at most ``most``): two Gaussians, computed at a quarter of the size."""
    height, width = exposed.shape[:2]
    small = cv2.resize(np.clip(exposed - 1, 0, most), (max(width // 4, 1), max(height // 4, 1)), interpolation=cv2.INTER_AREA)
    halo = 0.10 * np.asarray(cv2.GaussianBlur(small, (0, 0), width / 400)) + 0.05 * np.asarray(cv2.GaussianBlur(small, (0, 0), width / 100))
    return np.asarray(cv2.resize(halo, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def columns(rng: np.random.Generator, width: int, sensor: StreetSensor) -> Float32[np.ndarray, "width"]:
    """Fixed-pattern noise of a thermal camera's columns, in kelvin."""
    return np.float32(sensor.column_noise_k) * rng.standard_normal(width, np.float32)


def counts(
    apparent_c: Float32[np.ndarray, "h w"], scale: float, pattern: Float32[np.ndarray, "w"], sensor: StreetSensor, rng: np.random.Generator
) -> UInt16[np.ndarray, "h w"]:
    """16-bit counts: c = c_0 + T / q, after blur of the optics (``scale`` pixels of this image to one of the full one) and noise."""
    measured = blurred(apparent_c, scale, sensor) + noise_k(apparent_c.shape, sensor, rng) + pattern
    value = sensor.count_at_0c + measured / np.float32(sensor.kelvin_per_count)
    return np.clip(np.round(value), 0, 65535).astype(np.uint16)


def blurred(apparent_c: Float32[np.ndarray, "h w"], scale: float, sensor: StreetSensor) -> Float32[np.ndarray, "h w"]:
    """What the optics leave of an image (``counts``)."""
    return np.asarray(cv2.GaussianBlur(apparent_c, (0, 0), max(sensor.blur_px * scale, 0.05)))


def noise_k(shape: tuple[int, ...], sensor: StreetSensor, rng: np.random.Generator) -> Float32[np.ndarray, "h w"]:
    """Noise of one image in kelvin, without the columns' fixed pattern."""
    return np.float32(rng.uniform(*sensor.noise_k)) * rng.standard_normal(shape, np.float32)
