"""Lights of other vehicles, and wet roads: dark, mirroring, cool."""

from dataclasses import replace

import numpy as np
import pytest
from streets import straight
from test_street_physics import moment, plate

from heatnet.street import balance, beams, climate, film, heat, light, render, rig
from heatnet.street.heat import STEFAN_BOLTZMANN
from heatnet.street.materials import PHYSICS, Material, stuff
from heatnet.street.site import Thing, beams_of, bulbs
from heatnet.street.solids import Shape, Solid
from heatnet.street.vehicles import FRONT_K, car
from heatnet.street.world import Scene, World

NIGHT = moment(hour=23.0, day=300.0)


def oncoming(place: World, wall: bool) -> Scene:
    """A car 30 m ahead that comes towards us, with or without a wall 3 m before it."""
    things = [Thing(car(np.random.default_rng(0), True), 30.0, 0.0, np.pi)]
    if wall:
        things.append(Thing([Solid(Shape.BOX, (0, 0, 1), (6.0, 0.3, 2.0), stuff(Material.MASONRY, "Wall", (0.5, 0.5, 0.5)))], 24.5, 0.0))
    still = place.lay(things, [], (-20.0, 60.0))
    return replace(still, beams=beams_of(bulbs(things), np.array([[0.0, 30.0, 0.0, np.pi]] * len(things))))


@pytest.mark.parametrize("wall", [False, True])
def test_headlights_of_others_light_the_road_before_them_unless_something_hides_it(wall):
    scene = oncoming(straight(), wall)
    shot = render.shoot(scene, render.Camera(64, 24, (60.0, 60.0), (31.5, 6.0)), rig.pose(0.0, 0.0, 1.6, 0.0))
    with_them, without = (light.night(s, shot.hit, NIGHT, 0.002) for s in (scene, replace(scene, beams=scene.beams[:0])))
    gain = (with_them - without).sum(1)
    before = (shot.hit.material == Material.ASPHALT) & (np.abs(shot.hit.point[:, 0]) < 1) & (np.abs(shot.hit.point[:, 1] - 19) < 3)
    assert before.any()
    assert bool(gain[before].max() > 0.001) is not wall
    assert (gain >= 0).all()


def test_a_beam_and_tail_lights_have_their_published_strength():
    ahead = np.array([[0.0, 10.0, 0.3]], np.float32)
    beam, red = (np.array([0, 0, z, 0, kind, 1], np.float32) for z, kind in ((0.65, 0), (0.53, 1)))
    assert beams.low_beam(beam, ahead)[0] == pytest.approx(1.5, rel=0.3)  # 100 lx at 10 m
    assert beams.low_beam(beam, -ahead)[0] == 0
    behind = np.array([[0.0, -2.0, 0.53]], np.float32)
    assert beams.tail(red, behind)[0] == pytest.approx(16 / 2**2 * beams.HEADLIGHT_POWER / 100 / 100)  # 16 cd at 2 m, in lx
    assert beams.tail(red, ahead)[0] == 0


def test_lights_that_are_on_are_found_on_the_thing_where_they_sit():
    found = bulbs([Thing(car(np.random.default_rng(0), False), 0.0, 0.0), Thing(car(np.random.default_rng(0), True), 0.0, 0.0)])
    assert found[:, 0].tolist() == [1, 1]
    assert found[0, 2] > 1 > -1 > found[1, 2]
    assert found[:, 4].tolist() == [0, 1]
    np.testing.assert_allclose(found[:, 5], 1)
    half = bulbs([Thing([Solid(Shape.BOX, (0, 1, 1), (0.1, 0.1, 0.1), stuff(Material.HEADLIGHT, "Car", (1, 1, 1)), warmth=FRONT_K)], 0.0, 0.0)])
    assert half[0, 5] == 0.5
    np.testing.assert_allclose(beams_of(half, np.array([[5.0, 6.0, 1.0, np.pi]]))[0, :3], (5, 6 - 1.12, 2), atol=1e-6)


def test_ground_under_water_is_as_dark_as_many_inner_reflections_make_it():
    for dry in (0.05, 0.3, 0.8):
        out, inside = 0.0, film.ENTERS
        for _ in range(200):
            back = inside * dry
            out, inside = out + back * (1 - heat.INSIDE), back * heat.INSIDE
        assert film.soaked(np.array([dry]))[0] == pytest.approx(out, rel=1e-6)
        assert film.ENTERS * heat.soaked_share(1 - dry) + out == pytest.approx(film.ENTERS, rel=1e-6)  # nothing is lost


