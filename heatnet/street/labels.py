"""Label ids of other data sets by the ids of a scene (``materials.SCENE_NAMES``)."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import UInt8

from heatnet.street.materials import SCENE_NAMES
from heatnet.taxonomy import CITYSCAPES, MF, VISTAS_NAMES

MF_NAMES: Mapping[str, tuple[str, ...]] = {
    "car": ("Bus", "Car", "Caravan", "Other Vehicle", "Trailer", "Truck"),
    "person": ("Person", "Bicyclist", "Motorcyclist", "Other Rider"),
    "bike": ("Bicycle", "Motorcycle"),
    "curve": ("Curb", "Curb Cut"),
    "car stop": ("Wheel Stop",),
    "guardrail": ("Guard Rail",),
    "colour cone": ("Traffic Cone",),
    "bump": ("Speed Bump",),
}
"""MF's classes (Ha et al., IROS 2017); everything else is unlabelled there, as 92 % of its pixels are."""

CITYSCAPES_NAMES: Mapping[str, tuple[str, ...]] = {
    "road": ("Road", "Service Lane", "Parking", "Crosswalk - Plain", "Lane Marking - Crosswalk", "Lane Marking - General", "Speed Bump"),
    "sidewalk": ("Sidewalk", "Pedestrian Area", "Bike Lane", "Curb", "Curb Cut"),
    "building": ("Building",),
    "wall": ("Wall",),
    "fence": ("Fence",),
    "pole": ("Pole", "Street Light", "Utility Pole", "Traffic Sign Frame"),
    "traffic light": ("Traffic Light",),
    "traffic sign": ("Traffic Sign (Front)",),
    "vegetation": ("Vegetation",),
    "terrain": ("Terrain", "Sand"),
    "sky": ("Sky",),
    "person": ("Person",),
    "rider": ("Bicyclist", "Motorcyclist", "Other Rider"),
    "car": ("Car",),
    "truck": ("Truck",),
    "bus": ("Bus",),
    "train": ("On Rails",),
    "motorcycle": ("Motorcycle",),
    "bicycle": ("Bicycle",),
}
"""Cityscapes' definitions: kerbs belong to the sidewalk; backs of signs, guard rails, bins and benches are not scored."""


def table(groups: Mapping[str, tuple[str, ...]], sources: tuple[str, ...], rest: int) -> UInt8[np.ndarray, "256"]:
    """The ids of a data set (``sources`` in the order of its ids) by those of a scene; ``rest`` for what it does not label."""
    ids = np.full(256, rest, np.uint8)
    for name, ours in groups.items():
        ids[[SCENE_NAMES.index(own) for own in ours]] = sources.index(name)
    return ids


def mf() -> UInt8[np.ndarray, "256"]:
    """MF's ids, 0 where it labels nothing."""
    return table(MF_NAMES, MF.sources, 0)


def cityscapes() -> UInt8[np.ndarray, "256"]:
    """Cityscapes' train ids, 255 where it scores nothing."""
    return table(CITYSCAPES_NAMES, CITYSCAPES.sources, 255)


def vistas() -> UInt8[np.ndarray, "256"]:
    """Vistas' ids; what it has no name for (wheel stops, cones, bumps) is unlabelled."""
    return table({name: (name,) for name in VISTAS_NAMES}, VISTAS_NAMES, VISTAS_NAMES.index("Unlabeled"))
