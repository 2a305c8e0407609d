"""What lies in a data set's folder against what was published, and every file that is misnamed, unpaired, unreadable or leaking.

An index stops at the first fault; this goes on and lists them all.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from heatnet.data import bdd, cityscapes, freiburg, mf, msrs
from heatnet.data.files import CONFIDENCE, IMAGE_SUFFIXES, LABEL_SUFFIXES, subfolders
from heatnet.data.frames import Frame, leaks
from heatnet.data.reading import read_label, read_rgb, read_thermal
from heatnet.data.sets import NEIGHBOUR_S
from heatnet.taxonomy import CAMVID, CITYSCAPES, CITYSCAPES_IDS, MF, OURS, VISTAS, VISTAS2, Domain

PUBLISHED: Mapping[str, Mapping[str, int]] = {
    "freiburg": {"train day": 12051, "train night": 8596, "test day": 32, "test night": 32},
    "mf": {"train": 784, "val": 392, "test": 393},
    "msrs": {"all": 1444},
    "vistas": {"training": 18000, "validation": 2000},
    "vistas_v2": {"training": 18000, "validation": 2000},
    "bdd": {"train": 7000, "val": 1000},
    "cityscapes": {"train": 2975, "val": 500},
    "camvid": {"train": 367, "val": 101, "test": 233},
}
"""Frames of each split as the sets' authors count them (CamVid: SegNet's copy)."""

Read = Callable[[Path], object]


@dataclass(frozen=True)
class Part:
    """One folder of a shelf: its files by key, and how a file is read."""

    folder: Path
    read: Read
    key: Callable[[str], str] = str
    suffixes: frozenset[str] = IMAGE_SUFFIXES


@dataclass(frozen=True)
class Shelf:
    """Folders whose files belong together, frame by frame; ``names`` lists the frames where a list decides which they are."""

    split: str
    parts: tuple[Part, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Problem:
    """A file that cannot be used as it is: ``kind`` is misnamed, missing, unpaired, unreadable or leaking."""

    kind: str
    path: Path
    text: str


@dataclass(frozen=True)
class Survey:
    """Complete frames by split, and all problems."""

    counts: Mapping[str, int]
    problems: tuple[Problem, ...]


def survey(layout: str, root: Path, read: bool, workers: int) -> Survey:
    """Go through a set of one of the layouts of ``PUBLISHED``; with ``read`` every file is decoded and its ids are checked.

    Raises ``ValueError`` for an unknown layout and where ``root`` is no folder.
    """
    if layout not in SHELVES:
        raise ValueError(f"layout {layout!r}: expected one of {', '.join(SHELVES)}")
    if not root.is_dir():
        raise ValueError(f"{root}: no such folder; expected the folder of a data set in the layout of {layout}")
    counts: Counter[str] = Counter(dict.fromkeys(PUBLISHED[layout], 0))
    problems: list[Problem] = []
    files: list[tuple[Path, Read]] = []
    frames: dict[str, list[Frame]] = {"train": [], "test": []}
    for shelf in SHELVES[layout](root):
        found = [_listed(part, problems) for part in shelf.parts]
        complete = _complete(shelf, found, problems)
        counts[shelf.split] += len(complete)
        files += [(table[key], part.read) for part, table in zip(shelf.parts, found, strict=True) for key in complete if key in table]
        frames.get(shelf.split.split()[0], []).extend(_frame(layout, shelf, key, found[0][key]) for key in complete if key in found[0])
    problems += _leaking(frames["train"], frames["test"])
    if read:
        with ThreadPoolExecutor(workers) as pool:
            problems += [problem for problem in pool.map(_read, files) if problem]
    return Survey(dict(counts), tuple(problems))


def _listed(part: Part, problems: list[Problem]) -> dict[str, Path]:
    """The files of a folder by key; what cannot be listed becomes a problem."""
    if not part.folder.is_dir():
        problems.append(Problem("missing", part.folder, "no such folder"))
        return {}
    found: dict[str, Path] = {}
    for name in sorted(os.listdir(part.folder)):
        stem, suffix = os.path.splitext(name)
        if suffix.lower() not in part.suffixes or stem.endswith(CONFIDENCE) or name.startswith("."):
            continue
        try:
            key = part.key(stem)
        except ValueError as error:
            problems.append(Problem("misnamed", part.folder / name, str(error)))
            continue
        if key and found.setdefault(key, part.folder / name).name != name:
            problems.append(Problem("misnamed", part.folder / name, f"the same frame as {found[key].name}"))
    return found


def _complete(shelf: Shelf, found: Sequence[Mapping[str, Path]], problems: list[Problem]) -> list[str]:
    """The frames that have every file; files without a partner become problems."""
    names = list(shelf.names) if shelf.names is not None else sorted({key for table in found for key in table})
    for key in names:
        lacking = [part.folder.name for part, table in zip(shelf.parts, found, strict=True) if key not in table and part.folder.is_dir()]
        there = next((table[key] for table in found if key in table), None)
        if lacking:
            problems.append(Problem("unpaired", there or shelf.parts[0].folder / key, f"no file of {key} in {', '.join(lacking)}"))
    return [key for key in names if all(key in table for table in found)]


def _frame(layout: str, shelf: Shelf, key: str, path: Path) -> Frame:
    """What the leak guard needs of a frame."""
    return Frame(key, Domain.DAY, shelf.split, rgb=path, time_s=freiburg.time_s(key) if layout == "freiburg" else None)


def _leaking(training: Sequence[Frame], test: Sequence[Frame]) -> Iterator[Problem]:
    """Training frames that are test frames or neighbours of one."""
    for frame, other in leaks(training, test, NEIGHBOUR_S):
        assert frame.rgb
        yield Problem("leaking", frame.rgb, f"the test frame {other.name}, or within {NEIGHBOUR_S:g} s of it")


def _read(job: tuple[Path, Read]) -> Problem | None:
    """Decode a file; what is wrong with it."""
    path, read = job
    try:
        read(path)
    except ValueError as error:
        return Problem("unreadable", path, str(error).removeprefix(f"{path}: "))
    return None


def _both(path: Path) -> None:
    """Colour and thermal of one file."""
    read_rgb(path)
    read_thermal(path, 8)


def _freiburg(root: Path) -> Iterator[Shelf]:
    """A shelf for every sub-folder of a drive, and one for each half of the test set."""
    thermal, label = partial(read_thermal, bits=16), partial(read_label, label_map=OURS)
    for drive in subfolders(root / "train") if (root / "train").is_dir() else []:
        for folder in subfolders(drive):
            parts = [Part(folder / "fl_rgb", read_rgb, freiburg.stamp), Part(folder / "fl_ir_aligned", thermal, freiburg.stamp)]
            if (folder / "fl_rgb_labels").is_dir():
                parts.append(Part(folder / "fl_rgb_labels", label, freiburg.stamp, LABEL_SUFFIXES))
            yield Shelf(f"train {drive.name.rpartition('_')[2]}", tuple(parts))
    for domain in Domain:
        test = root / "test" / domain.value
        halves = Part(test / "ImagesRGB", read_rgb, _timed("_rgb")), Part(test / "ImagesIR", thermal, _timed("_ir"))
        yield Shelf(f"test {domain.value}", (*halves, Part(test / "SegmentationClass", label, _timed(""), LABEL_SUFFIXES)))


def _timed(suffix: str) -> Callable[[str], str]:
    """A key that drops a stem's suffix and refuses a stem without a time stamp."""

    def key(stem: str) -> str:
        freiburg.time_s(stem.removesuffix(suffix))
        return stem.removesuffix(suffix)

    return key


