"""What lies in each folder of a data set and how it is read: the shelves that ``heatnet.data.inventory`` goes along."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from heatnet.data import bdd, cityscapes, freiburg, msrs
from heatnet.data.files import IMAGE_SUFFIXES, LABEL_SUFFIXES, subfolders
from heatnet.data.reading import read_label, read_rgb, read_thermal
from heatnet.taxonomy import CAMVID, CITYSCAPES, CITYSCAPES_IDS, MF, OURS, VISTAS, VISTAS2, Domain

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
    listing: Path | None = None
    drive: str = ""


_photograph = partial(read_rgb, grey_too=True)
"""A labelled photograph may be grey; of a pair, a grey one would be the thermal image."""


def _both(path: Path) -> None:
    """Colour and thermal of one file."""
    read_rgb(path)
    read_thermal(path, 8)


def _freiburg(root: Path) -> Iterator[Shelf]:
    """A shelf for every sub-folder of a drive, and one for each half of the test set."""
    thermal, label = partial(read_thermal, bits=16), partial(read_label, label_map=OURS)
    drives = subfolders(root / "train") if (root / "train").is_dir() else []
    for domain in Domain:
        of_domain = [drive for drive in drives if drive.name.endswith(f"_{domain.value}")]
        for folder in [part for drive in of_domain for part in subfolders(drive)] or [root / "train" / f"seq_00_{domain.value}" / "00"]:
            parts = [Part(folder / "fl_rgb", read_rgb, freiburg.stamp), Part(folder / "fl_ir_aligned", thermal, freiburg.stamp)]
            if (folder / "fl_rgb_labels").is_dir():
                parts.append(Part(folder / "fl_rgb_labels", label, freiburg.stamp, LABEL_SUFFIXES))
            yield Shelf(f"train {domain.value}", tuple(parts), drive=folder.parent.name)
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
    """A shelf for every list."""
    for split in ("train", "val", "test"):
        parts = Part(root / "images", _both), Part(root / "labels", partial(read_label, label_map=MF), suffixes=LABEL_SUFFIXES)
        yield Shelf(split, parts, root / f"{split}.txt")


def _msrs(root: Path) -> Iterator[Shelf]:
    yield Shelf("all", (Part(root / "vi", read_rgb, msrs.named), Part(root / "ir", partial(read_thermal, bits=8), msrs.named)))


def _vistas(root: Path, version: str) -> Iterator[Shelf]:
    inner = f"{version}/labels" if version == "v2.0" or (root / "config_v1.2.json").is_file() else "labels"
    label = partial(read_label, label_map=VISTAS2 if version == "v2.0" else VISTAS)
    for split in ("training", "validation"):
        yield Shelf(split, (Part(root / split / "images", _photograph), Part(root / split / inner, label, suffixes=LABEL_SUFFIXES)))


def _bdd(root: Path) -> Iterator[Shelf]:
    inner = next((layout for layout in bdd.LAYOUTS if any((root / layout[0] / split).is_dir() for split in ("train", "val"))), bdd.LAYOUTS[-1])
    for split in ("train", "val"):
        images, labels = (root / part / split for part in inner)
        yield Shelf(split, (Part(images, _photograph), Part(labels, partial(read_label, label_map=CITYSCAPES), _without(bdd.MARK), LABEL_SUFFIXES)))


def _cityscapes(root: Path) -> Iterator[Shelf]:
    ids = partial(read_label, label_map=CITYSCAPES_IDS)
    for split in ("train", "val"):
        folder = root / "leftImg8bit" / split
        for city in subfolders(folder) if folder.is_dir() else [folder / "CITY"]:
            labels = Part(
                root / "gtFine" / split / city.name, ids, lambda stem: stem[: -len(cityscapes.LABEL)] if stem.endswith(cityscapes.LABEL) else ""
            )
            yield Shelf(split, (Part(city, _photograph, _without(cityscapes.IMAGE)), labels))


def _camvid(root: Path) -> Iterator[Shelf]:
    for split in ("train", "val", "test"):
        labels = Part(root / f"{split}annot", partial(read_label, label_map=CAMVID), suffixes=LABEL_SUFFIXES)
        yield Shelf(split, (Part(root / split, _photograph), labels))


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
