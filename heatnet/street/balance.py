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

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Float32
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


def sunlight(moment: Moment, lag_h: float, place: Place) -> float:
    """G in W/m2 on a surface, ``lag_h`` hours before the moment."""
    hour = (moment.hour - lag_h) % 24
    open_sky = 0.5 + 0.5 * place.normal[2]
    hidden = place.shaded_h is not None and place.shaded_h[0] <= hour <= place.shaded_h[1]
    beam = 0.0 if hidden else place.sunny * moment.beam(lag_h) * max(0.0, float(np.dot(moment.sun(lag_h), place.normal)))
    return beam + open_sky * moment.diffuse(lag_h)


def course(material: Material, moment: Moment, place: Place | None = None, slab: Slab | None = None, step_s: float = 300.0, days: int = 12) -> Day:
    """The last of ``days`` equal days like the moment's (its hour is ignored), from midnight to midnight."""
    place, slab = place or Place(), slab or SLABS[material]
    figures, damp, open_sky = PHYSICS[material], moment.wet * PHYSICS[material].wets, 0.5 + 0.5 * (place or Place()).normal[2]
    hours = (np.arange(round(86400 / step_s)) + 1) * step_s / 3600
    air = np.array([moment.air_c(moment.hour - hour) for hour in hours]) + ZERO_C
    absorbed = ground_share(material, moment) * np.array([sunlight(moment, moment.hour - hour, place) for hour in hours])
    around = open_sky * (air - moment.sky_depression()) ** 4 + (1 - open_sky) * air**4
    loss, steeper = damp * np.array([drying(moment, moment.hour - hour) for hour in hours]).T
    exchange = 5.7 + 3.8 * moment.wind + steeper
    net = absorbed - figures.emissivity * open_sky * np.array([sky_loss(moment, moment.hour - hour) for hour in hours])
    latent = figures.transpires * np.array([transpired_share(moment, moment.hour - hour) for hour in hours]) * np.maximum(net, 0)
    fixed = exchange * air - loss - latent
    cells = cells_of(slab, step_s)
    state = np.full(cells, air.mean())
    record = np.zeros((5, len(hours)))
    for day in range(days):
        for i in range(len(hours)):
            before, warm = state, state[0]
            radiative = 4 * figures.emissivity * STEFAN_BOLTZMANN * warm**3
            constant = absorbed[i] + figures.emissivity * STEFAN_BOLTZMANN * (around[i] - warm**4) + radiative * warm + fixed[i]
            state = conducted(state, slab, step_s, constant, radiative + exchange[i])
            if day == days - 1:
                gain = constant - absorbed[i] - fixed[i] - radiative * state[0]
                stored = (state - before).sum() * slab.capacity * slab.thick_m / cells
                record[:, i] = state[0] - ZERO_C, absorbed[i], gain, fixed[i] - exchange[i] * state[0], stored
    return Day(hours, *record)


def cells_of(slab: Slab, step_s: float) -> int:
    """Cells that resolve how far heat gets in a step, at least one, at most 200."""
    reach = np.sqrt(slab.conductivity / slab.capacity * step_s)
    return int(np.clip(np.ceil(2 * slab.thick_m / reach), 1, 200))


def conducted(state: Float[np.ndarray, "cells"], slab: Slab, step_s: float, constant: float, slope: float) -> Float[np.ndarray, "cells"]:
    """One implicit step: the surface gains ``constant - slope T`` W/m2, cells conduct to each other and to the far side.

    Half a cell lies between the surface and the middle of the first cell; its resistance is left out, for cells are thin.
    """
    own, between, beside, diagonal = _bands(slab, len(state), step_s)
    diagonal, right = diagonal.copy(), own * state
    diagonal[0] += slope
    right[0] += constant
    if slab.behind_c is not None:
        right[-1] += 2 * between * (slab.behind_c + ZERO_C)
    return np.asarray(dgtsv(beside, diagonal, beside, right)[3] if len(state) > 1 else right / diagonal)


@lru_cache(64)
def _bands(slab: Slab, cells: int, step_s: float) -> tuple[float, float, Float[np.ndarray, "between"], Float[np.ndarray, "cells"]]:
    """What a cell keeps and what it passes to the next, W/(m2 K), and the equations' side diagonals and, without the
    surface's own slope, diagonal."""
    dx = slab.thick_m / cells
    own, between = slab.capacity * dx / step_s, slab.conductivity / dx
    diagonal = np.full(cells, own)
    diagonal[:-1] += between
    diagonal[1:] += between
    diagonal[-1] += 2 * between if slab.behind_c is not None else 0.0
    return own, between, np.full(cells - 1, -between), diagonal


@lru_cache(16)
def correction(moment: Moment) -> Float32[np.ndarray, "materials sides"]:
    """Kelvin by which the full balance differs from ``heat``'s one lag at a moment, by material and by side (``heat.sides``).

    Both with the share of the sun that ``heat`` takes for the past; 0 for materials that are not in ``SLABS``, for undersides, and for all
    but the top of what lies flat or is thin (upright planks and car bodies are within 1 K by the lag alone).
    """
    found = np.zeros((len(Material), len(SIDES)), np.float32)
    for material in SLABS:
        for side, normal in enumerate(SIDES):
            if normal[2] > 0 or (normal[2] == 0 and material is Material.WALL):
                day = course(material, moment, Place(normal, sunny=SEEN_BEFORE), step_s=900.0, days=6)
                full = np.interp(moment.hour, day.hours, day.surface_c, period=24.0)
                found[material, side] = full - lagged(material, moment, normal, SEEN_BEFORE)
    return found


def crossovers(hours: Float[np.ndarray, "steps"], first: Float[np.ndarray, "steps"], second: Float[np.ndarray, "steps"]) -> list[float]:
    """The hours at which two courses cross: there the two are alike to a thermal camera (up to their emissivities)."""
    gap = first - second
    turn = np.flatnonzero(np.sign(gap) != np.sign(np.roll(gap, 1)))
    return [float(hours[i] - (hours[1] - hours[0]) * abs(gap[i]) / max(abs(gap[i]) + abs(gap[i - 1]), 1e-12)) % 24 for i in turn]
