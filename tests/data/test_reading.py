from pathlib import Path

import cv2
import numpy as np
import pytest
from layouts import write
from PIL import Image

from heatnet.data.reading import read_confidence, read_label, read_rgb, read_thermal
from heatnet.taxonomy import BACKGROUND, CAMVID, IGNORE, OURS, VISTAS

RED = np.zeros((4, 6, 3), np.uint8) + np.array([255, 0, 0], np.uint8)


def test_red_comes_first(tmp_path: Path):
    np.testing.assert_array_equal(read_rgb(write(tmp_path / "red.png", RED)), RED)


def test_an_orientation_tag_is_ignored_because_labels_have_none(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(RED).save(tmp_path / "turned.jpg", exif=exif)
    assert read_rgb(tmp_path / "turned.jpg").shape == (4, 6, 3)


def test_mf_keeps_thermal_in_the_alpha_channel(tmp_path: Path, rng: np.random.Generator):
    image = rng.integers(0, 256, (4, 6, 4), np.uint8)
    Image.fromarray(image).save(tmp_path / "mf.png")
    np.testing.assert_array_equal(read_rgb(tmp_path / "mf.png"), image[..., :3])
    np.testing.assert_array_equal(read_thermal(tmp_path / "mf.png", 8), image[..., 3])


def test_thermal_counts_of_either_depth(tmp_path: Path, rng: np.random.Generator):
    counts = rng.integers(0, 65536, (4, 6), np.uint16)
    np.testing.assert_array_equal(read_thermal(write(tmp_path / "16.png", counts), 16), counts)
    grey = rng.integers(0, 256, (4, 6), np.uint8)
    np.testing.assert_array_equal(read_thermal(write(tmp_path / "8.png", grey), 8), grey)
    np.testing.assert_array_equal(read_thermal(write(tmp_path / "three.png", np.repeat(grey[..., None], 3, 2)), 8), grey)


def test_swapped_folders_and_wrong_depths_are_refused_by_name(tmp_path: Path):
    red, grey, deep = (
        write(tmp_path / "red.png", RED),
        write(tmp_path / "grey.png", RED[..., 0]),
        write(tmp_path / "deep.png", RED[..., 0].astype(np.uint16)),
    )
    with pytest.raises(ValueError, match=r"grey.png: 8-bit, 1 channel; expected an 8-bit RGB image; check that .* not swapped"):
        read_rgb(grey)
    with pytest.raises(ValueError, match=r"deep.png: 16-bit, 1 channel; expected an 8-bit RGB image"):
        read_rgb(deep)
    with pytest.raises(ValueError, match=r"red.png: a colour image; expected thermal counts"):
        read_thermal(red, 8)
    with pytest.raises(ValueError, match=r"grey.png: 8-bit, 1 channel; expected 16-bit thermal counts; correct thermal.bits"):
        read_thermal(grey, 16)
    with pytest.raises(ValueError, match=r"deep.png: 16-bit, 1 channel; expected 8-bit thermal counts"):
        read_thermal(deep, 8)
    with pytest.raises(ValueError, match=r"red.png: 8-bit, 3 channels; expected an 8-bit grey image"):
        read_confidence(red)


def test_a_picture_with_transparency_is_no_thermal_image(tmp_path: Path, rng: np.random.Generator):
    picture = rng.integers(0, 256, (4, 6, 4), np.uint8)
    for name, alpha in (("opaque", 255), ("cut out", rng.choice([0, 255], (4, 6)))):
        picture[..., 3] = alpha
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
        with pytest.raises(ValueError, match=rf"{name}.png: a picture whose fourth channel only says what is opaque; .* not swapped"):
            read_thermal(tmp_path / f"{name}.png", 8)
        assert read_rgb(tmp_path / f"{name}.png").shape == (4, 6, 3)


def test_a_grey_image_is_no_rgb_image_unless_photographs_may_be_grey(tmp_path: Path, rng: np.random.Generator):
    grey = np.repeat(rng.integers(0, 256, (40, 6, 1), np.uint8), 3, 2)
    for suffix in ("png", "webp", "jpg"):
        path = write(tmp_path / f"heat.{suffix}", grey)
        with pytest.raises(ValueError, match=rf"heat.{suffix}: three equal channels, a grey image; expected RGB; check that .* not swapped"):
            read_rgb(path)
        assert read_rgb(path, grey_too=True).shape == (40, 6, 3)
    grey[5, 3, 1] ^= 255
    np.testing.assert_array_equal(read_rgb(write(tmp_path / "nearly.png", grey)), grey)
    for dark in (np.zeros((4, 6, 3), np.uint8), np.full((4, 6, 3), 200, np.uint8), np.repeat(rng.integers(0, 30, (4, 6, 1), np.uint8), 3, 2)):
        np.testing.assert_array_equal(read_rgb(write(tmp_path / "dark.png", dark)), dark)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9])
