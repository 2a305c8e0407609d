"""Sun, heat and sensors against known answers."""

import numpy as np
import pytest
from streets import SENSOR

from heatnet.street import Moment, heat, sensor
from heatnet.street.heat import STEFAN_BOLTZMANN
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
