"""The four data sets of the street at a glance: a small picture for the README.

``python benchmarks/street_sheet.py SHEET.jpg`` writes a hundred or so frames of each data set to a temporary folder (default parameters, another
seed than the profile's), reads them again by their loaders, and puts 50 of each, drawn at random, on one sheet: by day on the left, by night on
the right, thermal (bright is warm) below RGB where there is a thermal camera.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image

from heatnet.data.frames import Frame
from heatnet.data.reading import read_rgb, read_thermal
from heatnet.figures.sheets import mosaic, tile
from heatnet.pipeline.street import Order, index, street
from heatnet.taxonomy import Domain

SEED, EACH, COLUMNS, WIDTH, QUALITY = 7, 25, 5, 128, 78
LAYOUTS = {"vistas": (80, 1.0), "freiburg": (100, 1.0), "mf": (100, 0.5), "bdd": (100, 0.25)}
"""Frames to choose from, and their scale."""


def grid(frames: Sequence[Frame], bits: int, columns: int) -> UInt8[np.ndarray, "_ _ 3"]:
    """Frames in rows."""
    return mosaic([tile(read_rgb(f.rgb), None if f.thermal is None else read_thermal(f.thermal, bits), WIDTH) for f in frames if f.rgb], columns)


def strip(order: Order) -> UInt8[np.ndarray, "_ _ 3"]:
    """50 frames of a data set at random: day, then night (day alone where there is no night)."""
    street(order)
    frames = index(order)
    found = [some for domain in Domain if (some := [frame for frame in frames if frame.domain is domain])]
    rng, halves = np.random.default_rng(SEED), 2 // len(found)
    drawn = [[some[i] for i in np.sort(rng.choice(len(some), halves * EACH, replace=False))] for some in found]
    return np.concatenate([grid(some, 8 if order.layout == "mf" else 16, halves * COLUMNS) for some in drawn], axis=1)


def titled(name: str, picture: UInt8[np.ndarray, "_ _ 3"]) -> UInt8[np.ndarray, "_ _ 3"]:
    """A strip under its name."""
    head = np.full((16, picture.shape[1], 3), 255, np.uint8)
    cv2.putText(head, name, (2, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (43, 43, 43), 1, cv2.LINE_AA)
    return np.concatenate([head, picture])


def main(target: Path) -> None:
    """Write, read, show."""
    with tempfile.TemporaryDirectory() as folder:
        strips = [titled(name, strip(Order(name, frames, Path(folder) / name, SEED, scale, None))) for name, (frames, scale) in LAYOUTS.items()]
    target.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(strips)).save(target, quality=QUALITY, optimize=True)
    print(f"{target}: {target.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
