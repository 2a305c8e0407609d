"""The road's course and its cross-section.

Places are given along the road (``s``) and to the right of its middle (``t``), in metres. The heading is a sum of two
sines of s, so the course is smooth, endless and known without laying out what lies before it.
"""

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from heatnet.street.materials import Colour

STEP_M, PIECE_M = 1.0, 500.0


class Layout(Enum):
    """Kinds of street."""

    URBAN = "urban"
    SUBURBAN = "suburban"
    RURAL = "rural"
    HIGHWAY = "highway"
    CITY = "city"


@dataclass(frozen=True)
class Course:
    """heading(s) = sum_i bend_i sin(2 pi s / wave_i + phase_i), in radians; R > 80 m for every draw."""

    bend: tuple[float, float]
    wave_m: tuple[float, float]
    phase: tuple[float, float]

    def heading(self, s: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
        """Heading in radians, anticlockwise from y."""
        waves = [b * np.sin(2 * np.pi * s / w + p) for b, w, p in zip(self.bend, self.wave_m, self.phase, strict=True)]
        return np.asarray(waves[0] + waves[1])

    def place(self, s: Float[np.ndarray, "n"], t: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n 2"]:
        """World x, y of places: the middle of the road (integrated from s = 0 in steps of 1 m) plus t to the right of it.

        The integral is kept in pieces of ``PIECE_M``, so a place costs the same however far along the road it lies.
        """
        first, last = int(np.min(s) // PIECE_M), int(np.max(s) // PIECE_M)
        pieces = [_piece(self, number) for number in range(first, last + 1)]
        knots = PIECE_M * first + np.arange(len(pieces) * round(PIECE_M / STEP_M) + 1) * STEP_M
        x, y = np.concatenate([*(piece[:-1] for piece in pieces[:-1]), pieces[-1]]).T
        heading = self.heading(s)
        return np.stack([np.interp(s, knots, x) + t * np.cos(heading), np.interp(s, knots, y) + t * np.sin(heading)], -1)


@lru_cache(64)
def _piece(way: Course, number: int) -> Float[np.ndarray, "knots 2"]:
    """World x, y of the road's middle at every step from ``number * PIECE_M`` to the next piece."""
    size = round(PIECE_M / STEP_M)
    before = _moves(way, min(0, number * size), max(0, number * size)).sum(0) * (1 if number > 0 else -1)
    return before + np.concatenate([np.zeros((1, 2)), np.cumsum(_moves(way, number * size, (number + 1) * size), 0)])


def _moves(way: Course, first: int, last: int) -> Float[np.ndarray, "steps 2"]:
    """The road's steps from one knot to another, by the heading half-way."""
    angle = way.heading((np.arange(first, last) + 0.5) * STEP_M)
    return STEP_M * np.stack([-np.sin(angle), np.cos(angle)], -1)


@dataclass(frozen=True)
class Profile:
    """The cross-section of one half, in metres: lane, parking lane, kerb stone, green strip, pavement; and the step up.

    ``lane`` is one carriageway: of ``lanes`` lanes, beyond half a ``median`` on a motorway. ``middle`` is the colour of the line in the
    road's middle.
    """

    lane: float
    parking: float
    kerb: float
    green: float
    walk: float
    step: float
    middle: Colour = (0.55, 0.55, 0.53)
    lanes: int = 1
    median: float = 0.0

    def middle_of(self, lane: int) -> float:
        """How far from the road's middle a lane's middle is; lane 0 is the innermost."""
        return self.median + (lane + 0.5) * (self.lane - self.median) / self.lanes

    @property
    def road(self) -> float:
        """Where the kerb begins."""
        return self.lane + self.parking

    @property
    def pavement(self) -> float:
        """Where the pavement begins."""
        return self.road + self.kerb + self.green

    @property
    def front(self) -> float:
        """Where private ground begins."""
        return self.pavement + self.walk


def course(rng: np.random.Generator, layout: Layout) -> Course:
    """A course; country roads bend most."""
    strength = {Layout.CITY: 0.10, Layout.URBAN: 0.10, Layout.SUBURBAN: 0.20, Layout.RURAL: 0.30, Layout.HIGHWAY: 0.10}[layout]
    wave = float(rng.uniform(220, 320)), float(rng.uniform(380, 600))
    return Course(
        (strength * float(rng.uniform(0.2, 1)), strength * float(rng.uniform(0.2, 1))),
        wave,
        (float(rng.uniform(0, 6.28)), float(rng.uniform(0, 6.28))),
    )


def profile(rng: np.random.Generator, layout: Layout) -> Profile:
    """A cross-section (German RASt 06 gives lanes of 2.75 to 3.5 m, parking of 2 m, pavements of 1.5 m and more)."""
    kerb, step = float(rng.uniform(0.22, 0.38)), float(rng.uniform(0.10, 0.15))
    if layout is Layout.URBAN:
        return Profile(float(rng.uniform(3.0, 3.6)), 2.1, kerb, 0.0, float(rng.uniform(2.4, 4.2)), step)
    if layout is Layout.SUBURBAN:
        parking, green = (2.0 if rng.random() < 0.6 else 0.0), (float(rng.uniform(0.9, 1.8)) if rng.random() < 0.5 else 0.0)
        return Profile(float(rng.uniform(2.7, 3.2)), parking, kerb, green, float(rng.uniform(1.5, 2.4)), step)
    return Profile(float(rng.uniform(2.8, 3.4)), 0.0, kerb, float(rng.uniform(0.5, 2.0)), float(rng.uniform(1.4, 2.2)), 0.08)