def _without(suffix: str) -> Callable[[str], str]:
    """A key that drops a stem's suffix."""
    return lambda stem: stem.removesuffix(suffix)


def _mf(root: Path) -> Iterator[Shelf]:
    """A shelf for every list that is there."""
    for split in ("train", "val", "test"):
        parts = Part(root / "images", _both), Part(root / "labels", partial(read_label, label_map=MF), suffixes=LABEL_SUFFIXES)
        if (root / f"{split}.txt").is_file():
            yield Shelf(split, parts, tuple(mf.names(root, split)))


def _msrs(root: Path) -> Iterator[Shelf]:
    yield Shelf("all", (Part(root / "vi", read_rgb, msrs.named), Part(root / "ir", partial(read_thermal, bits=8), msrs.named)))


def _vistas(root: Path, version: str) -> Iterator[Shelf]:
    inner = f"{version}/labels" if version == "v2.0" or (root / "config_v1.2.json").is_file() else "labels"
    label = partial(read_label, label_map=VISTAS2 if version == "v2.0" else VISTAS)
    for split in ("training", "validation"):
        yield Shelf(split, (Part(root / split / "images", read_rgb), Part(root / split / inner, label, suffixes=LABEL_SUFFIXES)))


def _bdd(root: Path) -> Iterator[Shelf]:
    for split in ("train", "val"):
        images, labels = bdd.folders(root, split)
        yield Shelf(split, (Part(images, read_rgb), Part(labels, partial(read_label, label_map=CITYSCAPES), _without(bdd.MARK), LABEL_SUFFIXES)))


def _cityscapes(root: Path) -> Iterator[Shelf]:
    ids = partial(read_label, label_map=CITYSCAPES_IDS)
    for split in ("train", "val"):
        folder = root / "leftImg8bit" / split
        for city in subfolders(folder) if folder.is_dir() else []:
            labels = Part(
                root / "gtFine" / split / city.name, ids, lambda stem: stem[: -len(cityscapes.LABEL)] if stem.endswith(cityscapes.LABEL) else ""
            )
            yield Shelf(split, (Part(city, read_rgb, _without(cityscapes.IMAGE)), labels))


def _camvid(root: Path) -> Iterator[Shelf]:
    for split in ("train", "val", "test"):
        labels = Part(root / f"{split}annot", partial(read_label, label_map=CAMVID), suffixes=LABEL_SUFFIXES)
        yield Shelf(split, (Part(root / split, read_rgb), labels))


SHELVES: Mapping[str, Callable[[Path], Iterator[Shelf]]] = {
    "freiburg": _freiburg,
    "mf": _mf,
    "msrs": _msrs,
    "vistas": partial(_vistas, version="v1.2"),
    "vistas_v2": partial(_vistas, version="v2.0"),
    "bdd": _bdd,
    "cityscapes": _cityscapes,
    "camvid": _camvid,
}
