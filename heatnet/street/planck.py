"""From temperature to what a thermal camera measures: radiance in its band by Planck's law.

    L(T) = integral over 8..14 um of  2 h c^2 / lambda^5 / (exp(h c / (lambda k T)) - 1)  d lambda    in W/(m2 sr)

Radiances add up where temperatures do not: a surface's own and what it mirrors, the rays within a pixel, the air between
(``heat.radiance``). Cameras like the ADK are calibrated by the maker against black bodies, so what adds up is read as the temperature of
a black body, and counts are linear in that (``sensor.counts``). ``error_k`` says how far off it would be to mix temperatures.
"""

from functools import cache

import numpy as np
from jaxtyping import Float, Float32

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
    """How far mixing temperatures is from mixing radiances (as nature and ``heat.radiance`` do), in kelvin."""
    return emissivity * surface_c + (1 - emissivity) * around_c - mixed_c(emissivity, surface_c, around_c)


LOWEST_C, HIGHEST_C, STEP_C, STEP_L = -120.0, 260.0, 0.01, 0.0025


@cache
def _fine() -> tuple[Float32[np.ndarray, "steps"], Float32[np.ndarray, "fine"], float]:
    """Radiances at every ``STEP_C`` from ``LOWEST_C``, temperatures at every ``STEP_L`` of radiance, and the radiance that those begin at."""
    celsius = np.arange(LOWEST_C, HIGHEST_C, STEP_C)
    found = radiance(celsius)
    levels = np.arange(found[0], found[-1], STEP_L)
    return found.astype(np.float32), np.interp(levels, found, celsius).astype(np.float32), float(found[0])


def looked_up(celsius: Float32[np.ndarray, "..."]) -> Float32[np.ndarray, "..."]:
    """``radiance`` by a table for images, good to 5 mK."""
    index = ((celsius - np.float32(LOWEST_C)) * np.float32(1 / STEP_C) + np.float32(0.5)).astype(np.int32)
    return np.take(_fine()[0], index, mode="clip")


def read_back(measured: Float32[np.ndarray, "..."]) -> Float32[np.ndarray, "..."]:
    """``apparent_c`` by a table for images, good to 10 mK from -60 degrees on."""
    _, celsius, first = _fine()
    return np.take(celsius, ((measured - np.float32(first)) * np.float32(1 / STEP_L) + np.float32(0.5)).astype(np.int32), mode="clip")
