"""Cars, vans, trucks and buses from tapered boxes; warm where a driving one is."""

from typing import NamedTuple

import numpy as np

from heatnet.street.materials import Colour, Material, stuff
from heatnet.street.people import choice
from heatnet.street.solids import Shape, Solid

PAINTS: tuple[Colour, ...] = (
    *((0.02, 0.02, 0.02), (0.05, 0.05, 0.06), (0.25, 0.26, 0.27), (0.45, 0.46, 0.47), (0.70, 0.70, 0.70), (0.75, 0.74, 0.70)),
    *((0.35, 0.02, 0.02), (0.02, 0.05, 0.22), (0.03, 0.10, 0.20), (0.04, 0.12, 0.06), (0.45, 0.20, 0.03), (0.20, 0.14, 0.09)),
)
FRONT_K, BACK_K = 9.0, 3.0
"""How much warmer a headlight's and a tail light's glass is when they are on (ours)."""


class Body(NamedTuple):
    """Measures of a car in metres: the cabin runs from ``rear`` to ``front`` at its base; ``taper`` along y at its roof."""

    width: float
    length: float
    belt: float
    height: float
    rear: float
    front: float
    taper: float


def _body(rng: np.random.Generator) -> Body:
    """A hatchback, saloon, estate or off-roader."""
    kinds = (
        Body(1.72, 3.9, 0.90, 1.48, -1.85, 0.95, 0.70),
        Body(1.80, 4.6, 0.92, 1.44, -1.60, 0.95, 0.62),
        Body(1.82, 4.7, 0.93, 1.48, -2.25, 0.95, 0.80),
        Body(1.88, 4.5, 1.05, 1.70, -2.15, 1.00, 0.78),
    )
    body = kinds[rng.integers(len(kinds))]
    factor = float(rng.uniform(0.95, 1.05))
    scaled = Body(*(value * factor for value in body))
    return scaled._replace(taper=body.taper)


def car(rng: np.random.Generator, running: bool) -> list[Solid]:
    """A passenger car; ``running``: engine, tyres, exhaust and cabin are warm."""
    body, hot = _body(rng), 1.0 if running else 0.0
    paint = stuff(Material.PAINT, "Car", choice(rng, PAINTS))
    glass, dark = stuff(Material.CAR_GLASS, "Car", paint.colour), stuff(Material.PLASTIC, "Car", (0.03, 0.03, 0.03))
    cabin, bonnet = body.front - body.rear, body.length / 2 - body.front
    engine = float(rng.uniform(5, 14)) * hot
    return [
        Solid(Shape.BOX, (0, 0, (0.30 + body.belt) / 2), (body.width, body.length, body.belt - 0.30), paint, taper=(0.95, 0.97), warmth=2 * hot),
        Solid(
            Shape.BOX, (0, body.front + 0.5 * bonnet, body.belt + 0.02), (0.9 * body.width, 0.9 * bonnet, 0.08), paint, (-0.09, 0, 0), warmth=engine
        ),
        Solid(
            Shape.BOX,
            (0, (body.front + body.rear) / 2, (body.belt + body.height) / 2),
            (0.93 * body.width, cabin, body.height - body.belt),
            glass,
            taper=(0.80, body.taper),
            warmth=2 * hot,
            style=(body.rear, body.front, body.belt, body.height),
        ),
        Solid(Shape.BOX, (0, body.length / 2 - 0.02, 0.42), (0.94 * body.width, 0.10, 0.26), dark, warmth=0.8 * engine),
        Solid(Shape.BOX, (0, -body.length / 2 + 0.02, 0.42), (0.94 * body.width, 0.10, 0.22), dark, warmth=3 * hot),
        Solid(Shape.BOX, (0, 0, 0.27), (0.9 * body.width, 0.9 * body.length, 0.14), dark, warmth=9 * hot),
        *_wheels("Car", body.width, body.length, 0.32, 8 * hot),
        *_lights("Car", body.width, body.length, 0.68, running),
        Solid(Shape.PRISM, (0.35 * body.width, -body.length / 2, 0.27), (0.09, 0.09, 0.25), dark, (np.pi / 2, 0, 0), warmth=30 * hot),
    ]


