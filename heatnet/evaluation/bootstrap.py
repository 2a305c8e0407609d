"""Bootstrap over images: how much of a score is the luck of which images were labelled.

A resample is a row of whole numbers, how often it holds each image. Row 0 holds every image once, so index 0 of
whatever is computed from resamples is the score itself. The same resamples serve every network: differences and ratios
between networks are then paired.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int64, Integer, UInt8

from heatnet.evaluation.counts import iou

BLOCK = 128
"""Images whose counts are added up at once, in 64-bit numbers; the counts themselves are kept in 32 bits, the draws in 8."""


@dataclass(frozen=True)
class Counts:
    """What one network did: confusion counts per image, day and night apart."""

    day: Integer[np.ndarray, "day 13 13"]
    night: Integer[np.ndarray, "night 13 13"]


@dataclass(frozen=True)
class Resamples:
    """How often each resample holds each image, drawn within day and within night; row 0 holds each once."""

    day: Integer[np.ndarray, "draws day"]
    night: Integer[np.ndarray, "draws night"]


@dataclass(frozen=True)
class Estimate:
    """A figure and its 95 % percentile interval (Efron 1979)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Draws:
    """IoU by resample and class (fractions), and whether the resample holds the class."""

    iou: Float[np.ndarray, "draws classes"]
    present: Bool[np.ndarray, "draws classes"]

    def mean(self) -> Float[np.ndarray, " draws"]:
        """Mean IoU of each resample over the classes that it holds.

        Raises ``ValueError`` where one holds none: there are too few labelled images for a bootstrap.
        """
        classes = self.present.sum(1)
        if not classes.all():
            raise ValueError("a resample of the images holds no scored class; check that the test labels are not all 'ignore', or label more images")
        return np.where(self.present, self.iou, 0.0).sum(1) / classes


def resample(day_images: int, night_images: int, draws: int, rng: np.random.Generator) -> Resamples:
    """``draws`` resamples of day and of night images, each of the split's own size, after the row of ones."""
    for split, images in (("day", day_images), ("night", night_images)):
        if images < 1:
            raise ValueError(f"no {split} images to score; expected at least one with a label in the test split")
    return Resamples(_rows(day_images, draws, rng), _rows(night_images, draws, rng))


def _rows(images: int, draws: int, rng: np.random.Generator) -> UInt8[np.ndarray, "rows images"]:
    """A row of ones, then multinomial rows, a byte a number: of many images each is drawn a few times, seldom ten."""
    rows = np.ones((1 + draws, images), np.uint8)
    for row in rows[1:]:
        drawn = rng.multinomial(images, np.full(images, 1 / images))
        assert drawn.max() < 256
        row[:] = drawn
    return rows


def resample_drives(day_drives: Sequence[str], night_drives: Sequence[str], draws: int, rng: np.random.Generator) -> Resamples:
    """As ``resample``, but whole drives are drawn: the images of one look alike, so their luck is shared.

    Takes the drive of every image. Raises ``ValueError`` where all images of day or of night are of one drive.
    """
    for split, drives in (("day", day_drives), ("night", night_drives)):
        if len(set(drives)) < 2:
            raise ValueError(
                f"the {split} images are of {len(set(drives))} drive; expected at least two drives to draw from; resample images instead"
            )
    return Resamples(_by_drive(day_drives, draws, rng), _by_drive(night_drives, draws, rng))


def _by_drive(drives: Sequence[str], draws: int, rng: np.random.Generator) -> UInt8[np.ndarray, "rows images"]:
    """How often each image is drawn: as often as its drive."""
    place = np.unique(drives, return_inverse=True)[1]
    return _rows(int(place.max()) + 1, draws, rng)[:, place]


def pooled(resamples: Integer[np.ndarray, "draws weighed"], counts: Integer[np.ndarray, "images *counts"]) -> Int64[np.ndarray, "draws *counts"]:
    """Counts added up over each resample, ``BLOCK`` images at a time; exact (whole numbers below 2^53).

    Raises ``ValueError`` where the resamples are of another number of images.
    """
    if resamples.shape[1] != len(counts):
        raise ValueError(f"resamples of {resamples.shape[1]} images cannot weigh counts of {len(counts)}; score every network on the same images")
    flat = np.zeros((len(resamples), math.prod(counts.shape[1:])))
    for part in (slice(start, start + BLOCK) for start in range(0, len(counts), BLOCK)):
        flat += resamples[:, part].astype(np.float64) @ counts[part].reshape(-1, flat.shape[1]).astype(np.float64)
    return flat.astype(np.int64).reshape(len(resamples), *counts.shape[1:])


def draw(counts: Counts, resamples: Resamples) -> Mapping[str, Draws]:
    """IoU of every resample by day, by night, and combined.

    Combined is the mean of day and night *per class* (not of pooled pixels), over classes present in both.
    """
    day = Draws(*iou(pooled(resamples.day, counts.day)))
    night = Draws(*iou(pooled(resamples.night, counts.night)))
    return {"day": day, "night": night, "combined": Draws((day.iou + night.iou) / 2, day.present & night.present)}


def estimate(draws: Float[np.ndarray, " draws"]) -> Estimate:
    """The figure of row 0 with the 2.5 and 97.5 percentiles of the other rows (itself, where there are none)."""
    value = float(draws[0])
    low, high = np.percentile(draws[1:], (2.5, 97.5)) if len(draws) > 1 else (value, value)
    return Estimate(value, float(low), float(high))
