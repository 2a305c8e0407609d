"""Class names, colours and label maps: the only place where an index gets a name.

The 13 classes are those of Freiburg Thermal (Vertens et al., IROS 2020); the map from Mapillary Vistas is the authors',
slips included ("Barrier" is a curb, "Bird" a person, "Water" terrain), because it is what trained their teacher.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from jaxtyping import UInt8


class Domain(Enum):
    """The two sides of the gap."""

    DAY = "day"
    NIGHT = "night"


@dataclass(frozen=True)
class Category:
    """One class: its name, its longer name in the paper, and its colour (8-bit RGB)."""

    name: str
    title: str
    colour: tuple[int, int, int]


CATEGORIES: tuple[Category, ...] = (
    Category("road", "Road, parking", (128, 64, 128)),
    Category("sidewalk", "Sidewalk, ground", (244, 35, 232)),
    Category("building", "Building", (70, 70, 70)),
    Category("curb", "Curb", (196, 196, 196)),
    Category("fence", "Fence", (190, 153, 153)),
    Category("pole", "Pole, sign", (220, 220, 0)),
    Category("vegetation", "Vegetation", (107, 142, 35)),
    Category("terrain", "Terrain", (152, 251, 152)),
    Category("sky", "Sky", (70, 130, 180)),
    Category("person", "Person, rider", (220, 20, 60)),
    Category("car", "Car, truck, bus, train", (0, 0, 142)),
    Category("bicycle", "Bicycle, motorcycle", (119, 11, 32)),
    Category("background", "Background", (60, 60, 90)),
)

NAMES: tuple[str, ...] = tuple(category.name for category in CATEGORIES)
NUM_CLASSES: int = len(CATEGORIES)
IGNORE: int = NUM_CLASSES
SCORED: tuple[int, ...] = tuple(range(12))
"""The classes in the mean IoU: all but background (the authors' protocol)."""

ROAD, SIDEWALK, BUILDING, CURB, FENCE, POLE, VEGETATION, TERRAIN, SKY, PERSON, CAR, BICYCLE, BACKGROUND = range(NUM_CLASSES)
COMPATIBLE: tuple[int, ...] = (CAR, PERSON, BICYCLE)
"""The classes that MF shares with every other set (paper)."""


@dataclass(frozen=True)
class LabelMap:
    """A map from a data set's own ids to ours.

    ``sources`` are the set's names in the order of its ids; ``targets`` our class of each (``IGNORE`` where there is none);
    ``void`` further ids that mean "not labelled".
    """

    name: str
    sources: tuple[str, ...]
    targets: tuple[int, ...]
    void: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a map whose names and targets do not pair up."""
        if len(self.sources) != len(self.targets):
            raise ValueError(f"label map {self.name}: {len(self.sources)} names but {len(self.targets)} targets; give one target per name")

    def table(self) -> UInt8[np.ndarray, "256"]:
        """A table of our ids by theirs; 255 marks an id that the set does not have."""
        table = np.full(256, 255, np.uint8)
        table[: len(self.targets)] = self.targets
        table[list(self.void)] = IGNORE
        return table

    def apply(self, label: UInt8[np.ndarray, "*shape"], where: object) -> UInt8[np.ndarray, "*shape"]:
        """Translate a label image; ``where`` names it in errors.

        Raises ``ValueError`` for an id that the set does not have.
        """
        mapped = self.table()[label]
        if label.size and mapped.max() == 255:
            stray = int(label[mapped == 255].flat[0])
            raise ValueError(
                f"{where}: label id {stray} is not one of the {len(self.sources)} ids of {self.name}; "
                "check that the file holds class ids (not colours or instances) and that the label map is the right one"
            )
        return mapped


def _by_class(name: str, sources: tuple[str, ...], groups: Mapping[int, tuple[str, ...]], rest: int, void: tuple[int, ...] = ()) -> LabelMap:
    """A label map from groups of names; a name in no group gets ``rest``."""
    lookup = {source: target for target, group in groups.items() for source in group}
    if stray := set(lookup) - set(sources):
        raise ValueError(f"label map {name}: {sorted(stray)} are not names of the set")
    return LabelMap(name, sources, tuple(lookup.get(source, rest) for source in sources), void)


VISTAS_NAMES: tuple[str, ...] = (
    *("Bird", "Ground Animal", "Curb", "Fence", "Guard Rail", "Barrier", "Wall", "Bike Lane", "Crosswalk - Plain", "Curb Cut", "Parking"),
    *("Pedestrian Area", "Rail Track", "Road", "Service Lane", "Sidewalk", "Bridge", "Building", "Tunnel", "Person", "Bicyclist"),
    *("Motorcyclist", "Other Rider", "Lane Marking - Crosswalk", "Lane Marking - General", "Mountain", "Sand", "Sky", "Snow", "Terrain"),
    *("Vegetation", "Water", "Banner", "Bench", "Bike Rack", "Billboard", "Catch Basin", "CCTV Camera", "Fire Hydrant", "Junction Box"),
    *("Mailbox", "Manhole", "Phone Booth", "Pothole", "Street Light", "Pole", "Traffic Sign Frame", "Utility Pole", "Traffic Light"),
    *("Traffic Sign (Back)", "Traffic Sign (Front)", "Trash Can", "Bicycle", "Boat", "Bus", "Car", "Caravan", "Motorcycle", "On Rails"),
    *("Other Vehicle", "Trailer", "Truck", "Wheeled Slow", "Car Mount", "Ego Vehicle", "Unlabeled"),
)

VISTAS = _by_class(
    "Mapillary Vistas v1.2",
    VISTAS_NAMES,
    {
        ROAD: ("Crosswalk - Plain", "Parking", "Rail Track", "Road", "Service Lane", "Lane Marking - Crosswalk", "Lane Marking - General"),
        SIDEWALK: ("Bike Lane", "Pedestrian Area", "Sidewalk"),
        BUILDING: ("Wall", "Bridge", "Building", "Tunnel"),
        CURB: ("Curb", "Barrier", "Curb Cut"),
        FENCE: ("Fence", "Guard Rail"),
        POLE: ("Street Light", "Pole", "Traffic Sign Frame", "Utility Pole", "Traffic Light", "Traffic Sign (Back)", "Traffic Sign (Front)"),
        VEGETATION: ("Vegetation",),
        TERRAIN: ("Mountain", "Sand", "Snow", "Terrain", "Water"),
        SKY: ("Sky",),
        PERSON: ("Bird", "Person", "Bicyclist", "Motorcyclist", "Other Rider"),
        CAR: ("Boat", "Bus", "Car", "Caravan", "On Rails", "Other Vehicle", "Trailer", "Truck", "Wheeled Slow"),
        BICYCLE: ("Bicycle", "Motorcycle"),
        IGNORE: ("Unlabeled",),
    },
    rest=BACKGROUND,
)

_SIGNS = (
    *("Traffic Sign - Ambiguous", "Traffic Sign (Back)", "Traffic Sign - Direction (Back)", "Traffic Sign - Direction (Front)"),
    *("Traffic Sign (Front)", "Traffic Sign - Parking", "Traffic Sign - Temporary (Back)", "Traffic Sign - Temporary (Front)"),
)
_LIGHTS = tuple(
    f"Traffic Light - {kind}" for kind in ("General (Single)", "Pedestrians", "General (Upright)", "General (Horizontal)", "Cyclists", "Other")
)
_ARROWS = tuple(f"Arrow ({way})" for way in ("Left", "Other", "Right", "Split Left or Straight", "Split Right or Straight", "Straight"))
_GIVE_WAY = ("Crosswalk", "Give Way (Row)", "Give Way (Single)", "Hatched (Chevron)", "Hatched (Diagonal)", "Other", "Stop Line")
_MARKINGS = tuple(
    f"Lane Marking - {kind}"
    for kind in ("Dashed Line", "Straight Line", "Zigzag Line", "Ambiguous", *_ARROWS, *_GIVE_WAY, "Symbol (Bicycle)", "Symbol (Other)", "Text")
)
_ONLY = tuple(f"Lane Marking (only) - {kind}" for kind in ("Dashed Line", "Crosswalk", "Other", "Test"))
_BARRIERS = ("Barrier", "Road Median", "Road Side", "Lane Separator", "Temporary Barrier")

VISTAS2_NAMES: tuple[str, ...] = (
    *("Bird", "Ground Animal", "Ambiguous Barrier", "Concrete Block", "Curb", "Fence", "Guard Rail", *_BARRIERS, "Wall", "Bike Lane"),
    *("Crosswalk - Plain", "Curb Cut", "Driveway", "Parking", "Parking Aisle", "Pedestrian Area", "Rail Track", "Road", "Road Shoulder"),
    *("Service Lane", "Sidewalk", "Traffic Island", "Bridge", "Building", "Garage", "Tunnel", "Person", "Person Group", "Bicyclist"),
    *("Motorcyclist", "Other Rider", *_MARKINGS, *_ONLY, "Mountain", "Sand", "Sky", "Snow", "Terrain", "Vegetation", "Water", "Banner"),
    *("Bench", "Bike Rack", "Catch Basin", "CCTV Camera", "Fire Hydrant", "Junction Box", "Mailbox", "Manhole", "Parking Meter", "Phone Booth"),
    *("Pothole", *(f"Signage - {kind}" for kind in ("Advertisement", "Ambiguous", "Back", "Information", "Other", "Store")), "Street Light"),
    *("Pole", "Pole Group", "Traffic Sign Frame", "Utility Pole", "Traffic Cone", *_LIGHTS, *_SIGNS, "Trash Can", "Bicycle", "Boat", "Bus"),
    *("Car", "Caravan", "Motorcycle", "On Rails", "Other Vehicle", "Trailer", "Truck", "Vehicle Group", "Wheeled Slow", "Water Valve"),
    *("Car Mount", "Dynamic", "Ego Vehicle", "Ground", "Static", "Unlabeled"),
)

VISTAS2 = _by_class(
    "Mapillary Vistas v2.0",
    VISTAS2_NAMES,
    {
        ROAD: (
            *("Crosswalk - Plain", "Driveway", "Parking", "Parking Aisle", "Rail Track", "Road", "Road Shoulder"),
            "Service Lane",
            *_MARKINGS,
            *_ONLY,
        ),
        SIDEWALK: ("Bike Lane", "Pedestrian Area", "Sidewalk", "Traffic Island"),
        BUILDING: ("Wall", "Bridge", "Building", "Garage", "Tunnel"),
        CURB: ("Curb", "Ambiguous Barrier", "Concrete Block", *_BARRIERS, "Curb Cut"),
        FENCE: ("Fence", "Guard Rail"),
        POLE: ("Street Light", "Pole", "Pole Group", "Traffic Sign Frame", "Utility Pole", *_LIGHTS, *_SIGNS),
        VEGETATION: ("Vegetation",),
        TERRAIN: ("Mountain", "Sand", "Snow", "Terrain", "Water"),
        SKY: ("Sky",),
        PERSON: ("Bird", "Person", "Person Group", "Bicyclist", "Motorcyclist", "Other Rider"),
        CAR: ("Boat", "Bus", "Car", "Caravan", "On Rails", "Other Vehicle", "Trailer", "Truck", "Vehicle Group", "Wheeled Slow"),
        BICYCLE: ("Bicycle", "Motorcycle"),
        IGNORE: ("Unlabeled",),
    },
    rest=BACKGROUND,
)
"""Ours: the authors had v1 only; a class that v2.0 split off goes where the one it came from went, slips included (every barrier
is a curb, a bird a person)."""

CITYSCAPES_IDS = LabelMap(
    "Cityscapes label ids",
    (
        *("unlabeled", "ego vehicle", "rectification border", "out of roi", "static", "dynamic", "ground", "road", "sidewalk", "parking"),
        *("rail track", "building", "wall", "fence", "guard rail", "bridge", "tunnel", "pole", "polegroup", "traffic light", "traffic sign"),
        *("vegetation", "terrain", "sky", "person", "rider", "car", "truck", "bus", "caravan", "trailer", "train", "motorcycle", "bicycle"),
    ),
    (
        *(IGNORE, IGNORE, IGNORE, IGNORE, BACKGROUND, BACKGROUND, BACKGROUND, ROAD, SIDEWALK, ROAD, ROAD, BUILDING, BUILDING, FENCE, FENCE),
        *(BUILDING, BUILDING, POLE, POLE, POLE, POLE, VEGETATION, TERRAIN, SKY, PERSON, PERSON, CAR, CAR, CAR, CAR, CAR, CAR, BICYCLE, BICYCLE),
    ),
    void=(255,),
)
"""Ours: as the authors grouped Vistas (parking and rail tracks are road, bridges buildings)."""

CITYSCAPES = LabelMap(
    "Cityscapes train ids",
    (
        *("road", "sidewalk", "building", "wall", "fence", "pole", "traffic light", "traffic sign", "vegetation", "terrain", "sky"),
        *("person", "rider", "car", "truck", "bus", "train", "motorcycle", "bicycle"),
    ),
    (ROAD, SIDEWALK, BUILDING, BUILDING, FENCE, POLE, POLE, POLE, VEGETATION, TERRAIN, SKY, PERSON, PERSON, CAR, CAR, CAR, CAR, BICYCLE, BICYCLE),
    void=(255,),
)

CAMVID = LabelMap(
    "CamVid (11 classes, SegNet's ids)",
    ("Sky", "Building", "Pole", "Road", "Pavement", "Tree", "SignSymbol", "Fence", "Car", "Pedestrian", "Bicyclist", "Unlabelled"),
    (SKY, BUILDING, POLE, ROAD, SIDEWALK, VEGETATION, POLE, FENCE, CAR, PERSON, BICYCLE, IGNORE),
)

MF = LabelMap(
    "MF (9 classes)",
    ("unlabelled", "car", "person", "bike", "curve", "car stop", "guardrail", "colour cone", "bump"),
    (IGNORE, CAR, PERSON, BICYCLE, CURB, BACKGROUND, FENCE, BACKGROUND, BACKGROUND),
)

MF_SCORED = LabelMap("MF (9 classes), for scoring", MF.sources, tuple(BACKGROUND if target == IGNORE else target for target in MF.targets))
"""As the authors score on MF: what it leaves unlabelled is a place for errors, not ignored."""

MF_OWN = LabelMap("MF's own 9 ids", MF.sources, tuple(range(len(MF.sources))))
"""MF's ids as they are, for networks that answer in them."""

OURS = LabelMap("the 13 classes of Freiburg Thermal", NAMES, tuple(range(NUM_CLASSES)), void=(IGNORE,))
"""The identity: Freiburg Thermal's own labels, and the labels that the teachers write."""

LABEL_MAPS: Mapping[str, LabelMap] = {
    **{"vistas": VISTAS, "vistas_v2": VISTAS2, "cityscapes": CITYSCAPES_IDS, "cityscapes_train": CITYSCAPES, "bdd": CITYSCAPES},
    **{"camvid": CAMVID, "mf": MF, "mf_scored": MF_SCORED, "mf_own": MF_OWN, "freiburg": OURS},
}


def palette() -> UInt8[np.ndarray, "classes 3"]:
    """Colours by id, black for ``IGNORE``."""
    return np.array([*(category.colour for category in CATEGORIES), (0, 0, 0)], np.uint8)
