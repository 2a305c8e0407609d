"""The sets that a profile names, read in one call: pairs, labelled images, and the labels that teachers write."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Float32, UInt8
from torch import Tensor

from heatnet import config
from heatnet.data import bdd, camvid, cityscapes, freiburg, mf, msrs, recordings, vistas
from heatnet.data.batches import Batch, ahead, batch_at
from heatnet.data.chunks import Chunks
from heatnet.data.files import confidence_file
from heatnet.data.frames import Frame, split_by_range, with_labels, without_leaks
from heatnet.data.loading import load
from heatnet.data.samples import Samples
from heatnet.data.thermal import valid
from heatnet.taxonomy import CAMVID, CITYSCAPES, CITYSCAPES_IDS, IGNORE, MF_SCORED, OURS, VISTAS, VISTAS2, Domain, LabelMap

NEIGHBOUR_S = 5.0
"""Training frames this close in time to a test frame show the same scene (a burst's frames lie within a second)."""

CHUNK = 64
"""Frames read at a time where a set is streamed: 100 MB at 704x320."""

Answer = tuple[UInt8[np.ndarray, "height width"], UInt8[np.ndarray, "height width"]]
"""A teacher's label of an image and its confidence, 0 to 255."""


def recorded(settings: config.Cameras, folder: Path) -> list[Frame]:
    """Every moment that both cameras saw, as recorded."""
    if settings.layout == "freiburg":
        return freiburg.index(folder, "train")
    return recordings.index(folder) if settings.layout == "recordings" else msrs.index(folder)


def pairs(settings: config.Pairs, folder: Path, split: str, domain: Domain | None = None) -> list[Frame]:
    """The frames of a split (``train`` or ``test``) of the RGB-thermal pairs.

    A training frame that is a test frame, a neighbour of one, or (``settings.guard``) of a drive that a test frame is from is left out,
    with a warning. Raises ``ValueError`` where the set is missing or broken.
    """
    if settings.layout == "mf":
        return mf.index(folder, "train" if split == "train" else "test", domain=domain)
    if settings.layout == "freiburg":
        if split != "train":
            return freiburg.index(folder, "test", domain=domain)
        return without_leaks(freiburg.index(folder, "train", domain=domain), freiburg.index(folder, "test"), NEIGHBOUR_S, settings.guard == "drives")
    kept, held_out = split_by_range(msrs.index(folder, domain=domain), settings.held_out or (), settings.gap or 0)
    return kept if split == "train" else held_out


def read_pairs(
    settings: config.Pairs, folder: Path, split: str, domain: Domain | None = None, labels: Path | None = None, crop: bool = True, workers: int = 2
) -> Samples:
    """The pairs of a split in memory, with the labels of the tree ``labels`` or (test frames) the set's own.

    ``crop=False`` keeps all columns: a teacher labels whole frames.
    """
    return load(*_wanted(settings, folder, split, domain, labels, crop), workers)


def stream_pairs(settings: config.Pairs, folder: Path, split: str, domain: Domain | None = None, size: int = CHUNK, workers: int = 2) -> Chunks:
    """The pairs of a split with the set's own labels as ``read_pairs`` reads them, but ``size`` frames at a time."""
    return Chunks(*_wanted(settings, folder, split, domain, None, True), workers, size)


def _wanted(
    settings: config.Pairs, folder: Path, split: str, domain: Domain | None, labels: Path | None, crop: bool
) -> tuple[list[Frame], config.Input, LabelMap]:
    """Which frames are read, how, and with which label map."""
    frames = pairs(settings, folder, split, domain)
    frames = frames if labels is None else with_labels(frames, labels)
    if labels is None and split == "train":
        frames = [replace(frame, label=None, confidence=None) for frame in frames]
    label_map = MF_SCORED if labels is None and settings.layout == "mf" else OURS
    return frames, settings.input if crop else replace(settings.input, crop_columns=None), label_map


LABELLED: Mapping[str, tuple[Callable[[Path, str], list[Frame]], LabelMap]] = {
    "vistas": (lambda root, split: vistas.index(root, split), VISTAS),  # type: ignore[arg-type]
    "vistas_v2": (lambda root, split: vistas.index(root, split, "v2.0"), VISTAS2),  # type: ignore[arg-type]
    "cityscapes": (lambda root, split: cityscapes.index(root, "train" if split == "training" else "val"), CITYSCAPES_IDS),
    "bdd": (lambda root, split: bdd.index(root, "train" if split == "training" else "val"), CITYSCAPES),
    "camvid": (lambda root, split: camvid.index(root, "train" if split == "training" else "val"), CAMVID),
}
"""Of each labelled set: its index by folder and split (``training``, ``validation``), and its label map."""


def read_labelled(settings: config.Labelled, folder: Path, split: str, workers: int = 2) -> Samples:
    """The labelled RGB images of ``training`` or ``validation``, their labels in our classes."""
    index, label_map = LABELLED[settings.layout]
    return load(index(folder, split), settings.input, label_map, workers)


def source(samples: Samples, batch_size: int, augmentation: config.Augmentation, seed: int, balance: float) -> Callable[[int], Batch]:
    """The training batch of every step, a pure function of the step; the next one is prepared meanwhile.

    ``balance`` b weights each pixel by ``(share of its class) ** -b`` in the samples, scaled to mean 1: 0 weights all alike
    (as released), 1 gives every class the same total.
    """
    scale = torch.from_numpy(class_weights(samples, balance))
    return ahead(lambda step: _weighted(batch_at(samples, step, batch_size, [seed], augmentation), scale))


def class_weights(samples: Samples, balance: float) -> Float32[np.ndarray, "classes"]:
    """The weight of every class, 1 for a class that the samples do not have and for ``IGNORE``."""
    if samples.label is None:
        raise ValueError(f"{samples.names[0]}: no labels; expected samples with labels to train on; give the index a label folder")
    share = np.bincount(samples.label.ravel(), minlength=IGNORE + 1)[:IGNORE] / max(int((samples.label != IGNORE).sum()), 1)
    weight = np.where(share > 0, np.maximum(share, 1e-6) ** -balance, 0)
    return np.append(np.where(share > 0, weight / (weight * share).sum(), 1), 1).astype(np.float32)


def _weighted(batch: Batch, scale: Tensor) -> Batch:
    """The batch with its pixels weighted by class, on top of the labels' confidence."""
    if batch.label is None:
        return batch
    weight = scale[batch.label]
    return replace(batch, weight=weight if batch.weight is None else weight * batch.weight)


def labelled(samples: Samples, answers: Iterable[Answer]) -> Samples:
    """The samples with a teacher's labels, each weighted by the teacher's confidence."""
    made = list(answers)
    return replace(samples, label=np.stack([label for label, _ in made]), weight=np.stack([trust for _, trust in made]))


def seen_labels(samples: Samples, answers: Sequence[Answer]) -> UInt8[np.ndarray, "n height width"]:
    """A teacher's labels, ``IGNORE`` where there is no thermal measurement (outside the camera's view)."""
    labels = np.stack([label for label, _ in answers])
    if samples.thermal is not None and samples.input.thermal is not None:
        labels[~valid(samples.thermal, samples.input.thermal)] = IGNORE
    return labels


def write_labels(root: Path, samples: Samples, answers: Sequence[Answer], confidence: bool) -> UInt8[np.ndarray, "n height width"]:
    """Write a teacher's labels as the tree ``root/<name>.png``, with ``confidence`` beside if asked; returns the labels.

    Pixels without a thermal measurement get no label where the teacher reads thermal (``confidence`` marks such a teacher).
    """
    labels = seen_labels(samples, answers) if confidence else np.stack([label for label, _ in answers])
    for name, label, (_, trust) in zip(samples.names, labels, answers, strict=True):
        path = root / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, label)
        if confidence:
            _write(confidence_file(path), trust)
    return labels


def _write(path: Path, image: UInt8[np.ndarray, "height width"]) -> None:
    """A PNG under a temporary name, then renamed."""
    done, encoded = cv2.imencode(".png", image)
    assert done
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(encoded.tobytes())
    os.replace(unfinished, path)
