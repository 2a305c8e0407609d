"""Levelling takes out what the weather adds to a thermal image, and nothing else."""

import numpy as np
import pytest

from heatnet.config import Input, Pairs, ThermalCounts
from heatnet.data.thermal import absolute, levelled, to_unit

SETTINGS = ThermalCounts(bits=16, low=21800, high=25000, invalid=0, level=800)


@pytest.fixture
def counts() -> np.ndarray:
    image = np.random.default_rng(0).normal(23000, 150, (40, 60)).astype(np.uint16)
    image[:, :5] = 0
    return image


def test_a_warmer_day_changes_nothing(counts: np.ndarray) -> None:
    other = np.where(counts == 0, 0, counts + 900).astype(np.uint16)
    np.testing.assert_array_equal(levelled(counts, SETTINGS), levelled(other, SETTINGS))


def test_the_median_is_the_middle_and_the_level_the_end(counts: np.ndarray) -> None:
    middle = float(np.median(counts[counts > 0]))
    counts[0, 10:14] = np.array([middle, middle + 400, middle + 800, middle - 2000]).round()
    np.testing.assert_allclose(to_unit(levelled(counts, SETTINGS), SETTINGS)[0, 10:14], [0.5, 0.75, 1, 0], atol=2e-3)


def test_invalid_stays(counts: np.ndarray) -> None:
    assert (levelled(counts, SETTINGS)[:, :5] == 0).all()
    assert levelled(np.zeros((2, 2), np.uint16), SETTINGS).tolist() == [[0, 0], [0, 0]]


def test_without_a_level_counts_are_left_alone(counts: np.ndarray) -> None:
    assert levelled(counts, ThermalCounts(16, 21800, 25000, 0, None)) is counts


def test_absolute_counts_keep_the_weather(counts: np.ndarray) -> None:
    seen = Input(size=(40, 60), crop_columns=None, stored="same size", thermal=SETTINGS)
    pairs = Pairs("freiburg", "data/freiburg", seen, held_out=None, gap=None)
    plain = absolute(pairs)
    assert plain.input.thermal == ThermalCounts(bits=16, low=21800, high=25000, invalid=0, level=None)
    assert plain.folder == pairs.folder
    np.testing.assert_array_equal(levelled(counts, plain.input.thermal), counts)
    rgb_only = Pairs("freiburg", "data/freiburg", Input((40, 60), None, "same size", None), None, None)
    assert absolute(rgb_only) == rgb_only
