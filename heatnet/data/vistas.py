"""Mapillary Vistas v1.2 in its released layout: ``config.json``, ``{training,validation}/{images/*.jpg,labels/*.png}``."""

import json
from pathlib import Path
from typing import Literal

from heatnet.data.files import LABEL_SUFFIXES, folder, listed, paired
from heatnet.data.frames import Frame
from heatnet.taxonomy import VISTAS_NAMES, Domain

CURE = "unpack Mapillary Vistas v1.2 there, or point the profile at the folder that holds its config.json"


def index(root: Path, split: Literal["training", "validation"]) -> list[Frame]:
    """The labelled images of a split, by name; they are taken for daytime, and there is no thermal image.

    Raises ``ValueError`` for a missing folder, an unpaired file, and a ``config.json`` whose classes are not v1.2's.
    """
    check_names(root / "config.json")
    images, labels = (folder(root / split / name, f"the {name} of Vistas' {split} split", CURE) for name in ("images", "labels"))
    pairs = paired(listed(images), listed(labels, suffixes=LABEL_SUFFIXES), (images, labels))
    return [Frame(name, Domain.DAY, f"vistas/{split}", rgb=image, label=label) for name, image, label in pairs]


def check_names(path: Path) -> None:
    """Raise ``ValueError`` unless the classes of Vistas' ``config.json`` are those of the taxonomy, in its order."""
    if not path.is_file():
        raise ValueError(f"{path}: no such file; expected the class list of Mapillary Vistas v1.2; {CURE}")
    try:
        names = tuple(str(label["readable"]) for label in json.loads(path.read_text(encoding="utf-8"))["labels"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not Vistas' class list ({error!r}); expected labels, each with a readable name; {CURE}") from error
    if len(names) != len(VISTAS_NAMES):
        raise ValueError(f"{path}: {len(names)} classes; expected the {len(VISTAS_NAMES)} of v1.2 (v2.0 has 124); use the v1.2 release")
    for number, (theirs, ours) in enumerate(zip(names, VISTAS_NAMES, strict=True)):
        if theirs != ours:
            raise ValueError(f"{path}: class {number} is {theirs!r}; expected {ours!r}; use the v1.2 release")
