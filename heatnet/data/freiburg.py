"""Freiburg Thermal in its released layout (Vertens et al., IROS 2020).

::

    train/seq_00_day/00/{fl_rgb,fl_ir_aligned,fl_rgb_labels}/<folder>_<secs>_<nsecs><burst>.png   labels by day only
    test/{day,night}/{ImagesRGB/*_rgb.png,ImagesIR/*_ir.png,SegmentationClass/*.npy}

A file's name starts with its folder's, so frames are paired by their stamp.
"""

import itertools
import re
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from heatnet.data.files import LABEL_SUFFIXES, folder, listed, paired, subfolders
from heatnet.data.frames import Frame, with_labels
from heatnet.taxonomy import Domain

Split = Literal["train", "test"]
CURE = "unpack the release's archives there, or point the profile at the folder that holds train and test"


LEAP_S = 600.0
"""Test frames further apart in time are of different drives (within a drive they lie seconds to minutes apart)."""


def time_s(stem: str) -> float:
    """Seconds since 1970 in a file's stem ``..._<secs>_<nsecs><burst>``.

    The nanoseconds are not padded and the last digit is the index in the burst: ``952177040`` is 0.095217704 s, not 0.95 s.
    Raises ``ValueError`` for another stem.
    """
    if not (found := re.search(r"(?:^|_)(\d+)_(\d+)\d$", stem)):
        raise ValueError(f"{stem}: no time stamp; expected a name like fl_rgb_1570722156_952177040; keep the files' released names")
    return int(found[1]) + int(found[2]) * 1e-9


def index(root: Path, split: Split, labels: Path | None = None, domain: Domain | None = None) -> list[Frame]:
    """The frames of a split, of one domain or of both, in the order of drive and time.

    ``labels`` is the root of a tree of labels ``<drive>/<sub-folder>/<stem of the RGB image>.png`` to use instead of the
    dataset's own. A training image without a partner is left out with a warning, and a day frame may lack its own label; a test frame
    must have everything. Raises ``ValueError`` for a missing folder, an unpaired test file and a missing label of a tree.
    """
    domains = tuple(Domain) if domain is None else (domain,)
    frames = [frame for part in domains for frame in (_train if split == "train" else _test)(root, part)]
    return frames if labels is None else with_labels(frames, labels)


def _train(root: Path, domain: Domain) -> list[Frame]:
    """The training frames of one domain, from all its drives; images without a partner are left out, with a warning."""
    train = folder(root / "train", "the drives of Freiburg Thermal (seq_00_day, ...)", CURE)
    drives = [drive for drive in subfolders(train) if drive.name.endswith(f"_{domain.value}")]
    parts = [_part(part, domain) for drive in drives for part in subfolders(drive)]
    lonely = [path for _, without in parts for path in without]
    if lonely:
        warnings.warn(
            f"{len(lonely)} images of {train}'s {domain.value} drives have no partner of the other camera and are left out, e.g. {lonely[0]}; "
            "`heatnet inventory` lists them",
            stacklevel=3,
        )
    if not (frames := [frame for part, _ in parts for frame in part]):
        raise ValueError(f"{train}: no {domain.value} frames; expected folders like seq_00_{domain.value}/00/fl_rgb; {CURE}")
    return frames


def _part(part: Path, domain: Domain) -> tuple[list[Frame], list[Path]]:
    """The frames of one sub-folder of a drive, with their own labels where they have one, and the images without a partner."""
    folders = [folder(part / name, "the images of a drive", CURE) for name in ("fl_rgb", "fl_ir_aligned")]
    rgb, thermal = (listed(path, stamp) for path in folders)
    own = part / "fl_rgb_labels"
    labels = listed(own, stamp, LABEL_SUFFIXES) if own.is_dir() else {}
    drive = part.parent.name
    frames = [
        Frame(f"{drive}/{part.name}/{path.stem}", domain, drive, path, thermal[key], labels.get(key), time_s=time_s(path.stem))
        for key, path in rgb.items()
        if key in thermal
    ]
    lonely = [path for one, other in ((rgb, thermal), (thermal, rgb)) for key, path in one.items() if key not in other]
    return sorted(frames, key=lambda frame: frame.time_s or 0.0), lonely


def stamp(stem: str) -> str:
    """The stamp in a stem: what the files of one frame share."""
    time_s(stem)
    return "_".join(stem.split("_")[-2:])


def _test(root: Path, domain: Domain) -> list[Frame]:
    """The test frames of one domain; all have labels."""
    test = folder(root / "test" / domain.value, "ImagesRGB, ImagesIR and SegmentationClass", CURE)
    rgb_folder, thermal_folder, label_folder = (
        folder(test / name, "the test set's files", CURE) for name in ("ImagesRGB", "ImagesIR", "SegmentationClass")
    )
    rgb = listed(rgb_folder, _without("_rgb"))
    labels = listed(label_folder, _without(""), LABEL_SUFFIXES)
    paired(rgb, labels, (rgb_folder, label_folder))
    pairs = paired(rgb, listed(thermal_folder, _without("_ir")), (rgb_folder, thermal_folder))
    drives = _drives({key: time_s(key) for key, _, _ in pairs}, f"test/{domain.value}")
    return [Frame(f"test/{domain.value}/{key}", domain, drives[key], first, second, labels[key], time_s=time_s(key)) for key, first, second in pairs]


def _drives(times: Mapping[str, float], name: str) -> dict[str, str]:
    """The drive of every test frame, numbered in the order of time: the release tells none, but between two drives the clock leaps."""
    ordered = sorted(times, key=lambda key: times[key])
    leaps = [0, *(int(times[later] - times[earlier] > LEAP_S) for earlier, later in itertools.pairwise(ordered))]
    return {key: f"{name}/{number:02d}" for key, number in zip(ordered, itertools.accumulate(leaps), strict=True)}


def _without(suffix: str) -> Callable[[str], str]:
    """A key that drops a stem's suffix, where it has it."""
    return lambda stem: stem.removesuffix(suffix)
