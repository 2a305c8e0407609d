"""Small networks, batches and settings for the training tests."""

from dataclasses import replace

import numpy as np
import torch

from heatnet import config
from heatnet.data import Batch, Samples
from heatnet.models import HeatNet, build
from heatnet.taxonomy import Domain
from heatnet.training import Source

NETWORK = config.Network(config.Encoder("resnet10t", {"channels": [8, 16, 24, 32], "stem_width": 8}, None, 32), 2, config.Decoder("fpn", 16, 0.2))
DESCENT = config.Optimiser("adamw", 3e-3, 0.01, 2, 0.9)
TRAINING = config.Training(8, 2, 0, DESCENT, 3)
ADVERSARY = config.Adversary("lsgan", 0.1, {"logits": 1.0}, "night", "none", 1.0, 4, DESCENT)
RECIPE = config.SelfTraining(
    decay=0.9, threshold=0.1, alignment=1.0, night=1.0, styled=1.0, mix=1.0, masked=0.5, block=16, ratio=0.5, cross_modal=0.5
)
INPUT = config.Input((64, 96), None, "same size", config.ThermalCounts(16, 21800, 25000, 0, None))


def source(seed: int, domain: Domain = Domain.DAY) -> Source:
    """Bright days, dark nights; a class that shows in thermal."""

    def batch(step: int) -> Batch:
        rng = np.random.default_rng([seed, step])
        shade = 0.8 if domain is Domain.DAY else -0.8
        rgb = torch.from_numpy(rng.normal(shade, 0.1, (2, 3, 64, 64)).astype(np.float32))
        thermal = torch.from_numpy(np.kron(rng.normal(0, 0.3, (2, 1, 4, 4)), np.ones((16, 16))).astype(np.float32))
        label = (thermal[:, 0] > 0).long() * 9
        return Batch(rgb=rgb, thermal=thermal, label=label, weight=None)

    return batch


def model(seed: int = 0) -> HeatNet:
    """RGB-T, late fusion."""
    return build(NETWORK, ("rgb", "thermal"), seed)


def samples(domain: Domain, count: int = 4, seed: int = 0) -> Samples:
    """Frames of roads (0), with a little person (9) in the last."""
    rng = np.random.default_rng(seed)
    label = np.zeros((count, 64, 96), np.uint8)
    label[:, 32:] = 2
    label[-1, :8, :8] = 9
    return Samples(
        INPUT,
        tuple(f"{domain.value}{i}" for i in range(count)),
        ("d",) * count,
        (domain,) * count,
        rng.integers(1, 255, (count, 64, 96, 3)).astype(np.uint8),
        rng.integers(21800, 25000, (count, 64, 96)).astype(np.uint16),
        label,
        np.full((count, 64, 96), 200, np.uint8),
    )


AUGMENTATION = config.Augmentation(
    crop=(64, 64),
    flip=0.5,
    scale=(1.0, 1.2),
    rotation_deg=0,
    colour=config.Colour(0.1, 0.1, 0.1, 0.1),
    thermal_gain=(1.0, 1.0),
    thermal_offset=0,
    thermal_tone=0,
    modality_dropout=config.Block(0, (0.3, 0.9), (0.15, 0.7)),
    cutout=config.Block(0, (0.1, 0.3), (0.1, 0.3)),
)
BASE = config.HeatNet(
    pairs=config.Pairs("freiburg", "data", INPUT, None, None),
    simulated=None,
    network=NETWORK,
    start=(),
    stage1=TRAINING,
    stage2=replace(TRAINING, seed=4),
    adversary=ADVERSARY,
    augmentation=AUGMENTATION,
)
