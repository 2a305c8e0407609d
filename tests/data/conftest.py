"""Small datasets in the layouts of the real ones, written by the tests themselves."""

import json
from pathlib import Path

import numpy as np
import pytest
from layouts import COUNTS, NEVER, STAMPS, MakeSamples, write
from PIL import Image

from heatnet.config import Augmentation, Colour, Input
from heatnet.data import Samples
from heatnet.taxonomy import VISTAS_NAMES, Domain


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def still() -> Augmentation:
    """No change at all."""
    return Augmentation(None, 0.0, (1.0, 1.0), 0.0, Colour(0.0, 0.0, 0.0, 0.0), (1.0, 1.0), 0.0, 0.0, NEVER, NEVER)


@pytest.fixture
def plain_input() -> Input:
    return Input(size=(8, 24), crop_columns=None, stored="same size", thermal=COUNTS)


@pytest.fixture
def freiburg_root(tmp_path: Path, rng: np.random.Generator) -> Path:
    """Two day drives and one night drive of three pairs each, and a test pair per domain: 24x8 pixels."""
    root = tmp_path / "freiburg"
    for drive in ("seq_00_day", "seq_01_day", "seq_00_night"):
        for second, stamp in enumerate(STAMPS):
            where = root / "train" / drive / f"{second // 2:02d}"
            write(where / "fl_rgb" / f"fl_rgb_{stamp}.png", rng.integers(0, 256, (8, 24, 3), np.uint8))
            write(where / "fl_ir_aligned" / f"fl_ir_aligned_{stamp}.png", rng.integers(21000, 26000, (8, 24), np.uint16))
            if drive.endswith("day"):
                write(where / "fl_rgb_labels" / f"fl_rgb_labels_{stamp}.png", rng.integers(0, 14, (8, 24), np.uint8))
    for domain, stamp in (("day", "1570730000_15"), ("night", "1570740000_25")):
        where = root / "test" / domain
        write(where / "ImagesRGB" / f"{stamp}_rgb.png", rng.integers(0, 256, (8, 24, 3), np.uint8))
        write(where / "ImagesIR" / f"{stamp}_ir.png", rng.integers(21000, 26000, (8, 24), np.uint16))
        (where / "SegmentationClass").mkdir()
        np.save(where / "SegmentationClass" / f"{stamp}.npy", rng.integers(0, 14, (8, 24)))
    return root


@pytest.fixture
def vistas_root(tmp_path: Path, rng: np.random.Generator) -> Path:
    """Three training images with palette labels, as released."""
    root = tmp_path / "vistas"
    for name in ("aa", "bb", "cc"):
        write(root / "training" / "images" / f"{name}.jpg", rng.integers(0, 256, (12, 20, 3), np.uint8))
        label = Image.fromarray(rng.integers(0, 66, (12, 20), np.uint8))
        label.putpalette([value for i in range(256) for value in (255 - i, i, 7)])
        (root / "training" / "labels").mkdir(exist_ok=True)
        label.save(root / "training" / "labels" / f"{name}.png")
    (root / "config.json").write_text(json.dumps({"labels": [{"name": "x--y", "readable": name} for name in VISTAS_NAMES]}))
    return root


@pytest.fixture
def msrs_root(tmp_path: Path, rng: np.random.Generator) -> Path:
    """Four pairs, two of them by night, thermal in three equal channels of 8 bit, and boxes of two."""
    root = tmp_path / "msrs"
    for name in ("00001D", "00002N", "00010D", "00020N"):
        write(root / "vi" / f"{name}.png", rng.integers(0, 256, (8, 24, 3), np.uint8))
        write(root / "ir" / f"{name}.png", np.repeat(rng.integers(0, 256, (8, 24, 1), np.uint8), 3, 2))
    (root / "boxes" / "fusion").mkdir(parents=True)
    (root / "boxes" / "fusion" / "00001D.txt").write_text("0  0.5 0.25 0.1 0.2  \n2 0.1 0.9 0.05 0.1\n")
    (root / "boxes" / "fusion" / "00002N.txt").write_text("")
    return root


@pytest.fixture
def make_samples(rng: np.random.Generator) -> MakeSamples:
    """Samples of random content; ``without`` leaves parts out."""

    def make(n: int = 5, height: int = 16, width: int = 24, without: tuple[str, ...] = ()) -> Samples:
        parts = {
            "rgb": rng.integers(0, 256, (n, height, width, 3)).astype(np.uint8),
            "thermal": rng.integers(21000, 26000, (n, height, width)).astype(np.uint16),
            "label": rng.integers(0, 14, (n, height, width)).astype(np.uint8),
            "weight": rng.integers(0, 256, (n, height, width)).astype(np.uint8),
        }
        settings = Input(size=(height, width), crop_columns=None, stored="same size", thermal=COUNTS)
        names = tuple(f"frame{i}" for i in range(n))
        domains = tuple(Domain.DAY if i % 2 == 0 else Domain.NIGHT for i in range(n))
        kept = {key: None if key in without else part for key, part in parts.items()}
        return Samples(settings, names, ("drive",) * n, domains, **kept)

    return make
