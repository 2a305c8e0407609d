"""The one camera model: a pinhole with radial-tangential distortion, and the rig of three of them.

Pixel centres lie at integer coordinates (OpenCV's convention); x points right, y down, z forward; lengths are metres.
The distortion is Brown's, as in OpenCV and Kalibr ("radtan"): ``(k1, k2, p1, p2)``.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Camera:
    """A pinhole camera with radial-tangential distortion."""

    width: int
    height: int
    focal_px: tuple[float, float]
    centre_px: tuple[float, float]
    distortion: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        """Refuse an image without pixels and a focal length that is not positive."""
        if min(self.width, self.height) < 1:
            raise ValueError(f"camera: image size {self.width}x{self.height}; give a width and height of at least one pixel")
        if not min(self.focal_px) > 0:
            raise ValueError(f"camera: focal length {self.focal_px} px; give two positive numbers")

    @property
    def matrix(self) -> Float[np.ndarray, "3 3"]:
        """The intrinsic matrix K."""
        (fx, fy), (cx, cy) = self.focal_px, self.centre_px
        return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], np.float64)

    def project(self, points: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 2"]:
        """Pixels of points in the camera's frame (Brown 1971, as ``cv2.projectPoints``); NaN behind the camera."""
        k1, k2, p1, p2 = self.distortion
        with np.errstate(divide="ignore", invalid="ignore"):
            xy = np.where(points[:, 2:] > 0, points[:, :2] / points[:, 2:], np.nan)
        x, y = xy.T
        r2 = x * x + y * y
        radial = 1 + r2 * (k1 + r2 * k2)
        bent = np.stack([x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x), y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y], -1)
        return np.asarray(bent * self.focal_px + self.centre_px)

    def rays(self) -> Float[np.ndarray, "height width 3"]:
        """The direction of every pixel, scaled to z = 1: the inverse of ``project``."""
        u, v = np.meshgrid(np.arange(self.width, dtype=np.float64), np.arange(self.height, dtype=np.float64))
        return self.unproject(np.stack([u, v], -1).reshape(-1, 2)).reshape(self.height, self.width, 3)

    def unproject(self, pixels: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 3"]:
        """Directions of pixels, scaled to z = 1; the distortion is undone iteratively to 1e-9."""
        if len(pixels) == 0:
            return np.empty((0, 3))
        criteria = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 100, 1e-9)
        undistort = getattr(cv2, "undistortPointsIter", cv2.undistortPoints)  # OpenCV 4 names the iterative form apart, 5 does not
        xy = undistort(pixels.reshape(-1, 1, 2), self.matrix, np.array(self.distortion), R=np.eye(3), P=np.eye(3), criteria=criteria)
        return np.concatenate([xy.reshape(-1, 2), np.ones((len(pixels), 1))], 1)

    def scaled(self, factor: float) -> "Camera":
        """The same camera with an image ``factor`` times as large (sizes are rounded down, but not for an error of the division)."""
        (fx, fy), (cx, cy) = self.focal_px, self.centre_px
        return replace(
            self,
            width=int(self.width * factor + 1e-6),
            height=int(self.height * factor + 1e-6),
            focal_px=(fx * factor, fy * factor),
            centre_px=((cx + 0.5) * factor - 0.5, (cy + 0.5) * factor - 0.5),
        )


@dataclass(frozen=True)
class Rig:
    """An RGB stereo pair and a thermal camera; a transform's name reads from right to left: ``b_from_a`` takes a point of a to b."""

    left: Camera
    right: Camera
    thermal: Camera
    right_from_left: Float[np.ndarray, "4 4"]
    thermal_from_left: Float[np.ndarray, "4 4"]

    def scaled(self, rgb: float, thermal: float) -> "Rig":
        """The same rig with images scaled."""
        return replace(self, left=self.left.scaled(rgb), right=self.right.scaled(rgb), thermal=self.thermal.scaled(thermal))
