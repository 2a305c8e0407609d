"""What turns a world of our own country into another one, block by block: things added, swapped or painted anew.

Each ``dress`` function fits ``Site.scenery``; it has random numbers of its own, so a world without it stays what it was.
"""

import numpy as np

from heatnet.street import borders, furniture, vehicles
from heatnet.street.materials import Colour, Material, stuff, vistas_id
from heatnet.street.people import choice
from heatnet.street.site import BLOCK_M, Block, Site, Thing, facing
from heatnet.street.solids import Shape, Solid

BRICKS: tuple[Colour, ...] = ((0.28, 0.13, 0.07), (0.34, 0.20, 0.12), (0.42, 0.33, 0.24), (0.55, 0.52, 0.47), (0.24, 0.22, 0.20))
SIDINGS: tuple[Colour, ...] = ((0.70, 0.68, 0.62), (0.55, 0.62, 0.66), (0.66, 0.60, 0.42), (0.45, 0.55, 0.45), (0.72, 0.72, 0.72), (0.50, 0.22, 0.18))
BAY_M = 2.6


def cone(rng: np.random.Generator) -> list[Solid]:
    """A traffic cone of 0.5 to 0.75 m with a white band."""
    high = float(rng.uniform(0.5, 0.75))
    orange, white = stuff(Material.PLASTIC, "Traffic Cone", (0.75, 0.16, 0.03)), stuff(Material.PLASTIC, "Traffic Cone", (0.75, 0.75, 0.72))
    return [
        Solid(Shape.BOX, (0, 0, 0.02), (0.40, 0.40, 0.04), orange),
        Solid(Shape.PRISM, (0, 0, high / 2), (0.32, 0.32, high), orange, taper=(0.15, 0.15)),
        Solid(Shape.PRISM, (0, 0, 0.62 * high), (0.17, 0.17, 0.2 * high), white, taper=(0.75, 0.75)),
    ]


def bump(width: float) -> list[Solid]:
    """A speed bump across ``width`` metres of road, in black and yellow pieces of half a metre."""
    pieces = round(width / 0.5)
    colours: tuple[Colour, Colour] = ((0.62, 0.45, 0.03), (0.04, 0.04, 0.04))
    return [
        Solid(
            Shape.BOX,
            ((i - (pieces - 1) / 2) * 0.5, 0, 0.03),
            (0.5, 0.5, 0.07),
            stuff(Material.PLASTIC, "Speed Bump", colours[i % 2]),
            taper=(1, 0.35),
        )
        for i in range(pieces)
    ]


def wheel_stop() -> list[Solid]:
    """Two blocks of concrete at the end of a parking bay, along y."""
    stone = stuff(Material.MASONRY, "Wheel Stop", (0.48, 0.47, 0.44))
    return [Solid(Shape.BOX, (0, y, 0.065), (0.16, 0.60, 0.13), stone, taper=(0.7, 0.95)) for y in (-0.55, 0.55)]


def campus(rng: np.random.Generator, made: Block, site: Site, start: float) -> None:
    """MF's campus: car parks with wheel stops, cones, bumps, white guard rails, brick houses."""
    _repaint(rng, made, BRICKS)
    side = int(rng.choice([-1, 1]))
    if rng.random() < 0.35 and not made.crossing:
        _car_park(rng, made, site, start, side)
    if rng.random() < 0.35 and not made.crossing:
        solids = [solid._replace(stuff=solid.stuff._replace(colour=(0.7, 0.7, 0.7))) for solid in borders.guard_rail(rng, 12.0)]
        made.things.append(Thing(solids, start + BLOCK_M / 2, -side * (site.profile.road + site.profile.kerb + 0.12), facing(-side)))
    if rng.random() < 0.35:
        made.things.append(Thing(bump(2 * site.profile.road - 0.6), start + float(rng.uniform(5, 15)), 0.0))
    if rng.random() < 0.45:
        for i in range(int(rng.integers(1, 6))):
            t = side * (site.profile.road - float(rng.uniform(0.1, 0.9)))
            made.things.append(Thing(cone(rng), start + 3.0 + 2.4 * i, t, float(rng.uniform(0, 1.5))))


