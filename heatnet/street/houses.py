"""Buildings: a block with a front (windows and doors are drawn by ``texture.front``), a roof and what stands on it."""

import numpy as np

from heatnet.street.materials import Colour, Material, stuff
from heatnet.street.people import choice
from heatnet.street.solids import Shape, Solid

WALLS: tuple[Colour, ...] = (
    *((0.60, 0.57, 0.50), (0.65, 0.60, 0.45), (0.50, 0.48, 0.45), (0.45, 0.25, 0.16), (0.30, 0.12, 0.08), (0.55, 0.40, 0.28)),
    *((0.70, 0.68, 0.66), (0.35, 0.34, 0.33), (0.50, 0.52, 0.48), (0.40, 0.45, 0.52), (0.25, 0.24, 0.24), (0.62, 0.45, 0.38)),
)
TILES: tuple[Colour, ...] = ((0.28, 0.09, 0.05), (0.20, 0.08, 0.05), (0.09, 0.09, 0.10), (0.14, 0.10, 0.08), (0.30, 0.15, 0.09))


def front_style(rng: np.random.Generator, shop: bool, lit: float) -> tuple[float, float, float, float]:
    """Window pitch and storey height in metres, share of the pitch that is glass (plus 1 for a shop below), share of lit windows."""
    glass = float(rng.uniform(0.32, 0.62))
    return float(rng.uniform(1.9, 3.6)), float(rng.uniform(2.8, 3.5)), glass + (1.0 if shop else 0.0), lit


def block(rng: np.random.Generator, width: float, depth: float, storeys: int, lit: float) -> list[Solid]:
    """A town house: flat roof with a parapet or a steep one; ``width`` runs along y, the front faces +x and -x alike."""
    style = front_style(rng, shop=bool(rng.random() < 0.45), lit=lit)
    high = storeys * style[1] + 0.4
    wall = stuff(Material.WALL, "Building", choice(rng, WALLS))
    warmth = float(rng.uniform(0.3, 2.0))
    solids = [Solid(Shape.BOX, (0, 0, high / 2), (depth, width, high), wall, warmth=warmth, style=style)]
    if rng.random() < 0.5:
        roof = stuff(Material.ROOF, "Building", choice(rng, TILES))
        up = float(rng.uniform(2.0, 4.0))
        return [*solids, Solid(Shape.BOX, (0, 0, high + up / 2), (depth + 0.6, width, up), roof, taper=(0.05, 1.0))]
    trim = stuff(Material.MASONRY, "Building", choice(rng, WALLS))
    solids.append(Solid(Shape.BOX, (0, 0, high + 0.15), (depth + 0.3, width + 0.1, 0.4), trim))
    return solids


def house(rng: np.random.Generator, width: float, depth: float, lit: float) -> list[Solid]:
    """A detached house with a gable or hip roof, a chimney and perhaps an annexe."""
    style = front_style(rng, shop=False, lit=lit)
    high = float(rng.integers(1, 3)) * style[1] + 0.3
    wall, roof = stuff(Material.WALL, "Building", choice(rng, WALLS)), stuff(Material.ROOF, "Building", choice(rng, TILES))
    up, along = float(rng.uniform(1.8, 4.0)), rng.random() < 0.6
    ridge = (0.03, 1.0 if rng.random() < 0.7 else 0.6)
    solids = [
        Solid(Shape.BOX, (0, 0, high / 2), (depth, width, high), wall, warmth=float(rng.uniform(0.2, 1.5)), style=style),
        Solid(Shape.BOX, (0, 0, high + up / 2), (depth + 0.9, width + 0.6, up), roof, taper=ridge if along else ridge[::-1]),
        Solid(
            Shape.BOX,
            (0.15 * depth, 0.2 * width, high + 0.8 * up),
            (0.6, 0.6, 1.8),
            stuff(Material.MASONRY, "Building", (0.3, 0.15, 0.1)),
            warmth=5.0,
        ),
    ]
    if rng.random() < 0.4:
        annexe = (0.1 * depth, width / 2 + 1.5, 1.3)
        solids.append(Solid(Shape.BOX, annexe, (0.7 * depth, 3.0, 2.6), wall, style=(3.0, 2.6, 0.75, lit)))
    return solids


def barn(rng: np.random.Generator) -> list[Solid]:
    """A wooden barn with a wide roof."""
    width, depth, high = float(rng.uniform(10, 22)), float(rng.uniform(8, 12)), float(rng.uniform(3, 5))
    wood = stuff(Material.WALL, "Building", choice(rng, ((0.16, 0.09, 0.05), (0.25, 0.10, 0.06), (0.4, 0.38, 0.33))))
    roof = stuff(Material.ROOF, "Building", choice(rng, TILES))
    return [
        Solid(Shape.BOX, (0, 0, high / 2), (depth, width, high), wood, style=(4.0, 3.6, 0.25, 0.05)),
        Solid(Shape.BOX, (0, 0, high + 1.5), (depth + 1.2, width + 0.8, 3.0), roof, taper=(0.04, 1.0)),
    ]
