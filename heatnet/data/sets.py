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
from heatnet.data.samples import Samples, joined
from heatnet.data.thermal import valid
from heatnet.taxonomy import CAMVID, CITYSCAPES, CITYSCAPES_IDS, IGNORE, MF_OWN, MF_SCORED, OURS, SKY, VEGETATION, VISTAS, VISTAS2, Domain, LabelMap

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
    """The frames of a split (``train`` or ``test``; MF has ``val`` too) of the RGB-thermal pairs.

    A training frame that is a test frame, a neighbour of one, or (``settings.guard``) of a drive that a test frame is from is left out,
    with a warning. Raises ``ValueError`` where the set is missing or broken.
    """
    if settings.layout == "mf":
        return mf.index(folder, split, domain=domain)  # type: ignore[arg-type]
    if settings.layout == "freiburg":
        if split != "train":
            return freiburg.index(folder, "test", domain=domain)
        return without_leaks(freiburg.index(folder, "train", domain=domain), freiburg.index(folder, "test"), NEIGHBOUR_S, settings.guard == "drives")
    kept, held_out = split_by_range(msrs.index(folder, domain=domain), settings.held_out or (), settings.gap or 0)
    return kept if split == "train" else held_out


def read_pairs(
    settings: config.Pairs, folder: Path, split: str, domain: Domain | None = None, labels: Path | None = None, crop: bool = True, workers: int = 2
) -> Samples:
    """The pairs of a split in memory, with the labels of the tree ``labels`` (in our classes) or (test frames) the set's own.

    ``crop=False`` keeps all columns: a teacher labels whole frames. Raises ``ValueError`` for a tree that is MF's own labels, whose ids
    would be taken for ours.
    """
    return load(*_wanted(settings, folder, split, domain, labels, crop), workers, keep=_kept(settings, folder))


def stream_pairs(settings: config.Pairs, folder: Path, split: str, domain: Domain | None = None, size: int = CHUNK, workers: int = 2) -> Chunks:
    """The pairs of a split with the set's own labels as ``read_pairs`` reads them, but ``size`` frames at a time."""
    return Chunks(*_wanted(settings, folder, split, domain, None, True), workers, size, _kept(settings, folder))


def _wanted(
    settings: config.Pairs, folder: Path, split: str, domain: Domain | None, labels: Path | None, crop: bool
) -> tuple[list[Frame], config.Input, LabelMap]:
    """Which frames are read, how, and with which label map."""
    frames = pairs(settings, folder, split, domain)
    if labels is not None:
        if settings.layout in OWN and labels.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"{labels}: {settings.layout}'s own ids, but expected a teacher's labels in our classes; read them with read_supervised")
        frames = with_labels(frames, labels)
    if labels is None and split == "train":
        frames = [replace(frame, label=None, confidence=None) for frame in frames]
    label_map = MF_SCORED if labels is None and settings.layout == "mf" else OURS
    return frames, settings.input if crop else replace(settings.input, crop_columns=None), label_map


def _kept(settings: config.Pairs, folder: Path) -> Path | None:
    """Where prepared frames of a set are kept: beside its folder, so that they are no part of it; ``None``: nowhere."""
    return folder.with_name(f"{folder.name}.prepared") if settings.keep else None


OWN: Mapping[str, tuple[LabelMap, ...]] = {"mf": (MF_OWN, MF_SCORED, VISTAS)}
"""Layouts whose training frames are labelled, and how those labels may be read: in the set's ids, in our classes, or (MF of the street with
all classes) from the ids of Vistas."""


def read_supervised(settings: config.Pairs, folder: Path, split: str, label_map: LabelMap, domain: Domain | None = None, workers: int = 2) -> Samples:
    """The pairs of a split in memory with the set's own labels, training frames too: for supervised baselines, scoring and simulated days.

    Raises ``ValueError`` for a layout without such labels and for a label map of another set.
    """
    if label_map not in OWN.get(settings.layout, ()):
        known = "; ".join(f"{layout} with {' or '.join(one.name for one in maps)}" for layout, maps in OWN.items())
        raise ValueError(f"{folder}: {settings.layout} cannot be read with the labels of {label_map.name!r}; expected {known}; use read_pairs")
    return load(pairs(settings, folder, split, domain), settings.input, label_map, workers, keep=_kept(settings, folder))


def with_simulated(day: Samples, settings: config.Pairs | None, folder: Callable[[str], Path]) -> Samples:
    """Day pairs and beside them simulated ones by day with their true labels, of which there may be none.

    The real ones are repeated in turn until they are at least as many, so that half of the images of an epoch are real, or more.
    ``folder`` says where a set lies. Raises ``ValueError`` where the labels are not of all classes (``heatnet street --layout mf
    --all-classes`` writes such a set).
    """
    if settings is None:
        return day
    root = folder(settings.folder)
    made = read_supervised(settings, root, "train", VISTAS, Domain.DAY)
    assert made.label is not None
    if not np.isin(made.label, (SKY, VEGETATION)).any():
        raise ValueError(f"{root}: no sky and no vegetation in {len(made)} images; expected labels of all classes; write it with --all-classes")
    return joined(day.take(np.resize(np.arange(len(day)), max(len(day), len(made))).tolist()), made)


