"""Public data sets into ``data/``: fetched at a pinned git commit (a commit is its own checksum), downloaded, or linked from a folder.

Sets that ask for a registration are not fetched; ``heatnet fetch NAME`` says where to get them and how to unpack them.
"""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from heatnet.pipeline.download import checksum, download, unpack
from heatnet.pipeline.profile import Profile
from heatnet.pipeline.sources import SOURCES, AnySource, Archives, Manual, Source


def fetch(names: Sequence[str], data: Path, sources: Mapping[str, AnySource] = SOURCES) -> int:
    """Fetch the named sources into the folder ``data``; without names, list them. A source that is there already is left alone.

    A set that asks for a registration is not fetched: where to get it is printed, and the result is 1.
    """
    if not names:
        for name, source in sources.items():
            print(f"{name:<12}{source.about}\n{'':<12}{_origin(source)}")
        return 0
    if unknown := [name for name in names if name not in sources]:
        raise ValueError(f"unknown data set {unknown[0]!r}; expected {', '.join(sources)}")
    manual = False
    for name in names:
        source = sources[name]
        if isinstance(source, Manual):
            print(f"{name}: cannot be fetched for you. Get it from\n  {source.where}\nand unpack it as\n  {data}/{source.unpack}")
            print(f"or elsewhere, and then `heatnet link DIR`, where DIR holds {name}/. `heatnet inventory` counts it.")
            if more := [other for other, entry in sources.items() if not isinstance(entry, Manual) and name in entry.folders]:
                print(f"After that: `heatnet fetch {' '.join(more)}`")
            manual = True
        elif _wanted(name, source, data):
            _archives(name, source, data) if isinstance(source, Archives) else _fetch(name, source, data)
    return int(manual)


def _origin(source: AnySource) -> str:
    """Where a source comes from, on one line."""
    if isinstance(source, Source):
        return f"{source.url} at {source.commit[:12]}"
    return source.where if isinstance(source, Manual) else ", ".join(url for url, _, _ in source.files)


def _wanted(name: str, source: Source | Archives, data: Path) -> bool:
    """Whether a source is still to be fetched; ``ValueError`` where some of a git source's files are there (archives come one by one)."""
    places = source.places.values() if isinstance(source, Source) else [place for _, place, _ in source.files]
    targets = sorted({data / place for place in places})
    present = [target for target in targets if target.exists()]
    if len(present) == len(targets):
        print(f"{name}: already in {data}")
        return False
    if present and isinstance(source, Source):
        raise ValueError(f"{name}: {present[0]} is there, but not all of the set; move it away and fetch again")
    return True


def _archives(name: str, source: Archives, data: Path) -> None:
    """Download and unpack the archives that are not there yet; an archive is deleted once it is unpacked."""
    for url, place, sha256 in source.files:
        if (data / place).exists():
            continue
        archive = data / f".{name}-{url.rpartition('/')[2]}"
        print(f"{name}: {url}", flush=True)
        found = checksum(archive) if archive.is_file() else None
        if found is None or sha256 not in (None, found):  # one that is there already may be of another version
            found = download(url, archive, sha256)
        if sha256 is None:
            print(f"{name}: SHA-256 {found}, which nobody has published to compare with", flush=True)
        unpack(archive, data / place)
        archive.unlink()
        print(f"{name}: {data / place}")


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
            _move(ready / place, data / place)
            print(f"{name}: {data / place}")


def _move(source: Path, target: Path) -> None:
    """Move within a disk, or (a linked set may lie on another) copy beside the target first, and rename."""
    beside = target.with_name(f".{target.name}.part")
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.move(source, beside)
        os.replace(beside, target)


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
            raise ValueError(f"{target}: is there already and no link; {_undo(name, target)} to link {folder / name} instead")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.symlink_to((folder / name).resolve(), target_is_directory=True)
        print(f"{target} -> {(folder / name).resolve()}")
    return 0


def _undo(name: str, target: Path) -> str:
    """What to do with a folder in the place of a link: what is small and was fetched can be fetched again, into the linked set."""
    places = {source: set(entry.places.values()) for source, entry in SOURCES.items() if isinstance(entry, Source) and name in entry.folders}
    there = {str(path.relative_to(target.parent)) for path in target.rglob("*") if path.is_file()}
    if there <= set().union(*places.values()):
        return f"it only holds what `heatnet fetch {' '.join(places)}` put there: delete it, link, and fetch that again afterwards,"
    return "move it away"


def _sets(profile: Profile) -> Iterator[str]:
    """The folders of ``data/`` that stages read and none writes."""
    written = {out for node in profile.graph.values() for out in node.outs}
    for node in profile.graph.values():
        for dep in node.deps:
            if dep.startswith("data/") and not any(Path(dep).is_relative_to(out) for out in written):
                yield Path(dep).parts[1]
