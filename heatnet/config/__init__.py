"""``params.yaml`` as frozen dataclasses, one per stage.

A number lives once, in ``params.yaml``, with its source beside it: nothing here has a default, and a key that is unknown,
missing or of the wrong type is refused by name.
"""

from heatnet.config.ablation import Ablation, Variant
from heatnet.config.calibration import Alignment, Calibration, Checks, Edges, Online, Refinement, Search, Stereo, Uncertainty
from heatnet.config.data import Augmentation, Block, Colour, Input, Labelled, Pairs, ThermalCounts
from heatnet.config.networks import Adversary, Baseline, Confusion, Decoder, Encoder, Labelling, Network, Optimiser, SelfTraining, Student, Training
from heatnet.config.parsing import parse
from heatnet.config.stages import (
    STAGES,
    Abroad,
    Bounds,
    Cameras,
    Distillation,
    Elsewhere,
    Evaluation,
    HeatNet,
    Results,
    Rival,
    Row,
    Teacher,
    ThermalTeacher,
    Today,
)
from heatnet.config.street import Street, StreetClimate, StreetRig, StreetSensor, StreetSplit, StreetVistas

__all__ = [
    "Abroad",
    "Ablation",
    "Adversary",
    "Alignment",
    "Augmentation",
    "Baseline",
    "Block",
    "Bounds",
    "Calibration",
    "Cameras",
    "Checks",
    "Colour",
    "Confusion",
    "Decoder",
    "Distillation",
    "Edges",
    "Elsewhere",
    "Encoder",
    "Evaluation",
    "HeatNet",
    "Input",
    "Labelled",
    "Labelling",
    "Network",
    "Online",
    "Optimiser",
    "Pairs",
    "Refinement",
    "Results",
    "Rival",
    "Row",
    "SelfTraining",
    "STAGES",
    "Search",
    "Stereo",
    "Street",
    "StreetClimate",
    "StreetRig",
    "StreetSensor",
    "StreetSplit",
    "StreetVistas",
    "Student",
    "Teacher",
    "ThermalCounts",
    "ThermalTeacher",
    "Today",
    "Training",
    "Uncertainty",
    "Variant",
    "parse",
]
