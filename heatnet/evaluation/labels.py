"""How good the teachers' labels are: how often right, how much of an image they cover, and whether confidence can be believed."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64, UInt8

from heatnet.taxonomy import IGNORE


@dataclass(frozen=True)
class Reliability:
    """Pixels by confidence, in bins of equal width over [0, 1]; images add up with ``+``.

    Per bin: labelled pixels, those whose class is right, and the sum of confidence.
    """

    pixels: Int64[np.ndarray, " bins"]
    right: Int64[np.ndarray, " bins"]
    confidence: Float[np.ndarray, " bins"]

    def __add__(self, other: "Reliability") -> "Reliability":
        """Both images together."""
        return Reliability(self.pixels + other.pixels, self.right + other.right, self.confidence + other.confidence)

    @property
    def edges(self) -> Float[np.ndarray, " edges"]:
        """The bins' lower edges and the last upper one."""
        return np.linspace(0, 1, len(self.pixels) + 1)

    def curve(self) -> Float[np.ndarray, "filled 2"]:
        """Mean confidence and accuracy of every bin that holds a pixel."""
        filled = self.pixels > 0
        return np.stack([self.confidence[filled], self.right[filled]], 1) / self.pixels[filled, None]

    def kept(self) -> Float[np.ndarray, "bins 2"]:
        """For a threshold at each bin's lower edge: the share of pixels kept, and their accuracy (1 where none is)."""
        pixels, right = self.pixels[::-1].cumsum()[::-1], self.right[::-1].cumsum()[::-1]
        return np.stack([pixels / max(int(self.pixels.sum()), 1), np.where(pixels > 0, right / np.maximum(pixels, 1), 1.0)], 1)

    def calibration_error(self) -> float:
        """Expected calibration error (Guo et al., ICML 2017): the mean gap of confidence and accuracy over bins, by pixels."""
        return float(np.abs(self.confidence - self.right).sum() / max(int(self.pixels.sum()), 1))


def reliability(
    prediction: UInt8[np.ndarray, "height width"], confidence: Float[np.ndarray, "height width"], label: UInt8[np.ndarray, "height width"], bins: int
) -> Reliability:
    """Compare one image's labels and their confidence in [0, 1] with the truth; pixels without truth or label do not count.

    Raises ``ValueError`` for confidence outside [0, 1].
    """
    if confidence.size and not (confidence.min() >= 0 and confidence.max() <= 1):
        raise ValueError(f"confidence spans {confidence.min()} to {confidence.max()}; expected probabilities in 0 to 1 (divide 8-bit ones by 255)")
    known = (label != IGNORE) & (prediction != IGNORE)
    sure = confidence[known].astype(np.float64)
    place = np.minimum((sure * bins).astype(np.int64), bins - 1)
    right = prediction[known] == label[known]
    return Reliability(np.bincount(place, minlength=bins), np.bincount(place[right], minlength=bins), np.bincount(place, sure, bins))
