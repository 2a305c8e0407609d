"""The full energy balance of a surface over a day, layer by layer: what ``heat`` approximates with one lag a material.

A wall or a road is a stack of cells of depth dx, conductivity k and volumetric heat capacity c. Heat follows Fourier's law; the
surface gains and loses

    c dT/dt = d/dx (k dT/dx),    -k dT/dx (0) = a G + e F s (T_sky^4 - T^4) + e (1 - F) s (T_a^4 - T^4) + h (T_a - T)

a: absorptance, G: sun and sky light on the surface (W/m2), e: emissivity, F: share of sky seen, s: Stefan and Boltzmann's constant,
h: convection by wind (McAdams 1954), on a wet road with evaporation (``heat.drying``); plants transpire, as in ``heat``.
The far side is held at the temperature of a room
or of the ground, or lets no heat through.
Cells are stepped implicitly (backward Euler, the radiation linearised about the last step), day after day until the day repeats.
Sources: Incropera and DeWitt, Fundamentals of Heat and Mass Transfer, ch. 5; conductivities and capacities from ASHRAE Handbook of
Fundamentals (2017), ch. 26 and 33, rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Float32, Int
from scipy.linalg.lapack import dgtsv

from heatnet.street.heat import SEEN_BEFORE, SIDES, STEFAN_BOLTZMANN, drying, ground_share, lagged, sky_loss, transpired_share
from heatnet.street.materials import PHYSICS, Material
from heatnet.street.weather import Moment

ZERO_C = 273.15


@dataclass(frozen=True)
class Slab:
    """A layer of one material: conductivity W/(m K), heat capacity J/(m3 K), thickness m, and what its far side is held at (None: nothing)."""

    conductivity: float
    capacity: float
    thick_m: float
    behind_c: float | None = None

    def __post_init__(self) -> None:
        """Refuse a slab that cannot be."""
        for name in ("conductivity", "capacity", "thick_m"):
            if not getattr(self, name) > 0:
                raise ValueError(f"slab.{name}: {getattr(self, name)}; give a positive number")


SLABS: dict[Material, Slab] = {
    Material.ASPHALT: Slab(0.75, 1.94e6, 0.40),
    Material.PAVING: Slab(1.40, 2.00e6, 0.45),
    Material.KERB: Slab(2.20, 2.20e6, 0.50),
    Material.GRASS: Slab(0.25, 0.60e6, 0.40),
    Material.SOIL: Slab(0.60, 1.40e6, 0.40),
    Material.WALL: Slab(0.80, 1.50e6, 0.36, 19.0),
    Material.WOOD: Slab(0.13, 0.80e6, 0.025),
    Material.ROOF: Slab(0.90, 1.70e6, 0.020),
    Material.PAINT: Slab(45.0, 3.70e6, 0.001),
    Material.LEAF: Slab(0.30, 2.50e6, 0.0004),
}
"""Roads and walls as they are built; wood, tiles, car bodies and leaves are thin, with air behind."""


@dataclass(frozen=True)
class Place:
    """A surface in the open: its unit normal (x, y, z up), the hours (first, last) in which something shades it, if any, and which share
    of the sun it has otherwise."""

    normal: tuple[float, float, float] = (0.0, 0.0, 1.0)
    shaded_h: tuple[float, float] | None = None
    sunny: float = 1.0


@dataclass(frozen=True)
class Day:
    """A day's course: hours, the surface's temperature, and what the surface gains (W/m2): sunlight, radiation, convection (less evaporation
    and transpiration),
    and into the slab."""

    hours: Float[np.ndarray, "steps"]
    surface_c: Float[np.ndarray, "steps"]
    sun: Float[np.ndarray, "steps"]
    radiation: Float[np.ndarray, "steps"]
    convection: Float[np.ndarray, "steps"]
    stored_j: Float[np.ndarray, "steps"]


@dataclass(frozen=True)
class Bands:
    """The equations of slabs, cell after cell, W/(m2 K): where each slab's surface is, what a cell keeps, the side diagonals, the diagonal
    without the surface's own slope; and what the far side gives, W/m2."""

    top: Int[np.ndarray, "slabs"]
    own: Float[np.ndarray, "cells"]
    beside: Float[np.ndarray, "between"]
    diagonal: Float[np.ndarray, "cells"]
    behind: Float[np.ndarray, "cells"]


