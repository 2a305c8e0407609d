"""Edge snapping: for each RGB edge the thermal edge along its projected normal, how far it is, and how much it counts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Float32, Int

from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View, sample
from heatnet.calibration.unknowns import differentiate, in_view, to_thermal

EXACT = 0.007
"""The least variance of a frame's distances that is believed, in squared windows: a twentieth of clutter's."""


@dataclass(frozen=True)
class Matches:
    """Edges that found a thermal edge: their points in space, the normal of their image, where on it the thermal edge lies.

    ``line`` is ``normal . q`` of the thermal edge q, so the distance of a rig is ``normal . projection - line`` (px). The normals
    point to the darker side of the RGB edge; ``agreement`` is the fourth power of the cosine between normal and thermal gradient (once
    it is strong enough to be one, an edge's strength tells no more: what is bright by night is not what is warm); ``weight`` is what
    an edge counts before its residual is looked at; ``group`` numbers the frame and whether that side is the warmer one; ``edge`` counts
    the edges of all views.
    """

    points: Float[np.ndarray, "n 3"]
    normals: Float[np.ndarray, "n 2"]
    line: Float[np.ndarray, "n"]
    agreement: Float[np.ndarray, "n"]
    weight: Float[np.ndarray, "n"]
    group: Int[np.ndarray, "n"]
    edge: Int[np.ndarray, "n"]
    in_view: Int[np.ndarray, "frames"]

    @property
    def frame(self) -> Int[np.ndarray, "n"]:
        """The number of each edge's frame."""
        return self.group // 2


def peaks(
    field: Float32[np.ndarray, "height width 2"], pixels: Float[np.ndarray, "n 2"], normals: Float[np.ndarray, "n 2"], window_px: float
) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n"]]:
    """For each pixel the offset (px) along its normal to the best thermal edge within the window, and its strength.

    The strength is ``|n . g|``: blind to the sign of the contrast; 0 when the best lies at the window's end. Which edge is the best
    is asked of the normalised gradient; where it lies, of the plain one (in eps: ``g / sqrt(1 - |g|^2)``), whose peak is not flattened.
    """
    offsets = np.arange(-np.ceil(2 * window_px) - 1, np.ceil(2 * window_px) + 2) / 2
    found = sample(field, pixels[:, None] + offsets[:, None] * normals[:, None])
    profile = np.abs(_dot(found, normals[:, None]))
    best, rows = profile[:, 1:-1].argmax(1) + 1, np.arange(len(pixels))
    top = profile[rows, best]
    inside = (top >= profile[rows, best - 1]) & (top >= profile[rows, best + 1])
    plain = profile / np.sqrt(1 - np.minimum(_dot(found, found), 0.9999))
    best = (best - 1 + np.argmax([plain[rows, best + k] for k in (-1, 0, 1)], axis=0)).clip(1, len(offsets) - 2)
    before, highest, after = (plain[rows, best + k] for k in (-1, 0, 1))
    curvature = before + after - 2 * highest
    inside &= (curvature < -1e-6) & (highest >= before) & (highest >= after)
    shift = np.where(inside, 0.5 * (before - after) / np.where(inside, curvature, -1), 0)
    return offsets[best] + 0.5 * shift, np.where(inside, top, 0).astype(np.float64)


def snap(views: Sequence[View], rig: Rig, window_px: float, weakest: float) -> Matches:
    """The thermal edges that the RGB edges of all views find within the window; weak ones are left out."""
    found = [_snap(number, one, rig, window_px, weakest) for number, one in enumerate(views)]
    points, normals, line, agreement, group, edge = (np.concatenate(column) for column in list(zip(*found, strict=True))[:6])
    before = np.cumsum([0, *(len(one.points) for one in views)])
    counts = np.array([count for *_, count in found])
    matches = Matches(points, normals, line, agreement, agreement, group, edge + before[group // 2], counts)
    return replace(matches, weight=agreement * telling(matches, rig, window_px)[matches.frame])


def telling(matches: Matches, rig: Rig, window_px: float) -> Float[np.ndarray, "frames"]:
    """How much each frame tells: the inverse variance of its distances within the window, against that of the median frame.

    Distances to clutter fill the window evenly; where many of them do (nights), a frame's edges each count less.
    """
    value = distances(matches, rig)
    weight = matches.agreement * tukey(value, window_px)
    total = np.bincount(matches.frame, weight, len(matches.in_view))
    variance = np.bincount(matches.frame, weight * value**2, len(matches.in_view)) / np.maximum(total, 1e-9)
    known = np.maximum(variance, EXACT * window_px**2)
    return np.where(total > 0, np.median(known[total > 0]) / known, 0) if (total > 0).any() else total


def projected(one: View, rig: Rig) -> tuple[Int[np.ndarray, "n"], Float[np.ndarray, "n 2"], Float[np.ndarray, "n 2"]]:
    """Which edges of a view the thermal camera sees, at which pixels, and the unit normals of their images (to the darker side)."""
    local, behind = to_thermal(rig, one.points), to_thermal(rig, one.points - one.along)
    pixels = rig.thermal.project(local)
    with np.errstate(invalid="ignore"):
        seen = np.flatnonzero(in_view(rig.thermal, local, pixels, 2) & (behind[:, 2] > 0))
    along = pixels[seen] - rig.thermal.project(behind[seen])
    return seen, pixels[seen], np.stack([-along[:, 1], along[:, 0]], 1) / np.linalg.norm(along, axis=1, keepdims=True)


def _snap(number: int, one: View, rig: Rig, window_px: float, weakest: float) -> tuple[np.ndarray, ...]:
    """The matches of one view: points, normals, lines, agreements, groups, which edges, and how many edges are in view."""
    seen, pixels, normals = projected(one, rig)
    offset, strength = peaks(one.gradient, pixels, normals, window_px)
    good = strength > weakest
    normals, edge = normals[good], pixels[good] + offset[good, None] * normals[good]
    found = sample(one.gradient, edge[None])[0]
    across = _dot(found, normals)
    agreement = (across**2 / np.maximum(_dot(found, found), 1e-12)) ** 2
    return one.points[seen[good]], normals, _dot(normals, edge), agreement, 2 * number + (across > 0), seen[good], np.array(len(seen))


def distances(matches: Matches, rig: Rig) -> Float[np.ndarray, "n"]:
    """Signed distances (px) from projected edges to their thermal edges."""
    return _dot(matches.normals, rig.thermal.project(to_thermal(rig, matches.points))) - matches.line


def residuals(matches: Matches, rig: Rig) -> tuple[Float[np.ndarray, "n"], Float[np.ndarray, "n 14"]]:
    """``distances`` and their derivatives by the unknowns."""
    projection = differentiate(rig, matches.points, margin_px=0)
    value = _dot(matches.normals, projection.pixels) - matches.line
    return value, (matches.normals[:, None] @ projection.by_step)[:, 0]


def _dot(a: Float[np.ndarray, "*n 2"], b: Float[np.ndarray, "*#n 2"]) -> Float[np.ndarray, "*n"]:
    """Dot products of vectors in the image: many times faster than a sum over an axis of two."""
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1]


def tukey(residual_px: Float[np.ndarray, "n"], width_px: float) -> Float[np.ndarray, "n"]:
    """Tukey's biweight: 1 at 0, 0 from ``width_px`` on."""
    return np.maximum(1 - (residual_px / width_px) ** 2, 0) ** 2


def tukey_slope(residual_px: Float[np.ndarray, "n"], width_px: float) -> Float[np.ndarray, "n"]:
    """The derivative of ``residual * tukey``: 1 at 0, negative from ``width / sqrt(5)`` on, 0 from ``width_px`` on."""
    square = np.minimum((residual_px / width_px) ** 2, 1)
    return (1 - square) * (1 - 5 * square)
