"""Do images belong together? How many RGB edges lie on thermal edges by a rig, against chance, and by one rig against another."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Float, Float32

from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View
from heatnet.calibration.snapping import Matches, distances, snap, tukey
from heatnet.config import Calibration, Refinement


def matched(views: Sequence[View], rig: Rig, settings: Refinement) -> Float[np.ndarray, "frames"]:
    """For each view the share of its RGB edges that lie on a thermal edge, weighted by how well the two agree in direction."""
    matches, weight = _fit(views, rig, settings)
    return np.bincount(matches.frame, weight, len(views)) / np.maximum(matches.in_view, 1)


def gain(views: Sequence[View], rig: Rig, other: Rig, settings: Refinement) -> float:
    """How surely more edges lie on thermal edges by ``other`` than by ``rig``: the sum of the edges' differences over its standard error."""
    total = sum(len(one.points) for one in views)
    before, after = (np.bincount(matches.edge, weight, total) for matches, weight in (_fit(views, one, settings) for one in (rig, other)))
    return float((after - before).sum() / max(np.sqrt(((after - before) ** 2).sum()), 1e-9))


def _fit(views: Sequence[View], rig: Rig, settings: Refinement) -> tuple[Matches, Float[np.ndarray, "n"]]:
    """The matches in the last window, and how well each fits: its agreement where the residual is 0, 0 from the window on."""
    window_px = settings.windows_px[-1]
    matches = snap(views, rig, window_px, settings.weakest)
    return matches, matches.agreement * tukey(distances(matches, rig), window_px)


def by_chance(views: Sequence[View], rig: Rig, settings: Refinement) -> Float[np.ndarray, "frames"]:
    """The same share for thermal images that do not belong: the frame's own, mirrored, so that it holds as many edges in wrong places."""
    return matched([replace(one, gradient=_mirrored(one.gradient)) for one in views], rig, settings)


def _mirrored(field: Float32[np.ndarray, "height width 2"]) -> Float32[np.ndarray, "height width 2"]:
    """The gradients of the mirrored image."""
    flipped = np.asarray(cv2.flip(field, 1), np.float32)
    flipped[..., 0] *= -1
    return flipped


def belonging(seen: list[View], rig: Rig, settings: Calibration) -> dict[str, float]:
    """For each view how many times more of its edges match than by chance: about 1 where the images do not belong together."""
    share, chance = matched(seen, rig, settings.refinement), by_chance(seen, rig, settings.refinement)
    return {view.name: float(a / max(b, 1e-6)) for view, a, b in zip(seen, share, chance, strict=True)}
