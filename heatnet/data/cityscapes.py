"""Cityscapes as released: ``leftImg8bit/SPLIT/CITY/*_leftImg8bit.png``, ``gtFine/SPLIT/CITY/*_gtFine_labelIds.png`` (ids, not train ids)."""

from pathlib import Path
from typing import Literal

from heatnet.data.files import folder, listed, paired, subfolders
from heatnet.data.frames import Frame
from heatnet.taxonomy import Domain

CURE = "unpack leftImg8bit_trainvaltest.zip and gtFine_trainvaltest.zip there (`heatnet fetch cityscapes` says where to get them)"
IMAGE, LABEL = "_leftImg8bit", "_gtFine_labelIds"


def index(root: Path, split: Literal["train", "val"]) -> list[Frame]:
    """The finely labelled images of a split, by city and name; all by day; the drive is the city.

    Raises ``ValueError`` for a missing folder, an unpaired file and a split without cities.
    """
    images, labels = (folder(root / name / split, f"the {split} split of Cityscapes' {name}", CURE) for name in ("leftImg8bit", "gtFine"))
    frames = [frame for city in subfolders(images) for frame in _city(city, folder(labels / city.name, "the labels of a city", CURE))]
    if not frames:
        raise ValueError(f"{images}: no cities; expected folders like aachen with images; {CURE}")
    return frames


def _city(images: Path, labels: Path) -> list[Frame]:
    """The images of one city; of the labels' several files a frame only the ids are taken."""
    ids = {name.removesuffix(LABEL): path for name, path in listed(labels).items() if name.endswith(LABEL)}
    pairs = paired(listed(images, lambda stem: stem.removesuffix(IMAGE)), ids, (images, labels))
    return [Frame(name, Domain.DAY, images.name, rgb=image, label=label) for name, image, label in pairs]
