"""MF (Ha et al., IROS 2017) as released: RGB and thermal in one RGBA file, class ids, and a list of names for each split.

::

    images/00001D.png   four channels, the last one thermal (8 bit); names end in D (day) or N (night)
    labels/00001D.png   ids 0 (unlabelled) to 8
    train.txt  val.txt  test.txt  test_day.txt  test_night.txt  ...
"""

from pathlib import Path
from typing import Literal

from heatnet.data.files import LABEL_SUFFIXES, folder, listed, named
from heatnet.data.frames import Frame, with_labels
from heatnet.taxonomy import Domain

Split = Literal["train", "val", "test"]
CURE = "unpack ir_seg_dataset.zip there (`heatnet fetch mf` says where to get it), or point the profile at the folder that holds train.txt"
FLIPPED = "_flip"
"""The release's own script writes mirrored copies under this suffix; they are left out, for training mirrors by itself."""
DOMAINS = {"D": Domain.DAY, "N": Domain.NIGHT}


def index(root: Path, split: Split, labels: Path | None = None, domain: Domain | None = None) -> list[Frame]:
    """The frames of a split, in the order of its list; RGB and thermal are one file.

    ``labels`` is the root of a tree of labels ``NAME.png`` to use instead of the set's own. Raises ``ValueError`` for a missing folder or
    list, a listed name without image or label, a name that tells no domain, and a name that another split has too.
    """
    lists = {name: names(root, name) for name in ("train", "val", "test") if name == split or (root / f"{name}.txt").is_file()}
    for other, theirs in lists.items():
        if other != split and (shared := sorted(set(theirs) & set(lists[split]))):
            raise ValueError(
                f"{root / split}.txt: {shared[0]} is in {other}.txt too ({len(shared)} such); expected disjoint splits; take the release's lists"
            )
    images, masks = (folder(root / name, f"the {name} of MF", CURE) for name in ("images", "labels"))
    frames = _frames(lists[split], root / f"{split}.txt", listed(images), listed(masks, suffixes=LABEL_SUFFIXES))
    frames = [frame for frame in frames if domain in (None, frame.domain)]
    return frames if labels is None else with_labels(frames, labels)


def names(root: Path, split: str) -> list[str]:
    """The names in a split's list, mirrored copies left out."""
    return [name for name in named(root / f"{split}.txt", f"the names of MF's {split} images", CURE) if not name.endswith(FLIPPED)]


def _frames(chosen: list[str], where: Path, images: dict[str, Path], labels: dict[str, Path]) -> list[Frame]:
    """A frame for every name."""
    for name in chosen:
        if name[-1] not in DOMAINS:
            raise ValueError(f"{where}: {name}: no domain in its name; expected names like 00123D (day) and 00123N (night); keep the released names")
        for what, found in (("image", images), ("label", labels)):
            if name not in found:
                raise ValueError(
                    f"{where}: {name} has no {what}; expected {what}s/{name}.png beside the list; unpack the set again or correct the list"
                )
    return [Frame(name, DOMAINS[name[-1]], "mf", images[name], images[name], labels[name]) for name in chosen]
