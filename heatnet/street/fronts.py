"""What lines a street: town houses, gardens, parks, yards, fields, each over one block and on one side."""

import numpy as np

from heatnet.street import borders, furniture, houses, plants
from heatnet.street.path import Layout
from heatnet.street.site import BLOCK_M, Block, Site, Thing, facing
from heatnet.street.solids import Solid


def front(rng: np.random.Generator, made: Block, site: Site, start: float, side: int, district: float) -> None:
    """What lines the street on one side."""
    kind = (district + 0.37 * side + float(rng.uniform(-0.08, 0.08))) % 1
    options = {
        Layout.URBAN: ((0.62, _terrace), (0.75, _park), (0.87, _works), (1.0, _gardens)),
        Layout.SUBURBAN: ((0.66, _gardens), (0.78, _park), (0.90, _works), (1.0, _terrace)),
        Layout.RURAL: ((0.55, _fields), (0.72, _park), (0.85, _gardens), (1.0, _works)),
    }[site.layout]
    next(build for limit, build in options if kind < limit)(rng, made, site, start, side)


def _terrace(rng: np.random.Generator, made: Block, site: Site, start: float, side: int) -> None:
    """Town houses wall to wall."""
    cut = float(rng.uniform(8, 12)) if rng.random() < 0.7 else BLOCK_M
    for s, width in ((start, cut), (start + cut, BLOCK_M - cut)):
        if width > 1:
            depth, back = float(rng.uniform(9, 14)), float(rng.choice([0.0, 0.0, 0.3, 1.5]))
            solids = houses.block(rng, width - 0.05, depth, int(rng.integers(2, 7)), site.lit)
            made.things.append(Thing(solids, s + width / 2, side * (site.profile.front + back + depth / 2), facing(side)))


def _border(rng: np.random.Generator, site: Site, length: float) -> list[Solid]:
    """A fence, a hedge, a wall or nothing."""
    kind = rng.random()
    for limit, build in ((0.24, borders.panels), (0.42, borders.pickets), (0.62, borders.railing), (0.74, borders.wall)):
        if kind < limit:
            return build(rng, length)
    return plants.hedge(rng, length, site.season) if kind < 0.92 else []


def _lined(rng: np.random.Generator, made: Block, site: Site, start: float, side: int) -> None:
    """Borders at the edge of the private ground, with a gate."""
    gate = float(rng.uniform(5, 15))
    for a, b in ((0.0, gate - 1.5), (gate + 1.5, BLOCK_M)):
        if b - a > 2 and (solids := _border(rng, site, b - a - 0.1)):
            made.things.append(Thing(solids, start + (a + b) / 2, side * (site.profile.front + 0.4), facing(side)))


def _gardens(rng: np.random.Generator, made: Block, site: Site, start: float, side: int) -> None:
    """A detached house behind its garden."""
    _lined(rng, made, site, start, side)
    front = site.profile.front
    if rng.random() < 0.9:
        width, depth, back = float(rng.uniform(8, 13)), float(rng.uniform(7, 11)), float(rng.uniform(3, 8))
        solids = houses.house(rng, width, depth, site.lit)
        made.things.append(Thing(solids, start + float(rng.uniform(8, 12)), side * (front + back + depth / 2), facing(side)))
    _greens(rng, made, site, start, side, (front + 1.5, front + 5.0), int(rng.integers(0, 4)))
    _greens(rng, made, site, start, side, (front + 14.0, front + 30.0), int(rng.integers(0, 3)))


def _greens(rng: np.random.Generator, made: Block, site: Site, start: float, side: int, span: tuple[float, float], count: int) -> None:
    """Trees and bushes at random between two distances from the middle."""
    for _ in range(count):
        build = plants.tree if rng.random() < 0.5 else plants.bush
        made.things.append(Thing(build(rng, site.season), start + float(rng.uniform(1, 19)), side * float(rng.uniform(*span)), 0.0))


def _park(rng: np.random.Generator, made: Block, site: Site, start: float, side: int) -> None:
    """Lawn with trees, often behind a railing."""
    front = site.profile.front
    if rng.random() < 0.5:
        made.things.append(Thing(borders.railing(rng, BLOCK_M - 0.2), start + BLOCK_M / 2, side * (front + 0.3), facing(side)))
    _greens(rng, made, site, start, side, (front + 2, front + 20), int(rng.integers(2, 7)))
    if rng.random() < 0.3:
        made.things.append(Thing(furniture.bench(rng), start + float(rng.uniform(3, 17)), side * (front + 1.2), facing(side)))


def _works(rng: np.random.Generator, made: Block, site: Site, start: float, side: int) -> None:
    """A yard behind a long fence or wall, with a hall."""
    front = site.profile.front
    build = (borders.panels, borders.wall, borders.panels, borders.railing)[rng.integers(4)]
    made.things.append(Thing(build(rng, BLOCK_M - 0.1), start + BLOCK_M / 2, side * (front + 0.4), facing(side)))
    if rng.random() < 0.6:
        made.things.append(Thing(houses.barn(rng), start + BLOCK_M / 2, side * (front + 14), facing(side)))
    _greens(rng, made, site, start, side, (front + 2, front + 8), int(rng.integers(0, 3)))


def _fields(rng: np.random.Generator, made: Block, site: Site, start: float, side: int) -> None:
    """Open country: guard rails, pasture fences, rows of trees, woods further off."""
    front, kind = site.profile.front, rng.random()
    if kind < 0.6:
        build = borders.guard_rail if kind < 0.4 else borders.pickets
        at = site.profile.pavement - 0.25 if kind < 0.4 else front + 0.5
        made.things.append(Thing(build(rng, BLOCK_M), start + BLOCK_M / 2, side * at, facing(side)))
    _greens(rng, made, site, start, side, (front + 1.5, front + 6), int(rng.integers(0, 3)))
    _greens(rng, made, site, start, side, (28, 56), int(rng.integers(1, 5)))
    if rng.random() < 0.15:
        made.things.append(Thing(houses.barn(rng), start + 10, side * float(rng.uniform(25, 40)), facing(side)))
