"""Bicycles and motorcycles; wheels are filled with a thin disc, as annotators fill spokes."""

import numpy as np

from heatnet.street.materials import Colour, Material, Stuff, stuff
from heatnet.street.people import choice, rider
from heatnet.street.solids import Shape, Solid, Vector
from heatnet.street.vehicles import BACK_K, FRONT_K

FRAMES: tuple[Colour, ...] = ((0.03, 0.03, 0.03), (0.30, 0.03, 0.03), (0.03, 0.08, 0.25), (0.40, 0.40, 0.42), (0.04, 0.20, 0.10), (0.45, 0.30, 0.05))
WHEEL_TURN: Vector = (0.0, np.pi / 2, 0.0)


def bicycle(rng: np.random.Generator) -> list[Solid]:
    """A bicycle of 1.75 m with its stand up: wheels, frame, saddle, handlebar, sometimes a basket."""
    paint = stuff(Material.PAINT, "Bicycle", choice(rng, FRAMES))
    rubber, spokes = stuff(Material.TYRE, "Bicycle", (0.03, 0.03, 0.03)), stuff(Material.METAL, "Bicycle", (0.14, 0.14, 0.14))
    dark = stuff(Material.PLASTIC, "Bicycle", (0.04, 0.03, 0.03))
    radius = float(rng.uniform(0.33, 0.36))
    solids = []
    for y in (-0.53, 0.53):
        solids.append(Solid(Shape.RING, (0, y, radius), (2 * radius, 2 * radius, 0.045), rubber, WHEEL_TURN))
        solids.append(Solid(Shape.PRISM, (0, y, radius), (1.7 * radius, 1.7 * radius, 0.012), spokes, WHEEL_TURN))
    for start, end in (((-0.15, 0.30), (-0.25, 0.90)), ((-0.15, 0.30), (0.38, 0.80)), ((-0.22, 0.78), (0.38, 0.82)), ((0.53, 0.35), (0.36, 1.0))):
        solids.append(_tube(start, end, paint, 0.05))
    solids.append(_tube((-0.15, 0.30), (-0.53, 0.35), paint, 0.04))
    solids.append(Solid(Shape.BOX, (0, -0.27, 0.93), (0.14, 0.26, 0.07), dark))
    solids.append(Solid(Shape.PRISM, (0, 0.33, 1.02), (0.04, 0.04, 0.58), dark, WHEEL_TURN))
    if rng.random() < 0.35:
        solids.append(Solid(Shape.BOX, (0, 0.55, 0.95), (0.34, 0.26, 0.24), dark))
    return solids


def _tube(start: tuple[float, float], end: tuple[float, float], paint: Stuff, thick: float) -> Solid:
    """A tube in the plane of the frame between two points (y, z)."""
    dy, dz = end[0] - start[0], end[1] - start[1]
    centre = (0.0, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    return Solid(Shape.PRISM, centre, (thick, thick, float(np.hypot(dy, dz))), paint, (float(np.arctan2(-dy, dz)), 0.0, 0.0))


def cyclist(rng: np.random.Generator) -> list[Solid]:
    """A bicycle, its lights on four times of five, and its rider."""
    solids = bicycle(rng) + rider(rng, "Bicyclist", 0.98, float(rng.uniform(0.2, 0.6)))
    return solids + _bicycle_lights() if rng.random() < 0.8 else solids


def _bicycle_lights() -> list[Solid]:
    """A headlight at the fork and a tail light under the saddle, on."""
    front, back = stuff(Material.HEADLIGHT, "Bicycle", (0.6, 0.6, 0.6)), stuff(Material.TAILLIGHT, "Bicycle", (0.35, 0.02, 0.02))
    return [
        Solid(Shape.BALL, (0, 0.47, 0.88), (0.08, 0.08, 0.08), front, warmth=1.0),
        Solid(Shape.BOX, (0, -0.42, 0.80), (0.06, 0.04, 0.07), back, warmth=0.5),
    ]


def motorcycle(rng: np.random.Generator, running: bool) -> list[Solid]:
    """A motorcycle or scooter of 2 m; when ``running`` its engine and exhaust are hot."""
    paint = stuff(Material.PAINT, "Motorcycle", choice(rng, FRAMES))
    dark, rubber = stuff(Material.PLASTIC, "Motorcycle", (0.03, 0.03, 0.03)), stuff(Material.TYRE, "Motorcycle", (0.03, 0.03, 0.03))
    metal, lamp = stuff(Material.METAL, "Motorcycle", (0.25, 0.25, 0.26)), stuff(Material.HEADLIGHT, "Motorcycle", (0.6, 0.6, 0.6))
    hot = 35.0 if running else 0.0
    solids = [Solid(Shape.PRISM, (0, y, 0.30), (0.60, 0.60, 0.13), rubber, WHEEL_TURN, warmth=hot / 4) for y in (-0.68, 0.68)]
    return [
        *solids,
        Solid(Shape.BOX, (0, 0.0, 0.45), (0.34, 0.60, 0.36), metal, warmth=hot),
        Solid(Shape.BOX, (0, 0.20, 0.78), (0.32, 0.50, 0.26), paint, (0.15, 0, 0), (0.7, 0.8)),
        Solid(Shape.BOX, (0, -0.38, 0.80), (0.28, 0.75, 0.14), dark),
        Solid(Shape.BOX, (0, 0.52, 0.85), (0.36, 0.14, 0.60), paint, (0.35, 0, 0), (0.6, 1)),
        Solid(Shape.BALL, (0, 0.62, 0.92), (0.20, 0.12, 0.20), lamp, warmth=FRONT_K * running),
        Solid(Shape.PRISM, (0, 0.45, 1.08), (0.05, 0.05, 0.70), dark, WHEEL_TURN),
        Solid(Shape.PRISM, (0.18, -0.50, 0.38), (0.12, 0.12, 0.70), metal, (np.pi / 2, 0, 0), warmth=1.5 * hot),
        Solid(Shape.BOX, (0, -0.78, 0.80), (0.24, 0.10, 0.12), stuff(Material.TAILLIGHT, "Motorcycle", (0.35, 0.02, 0.02)), warmth=BACK_K * running),
    ]


def motorcyclist(rng: np.random.Generator) -> list[Solid]:
    """A running motorcycle and its rider."""
    return motorcycle(rng, running=True) + rider(rng, "Motorcyclist", 0.92, 0.25)
