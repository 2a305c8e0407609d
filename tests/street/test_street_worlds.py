"""Worlds: from a seed, endless, different from one another, with every class in them."""

import numpy as np
import pytest
from streets import RIG

from heatnet.street import Layout, render, rig, world
from heatnet.street.materials import PHYSICS
from heatnet.street.path import course
from heatnet.street.solids import Shape, rotations, template
from heatnet.taxonomy import NAMES, VISTAS


def labels(seed: int, layout: Layout, s: float = 10.0) -> np.ndarray:
    place = world(np.random.default_rng(seed), layout)
    scene = place.stretch(s, s).scene(s, place.lane)
    shot = render.shoot(scene, rig.build(RIG).left.scaled(0.1), rig.pose(*scene.ego[:2], 1.66, scene.ego[2]))
    return VISTAS.apply(render.label(shot), "view")


def test_every_class_occurs_often_enough_to_learn():
    views = [labels(seed, layout) for seed in range(5) for layout in Layout]
    share = np.bincount(np.concatenate(views).ravel(), minlength=13)[:13] / sum(view.size for view in views)
    assert {name: value for name, value in zip(NAMES, share, strict=True) if value < 0.001} == {}
    assert share.max() < 0.45


def test_two_seeds_differ_and_one_seed_does_not():
    assert np.array_equal(labels(1, Layout.URBAN), labels(1, Layout.URBAN))
    assert np.mean(labels(1, Layout.URBAN) != labels(2, Layout.URBAN)) > 0.15


def test_a_stretch_does_not_depend_on_where_laying_out_began():
    place = world(np.random.default_rng(4), Layout.SUBURBAN)
    near, far = place.stretch(100.0, 100.0).still, place.stretch(60.0, 100.0).still
    assert {tuple(light) for light in near.lights.round(3)} <= {tuple(light) for light in far.lights.round(3)}
    assert set(near.zebras) <= set(far.zebras)


@pytest.mark.parametrize("layout", Layout)
def test_the_course_is_as_long_as_it_says_and_bends_gently(layout):
    way = course(np.random.default_rng(2), layout)
    s = np.linspace(-50.0, 400.0, 4501)
    steps = np.linalg.norm(np.diff(way.place(s, np.zeros_like(s)), axis=0), axis=1)
    np.testing.assert_allclose(steps, np.diff(s), rtol=1e-3)
    assert np.abs(np.gradient(way.heading(s), s)).max() < 1 / 80


@pytest.mark.parametrize("shape", Shape)
def test_templates_fill_the_unit_cube_and_face_outwards(shape):
    corners, faces = template(shape)
    assert np.abs(corners).max() <= 0.5 * 1.12
    a, b, c = corners[faces].transpose(1, 0, 2)
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6
    assert volume > 0.01


def test_rotations_are_the_three_turns_one_after_the_other():
    x, y, z = 0.3, -0.7, 1.1
    turn_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    turn_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    turn_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    np.testing.assert_allclose(rotations(np.array([[x, y, z]]))[0], turn_z @ turn_x @ turn_y, atol=1e-12)


def test_every_material_has_possible_figures():
    for figures in PHYSICS.values():
        assert 0 < figures.emissivity <= 1
        assert 0 <= figures.absorptance <= 1
        assert figures.lag_h > 0
