"""The ablation: what its variants share, and what each is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from heatnet.config.networks import Confusion, SelfTraining

Slip = Literal["rotation", "one optimiser", "test selection", "batch statistics"]
Image = Literal["rare classes", "relit", "rotation"]
Loss = Literal["own labels", "alignment", "styled", "mix", "masked", "cross-modal"]
Asked = Literal["night statistics", "multi-scale"]
Term = Literal[Image, Loss, Asked]


@dataclass(frozen=True)
class Variant:
    """One row: which images (``reads``), met after which residual stage (0: early fusion), and how it learns.

    ``night``: who labels the night images, if anybody; ``trust``: how those labels are weighted (all alike, by confidence, as released).
    ``method``: what the last stage descends; the first, where there are ``stages`` 2, descends labels alone. ``terms``: what is added to
    the images (``relit``; ``rotation`` whose corners count for nothing), to self-training (``own labels``: the thermal teacher's count
    ``recipe.night`` instead of 1) or asked of the trained network; ``slips``:
    what the release does differently (``heatnet.training.released``).
    """

    title: str
    reads: tuple[Literal["rgb", "thermal"], ...]
    fuse_after: int
    night: Literal["nobody", "thermal teacher", "HeatNet"]
    trust: Literal["alike", "confidence", "released"]
    method: Literal["labels", "confusion", "self-training", "soft labels"]
    stages: Literal[1, 2]
    modality_dropout: float
    confusion: Confusion
    terms: tuple[Term, ...]
    slips: tuple[Slip, ...]


@dataclass(frozen=True)
class Ablation:
    """What all variants share; the rest (pairs, network, optimisers, augmentation) is HeatNet's own section of the profile.

        ``steps`` of the two stages (one-stage variants take their sum); ``rare``: temperature and least pixels of rare-class sampling;
    ``relit``: the share of the day under the light of the night;
        ``scales`` of multi-scale inference; ``select_every``: steps between looks at the test images (a slip); ``pairs``: which differences are
        reported.
    """

    seeds: tuple[int, ...]
    steps: tuple[int, int]
    temperature: float
    rotation_deg: float
    select_every: int
    rare: tuple[float, int]
    relit: float
    scales: tuple[float, ...]
    recipe: SelfTraining
    variants: Mapping[str, Variant]
    pairs: Mapping[str, tuple[str, str]]
