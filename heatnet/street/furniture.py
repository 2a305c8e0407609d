"""What stands on a pavement: lamps, signs, signals, bollards, bins, boxes, benches."""

import numpy as np

from heatnet.street.materials import Colour, Material, stuff
from heatnet.street.people import choice
from heatnet.street.solids import Shape, Solid

GREYS: tuple[Colour, ...] = ((0.20, 0.21, 0.21), (0.35, 0.36, 0.36), (0.08, 0.10, 0.09), (0.14, 0.14, 0.15))
FACES: tuple[Colour, ...] = ((0.55, 0.03, 0.03), (0.03, 0.10, 0.45), (0.65, 0.50, 0.04), (0.70, 0.70, 0.70), (0.03, 0.25, 0.12))
BINS: tuple[Colour, ...] = ((0.05, 0.05, 0.05), (0.04, 0.10, 0.30), (0.35, 0.25, 0.03), (0.16, 0.08, 0.04), (0.05, 0.18, 0.08))
LAMP_K = 1.5
"""How much warmer the head of a lamp that works is (ours; by day its electronics, by night the light too)."""


def lamp(rng: np.random.Generator, works: bool) -> list[Solid]:
    """A street lamp of 4 to 8 m whose head reaches towards -x; one that ``works`` has a warm head (``LAMP_K``), which gives light by night."""
    high, thick = float(rng.uniform(4.2, 8.0)), float(rng.uniform(0.14, 0.22))
    post, head = stuff(Material.METAL, "Street Light", choice(rng, GREYS)), stuff(Material.LAMP, "Street Light", (0.55, 0.55, 0.5))
    return [
        Solid(Shape.PRISM, (0, 0, high / 2), (thick, thick, high), post, taper=(0.6, 0.6)),
        Solid(Shape.PRISM, (-0.6, 0, high), (0.08, 0.08, 1.3), post, (0, np.pi / 2, 0)),
        Solid(Shape.BOX, (-1.3, 0, high - 0.03), (0.70, 0.30, 0.16), head, warmth=LAMP_K * works),
        Solid(Shape.PRISM, (0, 0, 0.35), (1.8 * thick, 1.8 * thick, 0.7), post),
    ]


def sign(rng: np.random.Generator) -> list[Solid]:
    """A post with one or two faces towards -y (towards who drives along y) and grey backs."""
    metal = stuff(Material.METAL, "Pole", choice(rng, GREYS))
    high, face = float(rng.uniform(2.2, 3.0)), float(rng.uniform(0.6, 0.9))
    solids = [Solid(Shape.PRISM, (0, 0, high / 2), (0.10, 0.10, high), metal)]
    for i in range(1 if rng.random() < 0.7 else 2):
        solids += _plate(rng, high - 0.35 - i * (face + 0.05), face, face, round_face=bool(rng.random() < 0.6))
    return solids


def _plate(rng: np.random.Generator, z: float, wide: float, high: float, round_face: bool) -> list[Solid]:
    """A sign's face with a rim, and its back."""
    colour = choice(rng, FACES)
    inner = (0.70, 0.70, 0.70) if colour[0] > 0.4 or rng.random() < 0.3 else colour
    face, core = stuff(Material.SIGN, "Traffic Sign (Front)", colour), stuff(Material.SIGN, "Traffic Sign (Front)", inner)
    back = stuff(Material.METAL, "Traffic Sign (Back)", (0.28, 0.28, 0.29))
    layers = ((-0.08, 1.0, face), (-0.095, 0.72, core), (-0.06, 1.0, back))
    if round_face:
        return [Solid(Shape.PRISM, (0, y, z), (share * wide, share * high, 0.02), what, (np.pi / 2, 0.0, 0.0)) for y, share, what in layers]
    return [Solid(Shape.BOX, (0, y, z), (share * wide, 0.02, share * high), what) for y, share, what in layers]


def guide_sign(rng: np.random.Generator) -> list[Solid]:
    """A large direction sign on two posts."""
    metal, wide, high = stuff(Material.METAL, "Traffic Sign Frame", choice(rng, GREYS)), float(rng.uniform(1.4, 2.6)), float(rng.uniform(0.9, 1.6))
    posts = [Solid(Shape.PRISM, (x * wide, 0, 1.6), (0.12, 0.12, 3.2), metal) for x in (-0.35, 0.35)]
    return posts + _plate(rng, 3.2 - high / 2, wide, high, round_face=False)


def signal(rng: np.random.Generator) -> list[Solid]:
    """A traffic light; one of its three lenses shines towards -y."""
    post, case = stuff(Material.METAL, "Pole", choice(rng, GREYS)), stuff(Material.PLASTIC, "Traffic Light", (0.03, 0.04, 0.03))
    on = int(rng.integers(3))
    colours: tuple[Colour, ...] = ((0.9, 0.04, 0.02), (0.9, 0.5, 0.02), (0.03, 0.8, 0.35))
    solids = [
        Solid(Shape.PRISM, (0, 0, 1.7), (0.16, 0.16, 3.4), post),
        Solid(Shape.BOX, (0, -0.16, 2.85), (0.36, 0.24, 1.0), case, warmth=2.0),
    ]
    for i, colour in enumerate(colours):
        lens = stuff(Material.SIGNAL if i == on else Material.PLASTIC, "Traffic Light", colour if i == on else (0.05, 0.05, 0.05))
        solids.append(Solid(Shape.PRISM, (0, -0.30, 3.17 - 0.32 * i), (0.24, 0.24, 0.06), lens, (np.pi / 2, 0, 0), warmth=4.0 * (i == on)))
    return solids


