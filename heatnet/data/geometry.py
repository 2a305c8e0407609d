"""Flip, scale, rotate and crop as one affine map, so that every array of a frame is sampled once and all move together.

Pixel centres lie at integer coordinates. A map takes a pixel of the result to its place in the source.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32, UInt8

from heatnet.config import Augmentation

Size = tuple[int, int]


@dataclass(frozen=True)
class Warp:
    """Where each pixel of the result (of ``size``, height and width) lies in the source: ``source = matrix @ (x, y, 1)``."""

    matrix: Float[np.ndarray, "2 3"]
    size: Size

    def inside(self, source: Size) -> bool:
        """Whether every pixel of the result lies within a source of that size."""
        (height, width), (high, wide) = self.size, source
        corners = np.array([[0, width - 1, 0, width - 1], [0, 0, height - 1, height - 1], [1, 1, 1, 1]])
        x, y = self.matrix @ corners
        slack = 1e-6
        return bool(x.min() >= -slack and y.min() >= -slack and x.max() <= wide - 1 + slack and y.max() <= high - 1 + slack)

    def nearest(self, image: UInt8[np.ndarray, "height width"], outside: int) -> UInt8[np.ndarray, "new_height new_width"]:
        """Values as they are (ids), ``outside`` beyond the source."""
        return cv2.warpAffine(image, self.matrix, self.size[::-1], flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP, borderValue=outside)

    def linear(self, image: np.ndarray) -> np.ndarray:
        """Bilinear values; beyond the source its border goes on."""
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(image, self.matrix, self.size[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)

    def covered(self, source: Size) -> Bool[np.ndarray, "new_height new_width"] | None:
        """Which pixels of the result lie within a source of that size; ``None`` when all do."""
        return None if self.inside(source) else self.nearest(np.ones(source, np.uint8), 0).astype(np.bool_)

    def linear_valid(
        self, image: Float32[np.ndarray, "height width"], valid: Bool[np.ndarray, "height width"]
    ) -> tuple[Float32[np.ndarray, "new_height new_width"], Bool[np.ndarray, "new_height new_width"]]:
        """Bilinear values of the valid pixels alone, and where they make up at least half of a pixel of the result."""
        if valid.all():
            moved, covered = self.linear(image), self.covered((image.shape[0], image.shape[1]))
            return moved, np.ones(self.size, np.bool_) if covered is None else covered
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        share = cv2.warpAffine(valid.astype(np.float32), self.matrix, self.size[::-1], flags=flags)
        total = cv2.warpAffine(image * valid, self.matrix, self.size[::-1], flags=flags)
        return total / np.maximum(share, np.float32(1e-6)), share >= 0.5


def identity(source: Size) -> Warp:
    """The source itself."""
    return warp(source, source, flip=False, scale=1.0, rotation_deg=0.0, place=(0.0, 0.0))


def warp(source: Size, size: Size, flip: bool, scale: float, rotation_deg: float, place: tuple[float, float]) -> Warp:
    """Enlarge the source by ``scale``, cut out ``size`` at ``place``, rotate about the cut's centre, and mirror.

    ``place`` (0 to 1 down and across) slides the cut from the top left to the bottom right; it starts at a whole pixel of the source,
    so that without scaling and rotation values are copied, not blended. Where the cut is larger than the source, the
    source slides within the cut.
    """
    extent = np.array(size, np.float64) / scale
    origin = np.rint((np.array(source) - extent) * place)
    centre = (origin + extent / 2 - 0.5)[::-1]
    angle = np.deg2rad(rotation_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.diag([-1.0 if flip else 1.0, 1.0]) / scale
    middle = (np.array(size[::-1], np.float64) - 1) / 2
    return Warp(np.hstack([linear, (centre - linear @ middle)[:, None]]), size)


def random_warp(source: Size, settings: Augmentation, rng: np.random.Generator) -> Warp:
    """A warp drawn as the settings say; the logarithm of the scale is uniform."""
    scale = float(np.exp(rng.uniform(*np.log(settings.scale))))
    flip, rotation_deg = bool(rng.random() < settings.flip), float(rng.uniform(-1, 1) * settings.rotation_deg)
    down, across = rng.random(2)
    return warp(source, settings.crop or source, flip, scale, rotation_deg, (float(down), float(across)))
