"""What stands along 20 m of a street. A block's content depends on its number alone, so any stretch of an endless street
can be laid out without the rest of it."""

from collections.abc import Callable
from functools import partial

import numpy as np

from heatnet.street import cycles, furniture, people, plants, vehicles
from heatnet.street.fronts import front
from heatnet.street.path import Layout
from heatnet.street.site import BLOCK_M, Block, Site, Thing, facing
from heatnet.street.solids import Solid

Builder = Callable[[np.random.Generator], list[Solid]]


def block(rng: np.random.Generator, site: Site, start: float, district: float) -> Block:
    """The block from ``start``; ``district`` in [0, 1) is shared by neighbouring blocks and picks what lines the street."""
    made = Block()
    if rng.random() < {Layout.URBAN: 0.10, Layout.SUBURBAN: 0.10, Layout.RURAL: 0.04}[site.layout]:
        made.crossing = (start + 6.5, start + 6.5 + float(rng.uniform(5.5, 7.5)))
    if rng.random() < (0.75 if made.crossing else 0.04):
        made.zebra = (start + 1.0, start + 4.0)
    for side in (-1, 1):
        if made.crossing:
            _corner(rng, made, site, start, side)
        else:
            front(rng, made, site, start, side, district)
            _parked(rng, made, site, start, side)
        _slots(rng, made, site, start, side)
        _walkers(rng, made, site, start, side)
    _traffic(rng, made, site, start)
    return made


def _corner(rng: np.random.Generator, made: Block, site: Site, start: float, side: int) -> None:
    """Signals or signs at a crossing."""
    at = side * (site.profile.pavement + 0.5)
    build = furniture.signal if site.layout is Layout.URBAN or rng.random() < 0.3 else furniture.sign
    made.things.append(Thing(build(rng), start + (5.0 if side > 0 else 15.2), at, facing(side)))
    if rng.random() < 0.5:
        made.things.append(Thing(furniture.guide_sign(rng), start + 17.0, side * (site.profile.front + 1.5), facing(side)))


def _parked(rng: np.random.Generator, made: Block, site: Site, start: float, side: int) -> None:
    """Cars in the parking lane, or now and then in a drive."""
    front = site.profile.front
    if not site.profile.parking:
        if rng.random() < 0.3:
            made.things.append(
                Thing(vehicles.car(rng, False), start + float(rng.uniform(3, 17)), side * (front + 4), float(rng.choice([-1.57, 1.57])))
            )
        return
    for i in range(3):
        kind = rng.random()
        at = start + 3.4 + 6.6 * i + float(rng.uniform(-0.4, 0.4))
        build: Builder | None = partial(vehicles.car, running=False) if kind < 0.50 else partial(vehicles.van, running=False) if kind < 0.57 else None
        if build:
            t = site.profile.lane + 1.05 + float(rng.normal(0, 0.06))
            made.things.append(Thing(build(rng), at, side * t, facing(side) + float(rng.normal(0, 0.02))))
        elif kind < 0.68:
            _rack(rng, made, at, side * (site.profile.lane + 1.05), facing(side), motor=bool(kind > 0.63))


def _rack(rng: np.random.Generator, made: Block, s: float, t: float, turn: float, motor: bool) -> None:
    """Bicycles (or motorcycles) side by side, across the parking lane."""
    for i in range(int(rng.integers(2, 3 if motor else 6))):
        solids = cycles.motorcycle(rng, running=False) if motor else cycles.bicycle(rng)
        made.things.append(Thing(solids, s - 2.0 + (1.1 if motor else 0.75) * i, t, turn + 1.2 + float(rng.normal(0, 0.08))))


