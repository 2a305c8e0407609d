"""Worlds: from a seed, endless, different from one another, with every class in them."""

from collections import Counter

import numpy as np
import pytest
from streets import RIG, straight

from heatnet.calibration.camera import Camera
from heatnet.street import Layout, render, rig, world
from heatnet.street.highway import traffic
from heatnet.street.materials import PHYSICS, SCENE_NAMES, Material, vistas_id
from heatnet.street.path import course
from heatnet.street.plants import Season, tree
from heatnet.street.site import Thing
from heatnet.street.solids import TWIGS, Shape, rotations, template
from heatnet.street.texture import _lanes
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
    assert volume > (0.0005 if shape in TWIGS else 0.01)


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


def test_a_motorway_has_lanes_and_rails_and_nobody_on_foot():
    place = world(np.random.default_rng(0), Layout.HIGHWAY)
    assert place.speed > 20
    cross = place.site.profile
    assert cross.median < cross.middle_of(0) < place.lane < cross.lane
    assert place.lane - cross.middle_of(cross.lanes - 2) == pytest.approx(3.65)
    named = {SCENE_NAMES[solid.stuff.label] for number in range(40) for thing in place._block(number).things for solid in thing.solids}
    assert {"Guard Rail", "Car", "Truck", "Vegetation"} <= named
    assert not {"Person", "Bicyclist", "Bicycle", "Bench"} & named
    share = np.bincount(labels(0, Layout.HIGHWAY).ravel(), minlength=13)[:13] / labels(0, Layout.HIGHWAY).size
    assert share[NAMES.index("sidewalk")] == share[NAMES.index("person")] == 0
    assert share[NAMES.index("fence")] > 0.005


def test_a_motorways_lines_lie_where_its_lanes_meet():
    place = world(np.random.default_rng(0), Layout.HIGHWAY)
    cross = place.site.profile
    away = np.linspace(0, cross.road, 4001, dtype=np.float32)
    between, solid = _lanes(np.full(4001, 1.0, np.float32), away, cross)
    gaps = np.array([cross.median + 3.65 * k for k in range(1, cross.lanes)])
    assert np.abs(away[between][:, None] - gaps).min(1).max() < 0.08
    assert np.abs(away[solid][:, None] - [cross.median, cross.lane]).min(1).max() < 0.16
    assert not _lanes(np.full(4001, 9.0, np.float32), away, cross)[0].any()


def test_cars_before_ours_on_a_motorway_keep_their_distance():
    place = world(np.random.default_rng(0), Layout.HIGHWAY)
    for seed in range(10):
        cars = traffic(np.random.default_rng(seed), 0.0, place.site.profile, place.speed)
        for lane in {car.t for car in cars}:
            gaps = np.diff([0.0, *sorted(car.lead for car in cars if car.t == lane)])
            assert gaps[1:].min(initial=99) > 20
        assert all(car.pace == place.speed for car in cars)


def test_a_city_is_an_urban_street_with_a_tram_and_more_on_its_pavements():
    plain, made = (world(np.random.default_rng(1), layout) for layout in (Layout.URBAN, Layout.CITY))
    assert made.entropy == plain.entropy
    found, before = (
        Counter(SCENE_NAMES[solid.stuff.label] for number in range(60) for thing in place._block(number).things for solid in thing.solids)
        for place in (made, plain)
    )
    assert found["Rail Track"] == 4 * 60
    assert found["On Rails"] > 0 == before["On Rails"]
    assert found["Bench"] > 1.5 * before["Bench"]
    assert found["Bicycle"] > before["Bicycle"]


def test_nothing_stands_where_a_citys_cars_drive():
    """The car of the cameras and those before it keep to the lane beside the tracks."""
    for seed in range(6):
        place = world(np.random.default_rng(seed), Layout.CITY)
        for number in range(40):
            for thing in place._block(number).things:
                across = [solid.centre[0] for solid in thing.solids]
                still = not (thing.pace or thing.drift) and max(solid.centre[2] for solid in thing.solids) > 0.1
                assert not (still and abs(thing.t - place.lane) < 1.0 and np.ptp(across) < 3), thing


@pytest.mark.parametrize("layout", [Layout.CITY, Layout.HIGHWAY])
def test_opt_in_layouts_show_what_they_hold(layout):
    views = np.concatenate([labels(seed, layout).ravel() for seed in range(3)])
    assert 0.1 < np.mean(views == NAMES.index("road")) < 0.6
    assert np.mean(views == NAMES.index("car")) > 0.002


def test_broad_trees_are_bare_in_winter_and_labelled_to_their_hull():
    summer, winter = ([tree(np.random.default_rng(seed), Season(0.0, bare)) for seed in range(40)] for bare in (0.0, 1.0))
    assert not any(solid.shape in TWIGS for made in summer for solid in made)
    bare = [made for made in winter if any(solid.shape in TWIGS for solid in made)]
    assert len(bare) > 20
    assert not any(solid.stuff.material == Material.LEAF for made in bare for solid in made)
    assert [made[0] for made in winter] == [made[0] for made in summer]  # the same trees
    scene = straight().lay([Thing(bare[0], 20.0, 0.0)], [], (-20.0, 60.0))
    shot = render.shoot(scene, Camera(640, 480, (500.0, 500.0), (319.5, 239.5)), rig.pose(0.0, 0.0, 1.6, 0.0, 0.15))
    ids, hit = render.label(shot).ravel(), np.zeros(640 * 480, bool)
    hit[shot.hit.ray] = True
    between = (ids == vistas_id("Vegetation")) & ~hit
    assert 0.02 < between.sum() / (ids == vistas_id("Vegetation")).sum() < 0.8
    assert ((ids == vistas_id("Sky")) | hit | between).all()