@pytest.mark.parametrize("rough", [film.SMOOTH, film.ROUGH])
def test_a_lobe_gives_back_no_more_light_than_comes_in(rough):
    rng = np.random.default_rng(0)
    for low in (0.1, 0.5, 1.0):
        towards = np.tile(np.array([[np.sqrt(1 - low**2), 0, low]], np.float32), (400000, 1))
        mirrored = np.array([-np.sqrt(1 - low**2), 0, low])
        views = mirrored + rng.normal(0, 4 * rough, (len(towards), 3))  # directions on the sphere, dense around the mirrored one
        views = (views / np.linalg.norm(views, axis=1, keepdims=True)).astype(np.float32)
        grid, edges = np.histogramdd(views[:, :2], 60, ((-1, 1), (-1, 1)))
        which = tuple(np.clip(np.digitize(views[:, k], edges[k]) - 1, 0, 59) for k in (0, 1))
        value = film.lobe(views, towards, np.full(len(views), rough, np.float32)) * (views[:, 2] > 0)
        cell = (2 / 60) ** 2  # d(omega) cos = dx dy on the disc
        returned = (value / np.maximum(grid[which], 1)).sum() * cell / low
        assert 0 < returned < 1


def test_the_balance_of_a_wet_surface_closes_with_evaporation():
    when = moment(hour=14.0)
    absorbed, exposed, damp = (np.array([x], np.float32) for x in (500.0, 0.95, 0.8))
    excess = float(heat.equilibrium(when, 0.0, absorbed, exposed, damp)[0]) - when.air_c()
    h_r, h_c = 4 * STEFAN_BOLTZMANN * (when.air_c() + 273.15) ** 3, 5.7 + 3.8 * when.wind
    loss, steeper = heat.drying(when, 0.0)
    vapour = 0.8 * (loss + steeper * excess)
    assert (h_c + h_r) * excess + 0.95 * h_r * when.sky_depression() + vapour == pytest.approx(500, abs=0.05)
    saturated_pa = np.exp(np.interp(when.air_c(), (0, 5, 10, 15, 20, 25, 30), np.log((611, 872, 1228, 1705, 2339, 3169, 4246))))  # steam tables
    assert loss == pytest.approx(h_c / 66 * 0.15 * saturated_pa, rel=0.01)


def test_a_wet_road_is_cooler_in_the_sun_and_its_day_conserves_energy():
    dry, wet = (balance.course(Material.ASPHALT, moment(day=172.0, wet=w), step_s=900) for w in (0.0, 0.8))
    assert 5 < dry.surface_c.max() - wet.surface_c.max() < 30
    assert np.ptp(wet.surface_c) < np.ptp(dry.surface_c)
    np.testing.assert_allclose(wet.stored_j / 900, wet.sun + wet.radiation + wet.convection, atol=1e-6)
    grass = [balance.course(Material.GRASS, moment(day=172.0, wet=w), step_s=900, days=2).surface_c for w in (0.0, 0.8)]
    np.testing.assert_array_equal(*grass)


def test_only_level_ground_that_holds_water_is_wet_and_only_after_rain():
    asphalt, grass = plate(Material.ASPHALT, 0.1), plate(Material.GRASS, 0.1)
    assert len(film.wet(asphalt, moment(wet=0.8))) == 1
    assert len(film.wet(grass, moment(wet=0.8))) == len(film.wet(asphalt, moment())) == 0
    assert {material for material in Material if PHYSICS[material].wets} == {Material.ASPHALT, Material.MARKING, Material.PAVING, Material.KERB}
    frost = moment(hour=4.0, day=15.0)
    assert frost.air_c() < 0
    assert climate.after_rain(frost, np.random.default_rng(0)) == frost
    assert climate.after_rain(moment(), np.random.default_rng(0)).wet >= 0.5


def test_a_flooded_road_mirrors_what_stands_on_it():
    red = Thing([Solid(Shape.BOX, (0, 0, 2), (30.0, 0.5, 4.0), stuff(Material.PLASTIC, "Wall", (0.9, 0.02, 0.02)))], 14.0, 0.0)
    scene = straight().lay([red], [], (-20.0, 60.0))
    shot = render.shoot(scene, render.Camera(32, 32, (30.0, 30.0), (15.5, 4.0)), rig.pose(0.0, 0.0, 1.6, 0.0))
    dull, bright = (render.radiance(scene, shot, moment(cloud=1.0, wet=w), 0.0, 1).reshape(-1, 3)[shot.hit.ray] for w in (0.0, 1.0))
    again = render.radiance(scene, shot, moment(cloud=1.0), 0.0, 1).reshape(-1, 3)[shot.hit.ray]
    np.testing.assert_array_equal(again, dull)  # a view leaves the shot as it was
    near_it = (shot.hit.material == Material.ASPHALT) & (shot.hit.point[:, 1] > 8)
    assert near_it.any()
    assert (bright[near_it, 0] / bright[near_it, 1]).mean() > 1.5 * (dull[near_it, 0] / dull[near_it, 1]).mean()
