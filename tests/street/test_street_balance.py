"""The energy balance against analytic cases and its own bookkeeping; Planck's law against Stefan, Boltzmann and Wien."""

from dataclasses import replace

import numpy as np
import pytest

from heatnet.street import Moment, balance, heat, planck, plants
from heatnet.street.balance import ZERO_C, Place, Slab, bands_of, conducted, course, courses, crossovers
from heatnet.street.hits import Surface
from heatnet.street.materials import PHYSICS, Material

SUMMER = Moment(12.0, 172.0, 48.0, 0.0, 2.0, 0.0)


@pytest.mark.parametrize("material", balance.SLABS)
def test_energy_in_is_energy_stored_at_every_step_and_nothing_over_a_day(material):
    slab = replace(balance.SLABS[material], behind_c=None)
    day = course(material, SUMMER, slab=slab)
    gained = (day.sun + day.radiation + day.convection) * 300.0
    np.testing.assert_allclose(gained, day.stored_j, atol=1e-3 * np.abs(gained).max())
    assert abs(day.stored_j.sum()) < 0.02 * day.sun.sum() * 300


def test_a_thick_slab_under_a_periodic_flux_swings_as_carslaw_and_jaeger_say():
    """Semi-infinite solid, flux q cos(w t): amplitude q / (sqrt(k c) sqrt(w)), an eighth of a period late (Conduction of Heat in Solids, 2.6)."""
    slab, step, flux = Slab(1.0, 2e6, 1.2), 120.0, 100.0
    steps = round(86400 / step)
    w, state, found, bands = 2 * np.pi / 86400, np.full(400, 290.0), [], bands_of((slab,), (400,), step)
    for i in range(6 * steps):
        state = conducted(state, bands, flux * np.cos(w * (i + 1) * step), 0.0)
        found.append(state[0])
    last = np.array(found[-steps:])
    time = (np.arange(5 * steps, 6 * steps) + 1) * step
    wave = 2 * np.mean((last - last.mean()) * np.exp(-1j * w * time))
    assert abs(wave) == pytest.approx(flux / np.sqrt(1.0 * 2e6 * w), rel=0.02)
    assert np.degrees(-np.angle(wave)) == pytest.approx(45.0, abs=1.5)


def test_a_wall_at_rest_has_a_straight_profile():
    """Steady conduction: q = k (T_0 - T_behind) / d."""
    slab = Slab(0.8, 1.5e6, 0.36, 19.0)
    state, bands = np.full(120, 280.0), bands_of((slab,), (120,), 3600.0)
    for _ in range(4000):
        state = conducted(state, bands, 0.0 + 10.0 * 273.15, 10.0)
    outward = 10.0 * (state[0] - 273.15)
    dx = slab.thick_m / 120
    assert outward == pytest.approx(0.8 * (19.0 + ZERO_C - state[0]) / (slab.thick_m - dx / 2), rel=1e-3)


def test_a_thin_sheet_is_in_equilibrium_with_sun_air_and_sky():
    """Without capacity to speak of, the linear equilibrium of ``heat`` is met to the error of linearising radiation."""
    day = course(Material.PAINT, SUMMER, slab=Slab(45.0, 1e4, 0.0005))
    physics = PHYSICS[Material.PAINT]
    for i in range(0, len(day.hours), 24):
        lag = SUMMER.hour - day.hours[i]
        expected = heat.equilibrium(SUMMER, lag, np.array([day.sun[i]], np.float32), np.array([physics.emissivity], np.float32))[0]
        assert day.surface_c[i] == pytest.approx(float(expected), abs=0.06 * abs(float(expected) - SUMMER.air_c(lag)) + 1.0)


def test_shadow_orientation_and_wind_do_what_they_should():
    noon = slice(132, 180)
    sunny, shaded = course(Material.ASPHALT, SUMMER), course(Material.ASPHALT, SUMMER, Place(shaded_h=(9.0, 15.0)))
    assert sunny.surface_c[noon].mean() > shaded.surface_c[noon].mean() + 8
    east, west = (course(Material.WOOD, SUMMER, Place(normal=(x, 0.0, 0.0))) for x in (1.0, -1.0))
    assert east.hours[np.argmax(east.surface_c)] < 12 < west.hours[np.argmax(west.surface_c)]
    windy = course(Material.ASPHALT, replace(SUMMER, wind=10.0))
    assert windy.surface_c.max() < sunny.surface_c.max() - 8
    assert 45 < sunny.surface_c.max() < 70


