"""What blocks of a street are made of: things with places, and what all blocks of a world share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32

from heatnet.street.materials import Material
from heatnet.street.path import Course, Layout, Profile
from heatnet.street.plants import Season
from heatnet.street.solids import Solid, turned
from heatnet.street.vehicles import BACK_K, FRONT_K

BLOCK_M = 20.0
BEFORE_M = 0.12
"""How far before a lamp's glass its light begins: out of the body that holds it."""


class Thing(NamedTuple):
    """An object at (s, t), turned against the road's heading; ``pace`` and ``drift`` are its speeds along s and t in m/s.

    A moving one stands at (s, t) when the car of the cameras is ``lead`` metres before it.
    """

    solids: Sequence[Solid]
    s: float
    t: float
    turn: float = 0.0
    pace: float = 0.0
    drift: float = 0.0
    lead: float = 0.0


@dataclass(frozen=True)
class Site:
    """What every block of a world shares; ``scenery`` changes a finished block (random numbers of its own, block, site, where it starts)."""

    layout: Layout
    profile: Profile
    season: Season
    crowd: float
    lamps: bool
    lit: float
    spacing: float
    scenery: tuple[Callable[[np.random.Generator, "Block", "Site", float], None], ...] = ()


@dataclass
class Block:
    """The things of a block; ``crossing`` from s to s, if any; ``zebra`` likewise."""

    things: list[Thing] = field(default_factory=list)
    crossing: tuple[float, float] | None = None
    zebra: tuple[float, float] | None = None


def facing(side: int) -> float:
    """The turn of an object that faces the road (its -x) from a side."""
    return 0.0 if side > 0 else float(np.pi)


def bulbs(things: Sequence[Thing]) -> Float[np.ndarray, "bulbs 6"]:
    """The lights of things that are on, all in front as one and all behind as one: which thing, x, y, z in its frame, 1 for red ones behind,
    strength (1: two headlights or two tail lights of a car)."""
    rows = []
    for place, thing in enumerate(things):
        for red, (material, usual) in enumerate(((Material.HEADLIGHT, FRONT_K), (Material.TAILLIGHT, BACK_K))):
            on = [solid for solid in thing.solids if solid.stuff.material is material and solid.warmth > 0]
            if on:
                x, y, z = np.mean([solid.centre for solid in on], 0)
                rows.append((place, x, y + (1 - 2 * red) * BEFORE_M, z, red, sum(solid.warmth for solid in on) / (2 * usual)))
    return np.array(rows).reshape(-1, 6)


def beams_of(on: Float[np.ndarray, "n 6"], poses: Float[np.ndarray, "things 4"]) -> Float32[np.ndarray, "n 6"]:
    """Lights (``bulbs``) moved to where their things stand: x, y, z in the world, heading, 1 for red ones, strength."""
    x, y, z, heading = poses[on[:, 0].astype(int)].T
    cos, sin = np.cos(heading), np.sin(heading)
    moved = (cos * on[:, 1] - sin * on[:, 2] + x, sin * on[:, 1] + cos * on[:, 2] + y, on[:, 3] + z)
    return np.stack([*moved, heading, on[:, 4], on[:, 5]], -1).astype(np.float32)


def lamps(course: Course, things: Sequence[Thing]) -> Float32[np.ndarray, "lights 3"]:
    """World positions of the lamps that work, from the things that hold them; they hang below their heads."""
    heads = [(thing, solid.centre) for thing in things for solid in thing.solids if solid.stuff.material is Material.LAMP and solid.warmth > 0]
    moved = [(thing, *turned(centre[:2], thing.turn), centre[2]) for thing, centre in heads]
    lights = np.array([(thing.s + ahead, thing.t + right, up - 0.15) for thing, right, ahead, up in moved]).reshape(-1, 3)
    return np.c_[course.place(lights[:, 0], lights[:, 1]), lights[:, 2]].astype(np.float32) if len(lights) else np.zeros((0, 3), np.float32)


def footprint(thing: Thing) -> tuple[float, float]:
    """Half the size, along s and t, of what of a thing stands on the ground."""
    low = [solid for solid in thing.solids if solid.centre[2] - solid.size[2] / 2 < 0.3]
    right, ahead = (max((abs(solid.centre[k]) + solid.size[k] / 2 for solid in low), default=0.0) for k in (0, 1))
    cos, sin = abs(float(np.cos(thing.turn))), abs(float(np.sin(thing.turn)))
    return cos * ahead + sin * right, cos * right + sin * ahead