@dataclass(frozen=True)
class Weather:
    """What a moment's day holds for every surface, step by step from midnight: W/m2, kelvin, and ``heat``'s figures of water and plants."""

    hours: Float[np.ndarray, "steps"]
    towards_sun: Float[np.ndarray, "steps 3"]
    beam: Float[np.ndarray, "steps"]
    diffuse: Float[np.ndarray, "steps"]
    air_k: Float[np.ndarray, "steps"]
    sky_loss: Float[np.ndarray, "steps"]
    drying: Float[np.ndarray, "steps 2"]
    transpired: Float[np.ndarray, "steps"]


@lru_cache(4)
def weather(moment: Moment, step_s: float) -> Weather:
    """The day of a moment (its hour is ignored)."""
    hours = (np.arange(round(86400 / step_s)) + 1) * step_s / 3600
    lags = [float(moment.hour - hour) for hour in hours]
    air = np.array([moment.air_c(lag) for lag in lags]) + ZERO_C
    sun, beam, diffuse = (np.array([get(lag) for lag in lags]) for get in (moment.sun, moment.beam, moment.diffuse))
    loss, water, plants = (np.array([get(moment, lag) for lag in lags]) for get in (sky_loss, drying, transpired_share))
    return Weather(hours, sun, beam, diffuse, air, loss, water, plants)


def sunlight(day: Weather, place: Place) -> Float[np.ndarray, "steps"]:
    """G in W/m2 on a surface."""
    hidden = np.zeros(len(day.hours), bool)
    if place.shaded_h is not None:
        hidden = (place.shaded_h[0] <= day.hours % 24) & (day.hours % 24 <= place.shaded_h[1])
    facing = np.maximum((day.towards_sun * np.array(place.normal)).sum(-1), 0)
    return np.where(hidden, 0, place.sunny * day.beam * facing) + (0.5 + 0.5 * place.normal[2]) * day.diffuse


def course(material: Material, moment: Moment, place: Place | None = None, slab: Slab | None = None, step_s: float = 300.0, days: int = 12) -> Day:
    """The last of ``days`` equal days like the moment's (its hour is ignored), from midnight to midnight."""
    return courses([(material, place or Place(), slab or SLABS[material])], moment, step_s, days)[0]


def courses(surfaces: Sequence[tuple[Material, Place, Slab]], moment: Moment, step_s: float, days: int) -> list[Day]:
    """``course`` of several surfaces at once: their cells stand one after another in the same equations, with nothing between them."""
    day = weather(moment, step_s)
    absorbed, around, exchange, fixed = (np.stack(each, -1) for each in zip(*[_forcing(*pair[:2], moment, day) for pair in surfaces], strict=True))
    emits = STEFAN_BOLTZMANN * np.array([PHYSICS[material].emissivity for material, _, _ in surfaces])
    slabs = tuple(slab for _, _, slab in surfaces)
    bands = bands_of(slabs, tuple(cells_of(slab, step_s) for slab in slabs), step_s)
    state, top = np.full(len(bands.own), day.air_k.mean()), bands.top
    record = np.zeros((5, len(day.hours), len(surfaces)))
    for step in range(days * len(day.hours)):
        i, before, warm = step % len(day.hours), state, state[top]
        radiative = 4 * emits * warm**3
        constant = absorbed[i] + emits * (around[i] - warm**4) + radiative * warm + fixed[i]
        state = conducted(state, bands, constant, radiative + exchange[i])
        if step >= (days - 1) * len(day.hours):
            gain = constant - absorbed[i] - fixed[i] - radiative * state[top]
            stored = np.add.reduceat((state - before) * bands.own * step_s, top)
            record[:, i] = state[top] - ZERO_C, absorbed[i], gain, fixed[i] - exchange[i] * state[top], stored
    return [Day(day.hours, *record[..., k]) for k in range(len(surfaces))]


def _forcing(material: Material, place: Place, moment: Moment, day: Weather) -> tuple[Float[np.ndarray, "steps"], ...]:
    """Of a surface: a G, the sum of F T_sky^4 and (1 - F) T_a^4, what air (and water) take for a kelvin, and what they give at zero."""
    figures, open_sky = PHYSICS[material], 0.5 + 0.5 * place.normal[2]
    absorbed = ground_share(material, moment) * sunlight(day, place)
    around = open_sky * (day.air_k - moment.sky_depression()) ** 4 + (1 - open_sky) * day.air_k**4
    loss, steeper = moment.wet * figures.wets * day.drying.T
    exchange = 5.7 + 3.8 * moment.wind + steeper
    latent = figures.transpires * day.transpired * np.maximum(absorbed - figures.emissivity * open_sky * day.sky_loss, 0)
    return absorbed, around, exchange, exchange * day.air_k - loss - latent


