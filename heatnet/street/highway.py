"""A motorway: two lanes and a hard shoulder a way, rails in the middle, no one on foot; opt-in as the layout ``highway``.

Measures after the German RAA (2008), cross-section RQ 31 in outline: lanes of 3.75 and 3.5 m, a shoulder of 3 m, a median.
"""

import numpy as np

from heatnet.street import borders, furniture, houses, plants, vehicles
from heatnet.street.materials import Material, stuff
from heatnet.street.path import Profile
from heatnet.street.site import BLOCK_M, Block, Site, Thing, facing
from heatnet.street.solids import Shape, Solid

PER_KM_GANTRY = 1.2


def profile(rng: np.random.Generator) -> Profile:
    """The cross-section of one half."""
    median, lanes = float(rng.uniform(1.0, 1.8)), int(rng.choice([2, 2, 3]))
    return Profile(median + 3.65 * lanes, 2.8, 0.12, 1.5, 1.0, 0.03, lanes=lanes, median=median)


def block(rng: np.random.Generator, site: Site, start: float, district: float) -> Block:
    """What stands along 20 m of a motorway; ``district`` picks fields, woods or noise barriers."""
    made, middle, edge = Block(), start + BLOCK_M / 2, site.profile.road + site.profile.kerb
    for side in (-1, 1):
        made.things.append(Thing(borders.guard_rail(rng, BLOCK_M), middle, side * 0.35, facing(-side)))
        if rng.random() < 0.8:
            made.things.append(Thing(borders.guard_rail(rng, BLOCK_M), middle, side * (edge + 0.5), facing(side)))
        if (kind := (district + 0.3 * side) % 1) < 0.25:
            made.things.append(Thing(barrier(rng, 2.5 + 3 * district), middle, side * (edge + 2.4), facing(side)))
        _greens(rng, made, site, start, side, dense=kind > 0.6)
        made.things.append(Thing(marker(), start + 2.0, side * (edge + 0.25), 0.0))
        if rng.random() < 0.04:
            made.things.append(Thing(furniture.guide_sign(rng), start + 9.0, side * (edge + 2.0), facing(side)))
    if rng.random() < PER_KM_GANTRY * BLOCK_M / 1000:
        made.things.append(Thing(gantry(rng, edge + 1.2), middle, 0.0))
    if rng.random() < 0.05 and district > 0.5:
        made.things.append(Thing(houses.barn(rng), middle, float(rng.choice([-1, 1])) * float(rng.uniform(34, 50)), 0.0))
    _oncoming(rng, made, site, start)
    return made


def _greens(rng: np.random.Generator, made: Block, site: Site, start: float, side: int, dense: bool) -> None:
    """Bushes on the verge, trees beyond; a wood where it is ``dense``."""
    front = site.profile.front
    for _ in range(int(rng.integers(3, 8)) if dense else int(rng.integers(0, 3))):
        build = plants.tree if rng.random() < 0.7 else plants.bush
        at = side * (front + float(rng.uniform(4, 24 if dense else 36)))
        made.things.append(Thing(build(rng, site.season), start + float(rng.uniform(0, BLOCK_M)), at))


def _oncoming(rng: np.random.Generator, made: Block, site: Site, start: float) -> None:
    """Cars and trucks on the other carriageway; trucks keep to its outer lane."""
    if rng.random() < 0.4:
        heavy = rng.random() < 0.3
        build = (vehicles.truck if rng.random() < 0.85 else vehicles.bus) if heavy else vehicles.car if rng.random() < 0.85 else vehicles.van
        lane = site.profile.lanes - 1 if heavy else int(rng.integers(site.profile.lanes))
        pace = float(rng.uniform(21, 25) if heavy else rng.uniform(27, 38))
        at = start + float(rng.uniform(4, 16))
        made.things.append(Thing(build(rng, True), at, -site.profile.middle_of(lane), float(np.pi), -pace))


def traffic(rng: np.random.Generator, start: float, cross: Profile, speed: float) -> list[Thing]:
    """Cars and trucks on our own carriageway that keep their distance to ours."""
    cars = []
    for lane in range(cross.lanes):
        own = lane == cross.lanes - 1
        gap = float(rng.uniform(25, 60) if own else rng.uniform(5, 50))
        while gap < 160 and rng.random() < 0.75:
            heavy = own and rng.random() < 0.4
            build = vehicles.truck if heavy else vehicles.car if rng.random() < 0.85 else vehicles.van
            cars.append(Thing(build(rng, True), start, cross.middle_of(lane), 0.0, speed, 0.0, gap))
            gap += float(rng.uniform(28, 70))
    return cars


def barrier(rng: np.random.Generator, high: float) -> list[Solid]:
    """A noise barrier: panels between steel posts; Vistas calls it Wall."""
    grey = float(rng.uniform(0.25, 0.5))
    panel, steel = stuff(Material.MASONRY, "Wall", (grey, grey, 0.95 * grey)), stuff(Material.METAL, "Wall", (0.35, 0.36, 0.36))
    posts = [Solid(Shape.BOX, (0, y, high / 2), (0.2, 0.2, high + 0.1), steel) for y in (-7.5, -2.5, 2.5, 7.5)]
    return [*posts, Solid(Shape.BOX, (0, 0, high / 2), (0.14, BLOCK_M, high), panel)]


def marker() -> list[Solid]:
    """A reflector post."""
    white, black = stuff(Material.PLASTIC, "Pole", (0.7, 0.7, 0.7)), stuff(Material.SIGN, "Pole", (0.04, 0.04, 0.04))
    return [Solid(Shape.PRISM, (0, 0, 0.5), (0.12, 0.12, 1.0), white), Solid(Shape.PRISM, (0, 0, 0.8), (0.13, 0.13, 0.2), black)]


def gantry(rng: np.random.Generator, half: float) -> list[Solid]:
    """A sign bridge over both carriageways with blue signs towards who drives along y."""
    steel = stuff(Material.METAL, "Traffic Sign Frame", (0.36, 0.37, 0.38))
    face, back = stuff(Material.SIGN, "Traffic Sign (Front)", (0.03, 0.10, 0.45)), stuff(Material.METAL, "Traffic Sign (Back)", (0.3, 0.3, 0.31))
    solids = [Solid(Shape.BOX, (x, 0, 3.4), (0.35, 0.35, 6.8), steel) for x in (-half, half)]
    solids += [Solid(Shape.BOX, (0, 0, z), (2 * half, 0.3, 0.25), steel) for z in (5.8, 6.8)]
    for i in range(int(rng.integers(1, 4))):
        x, wide = half * (0.25 + 0.27 * i), 0.24 * half
        solids += [Solid(Shape.BOX, (x, -0.22, 6.6), (wide, 0.04, 2.6), face), Solid(Shape.BOX, (x, -0.18, 6.6), (wide, 0.03, 2.6), back)]
    return solids