def _wheels(label: str, width: float, length: float, radius: float, warmth: float, axles: tuple[float, ...] = (-0.31, 0.32)) -> list[Solid]:
    """Tyres and rims at the axles (shares of the length from the middle)."""
    rubber, rim = stuff(Material.TYRE, label, (0.025, 0.025, 0.025)), stuff(Material.METAL, label, (0.30, 0.30, 0.31))
    solids = []
    for side in (-1, 1):
        for axle in axles:
            centre = (side * (width / 2 - 0.09), axle * length, radius)
            solids.append(Solid(Shape.PRISM, centre, (2 * radius, 2 * radius, 0.24), rubber, (0, np.pi / 2, 0), warmth=warmth))
            solids.append(Solid(Shape.PRISM, centre, (1.2 * radius, 1.2 * radius, 0.26), rim, (0, np.pi / 2, 0), warmth=1.5 * warmth))
    return solids


def _lights(label: str, width: float, length: float, height: float, running: bool) -> list[Solid]:
    """Two lights in front, two behind, two number plates; lights of a ``running`` vehicle are on and therefore warm (``light.night``)."""
    front, back = stuff(Material.HEADLIGHT, label, (0.6, 0.6, 0.6)), stuff(Material.TAILLIGHT, label, (0.35, 0.02, 0.02))
    plate = stuff(Material.SIGN, label, (0.7, 0.7, 0.68))
    hot, glow = (FRONT_K, BACK_K) if running else (0.0, 0.0)
    solids = [Solid(Shape.BOX, (0, side * (length / 2 + 0.03), height - 0.22), (0.50, 0.05, 0.11), plate) for side in (-1, 1)]
    for side in (-1, 1):
        solids.append(Solid(Shape.BOX, (side * 0.37 * width, length / 2 - 0.03, height), (0.34, 0.12, 0.15), front, warmth=hot))
        solids.append(Solid(Shape.BOX, (side * 0.39 * width, -length / 2 + 0.03, height + 0.08), (0.28, 0.12, 0.17), back, warmth=glow))
    return solids


def van(rng: np.random.Generator, running: bool) -> list[Solid]:
    """A delivery van of 5 to 6 m."""
    return _lorry(rng, "Car", float(rng.uniform(4.9, 6.0)), 1.95, float(rng.uniform(1.95, 2.6)), running, bus=False)


def truck(rng: np.random.Generator, running: bool) -> list[Solid]:
    """A truck: a cab and a box body."""
    long, high = float(rng.uniform(6.5, 9.0)), float(rng.uniform(3.0, 3.7))
    cab = _lorry(rng, "Truck", long, 2.4, 2.7, running, bus=False)
    load = stuff(Material.PAINT, "Truck", choice(rng, PAINTS))
    return [*cab, Solid(Shape.BOX, (0, -1.1, 0.6 + high / 2), (2.5, long - 2.3, high - 0.4), load)]


def bus(rng: np.random.Generator, running: bool) -> list[Solid]:
    """A city bus of 12 m with a band of windows."""
    return _lorry(rng, "Bus", 11.8, 2.5, 3.1, running, bus=True)


def _lorry(rng: np.random.Generator, label: str, length: float, width: float, height: float, running: bool, bus: bool) -> list[Solid]:
    """A box on wheels with a windscreen; ``bus``: windows all around."""
    hot = 1.0 if running else 0.0
    paint = stuff(Material.PAINT, label, choice(rng, PAINTS))
    glass, dark = stuff(Material.CAR_GLASS, label, paint.colour), stuff(Material.PLASTIC, label, (0.03, 0.03, 0.03))
    belt = 0.45 * height
    band = length if bus else 1.5
    radius = 0.36 if length < 6.2 else 0.48
    back = length if label == "Car" else 2.2
    style, screen = (length / 2 - band, length / 2, belt, height), (0.99 * width, band, height - belt)
    slant = (0.94, 0.98 if bus else 0.9)
    solids = [
        Solid(Shape.BOX, (0, 0, 0.40 + (belt - 0.40) / 2), (width, length, belt - 0.40), paint, warmth=2 * hot),
        Solid(Shape.BOX, (0, (length - band) / 2, (belt + height) / 2), screen, glass, taper=slant, warmth=2 * hot, style=style),
        Solid(Shape.BOX, (0, 0, 0.42), (0.85 * width, 0.92 * length, 0.30), dark, warmth=8 * hot),
        Solid(Shape.BOX, (0, length / 2, 0.60), (0.9 * width, 0.08, 0.40), dark, warmth=12 * hot),
        *_wheels(label, width, length, radius, 8 * hot),
        *_lights(label, width, length, 0.85, running),
    ]
    if not bus and label == "Car":
        solids.append(Solid(Shape.BOX, (0, -0.7, (belt + height) / 2), (0.99 * width, back - 1.45, height - belt), paint, taper=(0.94, 1.0)))
    return solids