def cells_of(slab: Slab, step_s: float) -> int:
    """Cells that resolve how far heat gets in a step, at least one, at most 200."""
    reach = np.sqrt(slab.conductivity / slab.capacity * step_s)
    return int(np.clip(np.ceil(2 * slab.thick_m / reach), 1, 200))


def conducted(
    state: Float[np.ndarray, "cells"], bands: Bands, constant: Float[np.ndarray, "slabs"] | float, slope: Float[np.ndarray, "slabs"] | float
) -> Float[np.ndarray, "cells"]:
    """One implicit step: a surface gains ``constant - slope T`` W/m2, cells conduct to each other and to the far side.

    Half a cell lies between the surface and the middle of the first cell; its resistance is left out, for cells are thin.
    """
    diagonal, right = bands.diagonal.copy(), bands.own * state + bands.behind
    diagonal[bands.top] += slope
    right[bands.top] += constant
    return np.asarray(dgtsv(bands.beside, diagonal, bands.beside, right)[3] if len(state) > 1 else right / diagonal)


@lru_cache(64)
def bands_of(slabs: tuple[Slab, ...], cells: tuple[int, ...], step_s: float) -> Bands:
    """The equations of slabs in so many cells each, one slab after another."""
    own, between = (np.array(each) for each in zip(*[_cell(slab, count, step_s) for slab, count in zip(slabs, cells, strict=True)], strict=True))
    last = np.cumsum(cells) - 1
    beside = np.repeat(-between, cells)
    beside[last] = 0
    diagonal, behind = np.repeat(own, cells) - beside, np.zeros(len(beside))
    diagonal[1:] -= beside[:-1]
    for end, slab, passed in zip(last, slabs, between, strict=True):
        if slab.behind_c is not None:
            diagonal[end] += 2 * passed
            behind[end] = 2 * passed * (slab.behind_c + ZERO_C)
    return Bands(last + 1 - np.array(cells), np.repeat(own, cells), beside[:-1], diagonal, behind)


def _cell(slab: Slab, cells: int, step_s: float) -> tuple[float, float]:
    """What a cell keeps and what it passes to the next, W/(m2 K)."""
    dx = slab.thick_m / cells
    return slab.capacity * dx / step_s, slab.conductivity / dx


@lru_cache(16)
def correction(moment: Moment) -> Float32[np.ndarray, "materials sides"]:
    """Kelvin by which the full balance differs from ``heat``'s one lag at a moment, by material and by side (``heat.sides``).

    Both with the share of the sun that ``heat`` takes for the past; 0 for materials that are not in ``SLABS``, for undersides, and for all
    but the top of what lies flat or is thin (upright planks and car bodies are within 1 K by the lag alone).
    """
    found = np.zeros((len(Material), len(SIDES)), np.float32)
    both = [(m, side) for m in SLABS for side, (_, _, up) in enumerate(SIDES) if up > 0 or (up == 0 and m is Material.WALL)]
    days = courses([(m, Place(SIDES[side], sunny=SEEN_BEFORE), SLABS[m]) for m, side in both], moment, step_s=900.0, days=6)
    for (material, side), day in zip(both, days, strict=True):
        full = np.interp(moment.hour, day.hours, day.surface_c, period=24.0)
        found[material, side] = full - lagged(material, moment, SIDES[side], SEEN_BEFORE)
    return found


def crossovers(hours: Float[np.ndarray, "steps"], first: Float[np.ndarray, "steps"], second: Float[np.ndarray, "steps"]) -> list[float]:
    """The hours at which two courses cross: there the two are alike to a thermal camera (up to their emissivities)."""
    gap = first - second
    turn = np.flatnonzero(np.sign(gap) != np.sign(np.roll(gap, 1)))
    return [float(hours[i] - (hours[1] - hours[0]) * abs(gap[i]) / max(abs(gap[i]) + abs(gap[i - 1]), 1e-12)) % 24 for i in turn]
