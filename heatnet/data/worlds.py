"""The four sets alike, so that a network of one can be scored on another: as many images of each, labels that all of them have.

The sets share car, person and bicycle; everything else is background, where it is a place for errors, and pixels without a label stay so.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from heatnet import config
from heatnet.data.samples import Samples
from heatnet.data.sets import read_labelled, read_pairs, read_supervised
from heatnet.taxonomy import BACKGROUND, COMPATIBLE, IGNORE, MF_SCORED, NUM_CLASSES, Domain


def in_common() -> UInt8[np.ndarray, "256"]:
    """A table by our ids: the shared classes as they are, every other one background, ``IGNORE`` as it is."""
    table = np.full(256, IGNORE, np.uint8)
    table[:NUM_CLASSES] = BACKGROUND
    table[list(COMPATIBLE)] = COMPATIBLE
    return table


def common(samples: Samples, images: int | None = None) -> Samples:
    """The samples with shared labels only, and without thermal; only ``images`` of them, evenly spaced, where that is given.

    Raises ``ValueError`` for samples without labels and for fewer than ``images``.
    """
    if samples.label is None:
        raise ValueError(f"{samples.names[0]}: no label; expected samples with labels; read them with the tree of their labels")
    if images is not None and images > len(samples):
        raise ValueError(f"worlds.images: {images}, but there are {len(samples)} like {samples.names[0]}; give no more than the smallest set has")
    few = samples if images is None else samples.take([place * len(samples) // images for place in range(images)])
    assert few.label is not None
    return replace(few, label=in_common()[few.label], thermal=None)


def read_worlds(settings: config.Elsewhere, path: Callable[[str], Path]) -> tuple[dict[str, Samples], dict[str, Samples]]:
    """What is learned and what is scored of Vistas, of the pairs by day, of MF and of BDD100K; ``path`` finds a folder.

    Both are empty where ``settings.worlds`` is ``None``: then the pairs' training frames have no true labels.
    """
    worlds = settings.worlds
    if worlds is None:
        return {}, {}
    pairs, mf, vistas, bdd = (path(one.folder) for one in (settings.pairs, settings.mf, worlds.vistas, settings.bdd))
    learned = {
        "Vistas": read_labelled(worlds.vistas, vistas, "training"),
        "FR-T by day": read_pairs(settings.pairs, pairs, "train", Domain.DAY, labels=path(worlds.truth)),
        "MF": read_supervised(settings.mf, mf, "train", MF_SCORED),
        "BDD": read_labelled(settings.bdd, bdd, "training"),
    }
    scored = {
        "Vistas": read_labelled(worlds.vistas, vistas, "validation"),
        "FR-T by day": read_pairs(settings.pairs, pairs, "test", Domain.DAY),
        "MF": read_supervised(settings.mf, mf, "test", MF_SCORED),
        "BDD": read_labelled(settings.bdd, bdd, "validation"),
    }
    return {name: common(part, worlds.images) for name, part in learned.items()}, {name: common(part) for name, part in scored.items()}