def test_a_truncated_image_is_refused_by_name(tmp_path: Path, suffix: str, kept: float, rng: np.random.Generator):
    path = write(tmp_path / f"broken{suffix}", rng.integers(0, 256, (64, 64, 3), np.uint8))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(ValueError, match=rf"broken{suffix}: does not decode \({int(len(whole) * kept)} bytes\); expected an image"):
        read_rgb(path)


def test_a_missing_file_is_named(tmp_path: Path):
    for read in (
        read_rgb,
        lambda path: read_thermal(path, 16),
        lambda path: read_label(path, OURS),
        lambda path: read_label(path.with_suffix(".npy"), OURS),
    ):
        with pytest.raises(ValueError, match=r"gone\.(png|npy): (no such file|cannot be read)"):
            read(tmp_path / "gone.png")


def test_indices_of_a_palette_are_the_ids(tmp_path: Path):
    label = Image.new("P", (66, 1))
    label.putpalette([value for i in range(256) for value in (255 - i, 0, 0)])
    label.putdata(range(66))
    label.save(tmp_path / "vistas.png")
    np.testing.assert_array_equal(read_label(tmp_path / "vistas.png", VISTAS)[0], VISTAS.targets)


def test_label_arrays_of_any_integer_type(tmp_path: Path):
    for kind in (np.uint8, np.int64, np.int32):
        np.save(tmp_path / "label.npy", np.array([[0, BACKGROUND, IGNORE]], kind))
        np.testing.assert_array_equal(read_label(tmp_path / "label.npy", OURS), [[0, BACKGROUND, IGNORE]])


@pytest.mark.parametrize("array", [np.zeros((2, 2)), np.zeros((2, 2, 3), np.uint8), np.full((2, 2), -1), np.full((2, 2), 256)])
def test_arrays_that_are_no_labels_are_refused(tmp_path: Path, array: np.ndarray):
    np.save(tmp_path / "label.npy", array)
    with pytest.raises(ValueError, match=r"label.npy: .* expected \(height, width\) integers 0..255"):
        read_label(tmp_path / "label.npy", OURS)


def test_images_that_are_no_labels_are_refused(tmp_path: Path, rng: np.random.Generator):
    with pytest.raises(ValueError, match=r"colour.png: an image of mode RGB; expected 8-bit class ids"):
        read_label(write(tmp_path / "colour.png", RED), OURS)
    with pytest.raises(ValueError, match=r"instances.png: an image of mode I;16; expected 8-bit class ids"):
        read_label(write(tmp_path / "instances.png", np.zeros((2, 2), np.uint16)), OURS)
    with pytest.raises(ValueError, match=r"camvid.png: label id 12 is not one of the 12 ids of CamVid"):
        read_label(write(tmp_path / "camvid.png", np.full((2, 2), 12, np.uint8)), CAMVID)
    whole = cv2.imencode(".png", rng.integers(0, 13, (64, 64), np.uint8))[1].tobytes()
    for content in (b"", b"not an image", whole[:50], whole[:-200]):
        (tmp_path / "broken.png").write_bytes(content)
        with pytest.raises(ValueError, match=r"broken.png: does not decode"):
            read_label(tmp_path / "broken.png", OURS)
    (tmp_path / "broken.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(ValueError, match=r"broken.npy: cannot be read"):
        read_label(tmp_path / "broken.npy", OURS)
