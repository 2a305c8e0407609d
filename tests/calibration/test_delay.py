"""A thermal camera that is late on a moving car: estimated when speeds differ, said to be inseparable when they do not."""

from dataclasses import replace

import numpy as np
import pytest
import scene

from heatnet.calibration.delay import Delay, estimate, words
from heatnet.calibration.edges import View, views
from heatnet.calibration.error import errors
from heatnet.calibration.recordings import Pair
from heatnet.calibration.refine import prior_of
from heatnet.calibration.solver import solve, timed
from heatnet.config import Calibration

SPEEDS, LATE_S = {"0": 0.0, "1": 8.0, "2": 14.0}, 0.03


@pytest.fixture(scope="module")
def moving(scenes: list[scene.Scene], settings: Calibration) -> list[View]:
    """Views of a car at three speeds whose thermal images are 30 ms late."""
    rng, pairs = np.random.default_rng(4), []
    for (name, speed), one in zip(SPEEDS.items(), scenes, strict=True):
        ahead = replace(scene.RIG, thermal_from_left=scene.RIG.thermal_from_left @ scene.pose((0, 0, 0), (0, 0, -speed * LATE_S)))
        pairs.append(Pair(name, *scene.photograph(one, ahead, rng)))
    return views(pairs, scene.RIG, settings)


def test_a_delay_is_found_where_speeds_differ(moving: list[View], settings: Calibration) -> None:
    found = estimate(moving, SPEEDS, scene.RIG, prior_of(scene.RIG, settings.search, settings.refinement), settings)
    assert found.seconds == pytest.approx(LATE_S, abs=0.004)
    assert abs(found.seconds - LATE_S) < 3 * found.sigma_s
    assert errors(found.rig, scene.RIG).median_px < 0.25
    assert "thermal images are late by +" in words(found, settings)


def test_one_speed_cannot_tell_a_delay_from_a_shift(moving: list[View], settings: Calibration) -> None:
    same = dict.fromkeys(SPEEDS, 10.0)
    found = estimate(moving[1:2], same, scene.RIG, prior_of(scene.RIG, settings.search, settings.refinement), settings)
    assert "cannot be told from its shift forward" in words(found, settings)


def test_a_frame_without_a_speed_is_named(moving: list[View], settings: Calibration) -> None:
    with pytest.raises(ValueError, match=r"1 frames have no speed \(2 first\)"):
        estimate(moving, {"0": 0.0, "1": 8.0}, scene.RIG, prior_of(scene.RIG, settings.search, settings.refinement), settings)


def test_clocks_that_agree_are_said_to(settings: Calibration) -> None:
    assert "of the same time" in words(Delay(0.001, 0.001, scene.RIG, np.eye(14)), settings)


def test_the_rig_changes_only_for_a_delay_that_is_told(moving: list[View], settings: Calibration) -> None:
    quick = replace(settings, refinement=replace(settings.refinement, least_confidence=0))
    found = solve(moving, scene.data_sheet(scene.RIG, (0.2, -0.2, 0.2), 1.01, 0.01), quick, np.random.default_rng(0))
    same, corrected = (timed(found, moving, speeds, scene.RIG, settings) for speeds in (dict.fromkeys(SPEEDS, 10.0), SPEEDS))
    assert same.rig is found.rig
    assert errors(corrected.rig, scene.RIG).translation_mm < errors(found.rig, scene.RIG).translation_mm
