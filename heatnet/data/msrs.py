"""MSRS, registered RGB-thermal pairs of the MF recordings: ``vi/NAME.*``, ``ir/NAME.*``; names end in D (day) or N (night).

Boxes of persons, bicycles and cars (for scoring only) lie in ``boxes/{fusion,infrared,visible}/NAME.txt``.
"""

from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float

from heatnet.data.files import folder, listed, paired
from heatnet.data.frames import Frame, with_labels
from heatnet.taxonomy import Domain

CURE = "fetch MSRS as its folder's documentation says, or point the profile at the folder that holds vi and ir"
DOMAINS = {"D": Domain.DAY, "N": Domain.NIGHT}


def index(root: Path, labels: Path | None = None, domain: Domain | None = None) -> list[Frame]:
    """The pairs, by name, of one domain or of both; ``labels`` is the root of a tree of labels ``NAME.png``.

    Raises ``ValueError`` for a missing folder, an unpaired file, a name that tells no domain and a missing label.
    """
    visible, thermal = (folder(root / name, "the images of MSRS", CURE) for name in ("vi", "ir"))
    pairs = paired(listed(visible), listed(thermal), (visible, thermal))
    frames = [Frame(name, _domain(name, first), "msrs", first, second) for name, first, second in pairs]
    frames = [frame for frame in frames if domain in (None, frame.domain)]
    return frames if labels is None else with_labels(frames, labels)


def named(stem: str) -> str:
    """A frame's name, as it is; ``ValueError`` where it tells no domain."""
    _domain(stem, Path(stem))
    return stem


def _domain(name: str, path: Path) -> Domain:
    if name[-1] not in DOMAINS:
        raise ValueError(f"{path}: no domain in its name; expected names like 00123D (day) and 00123N (night); keep the released names")
    return DOMAINS[name[-1]]


def boxes(root: Path, kind: Literal["fusion", "infrared", "visible"]) -> dict[str, Float[np.ndarray, "n 5"]]:
    """Boxes by frame name: rows (class, x centre, y centre, width, height), relative to the image.

    Classes are 0 person, 1 bicycle, 2 car. An empty file means no object; a frame without a file is not in the mapping and
    means the same. Raises ``ValueError`` for a missing folder and for a line that is not such a row.
    """
    where = folder(root / "boxes" / kind, f"the boxes drawn on the {kind} images of MSRS", CURE)
    return {name: _rows(path) for name, path in listed(where, suffixes=frozenset({".txt"})).items()}


def _rows(path: Path) -> Float[np.ndarray, "n 5"]:
    """The boxes of one file."""
    try:
        rows = np.array([[float(word) for word in line.split()] for line in path.read_text().splitlines() if line.strip()], np.float64).reshape(-1, 5)
    except ValueError as error:
        raise ValueError(f"{path}: not a list of boxes ({error}); expected lines 'class xc yc w h'; fetch the file again") from error
    if not (np.isin(rows[:, 0], (0, 1, 2)).all() and (np.abs(rows[:, 1:] - 0.5) <= 0.5).all()):
        raise ValueError(f"{path}: a class that is not 0, 1 or 2, or a box outside [0, 1]; expected 'class xc yc w h'; fetch the file again")
    return rows
