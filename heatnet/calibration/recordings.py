"""Recordings of the rig: folders ``left``, ``right`` and ``thermal`` with the same file names, one triple a moment."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8, UInt16

from heatnet.calibration.camera import Camera, Rig

CAMERAS = ("left", "right", "thermal")


@dataclass(frozen=True)
class Pair:
    """An RGB stereo pair (8 bit) and the thermal image (16-bit counts) of the same moment."""

    name: str
    left: UInt8[np.ndarray, "height width 3"]
    right: UInt8[np.ndarray, "height width 3"]
    thermal: UInt16[np.ndarray, "thermal_height thermal_width"]


@dataclass(frozen=True)
class Recording:
    """The three files of one moment."""

    left: Path
    right: Path
    thermal: Path

    def load(self) -> Pair:
        """Read the images; ``ValueError`` names a file that does not decode or is not what it should be."""
        left, right = _rgb(self.left), _rgb(self.right)
        if left.shape != right.shape:
            sizes = " and ".join(f"{image.shape[1]}x{image.shape[0]} px" for image in (left, right))
            raise ValueError(f"{self.right}: left and right are {sizes}; rectify both to one size")
        return Pair(self.left.stem, left, right, _thermal(self.thermal))


def index(folder: Path) -> list[Recording]:
    """The recordings of one folder, sorted by name; ``ValueError`` for a missing folder or an unpaired file."""
    files = {name: {file.name: file for file in sorted((folder / name).glob("*.png"))} for name in CAMERAS}
    for name in CAMERAS:
        if not files[name]:
            raise ValueError(f"{folder / name}: no PNG images; a recording has the folders left, right and thermal with the same file names")
    for name in CAMERAS:
        for other in CAMERAS:
            for lonely in sorted(files[name].keys() - files[other].keys()):
                raise ValueError(f"{files[name][lonely]}: no partner {folder / other / lonely}; remove it or add the missing image")
    return [Recording(*(files[name][stem] for name in CAMERAS)) for stem in files["left"]]


def load_all(recordings: Sequence[Recording]) -> list[Pair]:
    """The images of all recordings; ``ValueError`` names a file whose size differs from the first one's."""
    with ThreadPoolExecutor() as pool:
        pairs = list(pool.map(Recording.load, recordings))
    for name in ("left", "thermal"):
        (height, width), first = getattr(pairs[0], name).shape[:2], getattr(recordings[0], name)
        for pair, recording in zip(pairs, recordings, strict=True):
            if (here := getattr(pair, name).shape[:2]) != (height, width):
                raise ValueError(
                    f"{getattr(recording, name)}: {here[1]}x{here[0]} px, but {first} is {width}x{height} px; give images of one size, of one camera"
                )
    return pairs


def drives(root: Path) -> list[Path]:
    """The folders below ``root`` that hold ``left``, ``right`` and ``thermal``, sorted; ``ValueError`` when there is none."""
    found = sorted(folder.parent for folder in root.glob("**/thermal") if folder.is_dir())
    if not found:
        raise ValueError(f"{root}: no recordings below it; expected folders left, right and thermal")
    return found


def spread(recordings: Sequence[Recording], count: int) -> list[Recording]:
    """At most ``count`` recordings, evenly spaced over the sequence."""
    places = np.unique(np.linspace(0, len(recordings) - 1, min(count, len(recordings))).round().astype(int))
    return [recordings[place] for place in places]


def fitted(rig: Rig, pair: Pair) -> Rig:
    """The rig at the size of the images: a calibration holds for every scale of the same frames."""
    rgb = _factor(rig.left, pair.left, f"{pair.name}: left")
    thermal = _factor(rig.thermal, pair.thermal, f"{pair.name}: thermal")
    scaled, (rows, columns), (thermal_rows, thermal_columns) = rig.scaled(rgb, thermal), pair.left.shape[:2], pair.thermal.shape
    return replace(
        scaled,
        left=replace(scaled.left, width=columns, height=rows),
        right=replace(scaled.right, width=columns, height=rows),
        thermal=replace(scaled.thermal, width=thermal_columns, height=thermal_rows),
    )


def _factor(camera: Camera, image: UInt8[np.ndarray, "height width 3"] | UInt16[np.ndarray, "height width"], where: str) -> float:
    """How much larger the image is than the camera's; ``ValueError`` when it is not the same frame scaled."""
    height, width = image.shape[:2]
    factor = width / camera.width
    if abs(camera.height * factor - height) > 1:
        raise ValueError(f"{where} is {width}x{height} px, the rig's camera {camera.width}x{camera.height}; give images of the rig's shape")
    return factor


def _rgb(path: Path) -> UInt8[np.ndarray, "height width 3"]:
    """An 8-bit RGB image."""
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path}: missing or not an image; write it again")
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB)


def _thermal(path: Path) -> UInt16[np.ndarray, "height width"]:
    """A 16-bit thermal image."""
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise ValueError(f"{path}: missing or not an image; write it again")
    if image.dtype != np.uint16 or image.ndim != 2:
        raise ValueError(f"{path}: {image.dtype} with shape {image.shape}; thermal images are raw 16-bit counts in one channel")
    return image
