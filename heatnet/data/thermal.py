"""Thermal counts -> [0, 1]: the released code clips 21800..25000 counts (its comment names 20800..27000)."""

from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, UInt16

from heatnet.config import Pairs, ThermalCounts


def valid(counts: UInt16[np.ndarray, "*shape"], settings: ThermalCounts) -> Bool[np.ndarray, "*shape"]:
    """Where there is a measurement: outside the thermal camera's view an aligned image holds ``settings.invalid`` (0)."""
    return np.ones(counts.shape, np.bool_) if settings.invalid is None else counts != settings.invalid


def unclipped(counts: UInt16[np.ndarray, "*shape"], settings: ThermalCounts) -> Float32[np.ndarray, "*shape"]:
    """``low`` counts -> 0, ``high`` -> 1, linearly and beyond."""
    scale = 1 / (settings.high - settings.low)
    unit = counts * np.float32(scale)
    unit -= np.float32(settings.low * scale)
    return unit


def levelled(counts: UInt16[np.ndarray, "height width"], settings: ThermalCounts) -> UInt16[np.ndarray, "height width"]:
    """Counts whose median is the middle of the range and ``level`` counts from it an end; invalid stays.

    Day and night, summer and winter move the level of a whole thermal image by more than its contrasts.
    """
    seen = valid(counts, settings)
    if settings.level is None or not seen.any():
        return counts
    unit = np.clip((counts - np.median(counts[seen])) / (2 * settings.level) + 0.5, 0, 1)
    return np.where(seen, np.maximum(to_counts(unit, settings), 1), counts).astype(np.uint16)


def absolute(settings: Pairs) -> Pairs:
    """The settings of a set, its thermal counts read as they are: not levelled, as the released code and the papers of the rivals do."""
    thermal = settings.input.thermal
    return settings if thermal is None else replace(settings, input=replace(settings.input, thermal=replace(thermal, level=None)))


def to_unit(counts: UInt16[np.ndarray, "*shape"], settings: ThermalCounts) -> Float32[np.ndarray, "*shape"]:
    """Counts -> [0, 1], clipped to ``low`` and ``high``."""
    return np.clip(unclipped(counts, settings), 0, 1)


def to_counts(unit: Float[np.ndarray, "*shape"], settings: ThermalCounts) -> UInt16[np.ndarray, "*shape"]:
    """[0, 1] -> counts, rounded: the inverse of ``to_unit`` within its range (for the scales of figures)."""
    return np.rint(np.clip(unit, 0, 1) * (settings.high - settings.low) + settings.low).astype(np.uint16)


def resized(counts: UInt16[np.ndarray, "height width"], size: tuple[int, int], settings: ThermalCounts) -> UInt16[np.ndarray, "new_height new_width"]:
    """Counts at another size (height, width): the mean of the valid pixels, invalid where they cover less than half.

    Counts of the valid and the marker of the invalid are never mixed.
    """
    shape, how = size[::-1], interpolation(counts.shape, size)
    seen = valid(counts, settings)
    if seen.all():
        return cv2.resize(counts, shape, interpolation=how)
    share = cv2.resize(seen.astype(np.float32), shape, interpolation=how)
    total = cv2.resize((counts * seen).astype(np.float32), shape, interpolation=how)
    mean = np.rint(total / np.maximum(share, 1e-6))
    return np.where(share >= 0.5, mean, settings.invalid or 0).astype(np.uint16)


def interpolation(size: tuple[int, ...], new: tuple[int, int]) -> int:
    """OpenCV's way to resize images: areas when shrinking (no aliasing), linear when growing."""
    return cv2.INTER_AREA if new[0] <= size[0] and new[1] <= size[1] else cv2.INTER_LINEAR
