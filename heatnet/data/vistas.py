"""Mapillary Vistas in its released layouts: v1 (66 classes) and v2.0 (124 classes), whose archive also holds v1.2's labels.

::

    v1.0 to v1.2   config.json         {training,validation}/{images/*.jpg,labels/*.png}
    v2.0           config_v2.0.json    {training,validation}/{images/*.jpg,v2.0/labels/*.png}
                   config_v1.2.json    {training,validation}/v1.2/labels/*.png
"""

import json
from pathlib import Path
from typing import Literal

from heatnet.data.files import LABEL_SUFFIXES, folder, listed, paired
from heatnet.data.frames import Frame
from heatnet.taxonomy import VISTAS2_NAMES, VISTAS_NAMES, Domain

Version = Literal["v1.2", "v2.0"]
NAMES = {"v1.2": VISTAS_NAMES, "v2.0": VISTAS2_NAMES}


def index(root: Path, split: Literal["training", "validation"], version: Version = "v1.2") -> list[Frame]:
    """The labelled images of a split, by name; they are taken for daytime, and there is no thermal image.

    Raises ``ValueError`` for a missing folder, an unpaired file, and a class list that is not that version's.
    """
    config, inner = _layout(root, version)
    check_names(config, version)
    images = folder(root / split / "images", f"the images of Vistas' {split} split", cure(version))
    labels = folder(root / split / inner, f"the labels of Vistas' {split} split", cure(version))
    pairs = paired(listed(images), listed(labels, suffixes=LABEL_SUFFIXES), (images, labels))
    return [Frame(name, Domain.DAY, f"vistas/{split}", rgb=image, label=label) for name, image, label in pairs]


def cure(version: Version) -> str:
    """What to do where something is missing."""
    return f"unpack Mapillary Vistas {version} there, or point the profile at the folder that holds its class list"


def _layout(root: Path, version: Version) -> tuple[Path, str]:
    """The class list and the labels' folder within a split; v1's labels lie as in v1's own archive, or as in v2.0's."""
    if version == "v1.2" and not (root / "config_v1.2.json").is_file():
        return root / "config.json", "labels"
    return root / f"config_{version}.json", f"{version}/labels"


def check_names(path: Path, version: Version) -> None:
    """Raise ``ValueError`` unless the classes of a class list are those of the taxonomy, in its order."""
    if not path.is_file():
        raise ValueError(f"{path}: no such file; expected the class list of Mapillary Vistas {version}; {cure(version)}")
    try:
        names = tuple(str(label["readable"]) for label in json.loads(path.read_text(encoding="utf-8"))["labels"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not Vistas' class list ({error!r}); expected labels, each with a readable name; {cure(version)}") from error
    expected = NAMES[version]
    if len(names) != len(expected):
        other = "v2.0 has 124" if version == "v1.2" else "v1.2 has 66"
        raise ValueError(f"{path}: {len(names)} classes; expected the {len(expected)} of {version} ({other}); use the {version} release")
    for number, (theirs, ours) in enumerate(zip(names, expected, strict=True)):
        if theirs != ours:
            raise ValueError(f"{path}: class {number} is {theirs!r}; expected {ours!r}; use the {version} release")
