"""From temperature to what a thermal camera measures: radiance in its band by Planck's law.

    L(T) = integral over 8..14 um of  2 h c^2 / lambda^5 / (exp(h c / (lambda k T)) - 1)  d lambda    in W/(m2 sr)

Counts that are linear in radiance are not linear in temperature: a kelvin of a winter night is worth fewer counts than one of hot
asphalt. Cameras like the ADK are calibrated by the maker against black bodies, so their counts are linear in temperature to a good
approximation over a street's range, which is what ``sensor.counts`` takes; ``error_k`` says how good.
"""

from functools import cache

import numpy as np
from jaxtyping import Float

PLANCK, LIGHT, BOLTZMANN = 6.62607015e-34, 2.99792458e8, 1.380649e-23
BAND_UM = (8.0, 14.0)
ZERO_C = 273.15


def spectral(wavelength_um: Float[np.ndarray, "*shape"], kelvin: Float[np.ndarray, "*shape"] | float) -> Float[np.ndarray, "*shape"]:
    """Black-body radiance in W/(m2 sr um) (Planck 1900)."""
    metres = wavelength_um * 1e-6
    return np.asarray(2e-6 * PLANCK * LIGHT**2 / metres**5 / np.expm1(PLANCK * LIGHT / (metres * BOLTZMANN * kelvin)))


def radiance(celsius: Float[np.ndarray, "n"], band_um: tuple[float, float] = BAND_UM) -> Float[np.ndarray, "n"]:
    """Black-body radiance in the band, W/(m2 sr), by Gauss and Legendre's rule of 48 points."""
    nodes, weights = np.polynomial.legendre.leggauss(48)
    middle, half = sum(band_um) / 2, (band_um[1] - band_um[0]) / 2
    grid = np.broadcast_to(middle + half * nodes, (len(celsius), 48))
    kelvin = np.broadcast_to(celsius[:, None] + ZERO_C, grid.shape)
    return np.asarray(half * (spectral(grid, kelvin) * weights).sum(1))


@cache
def _table() -> tuple[Float[np.ndarray, "steps"], Float[np.ndarray, "steps"]]:
    """Temperatures from -100 to 400 degrees and their radiances."""
    celsius = np.arange(-100.0, 400.1, 0.5)
    return celsius, radiance(celsius)


def apparent_c(measured: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """The black body's temperature that gives a radiance: the inverse of ``radiance``."""
    celsius, found = _table()
    return np.interp(measured, found, celsius)


def mixed_c(emissivity: float, surface_c: Float[np.ndarray, "n"], around_c: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """What the camera reads from a grey surface that mirrors its surroundings: e L(T) + (1 - e) L(T_around), as a temperature."""
    return apparent_c(emissivity * radiance(surface_c) + (1 - emissivity) * radiance(around_c))


def error_k(emissivity: float, surface_c: Float[np.ndarray, "n"], around_c: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """How far mixing temperatures (as ``heat.apparent`` does) is from mixing radiances, in kelvin."""
    return emissivity * surface_c + (1 - emissivity) * around_c - mixed_c(emissivity, surface_c, around_c)
