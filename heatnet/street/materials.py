"""What things are made of: how a material looks, how it warms, and what Mapillary Vistas calls the thing.

Thermal figures are rounded from ASHRAE Handbook of Fundamentals (2017), chapters 4 and 26 (emissivity 8-14 um, solar
absorptance, conductivity and volumetric heat capacity, from which the hours of lag follow); the rest is ours, by eye.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, UInt8

from heatnet.taxonomy import VISTAS, VISTAS_NAMES

Colour = tuple[float, float, float]

SCENE_NAMES = (*VISTAS_NAMES, "Traffic Cone", "Speed Bump", "Wheel Stop")
"""What things of a scene are called: Vistas' names, then what only other data sets label (a world of Vistas holds none of it)."""


class Material(IntEnum):
    """Materials; what a texture can turn into another (wall into window, asphalt into paint) is decided at the pixel."""

    ASPHALT = 0
    MARKING = 1
    PAVING = 2
    KERB = 3
    GRASS = 4
    SOIL = 5
    WALL = 6
    WINDOW = 7
    DOOR = 8
    ROOF = 9
    MASONRY = 10
    WOOD = 11
    METAL = 12
    SIGN = 13
    LAMP = 14
    BARK = 15
    LEAF = 16
    SKIN = 17
    CLOTH = 18
    HAIR = 19
    PAINT = 20
    CAR_GLASS = 21
    TYRE = 22
    HEADLIGHT = 23
    TAILLIGHT = 24
    PLASTIC = 25
    SIGNAL = 26
    BROWN_LEAF = 27


@dataclass(frozen=True)
class Physics:
    """One material: emissivity, solar absorptance, hours of lag, texture in kelvin, texture of the albedo, body heat.

    ``body`` is the share of the way from the air's temperature to 33 degrees (skin) that a living surface keeps;
    ``mirror`` the share of light that it reflects like a mirror at normal incidence. What is ``painted`` (1) takes up sunlight by its
    colour (``heat.absorbed_share``); its absorptance here is that of a middling colour. What ``wets`` (1) holds a film of water after rain;
    ``transpires`` is the share of what plants with all the water they want transpire (ours: a lawn is drier than a crown); leaves that
    have turned brown have shut their pores.
    """

    emissivity: float
    absorptance: float
    lag_h: float
    texture_k: float
    texture: float
    body: float = 0.0
    mirror: float = 0.0
    painted: float = 0.0
    wets: float = 0.0
    transpires: float = 0.0


PHYSICS: dict[Material, Physics] = {
    Material.ASPHALT: Physics(0.95, 0.90, 3.5, 0.5, 0.22, wets=1),
    Material.MARKING: Physics(0.92, 0.50, 3.5, 0.3, 0.15, wets=1),
    Material.PAVING: Physics(0.93, 0.65, 3.0, 0.5, 0.18, wets=1),
    Material.KERB: Physics(0.92, 0.55, 4.5, 0.4, 0.15, wets=1),
    Material.GRASS: Physics(0.97, 0.75, 0.4, 1.2, 0.35, transpires=0.8),
    Material.SOIL: Physics(0.94, 0.75, 1.5, 0.9, 0.30),
    Material.WALL: Physics(0.93, 0.55, 5.0, 0.5, 0.12, painted=1),
    Material.WINDOW: Physics(0.86, 0.20, 0.5, 0.2, 0.05, mirror=0.10),
    Material.DOOR: Physics(0.90, 0.60, 1.0, 0.3, 0.10, painted=1),
    Material.ROOF: Physics(0.92, 0.75, 1.0, 0.5, 0.20, painted=1),
    Material.MASONRY: Physics(0.93, 0.65, 5.5, 0.6, 0.20),
    Material.WOOD: Physics(0.91, 0.65, 0.7, 0.4, 0.18, painted=1),
    Material.METAL: Physics(0.75, 0.60, 0.3, 0.2, 0.05, mirror=0.05),
    Material.SIGN: Physics(0.85, 0.45, 0.2, 0.2, 0.03),
    Material.LAMP: Physics(0.88, 0.50, 0.3, 0.2, 0.03),
    Material.BARK: Physics(0.95, 0.75, 2.0, 0.6, 0.25),
    Material.LEAF: Physics(0.97, 0.50, 0.2, 0.7, 0.55, transpires=0.9),
    Material.SKIN: Physics(0.98, 0.60, 0.1, 0.4, 0.05, body=0.88),
    Material.CLOTH: Physics(0.95, 0.60, 0.1, 1.0, 0.15, body=0.45, painted=1),
    Material.HAIR: Physics(0.96, 0.70, 0.1, 0.6, 0.15, body=0.60),
    Material.PAINT: Physics(0.90, 0.65, 0.5, 0.2, 0.03, mirror=0.06, painted=1),
    Material.CAR_GLASS: Physics(0.86, 0.35, 0.4, 0.2, 0.03, mirror=0.10),
    Material.TYRE: Physics(0.95, 0.90, 1.0, 0.4, 0.10),
    Material.HEADLIGHT: Physics(0.88, 0.40, 0.4, 0.3, 0.03),
    Material.TAILLIGHT: Physics(0.88, 0.50, 0.4, 0.3, 0.03),
    Material.PLASTIC: Physics(0.93, 0.70, 0.6, 0.3, 0.06, painted=1),
    Material.SIGNAL: Physics(0.92, 0.80, 0.5, 0.3, 0.05),
    Material.BROWN_LEAF: Physics(0.97, 0.50, 0.2, 0.7, 0.55),
}


@cache
def column(name: str) -> Float32[np.ndarray, "materials"]:
    """One figure of every material, by its number."""
    return np.array([getattr(PHYSICS[material], name) for material in Material], np.float32)


def figures(name: str, material: UInt8[np.ndarray, "n"]) -> Float32[np.ndarray, "n"]:
    """One figure of each surface's material."""
    return np.take(column(name), material)


class Stuff(NamedTuple):
    """A material, the Vistas id of the thing that it covers, and a colour (reflectance, linear, 0..1)."""

    material: Material
    label: int
    colour: Colour


def stuff(material: Material, vistas: str, colour: Colour) -> Stuff:
    """Stuff by the name in ``SCENE_NAMES``; ``ValueError`` for another one."""
    return Stuff(material, SCENE_NAMES.index(vistas), colour)


def vistas_id(name: str) -> int:
    """Vistas' number of a name."""
    return VISTAS_NAMES.index(name)


def classes() -> UInt8[np.ndarray, "256"]:
    """Our 13 classes by Vistas id."""
    return VISTAS.table()