def _car_park(rng: np.random.Generator, made: Block, site: Site, start: float, side: int) -> None:
    """Bays beside the road in place of what stood there, half of them empty."""
    edge = site.profile.pavement
    made.things[:] = [thing for thing in made.things if thing.pace or thing.drift or side * thing.t < edge]
    for i in range(int(BLOCK_M // BAY_M)):
        s = start + BAY_M * (i + 0.5)
        made.things.append(Thing(wheel_stop(), s, side * (edge + 5.6), facing(side)))
        if rng.random() < 0.45:
            build = vehicles.car if rng.random() < 0.85 else vehicles.van
            turn = side * float(np.pi) / 2 * (1 if rng.random() < 0.5 else -1)
            made.things.append(Thing(build(rng, False), s, side * (edge + 2.9), turn + float(rng.normal(0, 0.03))))


def american(rng: np.random.Generator, made: Block, site: Site, start: float) -> None:
    """A North American street: pick-ups and large cars, siding, wooden poles, hydrants, signals on masts over the road."""
    _repaint(rng, made, SIDINGS)
    made.things[:] = [_motorised(rng, thing) for thing in made.things]
    side = int(rng.choice([-1, 1]))
    at = site.profile.road + site.profile.kerb + 0.4
    if rng.random() < 0.5:
        made.things.append(Thing(furniture.utility_pole(rng), start + 16.0, side * (at + 0.3), facing(side)))
    if rng.random() < 0.2:
        made.things.append(Thing(hydrant(rng), start + 9.0, side * at, 0.0))
    if made.crossing:
        made.things.append(Thing(mast(rng, site.profile.road), start + 15.2, at, 0.0))


def _motorised(rng: np.random.Generator, thing: Thing) -> Thing:
    """The thing, or a pick-up where a car was; bicycles mostly go."""
    labels = {solid.stuff.label for solid in thing.solids}
    if labels == {vistas_id("Car")} and rng.random() < 0.35:
        return thing._replace(solids=pickup(rng, running=any(solid.warmth > 0 for solid in thing.solids)))
    if labels == {vistas_id("Bicycle")} and rng.random() < 0.7:
        return thing._replace(solids=hydrant(rng) if rng.random() < 0.05 else furniture.bollard(rng))
    return thing


def pickup(rng: np.random.Generator, running: bool) -> list[Solid]:
    """A pick-up: a tall car whose cabin ends in the middle, and an open bed behind."""
    solids = vehicles.car(rng, running)
    grown = [s._replace(centre=(1.1 * s.centre[0], 1.22 * s.centre[1], 1.15 * s.centre[2]), size=_times(s.size, (1.1, 1.22, 1.15))) for s in solids]
    belt = grown[0].centre[2] + grown[0].size[2] / 2
    cabin = grown[2]
    front = cabin.centre[1] + cabin.size[1] / 2
    style = (front - 2.1, front, belt, belt + cabin.size[2])
    grown[2] = cabin._replace(centre=(0, front - 1.05, cabin.centre[2]), size=(cabin.size[0], 2.1, cabin.size[2]), taper=(0.82, 0.72), style=style)
    length = grown[0].size[1]
    bed = front - 2.1 + length / 2
    dark = stuff(Material.PLASTIC, "Car", (0.03, 0.03, 0.03))
    return [
        *grown,
        Solid(Shape.BOX, (0, -length / 2 + bed / 2, belt + 0.01), (0.8 * grown[0].size[0], bed - 0.3, 0.05), dark),
        *_rails(grown[0], bed),
    ]


def _rails(body: Solid, bed: float) -> list[Solid]:
    """The sides of a pick-up's bed."""
    top, wide, long = body.centre[2] + body.size[2] / 2, body.size[0], body.size[1]
    return [body._replace(centre=(x * 0.44 * wide, -long / 2 + bed / 2, top + 0.08), size=(0.10, bed, 0.2), taper=(1, 1)) for x in (-1, 1)]


def _times(size: tuple[float, float, float], factor: tuple[float, float, float]) -> tuple[float, float, float]:
    """A size, scaled along each axis."""
    return size[0] * factor[0], size[1] * factor[1], size[2] * factor[2]


def hydrant(rng: np.random.Generator) -> list[Solid]:
    """A fire hydrant."""
    red = stuff(Material.PAINT, "Fire Hydrant", choice(rng, ((0.45, 0.04, 0.03), (0.60, 0.45, 0.04))))
    return [
        Solid(Shape.PRISM, (0, 0, 0.35), (0.26, 0.26, 0.7), red),
        Solid(Shape.BALL, (0, 0, 0.72), (0.28, 0.28, 0.25), red),
        Solid(Shape.PRISM, (0, 0, 0.5), (0.14, 0.14, 0.46), red, (0, np.pi / 2, 0)),
    ]


def mast(rng: np.random.Generator, reach: float) -> list[Solid]:
    """Two signals that hang from an arm over the road, which reaches towards -x."""
    metal = stuff(Material.METAL, "Pole", (0.30, 0.31, 0.31))
    lights = [_lowered(solid, x) for x in (-0.45 * reach, -0.9 * reach) for solid in furniture.signal(rng)[1:]]
    arm = Solid(Shape.PRISM, (-reach / 2, 0, 5.9), (0.14, 0.14, reach), metal, (0, np.pi / 2, 0))
    return [Solid(Shape.PRISM, (0, 0, 3.1), (0.26, 0.26, 6.2), metal, taper=(0.7, 0.7)), arm, *lights]


def _lowered(solid: Solid, x: float) -> Solid:
    """A signal's part, hung from the arm."""
    return solid._replace(centre=(solid.centre[0] + x, solid.centre[1], solid.centre[2] + 2.5))


def _repaint(rng: np.random.Generator, made: Block, colours: tuple[Colour, ...]) -> None:
    """The walls of each house in one of the colours."""
    for place, thing in enumerate(made.things):
        if any(solid.stuff.material is Material.WALL for solid in thing.solids):
            colour = choice(rng, colours)
            painted = [s._replace(stuff=s.stuff._replace(colour=colour)) if s.stuff.material is Material.WALL else s for s in thing.solids]
            made.things[place] = thing._replace(solids=painted)
