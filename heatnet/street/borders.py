"""Fences, walls and guard rails along y, from ``-length / 2`` to ``length / 2``."""

import numpy as np

from heatnet.street.materials import Colour, Material, stuff
from heatnet.street.people import choice
from heatnet.street.solids import Shape, Solid

WOODS: tuple[Colour, ...] = ((0.20, 0.12, 0.06), (0.30, 0.20, 0.11), (0.12, 0.08, 0.05), (0.60, 0.58, 0.55), (0.10, 0.14, 0.09))
STONES: tuple[Colour, ...] = ((0.30, 0.28, 0.25), (0.45, 0.43, 0.40), (0.30, 0.14, 0.09), (0.55, 0.52, 0.45))


def _along(length: float, pitch: float) -> list[float]:
    """Positions at a regular pitch, ends included."""
    return [float(y) for y in np.linspace(-length / 2, length / 2, max(2, round(length / pitch) + 1))]


def panels(rng: np.random.Generator, length: float) -> list[Solid]:
    """Closed wooden panels between posts."""
    wood, high = stuff(Material.WOOD, "Fence", choice(rng, WOODS)), float(rng.uniform(1.1, 1.9))
    posts = [Solid(Shape.BOX, (0, y, high / 2 + 0.05), (0.12, 0.12, high + 0.1), wood) for y in _along(length, 2.0)]
    return [*posts, Solid(Shape.BOX, (0, 0, high / 2 + 0.08), (0.05, length, high - 0.1), wood)]


def pickets(rng: np.random.Generator, length: float) -> list[Solid]:
    """Slats on two rails, a hand apart."""
    wood, high = stuff(Material.WOOD, "Fence", choice(rng, WOODS)), float(rng.uniform(0.8, 1.3))
    wide = float(rng.uniform(0.10, 0.16))
    slats = [Solid(Shape.BOX, (0, y, high / 2 + 0.06), (0.03, wide, high), wood) for y in _along(length, 1.45 * wide)]
    rails = [Solid(Shape.BOX, (-0.04, 0, z * high), (0.05, length, 0.09), wood) for z in (0.3, 0.8)]
    return slats + rails


def railing(rng: np.random.Generator, length: float) -> list[Solid]:
    """A metal railing with flat bars."""
    metal, high = (
        stuff(Material.METAL, "Fence", choice(rng, ((0.05, 0.07, 0.06), (0.3, 0.3, 0.31), (0.03, 0.03, 0.03)))),
        float(rng.uniform(0.9, 1.4)),
    )
    bars = [Solid(Shape.BOX, (0, y, high / 2), (0.04, 0.06, high), metal) for y in _along(length, 0.16)]
    return bars + [Solid(Shape.BOX, (0, 0, z * high), (0.06, length, 0.08), metal) for z in (0.12, 0.96)]


def guard_rail(rng: np.random.Generator, length: float) -> list[Solid]:
    """A steel beam on posts."""
    steel = stuff(Material.METAL, "Guard Rail", (0.38, 0.39, 0.40))
    posts = [Solid(Shape.BOX, (0.06, y, 0.36), (0.08, 0.12, 0.72), steel) for y in _along(length, 2.0)]
    beams = [Solid(Shape.BOX, (0, 0, z), (0.07, length, 0.15), steel) for z in (0.53, 0.70)]
    return [*posts, *beams, Solid(Shape.BOX, (0.02, 0, 0.61), (0.04, length, 0.10), steel)]


def wall(rng: np.random.Generator, length: float) -> list[Solid]:
    """A garden wall with a coping; Vistas calls it Wall, our taxonomy a building."""
    stone, high = stuff(Material.MASONRY, "Wall", choice(rng, STONES)), float(rng.uniform(0.8, 2.2))
    cap = stuff(Material.MASONRY, "Wall", choice(rng, STONES))
    return [Solid(Shape.BOX, (0, 0, high / 2), (0.3, length, high), stone), Solid(Shape.BOX, (0, 0, high + 0.05), (0.4, length, 0.1), cap)]
