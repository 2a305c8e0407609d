"""The paper's two wordings as costs: best where the edges lie, blind to the sign of contrast, and a descent that ends nearer the truth."""

import numpy as np
import pytest
import scene

from heatnet.calibration.costs import Cost, descend, edge_distance, gradient_alignment
from heatnet.calibration.edges import View, gradient, normalised
from heatnet.calibration.error import errors
from heatnet.calibration.refine import Prior, prior_of
from heatnet.calibration.unknowns import SIZE, moved
from heatnet.config import Calibration

COSTS = pytest.mark.parametrize("cost", [gradient_alignment, edge_distance])


@pytest.fixture
def step() -> np.ndarray:
    """A picture with one vertical edge between columns 59 and 60."""
    return np.where(np.arange(120) < 60, 22000, 23000).astype(np.uint16)[None].repeat(80, 0)


def picture(image: np.ndarray) -> View:
    return View("step", np.empty((0, 3)), np.empty((0, 3)), normalised(gradient(image, 1.0), 95))


@COSTS
def test_the_cost_is_least_on_the_edge_and_blind_to_sign(cost: Cost, step: np.ndarray) -> None:
    across = np.stack([np.arange(50, 70.0), np.full(20, 40.0)], 1)
    normals = np.tile([1.0, 0.0], (20, 1))
    values = cost(picture(step), 4.0)(across, normals)
    assert 59 <= across[values.argmin(), 0] <= 60
    assert values[[0, -1]].min() > 2 * values.min() + 1
    np.testing.assert_allclose(cost(picture(45000 - step), 4.0)(across, normals), values, atol=1e-3)


def test_alignment_asks_for_the_direction_and_distance_does_not(step: np.ndarray) -> None:
    place, along = np.array([[59.5, 40.0]]), np.array([[0.0, 1.0]])
    assert gradient_alignment(picture(step), 4.0)(place, along)[0] > 3.9
    assert edge_distance(picture(step), 4.0)(place, along)[0] < 1


@COSTS
def test_a_descent_ends_nearer_the_truth(cost: Cost, seen: list[View], settings: Calibration) -> None:
    start = moved(scene.RIG, np.array([0.004, -0.004, 0.003, 0.005, -0.005, 0.005, 0.01, 0.01, 1, -1, 0.02, -0.01, 0, 0]))
    prior = prior_of(start, settings.search, settings.refinement)
    end = list(descend(cost, seen, start, prior, settings.refinement))[-1].rig
    assert errors(end, scene.RIG).median_px < 0.6 * errors(start, scene.RIG).median_px
    assert np.isfinite(moved(end, np.zeros(SIZE)).thermal.distortion).all()


@COSTS
def test_a_descent_heeds_the_prior(cost: Cost, seen: list[View], settings: Calibration) -> None:
    start = moved(scene.RIG, np.array([0.004, -0.004, 0.003, 0.005, -0.005, 0.005, 0.01, 0.01, 1, -1, 0.02, -0.01, 0, 0]))
    held = Prior(start, 1e14 * np.eye(SIZE))
    np.testing.assert_allclose(
        list(descend(cost, seen, start, held, settings.refinement))[-1].rig.thermal_from_left, start.thermal_from_left, atol=1e-6
    )
