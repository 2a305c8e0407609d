"""Streaming confusion counts and the IoU that follows from them, by the authors' protocol.

Pixels are counted per image and added up afterwards, so any set of images (a split, a bootstrap resample) is a sum.
Classes 0 to 11 are scored. Background is not, but it counts: background called car is a false positive of car, and a
car called background a false negative of car. Pixels labelled ``IGNORE`` are not counted at all.
"""

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int64, Integer, UInt8

from heatnet.taxonomy import IGNORE, NAMES, NUM_CLASSES, SCORED

EXACT = 2**24
"""Pixels below which OpenCV's histogram, in 32-bit floats, counts exactly."""


def confusion(prediction: UInt8[np.ndarray, "height width"], label: UInt8[np.ndarray, "_ _"]) -> Int64[np.ndarray, "13 13"]:
    """Pixels of one image by true class (rows) and predicted class (columns).

    Raises ``ValueError`` for images of two sizes and for an id outside the taxonomy; a prediction must name a class
    everywhere, a label may be ``IGNORE``.
    """
    if prediction.shape != label.shape:
        raise ValueError(f"prediction {prediction.shape} but label {label.shape} (height, width); load both at one size")
    for what, ids, highest in (("prediction", prediction, NUM_CLASSES - 1), ("label", label, IGNORE)):
        if ids.size and ids.max() > highest:
            raise ValueError(f"{what}: id {ids.max()} is none of 0 to {highest}; translate the image with the label map of its data set first")
    joint = label * np.uint8(NUM_CLASSES) + prediction  # at most 13 * 13 + 12
    if joint.size < EXACT:
        flat = cv2.calcHist([joint], [0], None, [256], [0, 256]).reshape(-1).astype(np.int64)  # several times faster than bincount
    else:
        flat = np.bincount(joint.ravel(), minlength=256)
    return flat[: NUM_CLASSES**2].reshape(NUM_CLASSES, NUM_CLASSES)


def iou(counts: Integer[np.ndarray, "*sets 13 13"]) -> tuple[Float[np.ndarray, "*sets 12"], Bool[np.ndarray, "*sets 12"]]:
    """Intersection over union of the scored classes, and which of them have ground truth.

    ``IoU_k = n_kk / (sum_j n_kj + sum_j n_jk - n_kk)``, as fractions. A class without ground truth is marked absent (its IoU
    reads 0) and must be left out of a mean.
    """
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    truth, predicted = counts.sum(-1), counts.sum(-2)
    union = np.maximum(truth + predicted - right, 1)
    scored = list(SCORED)
    present = truth[..., scored] > 0
    return np.where(present, right[..., scored] / union[..., scored], 0.0), present


def excluded(present: Bool[np.ndarray, "12"]) -> tuple[str, ...]:
    """The names of scored classes without ground truth."""
    return tuple(NAMES[k] for k in SCORED if not present[k])


def hardest(counts: Integer[np.ndarray, "images 13 13"]) -> list[int]:
    """The images in the order of their own mean IoU (over the classes that each holds), the worst first."""
    score, present = iou(counts)
    return np.argsort(np.where(present, score, 0).sum(1) / np.maximum(present.sum(1), 1), kind="stable").tolist()
