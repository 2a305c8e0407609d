"""Sun, heat and sensors against known answers."""

import numpy as np
import pytest
from streets import SENSOR

from heatnet.street import Moment, climate, heat, light, planck, sensor
from heatnet.street.heat import STEFAN_BOLTZMANN
from heatnet.street.hits import Surface
from heatnet.street.materials import PHYSICS, Material


def moment(**changes: float) -> Moment:
    return Moment(**{"hour": 12.0, "day": 81.0, "latitude_deg": 48.0, "cloud": 0.0, "wind": 2.0, "bearing": 0.0, **changes})


def test_noon_sun_at_the_equinox_stands_at_the_colatitude_in_the_south():
    east, north, up = moment().sun()
    assert np.degrees(np.arcsin(up)) == pytest.approx(42.0, abs=0.5)
    assert north < 0
    assert east == pytest.approx(0, abs=1e-9)


def test_the_sun_rises_in_the_east_and_turns_with_the_bearing():
    east, _, _ = moment(hour=7.0).sun()
    assert east > 0.5
    right, ahead, _ = moment(hour=7.0, bearing=np.pi / 2).sun()  # y points east: the sun is ahead
    assert ahead > 0.5
    assert abs(right) < ahead


def test_solstice_sun_is_23_degrees_higher():
    assert np.degrees(np.arcsin(moment(day=172.0).sun()[2])) == pytest.approx(42.0 + 23.45, abs=0.1)


def test_equilibrium_balances_every_flux():
    when = moment(hour=14.0)
    absorbed, exposed = np.array([0.0, 300.0, 700.0], np.float32), np.array([0.0, 0.5, 0.95], np.float32)
    found = heat.equilibrium(when, 0.0, absorbed, exposed)
    air = when.air_c()
    for excess, gain, view in zip(found - air, absorbed, exposed, strict=True):
        h_r = 4 * STEFAN_BOLTZMANN * (air + 273.15) ** 3
        lost = (5.7 + 3.8 * when.wind) * excess + h_r * excess + view * h_r * when.sky_depression()
        assert lost == pytest.approx(float(gain), abs=0.05)


def test_weights_of_the_past_sum_to_one_and_heavy_walls_remember_longer():
    weights = heat.weights()
    np.testing.assert_allclose(weights.sum(0), 1, rtol=1e-5)
    assert weights[-1, Material.WALL] > 10 * weights[-1, Material.LEAF]
    assert set(PHYSICS) == set(Material)


def test_clear_sky_is_colder_overhead_and_under_less_cloud():
    up = np.array([0.0, 0.2, 1.0], np.float32)
    clear, overcast = heat.sky_c(moment(), up), heat.sky_c(moment(cloud=1.0), up)
    assert clear[0] > clear[1] > clear[2]
    assert overcast[2] > clear[2] + 20


def test_counts_are_linear_in_temperature_with_the_stated_noise():
    warm = np.full((64, 80), 20.0, np.float32)
    counts = sensor.counts(warm, 1.0, np.zeros(80, np.float32), SENSOR, np.random.default_rng(0))
    assert counts.dtype == np.uint16
    assert counts.mean() == pytest.approx(22800 + 20 / 0.02, abs=1)
    assert 0.05 < counts.std() * 0.02 < 0.11


def test_tone_curve_is_monotonic_and_dark_frames_show_read_noise_only():
    black = sensor.develop(np.zeros((32, 32, 3), np.float32), 1.0, SENSOR, np.random.default_rng(0))
    light = np.linspace(0, 1.5, 64, dtype=np.float32)[None, :, None] * np.ones((64, 1, 3), np.float32)
    ramp = sensor.develop(light, 1.0, SENSOR, np.random.default_rng(0))
    assert 0 < black.mean() < 12
    assert (np.diff(ramp[..., 1].mean(0)) > -2).all()


@pytest.mark.parametrize(("name", "value"), [("hour", 25.0), ("cloud", -0.1), ("latitude_deg", 91.0), ("wind", -1.0)])
def test_an_impossible_moment_is_refused(name, value):
    with pytest.raises(ValueError, match=f"moment.{name}"):
        moment(**{name: value})


