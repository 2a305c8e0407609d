"""A network on somebody's own images: what is written, and what is said about files that cannot be used."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from heatnet import config
from heatnet.models import MFNet, build, save_network
from heatnet.pipeline.__main__ import main
from heatnet.pipeline.predict import find_jobs, key
from heatnet.taxonomy import NUM_CLASSES, palette

ENCODER = config.Encoder(name="resnet10t", options={}, weights=None, output_stride=32)
NETWORK = config.Network(encoder=ENCODER, fuse_after=2, decoder=config.Decoder(kind="fpn", width=8, dropout=0.0))
INPUT = config.Input(
    size=(64, 128), crop_columns=(16, 112), stored="same aspect", thermal=config.ThermalCounts(bits=16, low=21800, high=25000, invalid=0, level=None)
)


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("networks")
    for name, modalities in {"rgb": ["rgb"], "thermal": ["thermal"], "rgbt": ["rgb", "thermal"]}.items():
        save_network(folder / f"{name}.safetensors", build(NETWORK, modalities, 0), NETWORK, INPUT)
    return {path.stem: path for path in folder.iterdir()}


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Two pairs of 96x60 images, named as a rig would."""
    rng = np.random.default_rng(0)
    for folder in ("rgb", "ir"):
        (tmp_path / folder).mkdir()
    for stem in ("1", "2"):
        cv2.imwrite(str(tmp_path / f"rgb/fl_rgb_{stem}.png"), rng.integers(0, 255, (60, 96, 3), np.uint8))
        cv2.imwrite(str(tmp_path / f"ir/fl_ir_aligned_{stem}.png"), rng.integers(21800, 25000, (60, 96)).astype(np.uint16))
    return tmp_path


def predict(folder: Path, network: Path, *options: str) -> int:
    return main(["predict", "--network", str(network), "--out", str(folder / "out"), *options])


