"""Class frequencies of many simulated frames, beside those of CamVid; writes ``results/street_classes.md``.

``python benchmarks/street_classes.py CAMVID [FRAMES]``: CAMVID is the folder of CamVid (trainannot, valannot, testannot); FRAMES label
images a column (default 5000, a quarter of an hour on one core) are rendered without light and heat, over many worlds: by the rig's left
camera, by one with CamVid's shape, and by that one on urban roads alone. One ray
a pixel at a tenth of the rig's size: a share of pixels needs no more.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml  # type: ignore[import-untyped]
from jaxtyping import Int64, UInt8

from heatnet.calibration.camera import Camera
from heatnet.config import Street, parse
from heatnet.data.reading import read_label
from heatnet.pipeline.workspace import write_text
from heatnet.street import Layout, render, rig, world
from heatnet.taxonomy import CAMVID, IGNORE, NAMES, NUM_CLASSES, VISTAS

ROOT = Path(__file__).parents[1]
PER_WORLD, STEP_M = 10, 9.0
LONG = Camera(120, 90, (129.0, 129.0), (59.5, 44.5))
"""CamVid's 4:3 image; 50 degrees across are our guess, its calibration is not at hand."""
SEEN = 1e-3
"""A class is in a frame when it covers this share of it: the same at every image size."""
UNKNOWN = {NAMES[k] for k in range(NUM_CLASSES)} - {NAMES[k] for k in CAMVID.targets if k != IGNORE}

WHY = """## Where they differ, and why

- **The camera.** The rig's image is wide and flat (1920x650, 88 degrees across): it shows more of both sides of a street and less of the
  road before the bonnet. In an image of CamVid's shape (second column) the same frames have CamVid's share of road and of fences.
  That camera looks level and sees 50 degrees across, both guesses, and how much sky there is follows from the first.
- **The labels.** CamVid has no kerb, no terrain and no background. Its kerbs are road or pavement, its lawns tree, pavement or void, its
  bins and benches void, which is not counted: compare the street's sidewalk and curb together with CamVid's sidewalk, vegetation and
  terrain together with its vegetation.
- **The place.** CamVid is Cambridge, terraces close to the road. Two of the street's three kinds of road are suburban and rural: gardens and
  fields with gaps between the houses, so half of the buildings and more sky. The urban kind alone (third column) comes close to CamVid in
  both, and has fewer trees.
- **The traffic.** Urban kerbs are parked full on both sides and a car often drives ahead: cars cover six tenths more than in CamVid, on
  urban roads more than twice as much, and behind the parked ones most of the pavement disappears. These two are the largest differences
  that camera, labels and place do not explain. People cover a third more than in CamVid, bicycles are in more of the frames.
- **Thin things.** Poles and signs are in as many frames as in CamVid and cover a third less.
"""


@dataclass(frozen=True)
class Histogram:
    """Labelled pixels by class, and in how many of ``frames`` frames each class is seen."""

    pixels: Int64[np.ndarray, "classes"]
    seen: Int64[np.ndarray, "classes"]
    frames: int

    def cells(self, i: int) -> str:
        """``12.34 (56)``: per cent of the pixels, per cent of the frames."""
        return f"{100 * self.pixels[i] / self.pixels.sum():.2f} ({100 * self.seen[i] / self.frames:.0f})"


def histogram(labels: Iterator[UInt8[np.ndarray, "_ _"]]) -> Histogram:
    """Of label images in our ids; what is not labelled is not counted."""
    counts = np.array([np.bincount(label.ravel(), minlength=IGNORE + 1)[:NUM_CLASSES] for label in labels])
    return Histogram(counts.sum(0), (counts >= SEEN * counts.sum(1, keepdims=True)).sum(0), len(counts))


def simulated(street: Street, camera: Camera, kinds: tuple[str, ...], frames: int) -> Iterator[UInt8[np.ndarray, "_ _"]]:
    """Label images of worlds of these kinds in turn, ``PER_WORLD`` of each."""
    for number in range(-(-frames // PER_WORLD)):
        place = world(np.random.default_rng([street.seed, number]), Layout(kinds[number % len(kinds)]))
        stretch = place.stretch(0.0, PER_WORLD * STEP_M)
        for i in range(min(PER_WORLD, frames - number * PER_WORLD)):
            scene = stretch.scene(i * STEP_M, place.lane)
            shot = render.shoot(scene, camera, rig.pose(*scene.ego[:2], street.rig.height_m, scene.ego[2]))
            yield VISTAS.table()[render.label(shot)]


def camvid(folder: Path) -> Iterator[UInt8[np.ndarray, "_ _"]]:
    """All of CamVid's label images, in our classes."""
    files = [file for split in ("train", "val", "test") for file in sorted((folder / f"{split}annot").glob("*.png"))]
    if not files:
        raise SystemExit(f"{folder}: no trainannot/*.png; give the folder of CamVid")
    return (read_label(file, CAMVID) for file in files)


def markdown(columns: dict[str, Histogram]) -> str:
    """The table and what explains it."""
    lines = ["| class | " + " | ".join(f"{title}, {found.frames} frames" for title, found in columns.items()) + " |"]
    lines.append("|---" * (len(columns) + 1) + "|")
    for i, name in enumerate(NAMES):
        cells = ["–" if title == "CamVid" and name in UNKNOWN else found.cells(i) for title, found in columns.items()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    frames = next(iter(columns.values())).frames
    head = f"""# Class frequencies of the street and of CamVid

Per cent of the labelled pixels; in brackets, per cent of the frames in which the class covers at least {SEEN:.1%} of them. The street's
label images are rendered without light and heat at a tenth of the rig's size, one ray a pixel; CamVid's are as released (480x360).
Made by `python benchmarks/street_classes.py CAMVID {frames}`.
"""
    return "\n".join([head, *lines, "", WHY])


def main(folder: Path, frames: int) -> None:
    """Count, print, write."""
    street = parse(Street, yaml.safe_load((ROOT / "params.yaml").read_text())["street"], "params.yaml: street")
    left = rig.build(street.rig).left.scaled(0.1)
    real = histogram(camvid(folder))
    columns = {
        "street, the rig's view": histogram(simulated(street, left, street.layouts, frames)),
        "street, CamVid's shape of image": histogram(simulated(street, LONG, street.layouts, frames)),
        "the same, urban only": histogram(simulated(street, LONG, ("urban",), frames)),
        "CamVid": real,
    }
    text = markdown(columns)
    write_text(ROOT / "results" / "street_classes.md", text)
    print(text)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5000)
