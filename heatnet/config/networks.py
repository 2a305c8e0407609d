"""Networks and how they are trained."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Encoder:
    """A timm convolutional encoder: its name, timm's own options, and where its weights come from.

    ``weights``: ``None`` for random ones, ``"timm"`` for timm's download, else a local file.
    """

    name: str
    options: Mapping[str, Any]
    weights: str | None
    output_stride: Literal[8, 16, 32]


@dataclass(frozen=True)
class Decoder:
    """What turns features into logits: ``psp`` as released, ``fpn`` a light one with skips for small images."""

    kind: Literal["psp", "fpn"]
    width: int
    dropout: float


@dataclass(frozen=True)
class Network:
    """An encoder, where two modalities meet (``fuse_after`` residual stages; 0 is early fusion), and a decoder."""

    encoder: Encoder
    fuse_after: int
    decoder: Decoder


@dataclass(frozen=True)
class Baseline:
    """A rival: MFNet at ``width`` times its published widths, or, where an ``encoder`` is named, RTFNet with two of those."""

    width: float | None
    encoder: Encoder | None

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.width is None) == (self.encoder is None):
            raise ValueError("baseline: expected a width (MFNet) or an encoder (RTFNet), the other null")


@dataclass(frozen=True)
class Optimiser:
    """An optimiser and its polynomial schedule: ``learning_rate * (1 - step / steps) ** power`` after a linear warm-up.

    ``precision``: what convolutions compute in while it descends (``heatnet.training.learner.computing``); weights and losses are float32.
    """

    name: Literal["adamw", "rmsprop"]
    learning_rate: float
    weight_decay: float
    warmup: int
    power: float
    precision: Literal["float32", "bfloat16"] = "float32"


@dataclass(frozen=True)
class Training:
    """One training run: how long, how large a batch (images of each domain), how it descends, and its seed.

    ``balance``: how far rare classes are weighted up (``heatnet.data.source``), 0 not at all.
    """

    steps: int
    batch_size: int
    balance: float
    optimiser: Optimiser
    seed: int


@dataclass(frozen=True)
class Labelling:
    """How a teacher is asked for labels: at which ``scales`` of the image (1: its own), and of its ``mirror`` image too (``MultiScale``).

    A pixel whose class has a mean probability below ``least`` gets no label (0: all get one).
    """

    scales: tuple[float, ...]
    mirror: bool
    least: float


@dataclass(frozen=True)
class Confusion:
    """How critics are to be fooled: their loss, the term's ``weight``, and what they look at.

    ``critics``: the levels that are looked at (``heatnet.models.critic.LEVELS``) and the weight of each; ``confusion``: which domain is
    pulled to the other, the ``night`` or ``both``; ``weighting``: how a patch counts, ``none`` (all alike), by ``uncertainty`` (the paper),
    or as ``released`` (one number for all); ``night``: the weight that the labels of the night images keep beside it.
    """

    criterion: Literal["lsgan", "bce"]
    weight: float
    critics: Mapping[str, float]
    confusion: Literal["night", "both"]
    weighting: Literal["none", "uncertainty", "released"]
    night: float


@dataclass(frozen=True)
class Adversary(Confusion):
    """The confusion term and the critics themselves: width of their first layer and their optimiser."""

    width: int
    optimiser: Optimiser


@dataclass(frozen=True)
class SelfTraining:
    """Learning from an average of one's own past: how long it remembers, when it is sure, and the weight of every term.

    ``decay`` of the average, ``threshold`` of confidence; ``alignment``: how far its labels take the day's shares of classes (0: not, 1:
    fully); ``night``: weight of the labels that the night frames have; ``styled``: of day images in the night's style; ``mix``: of day
    classes pasted into the night; ``masked``: of hidden blocks (``block`` px a side, a share ``ratio`` of them); ``cross_modal``: of one
    modality against both. A weight of 0 leaves a term out.
    """

    decay: float
    threshold: float
    alignment: float
    night: float
    styled: float
    mix: float
    masked: float
    block: int
    ratio: float
    cross_modal: float


@dataclass(frozen=True)
class SecondOpinion:
    """Where an RGB ``network`` (a file) is believed by night rather than the thermal teacher (``heatnet.training.opinion``).

    In these ``classes``, which heat does not tell from what is around them, where it is sure by ``labelling.least``; ``others``: what all
    other labels keep of their weight.
    """

    network: str
    classes: tuple[str, ...]
    labelling: Labelling
    others: float


@dataclass(frozen=True)
class Student:
    """An RGB-only network that learns soft labels at a ``temperature``: the trained network that it starts from, and its run."""

    start: str
    training: Training
    temperature: float
