"""What lies in a data set's folder against what was published, and every file that is misnamed, unpaired, unreadable or leaking.

An index stops at the first fault; this goes on and lists them all.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from heatnet.data import bdd, freiburg, mf
from heatnet.data.files import CONFIDENCE, named
from heatnet.data.frames import Frame, leaks, shared_drives
from heatnet.data.sets import NEIGHBOUR_S
from heatnet.data.shelves import SHELVES, Part, Read, Shelf
from heatnet.taxonomy import Domain

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


@dataclass(frozen=True)
class Problem:
    """A file that cannot be used as it is: ``kind`` is misnamed, missing, unpaired, unreadable, leaking, or shared drive."""

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
    frames: dict[str, list[Frame]] = {}
    for shelf in SHELVES[layout](root):
        found = [_listed(part, problems) for part in shelf.parts]
        complete = _complete(shelf, found, problems)
        counts[shelf.split] += len(complete)
        files += [(table[key], part.read) for part, table in zip(shelf.parts, found, strict=True) for key in complete if key in table]
        frames.setdefault(shelf.split.split()[0], []).extend(_frame(layout, shelf, key, found[0][key]) for key in complete if key in found[0])
    for first, second in combinations(frames, 2):
        problems += _leaking(frames[first], frames[second], second)
    problems += MORE[layout](root) if layout in MORE else ()
    if read:
        with ThreadPoolExecutor(workers) as pool:
            problems += [problem for problem in pool.map(_read, files) if problem]
    return Survey(dict(counts), tuple(dict.fromkeys(problems)))


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
    names = sorted({key for table in found for key in table}) if shelf.listing is None else _names(shelf.listing, problems)
    for key in names:
        lacking = [part.folder.name for part, table in zip(shelf.parts, found, strict=True) if key not in table and part.folder.is_dir()]
        there = next((table[key] for table in found if key in table), None)
        if lacking:
            problems.append(Problem("unpaired", there or shelf.parts[0].folder / key, f"no file of {key} in {', '.join(lacking)}"))
    return [key for key in names if all(key in table for table in found)]


def _names(listing: Path, problems: list[Problem]) -> list[str]:
    """The names in a list, mirrored copies left out; a list that is not there or cannot be used becomes a problem."""
    try:
        return [name for name in named(listing, "a list of names", "take the release's") if not name.endswith(mf.FLIPPED)]
    except ValueError as error:
        problems.append(Problem("misnamed" if listing.is_file() else "missing", listing, str(error).removeprefix(f"{listing}: ")))
        return []


def _frame(layout: str, shelf: Shelf, key: str, path: Path) -> Frame:
    """What the leak guard needs of a frame."""
    return Frame(key, Domain.DAY, shelf.drive, rgb=path, time_s=freiburg.time_s(key) if layout == "freiburg" else None)


def _leaking(training: Sequence[Frame], test: Sequence[Frame], split: str) -> Iterator[Problem]:
    """Frames of one split that are of a later one too, or neighbours of its frames; drives during which frames of the later one were taken."""
    found = leaks(training, test, NEIGHBOUR_S)
    for frame, other in found:
        assert frame.rgb
        near = "" if frame.time_s is None else f", or within {NEIGHBOUR_S:g} s of it"
        yield Problem("leaking", frame.rgb, f"the {split} frame {other.name}{near}")
    leaking = {frame.name for frame, _ in found}
    apart = [frame for frame in training if frame.name not in leaking]
    for drive, other in shared_drives(apart, test).items():
        first = next(frame.rgb for frame in apart if frame.drive == drive and frame.rgb)
        yield Problem("shared drive", first.parents[2], f"was under way when the {split} frame {other.name} was taken")


def _night(root: Path) -> Iterator[Problem]:
    """The list of BDD100K's night images, where it is there but cannot be used."""
    try:
        if (root / bdd.NIGHT).is_file():
            bdd.night(root)
    except ValueError as error:
        yield Problem("misnamed", root / bdd.NIGHT, str(error).removeprefix(f"{root / bdd.NIGHT}: "))


MORE: Mapping[str, Callable[[Path], Iterator[Problem]]] = {"bdd": _night}
"""What else there is to check in a set."""


def _read(job: tuple[Path, Read]) -> Problem | None:
    """Decode a file; what is wrong with it."""
    path, read = job
    try:
        read(path)
    except ValueError as error:
        return Problem("unreadable", path, str(error).removeprefix(f"{path}: "))
    return None
