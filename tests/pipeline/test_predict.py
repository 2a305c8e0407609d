"""A network on somebody's own images: what is written, and what is said about files that cannot be used."""

import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from heatnet import config
from heatnet.models import MFNet, build, save_network
from heatnet.pipeline.__main__ import main
from heatnet.pipeline.predict import _read, find_jobs, key, ranged
from heatnet.taxonomy import NUM_CLASSES, palette

DATA = Path(__file__).parents[3] / "shared" / "data"
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


@pytest.mark.parametrize(("fit", "seen"), [("width", (64, 128)), ("stretch", (96, 160))])
def test_images_are_seen_at_the_scale_of_the_training(images: Path, fit: str, seen: tuple[int, int]) -> None:
    job = find_jobs(images / "rgb", None)[0][0]  # 96x60
    samples, picture = _read(job, config.Input((96, 128), None, "same size", None, fit))  # type: ignore[arg-type]
    assert samples.input.size == seen
    assert picture.shape == (60, 96, 3)


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


def test_a_file_where_the_folder_of_masks_should_be_is_said_before_anything_runs(
    images: Path, networks: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    (images / "out").write_text("notes")
    assert predict(images, networks["rgb"], "--rgb", str(images / "rgb")) == 1
    assert "out: a file; expected a folder for masks and overlays" in capsys.readouterr().err
    assert (images / "out").read_text() == "notes"


def test_a_stated_range_brings_other_counts_to_the_same_image(images: Path, networks: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--rgb", str(images / "rgb"), "--thermal", str(images / "ir8"))
    (images / "ir8").mkdir()
    for path in (images / "ir").iterdir():  # 8-bit files, and 16-bit ones that show the same
        grey = np.random.default_rng(5).integers(0, 256, (60, 96), np.uint8)
        cv2.imwrite(str(images / "ir8" / path.name), grey)
        cv2.imwrite(str(path), np.rint(21800 + grey.astype(float) * 3200 / 255).astype(np.uint16))
    assert predict(images, networks["thermal"], *options) == 1
    assert "8-bit, 1 channel; expected 16-bit thermal counts; correct thermal.bits (`heatnet predict`: --thermal-range)" in capsys.readouterr().err
    assert predict(images, networks["thermal"], "--thermal", str(images / "ir")) == 0
    mask = cv2.imread(str(images / "out/masks/1.png"), cv2.IMREAD_UNCHANGED)
    assert len(np.unique(mask)) > 1
    assert predict(images, networks["thermal"], *options, "--thermal-range", "0", "255") == 0
    assert (cv2.imread(str(images / "out/masks/1.png"), cv2.IMREAD_UNCHANGED) == mask).mean() > 0.99  # counts are rounded
    for wrong in (("255", "0"), ("0", "70000")):
        assert predict(images, networks["thermal"], *options, "--thermal-range", *wrong) == 1
        assert "expected two counts, the lower one first" in capsys.readouterr().err
    assert predict(images, networks["rgb"], *options, "--thermal-range", "0", "255") == 1  # trained beside thermal images
    assert "reads no thermal image; leave --thermal-range out" in capsys.readouterr().err


def test_levelling_goes_with_the_stated_range() -> None:
    levelling = replace(INPUT, thermal=replace(INPUT.thermal, level=800))
    counts = ranged(levelling, (0, 255)).thermal
    assert counts == config.ThermalCounts(8, 0, 255, None, 127.5)
    assert ranged(INPUT, (0, 255)).thermal == config.ThermalCounts(8, 0, 255, None, None)
    assert ranged(INPUT, (5000, 9000)).thermal == config.ThermalCounts(16, 5000, 9000, 0, None)


@pytest.mark.skipif(not (DATA / "msrs").is_dir(), reason="the real data of shared/data is not here")
def test_real_night_pairs_of_8_bits_in_a_stated_range(tmp_path: Path, networks: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("vi", "ir"):
        (tmp_path / kind).mkdir()
        for path in sorted((DATA / "msrs" / kind).glob("*N.*"))[:6]:
            shutil.copy(path, tmp_path / kind)
    names = sorted(path.stem for path in (tmp_path / "vi").iterdir())
    options = ("--rgb", str(tmp_path / "vi"), "--thermal", str(tmp_path / "ir"))
    assert predict(tmp_path, networks["rgbt"], *options) == 1
    assert "expected 16-bit thermal counts" in capsys.readouterr().err
    assert predict(tmp_path, networks["rgbt"], *options, "--thermal-range", "0", "255") == 0
    for kind in ("masks", "overlays"):
        assert sorted(path.stem for path in (tmp_path / "out" / kind).iterdir()) == names
    assert cv2.imread(str(tmp_path / "out/contact.png")).shape == (120, 6 * 160 + 5 * 4, 3)
    swapped = ("--rgb", str(tmp_path / "ir"), "--thermal", str(tmp_path / "vi"), "--thermal-range", "0", "255")
    assert predict(tmp_path, networks["rgbt"], *swapped) == 1
    assert "a grey image; expected RGB; check that RGB and thermal folders are not swapped" in capsys.readouterr().err
