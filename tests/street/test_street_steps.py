"""From temperature to counts in steps: the steps are those of the images, and end where the files begin."""

from dataclasses import replace

import numpy as np
import pytest
from streets import RIG, SENSOR

from heatnet.figures.explore import explore
from heatnet.street import Layout, Moment, planck, render, rig, sensor, world
from heatnet.street.materials import Material
from heatnet.street.steps import paved, steps

NOON = Moment(13.0, 300.0, 48.0, 0.2, 2.0, 0.3)


@pytest.fixture(scope="module")
def seen():
    place = world(np.random.default_rng(5), Layout.SUBURBAN)
    scene = place.stretch(0.0, 10.0).scene(5.0, place.lane)
    return scene, render.shoot(scene, rig.build(RIG).thermal.scaled(0.15), rig.pose(*scene.ego[:2], 1.66, scene.ego[2]))


def test_the_steps_lead_to_the_counts_of_the_files(seen):
    scene, shot = seen
    found = steps(scene, shot, NOON, SENSOR, np.random.default_rng(3))
    np.testing.assert_allclose(found.apparent_c, render.temperature(scene, shot, NOON, 1), atol=1e-4)
    rng = np.random.default_rng(3)
    pattern = sensor.columns(rng, shot.camera.width, SENSOR)
    counts = sensor.counts(found.apparent_c, shot.camera.width / 640, pattern, SENSOR, rng)
    np.testing.assert_allclose(found.counts, counts, atol=1)
    assert 0.03 < np.std(found.noisy_c - found.blurred_c) < 0.15


def test_air_draws_far_things_to_its_own_temperature_and_leaves_near_ones(seen):
    scene, shot = seen
    found = steps(scene, shot, NOON, SENSOR, np.random.default_rng(3))
    air = planck.radiance(np.array([NOON.air_c()]))[0]
    depth, before, after = render.depth(shot), np.abs(found.leaving - air), np.abs(found.arriving - air)
    far, near = np.isfinite(depth) & (depth > 60), depth < 5
    assert np.median(after[far] / np.maximum(before[far], 1e-6)) < 0.95
    np.testing.assert_allclose(after[near], before[near], rtol=0.02, atol=1e-3)
    sky = ~np.isfinite(depth)
    assert np.array_equal(found.leaving[sky], found.arriving[sky])
    assert np.isnan(found.surface_c[sky]).all()


def test_a_road_of_another_material_warms_like_it_and_the_rest_stays(seen):
    scene, shot = seen
    when = replace(NOON, hour=21.0, day=172.0)
    heavy, light = (render.temperature(place, again, when, 1) for place, again in _paved(scene, shot))
    road = (shot.hit.material == Material.ASPHALT).nonzero()[0]
    rays = shot.hit.ray[road]
    assert np.median(heavy.ravel()[rays]) > np.median(light.ravel()[rays]) + 1
    others = np.setdiff1d(shot.hit.ray, shot.hit.ray[np.isin(shot.hit.material, (Material.ASPHALT, Material.MARKING))])
    np.testing.assert_allclose(heavy.ravel()[others], light.ravel()[others], atol=1e-4)


def _paved(scene, shot):
    for material in (Material.ASPHALT, Material.WOOD):
        changed = paved(scene, material)
        yield changed, render.shoot(changed, shot.camera, shot.world_from_camera)


def test_explore_draws_the_first_of_each_choice_where_nobody_can_slide():
    drawn = []
    explore(lambda hour, day: drawn.append((hour, day)) or __import__("matplotlib.figure").figure.Figure(), False, hour=(13, 23), day=(172,))
    assert drawn == [(13, 172)]
    with pytest.raises(ValueError, match="no choices for 'day'"):
        explore(lambda day: None, False, day=())
