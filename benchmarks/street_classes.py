"""Class frequencies of many simulated frames, beside those of CamVid.

``python benchmarks/street_classes.py CAMVID [FRAMES]``: CAMVID is the folder of CamVid (trainannot, valannot, testannot); FRAMES label
images (default 5000) are rendered without light and heat, over many worlds of every kind, and printed as shares of the labelled pixels.
"""

import sys
from pathlib import Path

import numpy as np
import yaml  # type: ignore[import-untyped]

from heatnet.config import Street, parse
from heatnet.data.reading import read_label
from heatnet.street import Layout, render, rig, world
from heatnet.taxonomy import CAMVID, IGNORE, NAMES, NUM_CLASSES, VISTAS

PER_WORLD, STEP_M = 10, 9.0


def simulated(street: Street, frames: int) -> np.ndarray:
    """Shares of the 13 classes in the rig's left view."""
    camera, counts = rig.build(street.rig).left.scaled(0.1), np.zeros(NUM_CLASSES, np.int64)
    for number in range(-(-frames // PER_WORLD)):
        place = world(np.random.default_rng([street.seed, number]), Layout(street.layouts[number % len(street.layouts)]))
        stretch = place.stretch(0.0, PER_WORLD * STEP_M)
        for i in range(min(PER_WORLD, frames - number * PER_WORLD)):
            scene = stretch.scene(i * STEP_M, place.lane)
            shot = render.shoot(scene, camera, rig.pose(*scene.ego[:2], street.rig.height_m, scene.ego[2]))
            counts += np.bincount(VISTAS.table()[render.label(shot)].ravel(), minlength=IGNORE + 1)[:NUM_CLASSES]
    return counts / counts.sum()


def camvid(folder: Path) -> tuple[np.ndarray, int]:
    """The same in CamVid's labels, and how many label images there are."""
    files = [file for split in ("train", "val", "test") for file in sorted((folder / f"{split}annot").glob("*.png"))]
    if not files:
        raise SystemExit(f"{folder}: no trainannot/*.png; give the folder of CamVid")
    counts = np.sum([np.bincount(read_label(file, CAMVID).ravel(), minlength=IGNORE + 1)[:NUM_CLASSES] for file in files], axis=0)
    return counts / counts.sum(), len(files)


def main(folder: Path, frames: int) -> None:
    """Print the table."""
    street = parse(Street, yaml.safe_load((Path(__file__).parents[1] / "params.yaml").read_text())["street"], "params.yaml: street")
    theirs, count = camvid(folder)
    print(f"{'share of labelled pixels, %':28} {f'street ({frames})':>14} {f'CamVid ({count})':>14}")
    for name, ours, real in zip(NAMES, simulated(street, frames), theirs, strict=True):
        print(f"{name:28} {100 * ours:14.2f} {100 * real:14.2f}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5000)