def test_metal_and_asphalt_cross_over_twice_a_day():
    asphalt, car = course(Material.ASPHALT, SUMMER), course(Material.PAINT, SUMMER)
    hours = crossovers(asphalt.hours, asphalt.surface_c, car.surface_c)
    assert len(hours) == 2
    assert 4 < min(hours) < 10
    assert 11 < max(hours) < 20


def test_crossovers_are_interpolated():
    hours = np.arange(0.25, 24.1, 0.25)
    found = crossovers(hours, np.sin(2 * np.pi * (hours - 6.1) / 24), np.zeros_like(hours))
    np.testing.assert_allclose(sorted(found), [6.1, 18.1], atol=0.01)


@pytest.mark.parametrize("name", ["conductivity", "capacity", "thick_m"])
def test_an_impossible_slab_is_refused(name):
    with pytest.raises(ValueError, match=f"slab.{name}: -1"):
        Slab(**{"conductivity": 1.0, "capacity": 1e6, "thick_m": 0.1, name: -1})


def test_plancks_law_sums_to_stefan_and_boltzmanns():
    wavelengths = np.geomspace(1.0, 1000.0, 20001)
    for kelvin in (253.0, 300.0, 340.0):
        total = np.pi * np.trapezoid(planck.spectral(wavelengths, kelvin), wavelengths)
        assert total == pytest.approx(heat.STEFAN_BOLTZMANN * kelvin**4, rel=1e-3)
        assert wavelengths[np.argmax(planck.spectral(wavelengths, kelvin))] == pytest.approx(2897.8 / kelvin, rel=1e-3)


def test_in_band_radiance_agrees_with_a_fine_sum_and_is_inverted():
    celsius = np.array([-20.0, 10.0, 44.0])
    fine = np.linspace(8, 14, 60001)
    expected = [np.trapezoid(planck.spectral(fine, c + ZERO_C), fine) for c in celsius]
    np.testing.assert_allclose(planck.radiance(celsius), expected, rtol=1e-7)
    np.testing.assert_allclose(planck.apparent_c(planck.radiance(celsius)), celsius, atol=1e-3)


def test_mixing_temperatures_is_close_to_mixing_radiances_but_for_mirrored_sky():
    ground = planck.error_k(0.95, np.array([0.0, 15.0, 40.0]), np.array([5.0, 10.0, 20.0]))
    assert np.abs(ground).max() < 0.2
    metal = planck.error_k(0.75, np.array([15.0]), np.array([-45.0]))
    assert -4 < metal[0] < -1


def test_surfaces_solved_together_do_not_feel_each_other():
    """One set of equations for many surfaces gives each what it has alone, thick and thin (a single cell), held behind or not."""
    places = [(Material.WALL, Place((1.0, 0.0, 0.0))), (Material.PAINT, Place()), (Material.ASPHALT, Place(shaded_h=(9.0, 15.0)))]
    together = courses([(material, place, balance.SLABS[material]) for material, place in places], SUMMER, 900.0, 2)
    for (material, place), day in zip(places, together, strict=True):
        alone = course(material, SUMMER, place, step_s=900.0, days=2)
        for name in ("surface_c", "sun", "radiation", "convection", "stored_j"):
            np.testing.assert_allclose(getattr(day, name), getattr(alone, name), rtol=1e-9, atol=1e-6)


def test_the_correction_is_what_the_one_lag_leaves_out():
    night = replace(SUMMER, hour=2.0)
    found = balance.correction(night)
    assert 1.0 < found[Material.ASPHALT, 0] < 5.0
    assert abs(found[Material.LEAF, 0]) < 1.5
    assert np.all(found[:, 5] == 0)
    assert np.all(found[Material.SKIN] == 0)
    day = course(Material.ASPHALT, night, Place(sunny=heat.SEEN_BEFORE), step_s=900.0, days=6)
    together = heat.lagged(Material.ASPHALT, night, (0.0, 0.0, 1.0), heat.SEEN_BEFORE) + found[Material.ASPHALT, 0]
    assert together == pytest.approx(np.interp(2.0, day.hours, day.surface_c), abs=1e-4)


