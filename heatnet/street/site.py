"""What blocks of a street are made of: things with places, and what all blocks of a world share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from heatnet.street.path import Layout, Profile
from heatnet.street.solids import Solid

BLOCK_M = 20.0


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
    autumn: float
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
