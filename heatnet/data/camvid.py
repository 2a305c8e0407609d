"""CamVid in the layout of SegNet's copy: ``{train,val,test}/*`` and ``{train,val,test}annot/*.png`` with 12 ids."""

from pathlib import Path
from typing import Literal

from heatnet.data.files import LABEL_SUFFIXES, folder, listed, paired
from heatnet.data.frames import Frame
from heatnet.taxonomy import Domain

CURE = "fetch CamVid as its folder's documentation says, or point the profile at the folder that holds train and trainannot"


def index(root: Path, split: Literal["train", "val", "test"]) -> list[Frame]:
    """The labelled images of a split, by name; the drive is the name's first part.

    All count as day, the dusk sequence ``0001TP`` too. Raises ``ValueError`` for a missing folder and an unpaired file.
    """
    images, labels = (folder(root / name, f"CamVid's {split} split", CURE) for name in (split, f"{split}annot"))
    pairs = paired(listed(images), listed(labels, suffixes=LABEL_SUFFIXES), (images, labels))
    return [Frame(name, Domain.DAY, name.split("_")[0], rgb=image, label=label) for name, image, label in pairs]
