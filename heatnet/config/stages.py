"""One dataclass per stage that trains, scores or shows, and the registry of all stages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from heatnet.config.calibration import Calibration
from heatnet.config.data import Augmentation, Labelled, Pairs, ThermalCounts
from heatnet.config.networks import Adversary, Baseline, Labelling, Network, SecondOpinion, SelfTraining, Student, Training
from heatnet.config.street import Street


@dataclass(frozen=True)
class Cameras:
    """What the second notebook shows: the images of both cameras as they were recorded."""

    layout: Literal["recordings", "freiburg", "msrs"]
    folder: str
    thermal: ThermalCounts
    frames: int
    seed: int


@dataclass(frozen=True)
class Teacher:
    """The RGB teacher: trained on ``labelled``, or taken from ``file`` as it is.

    ``rare``: temperature and least pixels of rare-class sampling (``heatnet.training.sampling``), ``None`` for frame after frame.
    """

    pairs: Pairs
    labelled: Labelled | None
    file: str | None
    network: Network
    training: Training
    rare: tuple[float, int] | None
    augmentation: Augmentation
    labelling: Labelling


@dataclass(frozen=True)
class ThermalTeacher:
    """The thermal teacher: day pairs with the RGB teacher's labels, and beside them ``simulated`` ones with true labels, if there are any."""

    pairs: Pairs
    simulated: Pairs | None
    network: Network
    start: tuple[str | None, ...]
    training: Training
    augmentation: Augmentation
    labelling: Labelling


@dataclass(frozen=True)
class HeatNet:
    """HeatNet RGB-T: stage 1 on both teachers' labels, stage 2 with the critic; ``simulated`` as for the thermal teacher."""

    pairs: Pairs
    simulated: Pairs | None
    network: Network
    start: tuple[str | None, ...]
    stage1: Training
    stage2: Training
    adversary: Adversary
    augmentation: Augmentation


@dataclass(frozen=True)
class Distillation:
    """HeatNet RGB-only: day labels of the RGB teacher, night labels of HeatNet RGB-T.

    ``labels``: ``hard``, the likeliest class, or ``soft``, the whole answer at a ``temperature`` (which hard labels do not use);
    ``simulated`` as for the thermal teacher.
    """

    pairs: Pairs
    simulated: Pairs | None
    network: Network
    start: tuple[str | None, ...]
    training: Training
    labels: Literal["hard", "soft"]
    temperature: float
    augmentation: Augmentation


@dataclass(frozen=True)
class Today:
    """Today's recipe: the network ``start`` teaches itself (``recipe``), then an RGB-only ``student`` learns from it.

    ``second``: who else is asked about the night; ``rare``: temperature and least pixels of rare-class sampling
    (``heatnet.training.sampling``); ``relit``: share of the day images that are put under the light of the night
    (``heatnet.training.mixing.lit_by``); ``simulated`` as for the thermal teacher.
    """

    pairs: Pairs
    simulated: Pairs | None
    start: str
    second: SecondOpinion | None
    training: Training
    recipe: SelfTraining
    rare: tuple[float, int]
    relit: float
    student: Student
    augmentation: Augmentation


@dataclass(frozen=True)
class Bounds:
    """What lies below and above: day labels only, and (where ``truth`` names a folder) true labels by day and night.

    ``simulated`` as for the thermal teacher, below alone.
    """

    pairs: Pairs
    simulated: Pairs | None
    truth: str | None
    network: Network
    start: tuple[str | None, ...]
    training: Training
    augmentation: Augmentation


@dataclass(frozen=True)
class Abroad:
    """What the street writes in the layouts of MF and of BDD100K: its numbers, how many images, at which multiple of the sets' size."""

    numbers: Street
    mf_frames: int
    mf_scale: float
    bdd_frames: int
    bdd_scale: float


@dataclass(frozen=True)
class Rival:
    """A network that learns from MF's labels: its key, its title, how it is built and trained; RTFNet's encoders may ``start`` as a network's."""

    key: str
    title: str
    network: Baseline
    start: str | None
    training: Training


@dataclass(frozen=True)
class Worlds:
    """Which sets are learned one by one beside MF and BDD100K: ``vistas``, and the pairs by day with the labels of the tree ``truth``.

    ``images``: how many of each are learned from; ``start``: the RGB network that learns them.
    """

    vistas: Labelled
    truth: str
    images: int
    start: str
    training: Training


@dataclass(frozen=True)
class Elsewhere:
    """The other data sets: rivals trained with MF's labels, HeatNet fine-tuned without, and both scored on MF, ``pairs`` and BDD by night.

    ``street`` is ``None`` where MF and BDD100K are there; ``nights``: the split of ``bdd`` whose night images count (``all``: of both).
    ``worlds`` is ``None`` where training pairs have no true labels. The rivals' images are changed as ``rivals_augmentation`` says, and
    their thermal counts are levelled only where ``rivals_levelled``; without, they see absolute counts, as in their papers.
    """

    street: Abroad | None
    mf: Pairs
    bdd: Labelled
    nights: Literal["training", "validation", "all"]
    pairs: Pairs
    rivals: tuple[Rival, ...]
    rivals_levelled: bool
    rivals_augmentation: Augmentation
    tuning: Training
    adversary: Adversary
    augmentation: Augmentation
    worlds: Worlds | None
    claims: Mapping[str, float]
    resamples: int
    seed: int


@dataclass(frozen=True)
class Row:
    """A row of the results table: its key, its title, and the network's file."""

    key: str
    title: str
    network: str


@dataclass(frozen=True)
class Evaluation:
    """How networks are scored: on labels (``iou``) or on boxes (``boxes``), with bootstrap intervals over images."""

    pairs: Pairs
    protocol: Literal["iou", "boxes"]
    rows: tuple[Row, ...]
    claims: Mapping[str, float]
    resamples: int
    seed: int


@dataclass(frozen=True)
class Results:
    """What the last notebook publishes; ``elsewhere`` is the folder of the other sets' results, ``None`` where a profile has none."""

    pairs: Pairs
    elsewhere: str | None
    protocol: Literal["iou", "boxes"]
    columns: tuple[Row, ...]
    frames: int
    seed: int


STAGES: Mapping[str, type] = {
    "street": Street,
    "cameras": Cameras,
    "calibration": Calibration,
    "teacher": Teacher,
    "thermal_teacher": ThermalTeacher,
    "heatnet": HeatNet,
    "distillation": Distillation,
    "today": Today,
    "bounds": Bounds,
    "elsewhere": Elsewhere,
    "evaluation": Evaluation,
    "results": Results,
}
"""The section of ``params.yaml`` of every stage."""