LABELLED: Mapping[str, tuple[Callable[[Path, str, Domain | None], list[Frame]], LabelMap]] = {
    "vistas": (lambda root, split, _: vistas.index(root, split), VISTAS),  # type: ignore[arg-type]
    "vistas_v2": (lambda root, split, _: vistas.index(root, split, "v2.0"), VISTAS2),  # type: ignore[arg-type]
    "cityscapes": (lambda root, split, _: cityscapes.index(root, "train" if split == "training" else "val"), CITYSCAPES_IDS),
    "bdd": (lambda root, split, domain: bdd.index(root, "train" if split == "training" else "val", domain), CITYSCAPES),
    "camvid": (lambda root, split, _: camvid.index(root, "train" if split == "training" else "val"), CAMVID),
}
"""Of each labelled set: its index by folder, split (``training``, ``validation``) and domain, and its label map."""


SPLITS: Mapping[str, tuple[str, ...]] = {"training": ("training",), "validation": ("validation",), "all": ("training", "validation")}
"""What may be asked of a labelled set; ``all`` is for what nobody here learned from (BDD100K's list of nights names images of both)."""


def read_labelled(settings: config.Labelled, folder: Path, split: str, domain: Domain | None = None, workers: int = 2) -> Samples:
    """The labelled RGB images of ``training``, ``validation`` or ``all``, their labels in our classes; of one ``domain`` where the set tells.

    Raises ``ValueError`` for a domain asked of a set that tells none, and where no image is of it.
    """
    if domain is not None and settings.layout != "bdd":
        raise ValueError(f"{folder}: {settings.layout} does not tell day from night; only bdd does (by {bdd.NIGHT}); ask for no domain")
    index, label_map = LABELLED[settings.layout]
    frames = [frame for part in SPLITS[split] for frame in index(folder, part, domain)]
    if domain is not None and not frames:
        raise ValueError(f"{folder}: no image of {split} is of the {domain.value}; check {bdd.NIGHT}, which names the night images")
    return load(frames, settings.input, label_map, workers)


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
    mean = (weight * share).sum() or 1.0  # no label at all: every weight is 1
    return np.append(np.where(share > 0, weight / mean, 1), 1).astype(np.float32)


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


def agreed(samples: Samples, answers: Iterable[Answer]) -> Samples:
    """The samples, their labels trusted only where other ``answers`` name the same class; elsewhere they weigh nothing."""
    assert samples.label is not None
    same = np.stack([label for label, _ in answers]) == samples.label
    trust = np.full(samples.label.shape, 255, np.uint8) if samples.weight is None else samples.weight
    return replace(samples, weight=np.where(same, trust, 0).astype(np.uint8))


def unlabelled(samples: Samples) -> Samples:
    """The samples with every pixel marked as not labelled: images that only a critic looks at."""
    return replace(samples, label=np.full((len(samples), *samples.input.network_size), IGNORE, np.uint8), weight=None)


def seen_labels(samples: Samples, labels: UInt8[np.ndarray, "n height width"]) -> UInt8[np.ndarray, "n height width"]:
    """A teacher's labels, ``IGNORE`` where there is no thermal measurement (outside the camera's view)."""
    if samples.thermal is not None and samples.input.thermal is not None:
        labels[~valid(samples.thermal, samples.input.thermal)] = IGNORE
    return labels


def write_labels(
    root: Path, samples: Samples, answers: Sequence[Answer], confidence: bool, least: float = 0.0
) -> UInt8[np.ndarray, "n height width"]:
    """Write a teacher's labels as the tree ``root/<name>.png``, with ``confidence`` beside if asked; returns the labels.

    Pixels of which the teacher is sure by less than ``least`` (of 1) get no label, nor do those without a thermal measurement where it
    reads thermal (``confidence`` marks such a teacher). Raises ``ValueError``, and writes nothing, when no pixel gets one.
    """
    labels = np.stack([np.where(trust < 255 * least, IGNORE, label).astype(np.uint8) for label, trust in answers])
    if confidence:
        labels = seen_labels(samples, labels)
    if (labels == IGNORE).all():
        surest = max(int(trust.max()) for _, trust in answers) / 255
        raise ValueError(
            f"{root}: no pixel of {len(answers)} frames gets a label: the teacher is sure of its surest by {surest:.2f}, "
            f"labelling.least is {least:g}; train it longer, or lower that number"
        )
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
