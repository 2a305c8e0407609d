"""Lights, lamps, slopes and drives: what is on shines, what stands touches the ground, and a drive does not show its folders."""

from dataclasses import replace

import numpy as np
import pytest
from streets import RIG

from heatnet.street import Layout, Moment, World, furniture, ground, light, render, rig, scenery, vehicles, world
from heatnet.street.cycles import motorcycle
from heatnet.street.materials import Material
from heatnet.street.path import Course
from heatnet.street.site import Block, Site, Thing, lamps
from heatnet.street.solids import Solid
from heatnet.street.texture import surface

NIGHT = Moment(23.0, 300.0, 48.0, 0.5, 2.0, 0.0)
GLOW = 0.002


def lights_of(solids: list[Solid], facing: float, place: World) -> np.ndarray:
    """The brightest red of the head and of the tail lights of a thing whose near end is 10 m before the camera."""
    long = max(abs(solid.centre[1]) + solid.size[1] / 2 for solid in solids)
    scene = place.lay([Thing(solids, 10.0 + long, 0.0, facing)], [], (-20.0, 100.0))
    rays = np.array([(x, 10.0, z) for x in np.linspace(-1.2, 1.2, 121) for z in np.linspace(-1.0, 0.4, 71)])
    hit = surface(scene, np.array([0.0, 0.0, 1.2], np.float32), (rays / np.linalg.norm(rays, axis=1, keepdims=True)).astype(np.float32))
    seen = light.night(scene, hit, NIGHT, GLOW)
    glass = [hit.material == material for material in (Material.HEADLIGHT, Material.TAILLIGHT)]
    return np.array([seen[mask, 0].max(initial=0.0) for mask in glass])


def plain(hills: float = 0.0) -> World:
    drawn = world(np.random.default_rng(0), Layout.RURAL)
    return replace(drawn, course=Course((0.0, 0.0), (300.0, 500.0), (0.0, 0.0)), surface=replace(drawn.surface, hills=hills))


@pytest.mark.parametrize("build", [vehicles.car, vehicles.van, vehicles.truck, vehicles.bus, motorcycle])
def test_lights_of_a_driving_vehicle_are_on_by_night_and_those_of_a_parked_one_are_off(build):
    for facing, which in ((np.pi, 0), (0.0, 1)):
        on, off = (lights_of(build(np.random.default_rng(3), running), facing, plain()) for running in (True, False))
        assert on[which] - off[which] > 1.0  # what is left when they are off is the shine of our own beam


def test_a_lamp_shines_where_it_hangs_and_a_broken_one_not_at_all():
    place = plain()
    working, broken = (Thing(furniture.lamp(np.random.default_rng(1), works), 20.0, -4.0, np.pi) for works in (True, False))
    scene = place.lay([working, broken], [], (-20.0, 100.0))
    assert len(scene.lights) == 1
    x, y, z = scene.lights[0]
    assert (x, y) == pytest.approx((-4.0 + 1.3, 20.0), abs=1e-4)  # the arm reaches 1.3 m towards the road
    up = np.array([[0.0, 0.0, 1.0]], np.float32)
    for scene, least, most in ((place.lay([working], [], (0.0, 60.0)), 1.0, 9.0), (place.lay([broken], [], (0.0, 60.0)), 0.0, 0.1)):
        head = surface(scene, np.array([x, y, 1.0], np.float32), up)
        assert head.material[0] == Material.LAMP
        assert least <= light.night(scene, head, NIGHT, GLOW)[0, 0] <= most
    assert z > 4


def test_a_car_park_takes_away_lamps_and_their_light():
    place = world(np.random.default_rng(2), Layout.SUBURBAN)
    made = Block([Thing(furniture.lamp(np.random.default_rng(1), True), 5.0, place.site.profile.pavement + 0.2)])
    assert len(lamps(place.course, made.things)) == 1
    scenery._car_park(np.random.default_rng(0), made, place.site, 0.0, 1)
    assert len(lamps(place.course, made.things)) == 0


@pytest.mark.parametrize("layout", [Layout.URBAN, Layout.RURAL])
def test_the_height_under_things_is_that_of_the_ground_that_rays_meet(layout):
    place = world(np.random.default_rng(7), layout)
    crossing = (20.0, 26.0)
    scene = place.lay([], [Block(crossing=crossing)], (-20.0, 100.0))
    rng = np.random.default_rng(0)
    places = np.c_[rng.uniform(0, 80, 400), rng.uniform(-58, 58, 400)]
    expected = ground.height(place.site.profile, place.surface, [crossing], places)
    down = np.array([[0.0, 0.0, -1.0]], np.float32)
    above = np.c_[place.course.place(*places.T), np.full(400, 40.0)]
    found = 40.0 - np.array([scene.static.nearest(point, down)[0][0] for point in above])
    assert np.quantile(np.abs(found - expected), 0.98) < 0.12  # kerbs are steep, cells are split in two triangles
    assert np.median(np.abs(found - expected)) < 0.01