def _slots(rng: np.random.Generator, made: Block, site: Site, start: float, side: int) -> None:
    """Furniture and trees along the kerb, one a slot of 2.5 m."""
    profile, blocked = site.profile, made.crossing
    edge = side * (profile.road + profile.kerb + (0.5 * profile.green if profile.green > 0.8 else 0.45))
    if site.lamps and int(start / BLOCK_M) % max(1, round(site.spacing / BLOCK_M)) == (side > 0):
        made.things.append(Thing(furniture.lamp(rng, works=bool(rng.random() < 0.8)), start + 1.2, edge, facing(side)))
    for i in range(1, 8):
        s = start + 2.5 * i + float(rng.uniform(0.3, 1.8))
        if (blocked and blocked[0] - 1.5 < s < blocked[1] + 1.5) or (made.zebra and made.zebra[0] - 0.5 < s < made.zebra[1] + 0.5):
            continue
        if solids := _furnish(rng, site):
            made.things.append(Thing(solids, s, edge, facing(side)))


def _furnish(rng: np.random.Generator, site: Site) -> list[Solid]:
    """One piece of furniture, or nothing."""
    rates = {
        Layout.URBAN: (0.09, 0.07, 0.07, 0.11, 0.05, 0.02, 0.03, 0.02, 0.0),
        Layout.SUBURBAN: (0.12, 0.06, 0.02, 0.07, 0.05, 0.01, 0.01, 0.01, 0.02),
        Layout.RURAL: (0.07, 0.05, 0.06, 0.03, 0.01, 0.01, 0.0, 0.02, 0.05),
    }[site.layout]
    builders: tuple[Builder, ...] = (
        *(partial(plants.tree, season=site.season), furniture.sign, furniture.bollard, cycles.bicycle, furniture.bin_),
        *(furniture.bench, furniture.cabinet, furniture.billboard, furniture.utility_pole),
    )
    draw = rng.random() - np.cumsum(rates)
    return builders[int(np.argmax(draw < 0))](rng) if draw[-1] < 0 else []


def _walkers(rng: np.random.Generator, made: Block, site: Site, start: float, side: int) -> None:
    """People on the pavement, alone or together, and some who cross the road."""
    profile = site.profile
    for _ in range(rng.poisson(site.crowd)):
        s, t = start + float(rng.uniform(0, BLOCK_M)), side * (profile.pavement + profile.walk * float(rng.uniform(0.35, 0.9)))
        pace = float(rng.choice([-1.3, 0.0, 1.3]) * rng.uniform(0.7, 1.2))
        turn = 0.0 if pace > 0 else float(np.pi) if pace < 0 else float(rng.uniform(0, 6.28))
        for i in range(1 if rng.random() < 0.7 else int(rng.integers(2, 4))):
            made.things.append(Thing(people.pedestrian(rng), s + 0.25 * i, t + 0.6 * i * side, turn, pace))
    if rng.random() < 0.12 * site.crowd or (made.zebra and rng.random() < 0.6):
        solids, way = people.pedestrian(rng), float(rng.choice([-1.0, 1.0]))
        made.things.append(Thing(solids, start + 2.5, 0.0, -way * float(np.pi) / 2, 0.0, way * 1.2, float(rng.uniform(8, 30))))


def _traffic(rng: np.random.Generator, made: Block, site: Site, start: float) -> None:
    """Oncoming cars and riders in both directions."""
    profile = site.profile
    if rng.random() < 0.30:
        kind = rng.random()
        build = vehicles.car if kind < 0.75 else vehicles.van if kind < 0.87 else vehicles.truck if kind < 0.95 else vehicles.bus
        at = start + float(rng.uniform(6, 14))
        made.things.append(Thing(build(rng, True), at, -profile.middle_of(profile.lanes - 1), float(np.pi), -float(rng.uniform(7, 12))))
    if rng.random() < {Layout.URBAN: 0.22, Layout.SUBURBAN: 0.14, Layout.RURAL: 0.08}[site.layout]:
        way = 1 if rng.random() < 0.5 else -1
        build_rider = cycles.cyclist if rng.random() < 0.75 else cycles.motorcyclist
        made.things.append(
            Thing(build_rider(rng), start + float(rng.uniform(0, 20)), way * (profile.lane - 0.55), facing(way), way * float(rng.uniform(3, 5)))
        )
