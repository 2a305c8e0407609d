"""A busier town centre, opt-in as the layout ``city``: a tram in the middle of the road, shelters, kiosks, planters, benches, parked
bicycles. It is the layout ``urban`` with wider lanes and more on it."""

from dataclasses import replace

import numpy as np

from heatnet.street import cycles, furniture, people, plants
from heatnet.street.materials import Colour, Material, stuff
from heatnet.street.people import choice
from heatnet.street.site import BLOCK_M, Block, Site, Thing, facing
from heatnet.street.solids import Shape, Solid
from heatnet.street.vehicles import BACK_K, FRONT_K

GAUGE_M, TRACK_M = 1.0, 1.55
"""Freiburg's trams: metre gauge; the tracks' middles are 3.1 m apart (BOStrab in outline)."""
TRAMS: tuple[Colour, ...] = ((0.55, 0.04, 0.04), (0.65, 0.63, 0.58), (0.05, 0.25, 0.15), (0.60, 0.45, 0.04))


def site(rng: np.random.Generator, urban: Site) -> Site:
    """An urban site, widened for the tracks, with this scenery."""
    cross = replace(urban.profile, lane=float(rng.uniform(5.4, 6.2)), walk=float(rng.uniform(3.5, 5.5)), lanes=2, median=0.0)
    return replace(urban, profile=cross, crowd=1.3 * urban.crowd, lamps=True, scenery=(dress,))


def dress(rng: np.random.Generator, made: Block, site: Site, start: float) -> None:
    """Tracks everywhere, a tram now and then, and what stands on the pavement."""
    made.things.append(Thing(tracks(), start + BLOCK_M / 2, 0.0))
    if rng.random() < 0.07:
        made.things.append(Thing(tram(rng), start + 10.0, -TRACK_M, float(np.pi), -float(rng.uniform(6, 11))))
    for side in (-1, 1):
        edge = side * (site.profile.road + site.profile.kerb)
        free = made.crossing is None
        if free and rng.random() < 0.10:
            made.things.append(Thing(shelter(rng), start + 11.0, edge + side * 1.2, facing(side)))
            for i in range(int(rng.integers(1, 4))):
                made.things.append(Thing(people.pedestrian(rng), start + 9.5 + 1.1 * i, edge + side * 1.1, float(rng.uniform(0, 6.28))))
        for rate, build in ((0.12, planter), (0.06, column), (0.10, furniture.bench), (0.10, furniture.bin_), (0.05, furniture.cabinet)):
            if rng.random() < rate:
                made.things.append(Thing(build(rng), start + float(rng.uniform(1, 19)), edge + side * float(rng.uniform(0.6, 1.4)), facing(side)))
        if rng.random() < 0.12:
            _rack(rng, made, start + float(rng.uniform(1, 12)), edge + side * 1.0, facing(side))


def _rack(rng: np.random.Generator, made: Block, s: float, t: float, turn: float) -> None:
    """Bicycles side by side on the pavement."""
    for i in range(int(rng.integers(3, 8))):
        made.things.append(Thing(cycles.bicycle(rng), s + 0.6 * i, t, turn + 1.5 + float(rng.normal(0, 0.1))))


def tracks() -> list[Solid]:
    """Four rails along y, a finger's breadth above the asphalt (Vistas: Rail Track, to us road)."""
    steel = stuff(Material.METAL, "Rail Track", (0.30, 0.29, 0.28))
    return [Solid(Shape.BOX, (side * TRACK_M + rail * GAUGE_M / 2, 0, 0.0), (0.12, BLOCK_M, 0.02), steel) for side in (-1, 1) for rail in (-1, 1)]


def tram(rng: np.random.Generator) -> list[Solid]:
    """A low-floor tram of three cars, 27 m, warm where its windows and bogies are."""
    paint = stuff(Material.PAINT, "On Rails", choice(rng, TRAMS))
    glass, dark = stuff(Material.CAR_GLASS, "On Rails", paint.colour), stuff(Material.PLASTIC, "On Rails", (0.04, 0.04, 0.04))
    front, back = stuff(Material.HEADLIGHT, "On Rails", (0.6, 0.6, 0.6)), stuff(Material.TAILLIGHT, "On Rails", (0.35, 0.02, 0.02))
    solids = []
    for y in (-9.1, 0.0, 9.1):
        style = (y - 4.3, y + 4.3, 1.0, 2.9)
        solids += [
            Solid(Shape.BOX, (0, y, 0.65), (2.3, 8.7, 0.8), paint, warmth=1.0),
            Solid(Shape.BOX, (0, y, 1.95), (2.28, 8.6, 1.8), glass, taper=(0.95, 1.0), warmth=3.0, style=style),
            Solid(Shape.BOX, (0, y, 3.0), (2.0, 8.2, 0.3), paint, warmth=2.0),
            Solid(Shape.BOX, (0, y, 0.2), (1.7, 3.0, 0.3), dark, warmth=9.0),
        ]
    solids += [Solid(Shape.BOX, (0, y, 1.7), (2.0, 0.6, 2.3), dark) for y in (-4.55, 4.55)]
    ends = ((13.45, front, FRONT_K), (-13.45, back, BACK_K))
    return [*solids, *(Solid(Shape.BOX, (x, y, 0.85), (0.3, 0.1, 0.2), what, warmth=warm) for y, what, warm in ends for x in (-0.8, 0.8))]


def shelter(rng: np.random.Generator) -> list[Solid]:
    """A stop's shelter that faces -x: a roof on posts, a glass back, a bench."""
    metal, glass = stuff(Material.METAL, "Building", (0.2, 0.21, 0.22)), stuff(Material.WINDOW, "Building", (0.05, 0.06, 0.06))
    posts = [Solid(Shape.BOX, (0.5, y, 1.2), (0.08, 0.08, 2.4), metal) for y in (-1.9, 0.0, 1.9)]
    return [
        *posts,
        Solid(Shape.BOX, (0.0, 0, 2.45), (1.5, 4.2, 0.1), metal),
        Solid(Shape.BOX, (0.52, 0, 1.3), (0.03, 3.8, 1.8), glass),
        *furniture.bench(rng),
    ]


def planter(rng: np.random.Generator) -> list[Solid]:
    """A concrete tub with a shrub."""
    stone = stuff(Material.MASONRY, "Wall", (0.45, 0.44, 0.42))
    bush = [
        solid._replace(centre=(solid.centre[0] * 0.3, solid.centre[1] * 0.3, solid.centre[2] + 0.5))
        for solid in plants.bush(rng, plants.Season(0.0, 0.0))
    ]
    return [Solid(Shape.BOX, (0, 0, 0.28), (0.9, 0.9, 0.56), stone), *bush[:1]]


def column(rng: np.random.Generator) -> list[Solid]:
    """An advertising column of 3 m."""
    poster = stuff(Material.PLASTIC, "Billboard", choice(rng, furniture.FACES))
    cap = stuff(Material.METAL, "Billboard", (0.12, 0.13, 0.12))
    return [Solid(Shape.PRISM, (0, 0, 1.4), (1.2, 1.2, 2.8), poster), Solid(Shape.PRISM, (0, 0, 2.95), (1.4, 1.4, 0.35), cap, taper=(0.3, 0.3))]
