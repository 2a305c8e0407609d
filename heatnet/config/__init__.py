"""``params.yaml`` as frozen dataclasses, one per stage.

A number lives once, in ``params.yaml``, with its source beside it: nothing here has a default, and a key that is unknown,
missing or of the wrong type is refused by name.
"""

from heatnet.config.calibration import Alignment, Calibration, Edges, Refinement, Search, Stereo
from heatnet.config.data import Augmentation, Block, Colour, Input, Labelled, Pairs, ThermalCounts
from heatnet.config.networks import Adversary, Decoder, Encoder, Network, Optimiser, Training
from heatnet.config.parsing import parse
from heatnet.config.stages import STAGES, Bounds, Cameras, Distillation, Evaluation, HeatNet, Results, Row, Teacher, ThermalTeacher
from heatnet.config.street import Street, StreetClimate, StreetRig, StreetSensor, StreetSplit, StreetVistas

__all__ = [
    "Adversary",
    "Alignment",
    "Augmentation",
    "Block",
    "Bounds",
    "Calibration",
    "Cameras",
    "Colour",
    "Decoder",
    "Distillation",
    "Edges",
    "Encoder",
    "Evaluation",
    "HeatNet",
    "Input",
    "Labelled",
    "Network",
    "Optimiser",
    "Pairs",
    "Refinement",
    "Results",
    "Row",
    "STAGES",
    "Search",
    "Stereo",
    "Street",
    "StreetClimate",
    "StreetRig",
    "StreetSensor",
    "StreetSplit",
    "StreetVistas",
    "Teacher",
    "ThermalCounts",
    "ThermalTeacher",
    "Training",
    "parse",
]
