"""A street small enough for tests: parameters, a straight empty world, and a box to look at."""

from dataclasses import replace

import numpy as np

from heatnet.config import Street, StreetClimate, StreetRig, StreetSensor, StreetSplit, StreetVistas
from heatnet.street import Layout, World, world
from heatnet.street.materials import Material, stuff
from heatnet.street.path import Course
from heatnet.street.site import Thing
from heatnet.street.solids import Shape, Solid

RIG = StreetRig(
    rgb_size=(1920, 650),
    rgb_focal_px=997.0,
    rgb_centre_px=(965.95, 287.55),
    baseline_m=0.5015,
    thermal_size=(640, 512),
    thermal_focal_px=(508.445, 508.268),
    thermal_centre_px=(313.485, 250.796),
    thermal_distortion=(-0.43301338, 0.18707614, 0.00196324, 0.00034973),
    thermal_from_left=(
        (0.9998617370021637, 0.012869035015364511, 0.010530660795284655, -0.061495403333370745),
        (-0.013111456687221702, 0.9996428897421656, 0.023284816758301494, 0.000992701022074616),
        (-0.010227247066103975, -0.023419669632637665, 0.9996734079146764, 0.013710226541861619),
    ),
    height_m=1.66,
    focal_guess=1.04,
)
SENSOR = StreetSensor(0.0008, 0.003, 0.002, 0.02, 22800.0, 0.9, (0.05, 0.1), 0.05)
SPLIT = StreetSplit(1, 1, 1, 1, 1.0, 1, 0.05, 0.1, 2)
STREET = Street(
    seed=3,
    layouts=("urban", "suburban", "rural"),
    rig=RIG,
    sensor=SENSOR,
    climate=StreetClimate(48.0, (9.0, 15.5), (22.0, 3.0), (15, 350), 1.0),
    vistas=StreetVistas(3, 1, (64, 32), (60.0, 105.0), 2, ("urban", "suburban", "rural"), 0.2),
    train=replace(SPLIT, day_frames=2),
    test=SPLIT,
    calibration=SPLIT,
)
BOX_SIZE, BOX_S, BOX_T = (1.8, 4.0, 1.5), 14.0, 0.7


def straight() -> World:
    """A suburban world without bends."""
    drawn = world(np.random.default_rng(0), Layout.SUBURBAN)
    return replace(drawn, course=Course((0.0, 0.0), (300.0, 500.0), (0.0, 0.0)))


def box() -> Thing:
    """A box called a car, its near face 12 m ahead of s = 0."""
    width, length, height = BOX_SIZE
    solid = Solid(Shape.BOX, (0.0, 0.0, height / 2), (width, length, height), stuff(Material.PAINT, "Car", (0.5, 0.1, 0.1)))
    return Thing([solid], BOX_S, BOX_T)


def corners() -> np.ndarray:
    """The box's corners in the world, (8, 3)."""
    width, length, height = BOX_SIZE
    return np.array([[BOX_T + x * width / 2, BOX_S + y * length / 2, z * height] for x in (-1, 1) for y in (-1, 1) for z in (0, 1)])
