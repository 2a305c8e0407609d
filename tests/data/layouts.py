"""What the datasets that the tests write have in common."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from heatnet.config import Block, ThermalCounts
from heatnet.data import Samples

COUNTS = ThermalCounts(bits=16, low=21800, high=25000, invalid=0, level=None)
MakeSamples = Callable[..., Samples]
NEVER = Block(0.0, (0.0, 0.0), (0.0, 0.0))
STAMPS = ("1570722156_952177040", "1570722157_487361180", "1570722158_79809260")
"""Real stamps in form; nanoseconds are not padded."""


def write(path: Path, image: np.ndarray) -> Path:
    """Write an image, R first, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image[..., ::-1] if image.ndim == 3 else image)
    return path
