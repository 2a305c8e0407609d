"""Is the stereo pair what it is said to be? Checked on the images before anything is calibrated from them."""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float

from heatnet.calibration import stereo
from heatnet.calibration.recordings import Pair
from heatnet.config import Checks


def check_pairs(pairs: Sequence[Pair], settings: Checks) -> None:
    """Refuse images of different sizes, a left and right that are swapped, and a pair whose rows do not correspond (``ValueError``)."""
    for pair in pairs:
        for name in ("left", "thermal"):
            here, first = getattr(pair, name).shape[:2], getattr(pairs[0], name).shape[:2]
            if here != first:
                sizes = f"{here[1]}x{here[0]} px, {pairs[0].name} {first[1]}x{first[0]} px"
                raise ValueError(f"{pair.name}: {name} is {sizes}; give images of one size a folder")
    moves = np.concatenate([tracked(pair, settings) for pair in pairs])
    if len(moves) < settings.least:
        return
    across, down = moves.T
    if np.mean(across > 0) > 0.5:
        share = f"{np.mean(across > 0):.0%} of {len(moves)} points lie further right in the right image"
        raise ValueError(f"{share}; left and right are swapped: exchange the folders left/ and right/")
    if (off := float(np.median(np.abs(down)))) > settings.rows_px:
        raise ValueError(
            f"points lie {off:.1f} px higher or lower in the right image (median of {len(moves)}; at most {settings.rows_px:g}): "
            "left and right are not rectified; rectify both with cv2.stereoRectify and give the rectified rig"
        )


def tracked(pair: Pair, settings: Checks) -> Float[np.ndarray, "n 2"]:
    """How far (px) corners of the left image move to the right image; only those that are found back (Lucas and Kanade 1981)."""
    left, right = stereo.grey(pair.left), stereo.grey(pair.right)
    corners = cv2.goodFeaturesToTrack(left, settings.corners, 0.01, 8)
    if corners is None:
        return np.empty((0, 2))
    there, found, _ = cv2.calcOpticalFlowPyrLK(left, right, corners, None, winSize=(21, 21), maxLevel=4)  # type: ignore[call-overload]
    back, again, _ = cv2.calcOpticalFlowPyrLK(right, left, there, None, winSize=(21, 21), maxLevel=4)  # type: ignore[call-overload]
    same = (found[:, 0] > 0) & (again[:, 0] > 0) & (np.abs(back - corners).reshape(-1, 2).max(1) < 0.3)
    return np.asarray((there - corners).reshape(-1, 2)[same], np.float64)
