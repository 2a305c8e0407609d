"""Views of training show what the network gets: grey levels back from [-1, 1], and what is hidden as hidden."""

import numpy as np
import torch

from heatnet.data import Batch
from heatnet.figures.views import scene, views
from heatnet.taxonomy import CAR, IGNORE, palette


def batch() -> Batch:
    rgb, thermal = torch.full((2, 3, 4, 6), -1.0), torch.full((2, 1, 4, 6), 0.5)
    rgb[1, :, :2], rgb[1, 0, 2] = 0, 1
    thermal[1, 0, 0] = 0
    label = torch.full((2, 4, 6), CAR)
    label[1, 0, 0] = IGNORE
    return Batch(rgb, thermal, label, None)


def test_a_batch_becomes_a_picture_again() -> None:
    made = scene("masked", batch(), 1)
    assert made.domain == "masked"
    assert made.rgb is not None
    assert made.thermal is not None
    assert made.rgb.dtype == np.uint8
    assert set(made.rgb[0].ravel()) == {128}
    assert made.rgb[2, 0].tolist() == [255, 0, 0]
    assert np.isnan(made.thermal[0]).all()
    assert (made.thermal[1:] == 0.75).all()
    assert scene("x", Batch(None, batch().thermal, None, None), 0).masks == {}


def test_every_view_is_a_row_with_its_labels() -> None:
    figure = views({"night": batch(), "mix": batch()}, 1)
    assert [ax.get_ylabel() for ax in figure.axes[::3]] == ["night", "mix"]
    shown = figure.axes[2].images[0].get_array()
    np.testing.assert_array_equal(shown[1, 1], palette()[CAR])
