"""Prepared frames on disk: what decoding, resizing and cutting made of a frame, for later stages and for other processes.

An entry is one file of raw bytes. Its name is a hash of all that decides its content: the files (path, size, time), the numbers that
they were prepared by, and the code that did it; so whatever changes makes a new entry, and no entry is ever wrong, only unused. It is
written under a name of its own and then renamed: it is there whole or not at all, and of two processes that prepare the same frame the
second replaces the first one's bytes by the same bytes. Processes that each load a share of the frames (``frames[i::n]``) fill one folder
together. The folder may be deleted at any time.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Shaped

from heatnet.data import reading, thermal

Parts = Sequence[Shaped[np.ndarray, "..."]]


def prepared(folder: Path | None, files: Sequence[Path], numbers: object, parts: Parts, prepare: Callable[[], None]) -> None:
    """Fill contiguous ``parts`` from the entry of ``files`` and ``numbers``; where there is none, ``prepare`` fills them and the entry is written.

    Without a ``folder`` nothing is kept. What ``prepare`` raises is raised, and nothing is written.
    """
    entry = None if folder is None else folder / _name(files, numbers, parts)
    if entry is None or not _filled(entry, parts):
        prepare()
        if entry is not None:
            _write(entry, parts)


def _name(files: Sequence[Path], numbers: object, parts: Parts) -> str:
    """The entry's name, in one of 256 folders; a file that is not there is told by its reader."""
    stats = [(str(file.absolute()), os.stat(file)) for file in files if file.exists()]
    said = [f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in stats]
    shapes = [f"{part.dtype}{part.shape}" for part in parts]
    digest = hashlib.sha256("\n".join([_code(), repr(numbers), *shapes, *said]).encode()).hexdigest()
    return f"{digest[:2]}/{digest[2:34]}"


@cache
def _code() -> str:
    """The code that prepares, and the library that resizes."""
    sources = [Path(str(module.__file__)) for module in (reading, thermal)] + [Path(__file__).with_name("loading.py")]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources) + cv2.__version__.encode()).hexdigest()


def _filled(entry: Path, parts: Parts) -> bool:
    """Whether there was an entry of the right length to fill the parts from."""
    try:
        with entry.open("rb", buffering=0) as file:
            if os.fstat(file.fileno()).st_size != sum(part.nbytes for part in parts):
                return False
            return all(file.readinto(part.data) == part.nbytes for part in parts)
    except FileNotFoundError:
        return False


def _write(entry: Path, parts: Parts) -> None:
    """The bytes of the parts, one after the other, under a name of this process and thread until they are complete."""
    entry.parent.mkdir(parents=True, exist_ok=True)
    unfinished = entry.with_name(f"{entry.name}.{os.getpid()}.{id(parts)}.part")
    try:
        unfinished.write_bytes(b"".join(part.tobytes() for part in parts))
        os.replace(unfinished, entry)
    finally:
        unfinished.unlink(missing_ok=True)
