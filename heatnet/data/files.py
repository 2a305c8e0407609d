"""What a folder holds, and what it lacks: lists of images by key, pairs without a gap."""

import os
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff"})
LABEL_SUFFIXES = frozenset({".png", ".npy"})


def folder(path: Path, expected: str, cure: str) -> Path:
    """The folder itself, or a ``ValueError`` that says what it should have held and what to do."""
    if not path.is_dir():
        raise ValueError(f"{path}: no such folder; expected {expected}; {cure}")
    return path


def subfolders(path: Path) -> list[Path]:
    """The folders in a folder, by name, hidden ones left out."""
    return sorted(Path(entry.path) for entry in os.scandir(path) if entry.is_dir() and not entry.name.startswith("."))


def listed(path: Path, key: Callable[[str], str] = str, suffixes: frozenset[str] = IMAGE_SUFFIXES) -> dict[str, Path]:
    """The images (or labels) of a folder by ``key(stem)``, in the order of their names.

    Raises ``ValueError`` when two files have one key (``a.png`` beside ``a.jpg``).
    """
    found: dict[str, Path] = {}
    for name in sorted(entry.name for entry in os.scandir(path)):
        stem, suffix = os.path.splitext(name)
        if suffix.lower() not in suffixes or name.startswith(".") or stem.endswith(CONFIDENCE):
            continue
        if (other := found.setdefault(key(stem), path / name)).name != name:
            raise ValueError(f"{path / name}: the same frame as {other.name}; expected one file per frame; remove one of them")
    return found


def paired(first: Mapping[str, Path], second: Mapping[str, Path], folders: tuple[Path, Path]) -> list[tuple[str, Path, Path]]:
    """``(key, file of the first, file of the second)`` for every key, sorted.

    Raises ``ValueError`` naming the files without a partner, and for two folders without any.
    """
    lonely = [table[key] for key in sorted(first.keys() ^ second.keys()) for table in (first, second) if key in table]
    if lonely:
        more = f" and {len(lonely) - 3} more" if len(lonely) > 3 else ""
        where = folders[1] if lonely[0].parent == folders[0] else folders[0]
        raise ValueError(
            f"{', '.join(map(str, lonely[:3]))}{more}: no partner; expected a file of the same name or stamp in {where}; "
            "fetch what is missing or move the unpaired file away"
        )
    if not first:
        raise ValueError(f"{folders[0]}: no images; expected pairs with {folders[1]}; check that the dataset is unpacked completely")
    return [(key, first[key], second[key]) for key in sorted(first)]


def named(path: Path, expected: str, cure: str) -> list[str]:
    """The names in a list file, one a line: folders and suffixes dropped, empty lines passed over, in the file's order.

    Raises ``ValueError`` for a missing or an empty list and for a name that it holds twice.
    """
    if not path.is_file():
        raise ValueError(f"{path}: no such file; expected {expected}; {cure}")
    names = [Path(line.strip()).stem for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not names:
        raise ValueError(f"{path}: an empty list; expected {expected}; {cure}")
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"{path}: {twice[0]} is listed {Counter(names)[twice[0]]} times; expected every frame once; remove the copies")
    return names


CONFIDENCE = ".confidence"
"""``STEM.confidence.png`` beside a pseudo-label ``STEM.png``: its certainty, 0 (none) to 255 (full)."""


def confidence_file(label: Path) -> Path:
    """Where the confidence of a label file lies."""
    return label.with_name(f"{label.stem}{CONFIDENCE}.png")
