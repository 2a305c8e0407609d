"""Trees of several kinds, bushes and hedges."""

from typing import NamedTuple

import numpy as np

from heatnet.street.materials import Colour, Material, Stuff, stuff
from heatnet.street.people import choice
from heatnet.street.solids import BLOBS, TUFTS, TWIGS, Shape, Solid, Vector

GREENS: tuple[Colour, ...] = ((0.05, 0.12, 0.025), (0.08, 0.16, 0.03), (0.035, 0.09, 0.03), (0.10, 0.15, 0.04))
AUTUMN: tuple[Colour, ...] = ((0.28, 0.14, 0.03), (0.30, 0.20, 0.04), (0.20, 0.07, 0.02), (0.16, 0.13, 0.05))
BARKS: tuple[Colour, ...] = ((0.09, 0.06, 0.04), (0.14, 0.11, 0.09), (0.25, 0.24, 0.21))


class Season(NamedTuple):
    """The share of broad-leaved plants in autumn colours, and that of broad-leaved trees without leaves."""

    turned: float
    bare: float


def leaves(rng: np.random.Generator, turned: float) -> Stuff:
    """Foliage of the season: the share ``turned`` of plants is yellow, red or brown, and transpires no more."""
    brown = rng.random() < turned
    return stuff(Material.BROWN_LEAF if brown else Material.LEAF, "Vegetation", choice(rng, AUTUMN if brown else GREENS))


def _blob(rng: np.random.Generator, centre: Vector, size: Vector, leaf: Stuff, shapes: tuple[Shape, ...]) -> Solid:
    """A dented ball of leaves, turned at random."""
    return Solid(shapes[rng.integers(len(shapes))], centre, size, leaf, (0.0, 0.0, float(rng.uniform(0, 6.28))), warmth=float(rng.normal(0, 0.3)))


def tree(rng: np.random.Generator, season: Season) -> list[Solid]:
    """A broad, slender or conical tree of 5 to 13 m; in winter the broad and the slender ones are mostly bare."""
    kind, bare = rng.random(), rng.spawn(1)[0].random() < season.bare
    leaf, bark = leaves(rng, season.turned if kind > 0.2 else 0.0), stuff(Material.BARK, "Vegetation", choice(rng, BARKS))
    if kind < 0.2:
        return _conifer(rng, leaf, bark)
    slender = kind < 0.35
    stem, wide = float(rng.uniform(1.9, 3.6)), float(rng.uniform(1.2, 2.0) if slender else rng.uniform(2.6, 5.0))
    crown = float(rng.uniform(4.0, 8.0) if slender else rng.uniform(0.7, 1.1) * wide + 1)
    thick = float(rng.uniform(0.20, 0.45))
    solids = [Solid(Shape.PRISM, (0, 0, (stem + 0.7) / 2), (thick, thick, stem + 0.7), bark, (0, float(rng.normal(0, 0.03)), 0), (0.7, 0.7))]
    if bare:
        twigs = TWIGS[rng.integers(len(TWIGS))]
        return [
            *solids,
            Solid(twigs, (0, 0, stem + 0.5 * crown), (1.2 * wide, 1.2 * wide, 1.1 * crown), bark, (0.0, 0.0, float(rng.uniform(0, 6.28)))),
        ]
    for _ in range(2 if slender else int(rng.integers(3, 6))):
        angle, off = float(rng.uniform(0, 6.28)), 0.0 if slender else 0.28 * wide
        share = float(rng.uniform(0.6, 0.85))
        centre = (off * np.cos(angle), off * np.sin(angle), stem + crown * float(rng.uniform(0.38, 0.62)))
        solids.append(_blob(rng, centre, (share * wide, share * wide, share * crown), leaf, BLOBS))
    return solids


def _conifer(rng: np.random.Generator, leaf: Stuff, bark: Stuff) -> list[Solid]:
    """A trunk and three cones."""
    high, wide = float(rng.uniform(5, 12)), float(rng.uniform(2.2, 3.6))
    dark = leaf._replace(colour=(0.025, 0.06, 0.025))
    solids = [Solid(Shape.PRISM, (0, 0, 0.6), (0.3, 0.3, 1.2), bark)]
    for i in range(3):
        size = wide * (1 - 0.25 * i)
        solids.append(Solid(Shape.PRISM, (0, 0, 0.8 + high * (0.2 + 0.25 * i)), (size, size, 0.45 * high), dark, taper=(0.12, 0.12)))
    return solids


def bush(rng: np.random.Generator, season: Season) -> list[Solid]:
    """One to three dented balls on the ground."""
    leaf = leaves(rng, season.turned)
    solids = []
    for _ in range(rng.integers(1, 4)):
        size = float(rng.uniform(0.7, 1.9))
        centre = (float(rng.uniform(-0.6, 0.6)), float(rng.uniform(-0.6, 0.6)), 0.35 * size)
        solids.append(_blob(rng, centre, (size, size, 0.9 * size), leaf, TUFTS))
    return solids


def hedge(rng: np.random.Generator, length: float, season: Season) -> list[Solid]:
    """A hedge along y."""
    leaf, high, wide = leaves(rng, season.turned), float(rng.uniform(0.9, 2.0)), float(rng.uniform(0.6, 1.0))
    solids = [Solid(Shape.BOX, (0, 0, high / 2), (wide, length, high), leaf, taper=(0.8, 0.99))]
    for y in np.arange(-length / 2 + 0.5, length / 2 - 0.2, 1.1):
        solids.append(_blob(rng, (0, float(y), 0.75 * high), (1.15 * wide, 1.5, 0.62 * high), leaf, TUFTS))
    return solids
