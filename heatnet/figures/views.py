"""What training makes of an image: the same frame in every view, with the labels that go with it."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from heatnet.data import Batch
from heatnet.figures.scenes import Scene, qualitative

MIDDLE = 127.5
"""What 0, the value of RGB pixels that nobody sees, is of 255."""


def views(batches: Mapping[str, Batch], i: int) -> Figure:
    """Image ``i`` of every batch, by the view's name (``night`` and ``day`` in their colours).

    Caption: One frame as it is, and as training changes it: RGB, thermal, and the labels of the pixels. Grey: hidden.
    Alt: A row per view; columns show the RGB image, the thermal image and the label image.
    """
    return qualitative([scene(name, batch, i) for name, batch in batches.items()])


def scene(name: str, batch: Batch, i: int) -> Scene:
    """Image ``i`` of a batch as a picture: [-1, 1] -> 0 to 255 for RGB and [0, 1] for thermal, not a number where nothing is seen."""
    rgb = None if batch.rgb is None else np.rint((_array(batch.rgb[i]).transpose(1, 2, 0) + 1) * MIDDLE).astype(np.uint8)
    heat = None if batch.thermal is None else _array(batch.thermal[i, 0]).astype(np.float64)
    thermal = None if heat is None else np.where(heat == 0, np.nan, (heat + 1) / 2)
    return Scene(name, rgb, thermal, {} if batch.label is None else {"labels": _array(batch.label[i]).astype(np.uint8)})


def _array(part: Tensor) -> np.ndarray:
    return part.detach().cpu().numpy()