def test_walkers_stand_on_the_pavement_and_houses_do_not_hover():
    place = world(np.random.default_rng(5), Layout.URBAN)
    stretch = place.stretch(0.0, 40.0)
    walkers = [i for i, thing in enumerate(stretch.movers) if thing.pace and abs(thing.t) > place.site.profile.pavement]
    heights = stretch.heights(np.array([(stretch.movers[i].s, stretch.movers[i].t) for i in walkers]))
    assert len(walkers) > 3
    assert np.mean(heights >= place.site.profile.step - 1e-6) > 0.8  # the rest are on crossings
    hilly = plain(hills=6.0)
    wide = Thing([Solid(0, (0, 0, 2.0), (10.0, 12.0, 4.0), furniture.stuff(Material.WALL, "Building", (0.5, 0.5, 0.5)))], 20.0, 36.0)
    base = hilly._bases([], [wide])[0]
    corners = hilly._heights([], np.array([(20.0 + s, 36.0 + t) for s in (-6, 6) for t in (-5, 5)]))
    assert base == pytest.approx(corners.min())
    assert np.ptp(corners) > 0.5


@pytest.mark.parametrize("layout", [Layout.URBAN, Layout.RURAL, Layout.HIGHWAY])
def test_a_moment_looks_the_same_from_any_stretch_that_holds_it(layout):
    """A drive is laid out folder by folder; the last moment of one and the first of the next must fit."""
    place = world(np.random.default_rng(11), layout)
    camera = rig.build(RIG).left.scaled(0.1)
    seen = []
    for start in (200.0, 120.0):
        scene = place.stretch(start, 200.0).scene(200.0, place.lane)
        shot = render.shoot(scene, camera, rig.pose(*scene.ego[:2], 1.66, scene.ego[2]))
        seen.append((render.label(shot), render.depth(shot), render.radiance(scene, shot, NIGHT, GLOW, 1)))
    (label, depth, radiance), (label_, depth_, radiance_) = seen
    same = label == label_  # a ray along an edge may fall to either side
    assert same.mean() > 0.9995
    assert np.mean(np.isclose(depth[same], depth_[same], rtol=1e-3)) > 0.9995
    assert np.mean(np.abs(radiance[same] - radiance_[same]).max(-1) < 0.02) > 0.995


def test_cost_and_places_do_not_depend_on_how_far_the_road_is():
    way = Course((0.1, 0.05), (300.0, 500.0), (0.3, 1.0))
    s = np.array([-620.0, -500.0, -3.5, 0.0, 499.9, 500.0, 1234.5])
    knots = np.arange(-700.0, 1400.0)
    angle = way.heading(knots + 0.5)
    middle = np.stack([np.concatenate([[0.0], np.cumsum(move)]) for move in (-np.sin(angle), np.cos(angle))], -1)
    middle -= middle[700]  # s = 0
    expected = np.stack([np.interp(s, np.append(knots, 1400.0), middle[:, k]) for k in (0, 1)], -1)
    np.testing.assert_allclose(way.place(s, np.zeros_like(s)), expected, atol=1e-9)
    far = np.array([75_000.0, 75_010.0])
    assert np.linalg.norm(np.diff(way.place(far, np.zeros(2)), axis=0)) == pytest.approx(10.0, rel=1e-3)


def test_oncoming_cars_keep_clear_of_a_citys_tram():
    sites: list[Site] = [world(np.random.default_rng(seed), Layout.CITY).site for seed in range(4)]
    for seed, site in enumerate(sites):
        place = world(np.random.default_rng(seed), Layout.CITY)
        for number in range(60):
            cars = [thing for thing in place._block(number).things if thing.pace < -5.5 and max(solid.size[1] for solid in thing.solids) < 13]
            trams = [thing for thing in place._block(number).things if len(thing.solids) > 15 and thing.t == -1.55]
            for car in cars:
                if car not in trams:
                    assert car.t + 1.25 < -1.55 - 1.2, (site.profile, car.t)


def test_nobody_stands_where_the_car_of_the_cameras_is():
    found = 0
    for seed in range(4):
        place = world(np.random.default_rng(seed), Layout.URBAN)
        stretch = place.stretch(0.0, 60.0)
        for s in np.arange(0.0, 60.0, 3.0):
            scene = stretch.scene(float(s), place.lane)
            movers = scene.parts.origin[len(stretch.still.parts) :]
            shown = movers[np.unique(scene.moving_part) - len(stretch.still.parts)]
            away = np.linalg.norm(shown[:, :2] - np.array(scene.ego[:2]), axis=1)
            away = away[away > 0.01]  # the horizon's middle is the car's place
            found += int((away < 40).any())
            assert away.min(initial=99.0) > 2.9
    assert found > 20
