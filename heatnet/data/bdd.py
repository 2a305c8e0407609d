"""BDD100K's semantic segmentation, in its first layout and in that of 2020; labels are Cityscapes train ids (255: not scored).

::

    [seg/]images/{train,val}/NAME.jpg   [seg/]labels/{train,val}/NAME_train_id.png
    images/10k/{train,val}/NAME.jpg     labels/sem_seg/masks/{train,val}/NAME.png

BDD100K does not say here which images are of the night: ``bdd_night.txt`` names them, a line each (``heatnet fetch bdd-night`` gets the
public list of Sakaridis et al., 87 images of train and val; HeatNet's own list was never published).
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from heatnet.data.files import LABEL_SUFFIXES, folder, listed, named, paired
from heatnet.data.frames import Frame
from heatnet.taxonomy import Domain

Split = Literal["train", "val"]
CURE = "unpack BDD100K's 10K images and segmentation labels there (`heatnet fetch bdd` says where to get them)"
NIGHT = "bdd_night.txt"
LAYOUTS = (("images", "labels"), ("seg/images", "seg/labels"), ("images/10k", "labels/sem_seg/masks"))
MARK = "_train_id"


def index(root: Path, split: Split, domain: Domain | None = None) -> list[Frame]:
    """The labelled images of a split, by name, night where ``bdd_night.txt`` names them; all count as day where no domain is asked
    for and there is no such list.

    Raises ``ValueError`` for a missing folder, an unpaired file, a missing list where a domain is asked for, and a list that names an
    image of neither split.
    """
    images, labels = folders(root, split)
    pairs = paired(listed(images), listed(labels, _stem, LABEL_SUFFIXES), (images, labels))
    names = night(root) if domain is not None or (root / NIGHT).is_file() else frozenset()
    frames = [Frame(name, Domain.NIGHT if name in names else Domain.DAY, f"bdd/{split}", rgb=image, label=label) for name, image, label in pairs]
    return [frame for frame in frames if domain in (None, frame.domain)]


def folders(root: Path, split: str) -> tuple[Path, Path]:
    """The folders of a split's images and labels, in the first layout that is there; ``ValueError`` where there is none."""
    found = [(root / images / split, root / labels / split) for images, labels in LAYOUTS if (root / images / split).is_dir()]
    if not found:
        raise ValueError(f"{root}: no images/{split}; expected BDD100K's images/{split} (or seg/images, images/10k) and its labels; {CURE}")
    return found[0][0], folder(found[0][1], f"the labels of BDD100K's {split} images", CURE)


_stem: Callable[[str], str] = lambda stem: stem.removesuffix(MARK)  # noqa: E731 - a key, as ``files.listed`` takes them


def night(root: Path) -> frozenset[str]:
    """The names of night images, of both splits; a name of a split that is not unpacked is passed over.

    Raises ``ValueError`` for a name of neither split where both are there, and where no name is of the one that is.
    """
    lines = named(root / NIGHT, "the names of BDD100K's night images, a line each", "run `heatnet fetch bdd-night`, or write the list")
    splits = [names for split in ("train", "val") if (names := _all_names(root, split))]
    known = {name for names in splits for name in names}
    listed_here = frozenset(map(_stem, lines))
    stray = sorted(listed_here - known)
    if stray and (len(splits) == 2 or len(stray) == len(listed_here)):
        raise ValueError(
            f"{root / NIGHT}: {stray[0]} ({len(stray)} such): no image of {'train or val' if len(splits) == 2 else 'the split that is unpacked'}; "
            f"expected names like {min(known, default='0001542f-5ce3cf52')}; correct the list"
        )
    return listed_here & known


def _all_names(root: Path, split: str) -> list[str]:
    """The images of a split, none where the split is not there."""
    return [name for images, _ in LAYOUTS if (root / images / split).is_dir() for name in listed(root / images / split)]
