"""Is the stereo pair what it is said to be? Checked on the images before anything is calibrated from them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from jaxtyping import Float

from heatnet.calibration import stereo
from heatnet.calibration.camera import Rig
from heatnet.calibration.recordings import Pair, fitted
from heatnet.config import Checks


def check_pairs(pairs: Sequence[Pair], rig: Rig, settings: Checks) -> None:
    """Refuse a left and right that are swapped, and a pair whose rows do not correspond (``ValueError``); images of one size, a rig at any.

    A point at infinity lies ``cx_left - cx_right`` further left in the right image, everything nearer more than that.
    """
    with ThreadPoolExecutor() as pool:
        moves = np.concatenate(list(pool.map(lambda pair: tracked(pair, settings), pairs)))
    if len(moves) < settings.least:
        return
    here = fitted(rig, pairs[0])
    across, down = moves[:, 0] + here.left.centre_px[0] - here.right.centre_px[0], moves[:, 1]
    if np.mean(across > 0) > 0.5:
        share = f"{np.mean(across > 0):.0%} of {len(moves)} points lie further right in the right image than if they were infinitely far"
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
