"""Raw recordings of the rig: ``<split>/<drive>/<part>/{left,right,thermal}/STEM.png``, before any alignment."""

from pathlib import Path

from heatnet.data.files import folder, listed, paired, subfolders
from heatnet.data.frames import Frame
from heatnet.taxonomy import Domain

CURE = "run the street stage, or point the profile at the folder that holds the drives"


def index(root: Path) -> list[Frame]:
    """Every moment of every drive (left RGB and raw thermal), by split, drive and time.

    Raises ``ValueError`` for a missing folder, an unpaired file and a drive that is named neither day nor night.
    """
    splits = subfolders(folder(root, "recordings of the rig", CURE))
    return [frame for split in splits for drive in subfolders(split) for part in subfolders(drive) for frame in _part(root, drive, part)]


def _part(root: Path, drive: Path, part: Path) -> list[Frame]:
    """The frames of one folder of a drive."""
    folders = (folder(part / "left", "the left RGB camera's images", CURE), folder(part / "thermal", "the thermal camera's images", CURE))
    pairs = paired(listed(folders[0]), listed(folders[1]), folders)
    name = str(drive.relative_to(root))
    return [Frame(f"{name}/{part.name}/{stem}", _domain(drive), name, rgb, thermal) for stem, rgb, thermal in pairs]


def _domain(drive: Path) -> Domain:
    for domain in Domain:
        if drive.name.endswith(f"_{domain.value}"):
            return domain
    raise ValueError(f"{drive}: neither day nor night; expected a name like seq_00_day; rename the drive")
