"""Files that appear whole or not at all."""

import hashlib
import os
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8, UInt16


def write_bytes(path: Path, content: bytes) -> None:
    """Write under a temporary name, then rename; ``OSError`` (a full disk) leaves nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        os.replace(partial, path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OSError(f"{path}: cannot be written ({error}); make room or choose another folder, then run again: finished files are kept") from error


def write_image(path: Path, image: UInt8[np.ndarray, "h w *c"] | UInt16[np.ndarray, "h w"]) -> None:
    """PNG or JPEG by the suffix; colour is given as RGB, with a fourth channel (not colour) as it is."""
    swapped = image[..., [2, 1, 0, 3][: image.shape[2]]] if image.ndim == 3 else image
    options = [cv2.IMWRITE_JPEG_QUALITY, 92] if path.suffix == ".jpg" else [cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    done, content = cv2.imencode(path.suffix, np.ascontiguousarray(swapped), options)
    if not done:
        raise ValueError(f"{path}: OpenCV cannot encode {image.dtype} with shape {image.shape} as {path.suffix}")
    write_bytes(path, content.tobytes())


@cache
def code() -> str:
    """A digest of the simulator's source: what it draws changes with it."""
    sources = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]


def claim(folder: Path, key: str) -> None:
    """Mark a folder with the parameters and the ``code`` that fill it; ``ValueError`` when begun with others or holding something else."""
    mark, key = folder / ".street", f"{code()} {key}"
    if mark.is_file() and mark.read_text() != key:
        raise ValueError(f"{folder}: begun with other parameters of the street, or with another version of it; delete the folder, then run again")
    if not mark.is_file():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ValueError(f"{folder}: holds something that the street did not write; give an empty or a new folder")
        write_bytes(mark, key.encode())


def room(folder: Path, wanted: float) -> None:
    """Refuse with ``ValueError`` a folder on a disk with less than ``wanted`` bytes left."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if (free := shutil.disk_usage(there).free) < wanted:
        raise ValueError(
            f"{folder}: {free / 1e9:.2f} GB are free, up to {wanted / 1e9:.2f} GB are needed; make room or ask for fewer or smaller frames"
        )


def begin(place: Path, mark: str, targets: Sequence[Path]) -> Path:
    """The folder to work in on ``targets`` (of one parent) until all are complete: below ``place``, named by ``mark``.

    Unfinished work of other marks (other code or parameters) is deleted. Where ``finish`` has completed the targets under this
    mark, their own parent is the place to work in: what is there is kept.
    """
    done = place / "finished"
    if done.is_file() and done.read_text() == mark and all(target.is_dir() for target in targets):
        return targets[0].parent
    for other in place.iterdir() if place.is_dir() else ():
        if other.name != mark[:16]:
            shutil.rmtree(other) if other.is_dir() else other.unlink()
    (place / mark[:16]).mkdir(parents=True, exist_ok=True)
    return place / mark[:16]


def finish(work: Path, place: Path, mark: str, targets: Sequence[Path]) -> None:
    """Move the complete folders from where ``begin`` put the work to the targets; what lies there is replaced."""
    if work == targets[0].parent:
        return
    for target in targets:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            shutil.rmtree(target)
        shutil.move(work / target.name, target)  # a rename within a file system
    work.rmdir()
    write_bytes(place / "finished", mark.encode())
