"""A network of each set on all sets: what the labels become, what is pooled, how the matrix reads."""

import numpy as np
import pytest

from heatnet import config, evaluation, figures
from heatnet.data import Samples
from heatnet.data.worlds import common
from heatnet.evaluation.bootstrap import Estimate
from heatnet.evaluation.scores import Score
from heatnet.taxonomy import BACKGROUND, BICYCLE, CAR, IGNORE, NUM_CLASSES, PERSON, ROAD, Domain

INPUT = config.Input((1, 4), None, "same size", None)


def samples(label: np.ndarray | None, images: int = 5) -> Samples:
    names = tuple(f"frame{i}" for i in range(images))
    return Samples(INPUT, names, names, (Domain.DAY,) * images, None, None, label, None)


def test_labels_keep_what_all_sets_share_and_the_rest_is_a_place_for_errors() -> None:
    label = np.tile(np.array([[[CAR, ROAD, BICYCLE, IGNORE]]], np.uint8), (5, 1, 1))
    found = common(samples(label)).label
    assert found is not None
    assert found[0, 0].tolist() == [CAR, BACKGROUND, BICYCLE, IGNORE]


def test_as_many_images_of_each_set_evenly_spaced() -> None:
    label = np.full((5, 1, 4), ROAD, np.uint8)
    assert common(samples(label), 2).names == ("frame0", "frame2")
    assert common(samples(label), 5).names == samples(label).names
    with pytest.raises(ValueError, match="worlds.images: 6, but there are 5"):
        common(samples(label), 6)
    with pytest.raises(ValueError, match="no label"):
        common(samples(None))


def test_a_visit_pools_pixels_over_all_images() -> None:
    counts = np.zeros((2, NUM_CLASSES, NUM_CLASSES), np.int64)
    counts[0, CAR, CAR], counts[1, CAR, BACKGROUND], counts[1, BACKGROUND, CAR] = 6, 2, 4  # 6 of 12, not the mean of 1 and 0
    counts[:, PERSON, PERSON] = 1
    found = evaluation.visit("a", "b", counts, np.ones((1, 2), np.int64)).score
    assert found.classes["car"].value == pytest.approx(0.5)
    assert found.miou.value == pytest.approx(0.75)
    assert found.excluded == ("bicycle",)


def seen(learned: str, where: str, value: float) -> evaluation.Visit:
    return evaluation.Visit(learned, where, Score(Estimate(value, value - 0.1, value + 0.1), {}, ()))


def test_the_matrix_has_what_was_learned_as_rows_and_is_read_by_columns() -> None:
    visits = [seen("a", "a", 0.8), seen("b", "a", 0.2), seen("a", "b", 0.3), seen("b", "b", 0.6)]
    square = evaluation.matrix(visits)
    assert square["names"] == ["a", "b"]
    np.testing.assert_allclose(square["value"], [[0.8, 0.3], [0.2, 0.6]])
    np.testing.assert_allclose(evaluation.kept(square["value"]), [[1, 0.5], [0.25, 1]])
    lines = evaluation.worlds_markdown(visits).splitlines()
    assert lines[0] == "| learned \\ seen | a | b | kept elsewhere |"
    assert lines[2] == "| a | 80.0 [70.0, 90.0] | 30.0 [20.0, 40.0] | 0.50 |"
    figure = figures.transfer_matrix(**square, kept=evaluation.kept(square["value"]))
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.texts] == ["80.0", "30.0", "20.0", "60.0"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("seen", "learned")