@pytest.mark.parametrize("name", ["rgb", "thermal", "rgbt"])
def test_masks_and_overlays_have_the_images_size(images: Path, networks: dict[str, Path], name: str) -> None:
    assert predict(images, networks[name], "--rgb", str(images / "rgb"), "--thermal", str(images / "ir")) == 0
    assert sorted(path.name for path in (images / "out/masks").iterdir()) == ["1.png", "2.png"]
    mask = cv2.imread(str(images / "out/masks/1.png"), cv2.IMREAD_UNCHANGED)
    overlay = cv2.imread(str(images / "out/overlays/1.png"))[..., ::-1]
    assert mask.shape == (60, 96)
    assert mask.max() < NUM_CLASSES
    if name != "thermal":
        rgb = cv2.imread(str(images / "rgb/fl_rgb_1.png"))[..., ::-1]
        np.testing.assert_array_equal(overlay, (rgb.astype(int) + palette()[mask]) // 2)


def test_the_contact_sheet_shows_every_overlay_small(images: Path, networks: dict[str, Path]) -> None:
    for k in range(3, 11):  # ten pairs in all: a row of eight and one of two
        for folder, name in (("rgb", "fl_rgb"), ("ir", "fl_ir_aligned")):
            shutil.copy(images / folder / f"{name}_1.png", images / folder / f"{name}_{k}.png")
    assert predict(images, networks["rgbt"], "--rgb", str(images / "rgb"), "--thermal", str(images / "ir")) == 0
    sheet = cv2.imread(str(images / "out/contact.png"))
    assert sheet.shape == (2 * 100 + 4, 8 * 160 + 7 * 4, 3)
    overlay = cv2.imread(str(images / "out/overlays/1.png"))
    np.testing.assert_array_equal(sheet[:100, :160], cv2.resize(overlay, (160, 100), interpolation=cv2.INTER_AREA))
    assert (sheet[-50:, -500:] == 255).all()


def test_the_original_mfnet_reads_8_bit_pairs(images: Path) -> None:
    torch.manual_seed(0)
    torch.save(MFNet().state_dict(), images / "mfnet.pth")
    for path in (images / "ir").iterdir():
        cv2.imwrite(str(path), np.random.default_rng(1).integers(0, 255, (60, 96), np.uint8))
    assert predict(images, images / "mfnet.pth", "--rgb", str(images / "rgb"), "--thermal", str(images / "ir")) == 0
    assert cv2.imread(str(images / "out/masks/1.png"), cv2.IMREAD_UNCHANGED).shape == (60, 96)


def test_a_pair_of_single_files(images: Path, networks: dict[str, Path]) -> None:
    (images / "ir/fl_ir_aligned_1.png").rename(images / "heat.png")
    assert predict(images, networks["rgbt"], "--rgb", str(images / "rgb/fl_rgb_1.png"), "--thermal", str(images / "heat.png")) == 0
    assert [path.name for path in (images / "out/masks").iterdir()] == ["1.png"]


def test_a_network_says_what_it_reads(images: Path, networks: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert predict(images, networks["rgbt"], "--rgb", str(images / "rgb")) == 1
    assert "reads rgb and thermal; give --thermal as well" in capsys.readouterr().err
    assert not (images / "out").exists()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "ir/fl_ir_aligned_2.png").unlink(), "fl_rgb_2.png: no partner"),
        (lambda folder: (folder / "rgb/fl_rgb_2.png").write_bytes(b"no image"), "fl_rgb_2.png: does not decode"),
        (lambda folder: cv2.imwrite(str(folder / "ir/fl_ir_aligned_2.png"), np.zeros((60, 60), np.uint16)), "fl_ir_aligned_2.png: 60x60"),
        (lambda folder: cv2.imwrite(str(folder / "ir/fl_ir_aligned_2.png"), np.zeros((60, 96), np.uint8)), "fl_ir_aligned_2.png: 8-bit"),
    ],
)
def test_a_file_that_cannot_be_used_stops_or_is_skipped(
    images: Path, networks: dict[str, Path], capsys: pytest.CaptureFixture[str], spoil, message
) -> None:
    spoil(images)
    options = ("--rgb", str(images / "rgb"), "--thermal", str(images / "ir"))
    assert predict(images, networks["rgbt"], *options) == 1
    shown = capsys.readouterr().err
    assert message in shown
    assert "--skip-broken" in shown
    assert predict(images, networks["rgbt"], *options, "--skip-broken") == 1
    assert message in capsys.readouterr().err
    assert [path.name for path in (images / "out/masks").iterdir()] == ["1.png"]


def test_names_pair_across_the_known_spellings() -> None:
    for rgb, thermal in [("fl_rgb_1_2", "fl_ir_aligned_1_2"), ("1_rgb", "1_ir"), ("00004N", "00004N"), ("rgb_7", "thermal_7")]:
        assert key(Path(f"{rgb}.png")) == key(Path(f"{thermal}.webp"))


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no images"):
        find_jobs(tmp_path, None)
    with pytest.raises(ValueError, match="no such file or folder"):
        find_jobs(tmp_path / "none", None)


@pytest.mark.parametrize("names", [("1.png", "1_rgb.png"), ("1.png", "rgb_1.png"), ("a.png", "a.jpg")])
def test_two_files_of_one_frame_are_refused_by_both_names(images: Path, networks: dict[str, Path], capsys: pytest.CaptureFixture[str], names) -> None:
    folder = images / "two"
    folder.mkdir()
    for name in names:
        shutil.copy(images / "rgb/fl_rgb_1.png", folder / name)
    for options in ((), ("--skip-broken",)):  # which of the two is meant cannot be guessed
        assert predict(images, networks["rgb"], "--rgb", str(folder), *options) == 1
        shown = capsys.readouterr().err
        assert all(name in shown for name in names)
        assert "the same frame as" in shown
    assert not (images / "out").exists()
