"""Samples -> what the network sees: normalised, and for training changed at random.

RGB 0..255 and thermal [0, 1] become [-1, 1] (mean = standard deviation = 0.5, what the pretrained encoders expect). Where
nothing is seen (beyond the image, no thermal measurement, a hidden block) both are 0, the middle of their range.
"""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from heatnet.config import Augmentation, Block, Colour
from heatnet.data import geometry, thermal
from heatnet.data.samples import Samples
from heatnet.taxonomy import IGNORE

WAVES = (0.06, 0.5)
"""Shortest and longest wave that bends thermal grey levels: 2 to 16 K of a range of 32 K."""


@dataclass(frozen=True)
class View:
    """One frame as the network sees it; what the samples lack is ``None``."""

    rgb: Float32[np.ndarray, "height width 3"] | None
    thermal: Float32[np.ndarray, "height width"] | None
    label: UInt8[np.ndarray, "height width"] | None
    weight: UInt8[np.ndarray, "height width"] | None


def plain(samples: Samples, i: int) -> View:
    """Frame ``i``, normalised and otherwise as it is."""
    rgb = None if samples.rgb is None else looked_up(samples.rgb[i], _normalisation())
    heat = None
    if samples.thermal is not None and (settings := samples.input.thermal):
        heat = (2 * thermal.to_unit(samples.thermal[i], settings) - 1) * thermal.valid(samples.thermal[i], settings)
    return View(rgb, heat, *(None if part is None else part[i] for part in (samples.label, samples.weight)))


def augmented(samples: Samples, i: int, settings: Augmentation, rng: np.random.Generator) -> View:
    """Frame ``i``, changed at random and normalised. Beyond the image labels are ``IGNORE`` and weights 0."""
    height, width = samples.input.network_size
    warp = geometry.random_warp((height, width), settings, rng)
    rgb = None if samples.rgb is None else _warped_rgb(samples.rgb[i], warp, colour_table(settings.colour, rng))
    heat = None if samples.thermal is None else _warped_thermal(samples, i, warp, settings, rng)
    view = View(
        rgb,
        heat,
        None if samples.label is None else warp.nearest(samples.label[i], IGNORE),
        None if samples.weight is None else warp.nearest(samples.weight[i], 0),
    )
    hide(view, settings, rng)
    return view


def _warped_rgb(
    image: UInt8[np.ndarray, "height width 3"], warp: geometry.Warp, table: Float32[np.ndarray, "256 3"]
) -> Float32[np.ndarray, "new_height new_width 3"]:
    """Move, then change colours; 0 beyond the image."""
    moved = looked_up(warp.linear(image), table)
    covered = warp.covered((image.shape[0], image.shape[1]))
    if covered is not None:
        moved *= covered[..., None]
    return moved


def _warped_thermal(
    samples: Samples, i: int, warp: geometry.Warp, settings: Augmentation, rng: np.random.Generator
) -> Float32[np.ndarray, "new_height new_width"]:
    """Move, then bend, scale and shift; 0 where there is no measurement."""
    assert samples.thermal is not None
    assert samples.input.thermal is not None, "samples hold thermal counts only if the input says how to read them"
    counts = samples.thermal[i]
    unit, seen = warp.linear_valid(thermal.unclipped(counts, samples.input.thermal), thermal.valid(counts, samples.input.thermal))
    if settings.thermal_tone:
        unit = bent(unit, settings.thermal_tone, rng)
    gain, offset = rng.uniform(*settings.thermal_gain), rng.uniform(-1, 1) * settings.thermal_offset
    unit *= np.float32(2 * gain)
    unit += np.float32(offset - gain)
    np.clip(unit, -1, 1, out=unit)
    unit *= seen
    return unit


def bent(unit: Float32[np.ndarray, "height width"], strength: float, rng: np.random.Generator) -> Float32[np.ndarray, "height width"]:
    """Grey levels u through a random wave, ``u + a sin(2 pi u / l + phase)``, with l in ``WAVES`` and a up to ``strength l``.

    The slope goes down to 1 - 2 pi ``strength``: beyond 0.16 materials may change places, as they do between a sunny noon
    and a clear night, while cold stays cold and hot stays hot (a is a few kelvin at most).
    """
    wave = np.exp(rng.uniform(*np.log(WAVES)))
    height, phase = rng.uniform(0, strength) * wave, rng.uniform(0, 2 * np.pi)
    return unit + np.float32(height) * np.sin(unit * np.float32(2 * np.pi / wave) + np.float32(phase))


def looked_up(image: UInt8[np.ndarray, "height width 3"], table: Float32[np.ndarray, "256 3"]) -> Float32[np.ndarray, "height width 3"]:
    """The table's value of every byte, per channel."""
    return cv2.LUT(image, table[None])


@lru_cache(maxsize=1)
def _normalisation() -> Float32[np.ndarray, "256 3"]:
    """0..255 -> [-1, 1]."""
    return np.repeat(np.linspace(-1, 1, 256, dtype=np.float32)[:, None], 3, 1)


def colour_table(settings: Colour, rng: np.random.Generator) -> Float32[np.ndarray, "256 3"]:
    """A random change of colours, normalised: what each byte becomes in each channel."""
    gamma = np.exp(rng.uniform(-1, 1) * np.log1p(settings.gamma))
    contrast = 1 + rng.uniform(-1, 1) * settings.contrast
    brightness = 1 + rng.uniform(-1, 1) * settings.brightness
    gains = 1 + rng.uniform(-1, 1, 3) * settings.gain
    value = ((np.linspace(0, 1, 256) ** gamma - 0.5) * contrast + 0.5)[:, None] * (brightness * gains)
    return (2 * value.clip(0, 1) - 1).astype(np.float32)


def hide(view: View, settings: Augmentation, rng: np.random.Generator) -> None:
    """Set random blocks to 0, in place: one of a single modality (where there are two), one of all. Labels stay."""
    parts = [part for part in (view.rgb, view.thermal) if part is not None]
    drop, cut = (_block(block, parts[0].shape, rng) for block in (settings.modality_dropout, settings.cutout))
    victim = parts[int(rng.integers(2)) % len(parts)]
    if drop and len(parts) == 2:
        victim[drop] = 0
    if cut:
        for part in parts:
            part[cut] = 0


def _block(settings: Block, shape: tuple[int, ...], rng: np.random.Generator) -> tuple[slice, slice] | None:
    """A random rectangle within an image, or ``None`` when none is due; draws the same number of values either way."""
    due, down, across = rng.random(3)
    height, width = (round(rng.uniform(*part) * extent) for part, extent in zip((settings.height, settings.width), shape[:2], strict=True))
    top, left = round(down * (shape[0] - height)), round(across * (shape[1] - width))
    return (slice(top, top + height), slice(left, left + width)) if due < settings.probability else None