def test_one_plain_surface_has_the_temperature_that_pixels_get():
    when, zero = replace(SUMMER, hour=14.0, cloud=0.3), np.zeros(1, np.float32)
    for material, normal in ((Material.ASPHALT, (0.0, 0.0, 1.0)), (Material.WALL, (0.0, -1.0, 0.0))):
        where = np.array([normal], np.float32)
        albedo = np.full((1, 3), (heat.PAINT_BLACK - PHYSICS[material].absorptance) / heat.PAINT_SLOPE, np.float32)  # a middling colour
        hit = Surface(
            np.zeros(1, int), -where, zero, where, where, np.zeros(1, np.int32), *[np.array([material], np.uint8)] * 2, albedo, zero, zero, zero
        )
        found = heat.temperature(hit, when, np.full(1, heat.SEEN_BEFORE, np.float32))
        assert heat.lagged(material, when, normal, heat.SEEN_BEFORE) == pytest.approx(float(found[0]), abs=1e-3)
        table = balance.correction(when)
        corrected = heat.temperature(hit, when, np.full(1, heat.SEEN_BEFORE, np.float32), correction=table)
        assert corrected[0] - found[0] == pytest.approx(float(table[material, heat.sides(where)[0]]), abs=1e-4)


def test_sides_are_what_surfaces_face():
    assert heat.sides(np.array(heat.SIDES, np.float32)).tolist() == [0, 1, 2, 3, 4, 5]
    assert heat.sides(np.array([[0.5, 0.1, 0.85], [0.8, 0.5, 0.33]], np.float32)).tolist() == [0, 1]


@pytest.mark.parametrize("material", [Material.GRASS, Material.LEAF])
def test_what_plants_take_up_leaves_them_by_air_radiation_and_transpiration(material):
    """Priestley and Taylor (1972) in plain numbers: 0 = R - E - (h_c + h_r) (T - T_a), E = t 1.26 s / (s + y) max(0, R)."""
    air, kelvin = SUMMER.air_c(), SUMMER.air_c() + ZERO_C
    slope = (heat.vapour(air + 0.01)[0] - heat.vapour(air - 0.01)[0]) / 0.02
    radiative, share = 4 * heat.STEFAN_BOLTZMANN * kelvin**3, PHYSICS[material].transpires
    for absorbed in (600.0, 20.0):
        net = absorbed - 0.97 * radiative * SUMMER.sky_depression()
        found = float(heat.equilibrium(SUMMER, 0.0, *(np.array([x], np.float32) for x in (absorbed, 0.97)), 0.0, share)[0])
        latent = share * 1.26 * slope / (slope + heat.PSYCHROMETRIC) * max(0.0, net)
        assert net - latent - (5.7 + 3.8 * SUMMER.wind + radiative) * (found - air) == pytest.approx(0, abs=0.01 + 1e-4 * absorbed)
        assert bool(latent) is (absorbed > 100)


def test_plants_transpire_neither_by_night_nor_in_frost_nor_with_a_share_of_zero(monkeypatch):
    night, frost = replace(SUMMER, hour=0.0), replace(SUMMER, day=20.0, hour=12.0)
    assert frost.air_c() > 0 > replace(frost, hour=5.0).air_c()
    assert heat.transpired_share(replace(frost, hour=5.0), 0.0) == 0 < heat.transpired_share(frost, 0.0)
    with_it = {hour: heat.lagged(Material.LEAF, replace(SUMMER, hour=hour), (0.0, 0.0, 1.0), 1.0) for hour in (0.0, 12.0)}
    full = course(Material.LEAF, SUMMER, step_s=900.0, days=3)
    monkeypatch.setitem(PHYSICS, Material.LEAF, replace(PHYSICS[Material.LEAF], transpires=0.0))
    assert heat.lagged(Material.LEAF, night, (0.0, 0.0, 1.0), 1.0) == pytest.approx(with_it[0.0], abs=1e-4)
    dry = course(Material.LEAF, SUMMER, step_s=900.0, days=3)
    np.testing.assert_allclose(full.surface_c[dry.hours < 3], dry.surface_c[dry.hours < 3], atol=0.05)
    assert heat.lagged(Material.LEAF, SUMMER, (0.0, 0.0, 1.0), 1.0) > SUMMER.air_c() + 15
    assert dry.surface_c.max() > full.surface_c.max() + 10
    assert abs(with_it[12.0] - SUMMER.air_c()) < 5


def test_brown_leaves_transpire_no_more_and_are_warmer_in_the_sun_than_green_ones():
    brown, green = (plants.leaves(np.random.default_rng(1), turned).material for turned in (1.0, 0.0))
    assert (brown, green) == (Material.BROWN_LEAF, Material.LEAF)
    assert PHYSICS[brown] == replace(PHYSICS[green], transpires=0.0)
    by_day, by_night = ([heat.lagged(one, replace(SUMMER, hour=hour), (0.0, 0.0, 1.0), 1.0) for one in (brown, green)] for hour in (13.0, 1.0))
    assert by_day[0] > by_day[1] + 5
    assert by_night[0] == pytest.approx(by_night[1], abs=1e-4)
