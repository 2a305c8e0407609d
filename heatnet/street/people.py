"""People on foot and on wheels, from a dozen solids each."""

import numpy as np

from heatnet.street.materials import Colour, Material, stuff
from heatnet.street.solids import Shape, Solid, Vector

SKINS: tuple[Colour, ...] = ((0.52, 0.33, 0.24), (0.60, 0.42, 0.32), (0.35, 0.20, 0.13), (0.16, 0.09, 0.06))
HAIRS: tuple[Colour, ...] = ((0.03, 0.02, 0.02), (0.12, 0.07, 0.04), (0.35, 0.25, 0.12), (0.35, 0.33, 0.32))
CLOTHES: tuple[Colour, ...] = (
    *((0.03, 0.03, 0.04), (0.06, 0.06, 0.07), (0.04, 0.06, 0.15), (0.10, 0.12, 0.20), (0.25, 0.24, 0.22), (0.45, 0.43, 0.40)),
    *((0.35, 0.04, 0.04), (0.05, 0.16, 0.08), (0.40, 0.25, 0.06), (0.16, 0.10, 0.06), (0.62, 0.60, 0.58), (0.10, 0.20, 0.40)),
)


def choice(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    """One of the colours, a little brighter or darker."""
    red, green, blue = colours[rng.integers(len(colours))]
    factor = float(rng.uniform(0.8, 1.25))
    return min(red * factor, 0.9), min(green * factor, 0.9), min(blue * factor, 0.9)


def pedestrian(rng: np.random.Generator) -> list[Solid]:
    """A standing or walking person of 1.15 to 1.95 m, with or without a coat and a bag."""
    tall = float(np.clip(rng.normal(1.72, 0.10), 1.5, 1.95)) if rng.random() > 0.12 else float(rng.uniform(1.15, 1.45))
    stride = float(rng.uniform(0.1, 0.36)) if rng.random() > 0.3 else float(rng.uniform(0.0, 0.08))
    wide = tall * float(rng.uniform(0.95, 1.25))
    top, legs = choice(rng, CLOTHES), choice(rng, CLOTHES)
    body = _upper(rng, "Person", tall, wide, top, 0.0) + _legs("Person", tall, wide, stride, legs)
    if rng.random() < 0.25:
        coat = stuff(Material.CLOTH, "Person", top)
        body.append(Solid(Shape.PRISM, (0, 0, 0.45 * tall), (0.23 * wide, 0.17 * wide, 0.32 * tall), coat, taper=(0.85, 0.85), warmth=-1.0))
    if rng.random() < 0.25:
        bag = stuff(Material.PLASTIC, "Person", choice(rng, CLOTHES))
        body.append(Solid(Shape.BOX, (0, -0.12 * wide, 0.70 * tall), (0.16 * wide, 0.09 * wide, 0.24 * tall), bag))
    return body


def _upper(rng: np.random.Generator, label: str, tall: float, wide: float, top: Colour, lean: float) -> list[Solid]:
    """Head, hair, neck, torso, arms and hands of a person of ``tall`` metres, leaning forward by ``lean`` radians."""
    skin, cloth = stuff(Material.SKIN, label, choice(rng, SKINS)), stuff(Material.CLOTH, label, top)
    hair = stuff(Material.HAIR, label, choice(rng, HAIRS))
    head, hip, swing = 0.115 * tall, 0.50 * tall, float(rng.uniform(-0.4, 0.4))

    def leaning(up: float, ahead: float = 0.0) -> Vector:
        """A point of the upright body, turned about the hip."""
        return 0.0, float(np.sin(lean)) * (up - hip) + ahead, hip + float(np.cos(lean)) * (up - hip)

    solids = [
        Solid(Shape.BALL, leaning(0.93 * tall), (0.095 * tall, 0.11 * tall, head), skin),
        Solid(Shape.BALL, leaning(0.955 * tall, -0.012 * tall), (0.10 * tall, 0.115 * tall, 0.085 * tall), hair),
        Solid(Shape.PRISM, leaning(0.86 * tall), (0.055 * tall, 0.06 * tall, 0.06 * tall), skin),
        Solid(Shape.PRISM, leaning(0.66 * tall), (0.19 * wide, 0.13 * wide, 0.35 * tall), cloth, (-lean, 0, 0), (1.1, 1.0)),
    ]
    for side in (-1, 1):
        bend = lean * 1.6 + side * swing
        _, shoulder, level = leaning(0.66 * tall)
        arm = (side * 0.125 * wide, shoulder + 0.16 * tall * float(np.sin(bend)), level)
        solids.append(Solid(Shape.PRISM, arm, (0.055 * wide, 0.06 * wide, 0.36 * tall), cloth, (bend, 0.06 * side, 0), (1.2, 1.2)))
        hand = (side * 0.14 * wide, arm[1] + 0.19 * tall * float(np.sin(bend)), level - 0.20 * tall * float(np.cos(bend)))
        solids.append(Solid(Shape.BALL, hand, (0.05 * tall, 0.05 * tall, 0.07 * tall), skin, warmth=-2.0))
    return solids


def _legs(label: str, tall: float, wide: float, stride: float, colour: Colour) -> list[Solid]:
    """Two legs at ``stride`` radians from the vertical, with shoes."""
    cloth, shoe = stuff(Material.CLOTH, label, colour), stuff(Material.PLASTIC, label, (0.04, 0.04, 0.04))
    solids = []
    for side in (-1, 1):
        angle, long = side * stride, 0.52 * tall
        middle = (side * 0.05 * wide, 0.5 * long * np.sin(angle), 0.51 * tall - 0.5 * long * np.cos(angle))
        foot = (side * 0.05 * wide, long * np.sin(angle) + 0.03, max(0.51 * tall - long * np.cos(angle), 0.0) + 0.03)
        solids.append(Solid(Shape.PRISM, middle, (0.085 * wide, 0.09 * wide, long), cloth, (angle, 0, 0), (1.35, 1.35), warmth=-1.5))
        solids.append(Solid(Shape.BOX, foot, (0.09, 0.25, 0.08), shoe, warmth=1.0))
    return solids


def rider(rng: np.random.Generator, label: str, saddle: float, lean: float) -> list[Solid]:
    """A person on a saddle ``saddle`` metres above the ground; ``label`` is the Vistas name (Bicyclist, Motorcyclist)."""
    tall = float(np.clip(rng.normal(1.74, 0.08), 1.55, 1.92))
    upper = [
        solid._replace(centre=_lifted(solid, saddle - 0.48 * tall)) for solid in _upper(rng, label, tall, tall * 1.1, choice(rng, CLOTHES), lean)
    ]
    if rng.random() < 0.5 or label == "Motorcyclist":
        helmet = stuff(Material.PLASTIC, label, choice(rng, CLOTHES))
        upper.append(upper[1]._replace(stuff=helmet, size=(0.20, 0.24, 0.19), warmth=2.0))
    return upper + _pedalling(label, saddle, tall, choice(rng, CLOTHES))


def _lifted(solid: Solid, by: float) -> tuple[float, float, float]:
    """A solid's centre, raised."""
    x, y, z = solid.centre
    return x, y, z + by


def _pedalling(label: str, saddle: float, tall: float, colour: Colour) -> list[Solid]:
    """Thighs forward, shins down, shoes."""
    cloth, shoe = stuff(Material.CLOTH, label, colour), stuff(Material.PLASTIC, label, (0.05, 0.05, 0.05))
    solids = []
    for side, lift in ((-1, 0.0), (1, 0.14)):
        knee = saddle - 0.16 + lift
        solids.append(Solid(Shape.PRISM, (side * 0.10, 0.20, saddle - 0.04 + lift / 2), (0.15, 0.15, 0.46), cloth, (1.25, 0, 0), (1.1, 1.1)))
        solids.append(Solid(Shape.PRISM, (side * 0.11, 0.33, knee - 0.22), (0.11, 0.12, 0.46), cloth, (-0.25, 0, 0), (1.3, 1.3)))
        solids.append(Solid(Shape.BOX, (side * 0.11, 0.32, knee - 0.47), (0.09, 0.25, 0.08), shoe))
    return solids
