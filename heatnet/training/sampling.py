"""Which frames a network sees: those with rare classes more often (Hoyer et al., DAFormer, CVPR 2022)."""

import numpy as np
import torch
from jaxtyping import Bool, Float

from heatnet import config
from heatnet.data import Batch, Samples, ahead
from heatnet.data.augment import augmented
from heatnet.data.batches import collate
from heatnet.data.sets import class_weights
from heatnet.taxonomy import NUM_CLASSES
from heatnet.training.supervised import Source

RARE, CHANGE = 3, 1
"""Streams of random numbers: which frames, and their changes."""


def class_shares(samples: Samples) -> Float[np.ndarray, "13"]:
    """The share of the labelled pixels that are of each class. Raises ``ValueError`` where there are no labels."""
    if samples.label is None:
        raise ValueError(f"{samples.names[0]}: no labels; rare classes cannot be found without; give the index a label folder")
    count = np.bincount(samples.label.ravel(), minlength=NUM_CLASSES + 1)[:NUM_CLASSES]
    return count / max(count.sum(), 1)


def class_odds(samples: Samples, temperature: float) -> Float[np.ndarray, "13"]:
    """How often each class is asked for: ``P(c) = exp((1 - f_c) / T) / sum``, with ``f_c`` the class's share of the labelled pixels.

    Classes that do not occur are never asked for; a small T asks for the rarest nearly always, a large one for all alike.
    """
    share = class_shares(samples)
    odds = np.where(share > 0, np.exp(-(share - share.min()) / temperature), 0.0)
    return odds / odds.sum()


def holders(samples: Samples, least: int) -> Bool[np.ndarray, "n 13"]:
    """Whether a frame has at least ``least`` pixels of a class; for a class that no frame has so much of, the one that has most."""
    assert samples.label is not None
    counts = np.stack([np.bincount(label.ravel(), minlength=NUM_CLASSES + 1)[:NUM_CLASSES] for label in samples.label])
    return (counts >= np.minimum(least, counts.max(0))) & (counts > 0)


def rare_class_source(
    samples: Samples, batch_size: int, augmentation: config.Augmentation, seed: int, balance: float, temperature: float, least: int
) -> Source:
    """A training source as ``heatnet.data.source``, but every frame is drawn for a class that is drawn by ``class_odds``.

    A pure function of the step. Frames and changes are the same wherever and whenever it runs.
    """
    odds, held, scale = class_odds(samples, temperature), holders(samples, least), torch.from_numpy(class_weights(samples, balance))

    def batch(step: int) -> Batch:
        rng = np.random.default_rng([seed, RARE, step])
        frames = [int(rng.choice(np.flatnonzero(held[:, rng.choice(NUM_CLASSES, p=odds)]))) for _ in range(batch_size)]
        views = [augmented(samples, i, augmentation, np.random.default_rng((seed, RARE, CHANGE, step, k))) for k, i in enumerate(frames)]
        whole = collate(views)
        assert whole.label is not None
        weight = scale[whole.label]
        return Batch(whole.rgb, whole.thermal, whole.label, weight if whole.weight is None else weight * whole.weight)

    return ahead(batch)
