"""Brightness of the street's colour images by day and by night beside real ones (MSRS: MF's recordings), as numbers and as a figure.

``python benchmarks/street_brightness.py MSRS FIGURE.png [FRAMES]`` reads the pairs of the folder MSRS (``vi/*D*``, ``vi/*N*``), writes FRAMES
frames of the street in MF's layout and as many of its drives to a temporary folder, and prints percentiles of the luma (0 to 255) and
the overlap of each histogram with the real one (1: the same).
"""

import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import yaml  # type: ignore[import-untyped]
from jaxtyping import Float

from heatnet.config import Street, parse
from heatnet.data import msrs
from heatnet.figures import brightness_histograms, save
from heatnet.street import write_mf, write_recordings
from heatnet.taxonomy import Domain

PERCENTILES = (5, 25, 50, 75, 95, 99)
Shares = dict[tuple[str, str], Float[np.ndarray, "256"]]


def share(files: Iterable[Path]) -> Float[np.ndarray, "256"]:
    """The share of pixels at each level of luma (ITU-R BT.601), over all files."""
    counts = np.zeros(256)
    for file in files:
        image = cv2.imread(str(file), cv2.IMREAD_COLOR)
        assert image is not None, file
        counts += np.bincount(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).ravel(), minlength=256)
    return counts / counts.sum()


def measured(real: Path, street: Street, frames: int) -> Shares:
    """Histograms by set and domain."""
    found: Shares = {}
    few = replace(street.train, day_drives=frames // 4, night_drives=frames // 4, day_frames=2, night_frames=2, folder_frames=2, spacing_s=15.0)
    none = replace(few, day_drives=0, night_drives=0)
    alone = replace(street, train=few, test=none, calibration=none, shared_drives=0)
    with tempfile.TemporaryDirectory() as folder:
        list(write_mf(street, frames, 0.5, Path(folder) / "mf", 1))
        list(write_recordings(alone, Path(folder) / "drives", Path(folder) / "truth", 1))
        for domain in Domain:
            letter = domain.value[0].upper()
            found["real (MSRS)", domain.value] = share(frame.rgb for frame in msrs.index(real, domain=domain) if frame.rgb)
            found["street, MF", domain.value] = share((Path(folder) / "mf" / "images").glob(f"*{letter}.png"))
            found["street, drives", domain.value] = share((Path(folder) / "drives").glob(f"train/*_{domain.value}/*/left/*.png"))
    return found


def percentiles(histogram: Float[np.ndarray, "256"]) -> list[int]:
    """Levels below which ``PERCENTILES`` of the pixels lie."""
    return [int(np.searchsorted(np.cumsum(histogram), p / 100)) for p in PERCENTILES]


def report(found: Mapping[tuple[str, str], Float[np.ndarray, "256"]]) -> None:
    """Print a row a set and domain."""
    print(f"{'set':<16}{'domain':<8}" + "".join(f"{f'p{p}':>6}" for p in PERCENTILES) + f"{'overlap':>10}")
    for (name, domain), histogram in found.items():
        coarse, real = (h.reshape(32, 8).sum(1) for h in (histogram, found["real (MSRS)", domain]))
        print(f"{name:<16}{domain:<8}" + "".join(f"{level:>6}" for level in percentiles(histogram)) + f"{np.minimum(coarse, real).sum():>10.2f}")


def main(real: Path, figure: Path, frames: int) -> None:
    """Measure, print, draw."""
    section = yaml.safe_load((Path(__file__).parents[1] / "params.yaml").read_text())["street"]
    found = measured(real, parse(Street, section, "params.yaml: street"), frames)
    report(found)
    save(brightness_histograms(found), figure, dpi=100)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 64)