def plate(material: Material, albedo: float, distance: float = 0.0) -> Surface:
    """A level surface, seen from straight above."""
    up, zero = np.array([[0.0, 0.0, 1.0]], np.float32), np.zeros(1, np.float32)
    ids = np.array([material], np.uint8)
    far = np.full(1, distance, np.float32)
    return Surface(np.zeros(1, int), -up, far, up, up, np.zeros(1, np.int32), ids, ids, np.full((1, 3), albedo, np.float32), zero, zero, zero)


def test_a_black_car_is_hotter_than_a_white_one_in_the_sun_and_equally_warm_by_night():
    one = np.ones(1, np.float32)
    for when, least, most in ((moment(hour=13.0, day=172.0), 8.0, 35.0), (moment(hour=1.0, day=172.0), 0.0, 0.5)):
        black, white = (float(heat.temperature(plate(Material.PAINT, albedo), when, one)[0]) for albedo in (0.03, 0.75))
        assert least <= black - white <= most
    assert heat.absorbed_share(plate(Material.PAINT, 0.75))[0] == pytest.approx(0.26, abs=0.005)


def test_what_the_sun_shone_on_before_is_warmer():
    evening = moment(hour=22.0, day=172.0)
    warm, cool = (float(heat.temperature(plate(Material.ASPHALT, 0.1), evening, np.zeros(1, np.float32), share)[0]) for share in (0.85, 0.25))
    assert warm > cool + 1
    assert heat.look_back(moment(hour=12.0, day=355.0, latitude_deg=80.0)) == ()


def test_looks_back_move_smoothly_with_the_hour_and_rest_on_the_afternoon_by_night():
    hours = np.arange(14.0, 24.0, 0.1)
    suns = np.array([hour - np.array(heat.look_back(moment(hour=float(hour), day=172.0))) for hour in hours])
    assert (np.diff(suns, axis=0) > -0.02).all()
    assert np.abs(np.diff(suns, axis=0)).max() < 0.15
    late = suns[hours > 21]
    assert (np.ptp(late, axis=0) < 1.2).all()
    assert (late > 12).all()
    assert (late < 18).all()


def test_the_camera_adds_radiances_of_its_band_up():
    when, surface_c = moment(hour=1.0), np.array([12.0], np.float32)
    figures, distance = PHYSICS[Material.METAL], 80.0
    up = np.array([1.0], np.float32)
    around = 0.5 * heat.sky_c(when, up) + 0.5 * when.air_c()  # metal is rough: half of what it mirrors is not sky
    mixed = figures.emissivity * planck.radiance(surface_c.astype(float)) + (1 - figures.emissivity) * planck.radiance(around.astype(float))
    clear = np.exp(-distance / 1000)
    expected = clear * mixed + (1 - clear) * planck.radiance(np.array([when.air_c()]))
    found = heat.radiance(plate(Material.METAL, 0.3, distance), when, surface_c)
    np.testing.assert_allclose(found, expected, rtol=2e-4)
    assert planck.read_back(found)[0] == pytest.approx(planck.apparent_c(expected)[0], abs=0.03)


def test_tables_for_images_agree_with_plancks_law():
    celsius = np.linspace(-60.0, 150.0, 997)
    np.testing.assert_allclose(planck.looked_up(celsius.astype(np.float32)), planck.radiance(celsius), rtol=3e-4)
    np.testing.assert_allclose(planck.read_back(planck.radiance(celsius).astype(np.float32)), celsius, atol=0.012)


def test_twilight_fades_by_the_published_steps_and_leaves_no_jump_at_sunset():
    hours = np.arange(16.0, 21.0, 0.01)
    when = [moment(hour=float(hour)) for hour in hours]
    up = np.degrees(np.arcsin([m.sun()[2] for m in when]))
    level = np.array([m.diffuse() for m in when])
    assert np.all(np.diff(level) < 0)
    assert 100 * np.interp(0.0, up[::-1], level[::-1]) == pytest.approx(400, rel=0.05)  # lux
    assert 100 * np.interp(-6.0, up[::-1], level[::-1]) == pytest.approx(3.4, rel=0.05)
    assert light.twilight(moment(hour=23.0)) < 1e-4


def test_leaves_turn_in_autumn_and_are_green_in_summer():
    share = [climate.season(moment(day=float(day))).turned for day in (172, 280, 315)]
    assert share[0] == 0 < share[1] < share[2]
    assert climate.season(moment(day=172.0, latitude_deg=-40.0)).turned > 0.5
    assert [climate.season(moment(day=float(day))).bare for day in (20, 172, 300, 345)] == [0.85, 0, 0, 0.85]