def utility_pole(rng: np.random.Generator) -> list[Solid]:
    """A wooden pole with a cross-arm."""
    wood, high = stuff(Material.WOOD, "Utility Pole", (0.15, 0.10, 0.06)), float(rng.uniform(7, 9))
    return [
        Solid(Shape.PRISM, (0, 0, high / 2), (0.32, 0.32, high), wood, taper=(0.7, 0.7)),
        Solid(Shape.BOX, (0, 0, high - 0.6), (1.8, 0.12, 0.14), wood),
    ]


def bollard(rng: np.random.Generator) -> list[Solid]:
    """A post of one metre."""
    metal = stuff(Material.METAL, "Pole", choice(rng, GREYS))
    return [
        Solid(Shape.PRISM, (0, 0, 0.5), (0.16, 0.16, 1.0), metal),
        Solid(Shape.PRISM, (0, 0, 0.88), (0.17, 0.17, 0.12), metal._replace(colour=(0.6, 0.6, 0.6))),
    ]


def bin_(rng: np.random.Generator) -> list[Solid]:
    """One to three wheeled bins."""
    solids = []
    for i in range(int(rng.integers(1, 4))):
        plastic, lid = stuff(Material.PLASTIC, "Trash Can", choice(rng, BINS)), stuff(Material.PLASTIC, "Trash Can", choice(rng, BINS))
        wide = float(rng.uniform(0.55, 0.8))
        solids.append(Solid(Shape.BOX, (0, 0.85 * i, 0.52), (wide, wide, 1.0), plastic, (np.pi, 0, 0), (0.82, 0.82)))
        solids.append(Solid(Shape.BOX, (0, 0.85 * i, 1.06), (wide + 0.06, wide + 0.06, 0.1), lid, (0, 0.08, 0)))
    return solids


def bench(rng: np.random.Generator) -> list[Solid]:
    """A bench that faces -x."""
    wood, iron = stuff(Material.WOOD, "Bench", (0.22, 0.13, 0.07)), stuff(Material.METAL, "Bench", (0.06, 0.06, 0.06))
    legs = [Solid(Shape.BOX, (0, y, 0.22), (0.45, 0.08, 0.44), iron) for y in (-0.7, 0.7)]
    return [*legs, Solid(Shape.BOX, (0, 0, 0.46), (0.48, 1.8, 0.06), wood), Solid(Shape.BOX, (0.24, 0, 0.75), (0.05, 1.8, 0.40), wood, (0, 0.15, 0))]


def cabinet(rng: np.random.Generator) -> list[Solid]:
    """A junction box, a letter box or a hydrant."""
    kind = rng.random()
    if kind < 0.5:
        grey = stuff(Material.PLASTIC, "Junction Box", choice(rng, ((0.35, 0.35, 0.33), (0.20, 0.25, 0.20))))
        return [Solid(Shape.BOX, (0, 0, 0.6), (0.35, float(rng.uniform(0.6, 1.4)), 1.2), grey, warmth=1.0)]
    if kind < 0.8:
        yellow = stuff(Material.PAINT, "Mailbox", choice(rng, ((0.65, 0.42, 0.02), (0.40, 0.03, 0.03))))
        return [Solid(Shape.BOX, (0, 0, 0.95), (0.45, 0.55, 0.75), yellow), Solid(Shape.BOX, (0, 0, 0.3), (0.2, 0.2, 0.6), yellow)]
    red = stuff(Material.PAINT, "Fire Hydrant", (0.40, 0.04, 0.03))
    return [Solid(Shape.PRISM, (0, 0, 0.4), (0.28, 0.28, 0.8), red), Solid(Shape.BALL, (0, 0, 0.82), (0.3, 0.3, 0.25), red)]


def billboard(rng: np.random.Generator) -> list[Solid]:
    """A poster in a frame on two legs that faces -y and +y."""
    frame, poster = stuff(Material.METAL, "Billboard", choice(rng, GREYS)), stuff(Material.PLASTIC, "Billboard", choice(rng, FACES))
    wide, high = float(rng.uniform(1.2, 2.8)), float(rng.uniform(1.6, 2.2))
    legs = [Solid(Shape.BOX, (x * wide, 0, 0.35), (0.1, 0.1, 0.7), frame) for x in (-0.3, 0.3)]
    return [
        *legs,
        Solid(Shape.BOX, (0, 0, 0.6 + high / 2), (wide, 0.14, high), frame),
        Solid(Shape.BOX, (0, 0, 0.6 + high / 2), (0.9 * wide, 0.18, 0.9 * high), poster, warmth=1.0),
    ]
