"""Indexing Freiburg Thermal at its published size (20 647 training pairs, 64 test frames), empty files in a temporary folder.

``python benchmarks/indexing.py`` prints the time of the index, of the leak guard, and of a plain walk over the same files.
"""

import os
import tempfile
import time
from pathlib import Path

from heatnet.data import freiburg
from heatnet.data.frames import without_leaks
from heatnet.data.sets import NEIGHBOUR_S

FOLDERS = {"day": (5, 5, 5, 6, 8), "night": (6, 6, 8)}
FRAMES = {"day": 12051, "night": 8596}
LIMIT_S = 5.0


def written(root: Path) -> None:
    """The tree of the release: drives, sub-folders, stamps a second apart, labels by day."""
    second = 1_570_000_000
    for domain, drives in FOLDERS.items():
        places = [root / "train" / f"seq_{i:02d}_{domain}" / f"{k:02d}" for i, count in enumerate(drives) for k in range(count)]
        for place in places:
            for name in ("fl_rgb", "fl_ir_aligned", "fl_rgb_labels")[: 3 if domain == "day" else 2]:
                (place / name).mkdir(parents=True)
        for i in range(FRAMES[domain]):
            place, second = places[i * len(places) // FRAMES[domain]], second + 1
            for folder in os.listdir(place):
                (place / folder / f"{folder}_{second}_{i % 999_999_999}0.png").touch()
        test = root / "test" / domain
        for folder, ending in (("ImagesRGB", "_rgb.png"), ("ImagesIR", "_ir.png"), ("SegmentationClass", ".npy")):
            (test / folder).mkdir(parents=True)
            for i in range(32):
                (test / folder / f"{1_500_000_000 + i}_10{ending}").touch()


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        written(root)
        start = time.perf_counter()
        files = sum(len(names) for _, _, names in os.walk(root))
        walked = time.perf_counter()
        frames = freiburg.index(root, "train")
        test = freiburg.index(root, "test")
        indexed = time.perf_counter()
        kept = without_leaks(frames, test, NEIGHBOUR_S, drives=True)
        end = time.perf_counter()
    assert len(kept) == sum(FRAMES.values())
    print(
        f"{len(frames)} pairs in {files} files: index {indexed - walked:.2f} s, leak guard {end - indexed:.2f} s, a plain walk {walked - start:.2f} s"
    )
    print(f"{'PASS' if end - walked <= LIMIT_S else 'FAIL'}  at most {LIMIT_S:g} s")


if __name__ == "__main__":
    main()
