"""Contact sheets: every frame has its place, RGB above thermal."""

import numpy as np
import pytest

from heatnet.figures import pairs_sheet
from heatnet.figures.sheets import GAP, mosaic, stretched, tile
from heatnet.figures.style import measured


def test_a_tile_is_rgb_above_thermal_of_the_same_size():
    rgb = np.full((60, 120, 3), 7, np.uint8)
    thermal = np.tile(np.linspace(21000, 24000, 64).astype(np.uint16), (51, 1))
    made = tile(rgb, thermal, 40)
    assert made.shape == (40, 40, 3)
    assert (made[:20] == 7).all()
    assert made[25, 35, 0] > made[25, 5, 0] + 150
    assert tile(rgb, None, 40).shape == (20, 40, 3)


def test_what_the_camera_does_not_see_is_black_and_does_not_stretch():
    thermal = np.array([[0, 22000, 22500, 23000]], np.uint16)
    found = stretched(thermal)[0]
    assert found[0] == 0
    assert found[1] < found[2] < found[3]
    assert found[1] >= 25


def test_a_count_of_zero_in_8_bits_is_the_coldest_measurement():
    for dtype in (np.uint8, np.uint16):
        found = stretched(np.array([[0, 0, 100, 255]], dtype))[0]
        assert 30 == found[0] < found[2] < found[3]
        assert measured(np.array([[0, 0, 255]], dtype)).all()
    assert measured(np.array([[0, 22000]], np.uint16)).tolist() == [[False, True]]


def test_a_mosaic_puts_tiles_in_rows():
    tiles = [np.full((4, 6, 3), value, np.uint8) for value in range(5)]
    sheet = mosaic(tiles, 3)
    assert sheet.shape == (2 * (4 + GAP), 3 * (6 + GAP), 3)
    for place in range(5):
        row, column = divmod(place, 3)
        assert (sheet[row * (4 + GAP), column * (6 + GAP)] == place).all()
    assert (sheet[-GAP - 4, -GAP - 6] == 255).all()


def test_a_sheet_has_a_panel_for_each_domain_that_has_frames():
    pair = (np.zeros((30, 60, 3), np.uint8), np.ones((20, 40), np.uint16))
    figure = pairs_sheet({"day": [pair] * 3, "night": [pair]}, 2, 30)
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["day", "night"]
    assert len(pairs_sheet({"day": [pair], "night": []}, 2, 30).axes) == 1
    with pytest.raises(ValueError, match="no frames"):
        pairs_sheet({"day": []}, 2, 30)
