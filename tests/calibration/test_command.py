"""``heatnet calibrate`` and ``heatnet align`` on a folder of one's own recordings, and what they refuse."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import scene
import yaml

from heatnet.calibration.error import errors
from heatnet.calibration.files import read_rig, write_rig
from heatnet.calibration.opencv import write_opencv
from heatnet.calibration.recordings import Pair
from heatnet.config import Calibration
from heatnet.pipeline import calibrate
from heatnet.pipeline.__main__ import main


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory, pairs: list[Pair]) -> Path:
    """A folder as a user has it, with rig.yaml and guess.yaml beside the images."""
    folder = tmp_path_factory.mktemp("drive")
    for pair in pairs:
        for name in ("left", "right", "thermal"):
            (folder / name).mkdir(exist_ok=True)
            image = getattr(pair, name)
            cv2.imwrite(str(folder / name / f"{pair.name}.png"), image if name == "thermal" else image[..., ::-1])
    write_rig(folder / "guess.yaml", scene.data_sheet(scene.RIG))
    content = yaml.safe_load((folder / "guess.yaml").read_text())
    (folder / "rig.yaml").write_text(yaml.safe_dump({name: content[name] for name in ("left", "right")}))
    return folder


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch, settings: Calibration) -> None:
    """The numbers for small images."""
    monkeypatch.setattr(calibrate, "settings", lambda: settings)


def arguments(drive: Path, out: Path) -> list[str]:
    return ["calibrate", str(drive), "--rig", str(drive / "rig.yaml"), "--guess", str(drive / "guess.yaml"), "--out", str(out)]


def test_a_folder_becomes_a_camchain_a_report_and_aligned_images(
    drive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments(drive, Path("calibration.yaml"))) == 0
    content = yaml.safe_load((tmp_path / "calibration.yaml").read_text())
    assert list(content) == ["left", "right", "thermal"]
    found = read_rig(tmp_path / "calibration.yaml")
    assert errors(found, scene.RIG).median_px < 0.2
    report = (tmp_path / "calibration_report" / "report.txt").read_text()
    assert "3 frames used, 0 left out" in report
    assert report in capsys.readouterr().out
    assert sorted(file.name for file in (tmp_path / "calibration_report" / "overlays").iterdir()) == ["0.png", "1.png", "2.png"]

    assert main(["align", str(drive), "--calibration", "calibration.yaml", "--out", "aligned"]) == 0
    assert sorted(file.name for file in (tmp_path / "aligned" / "fl_ir_aligned").iterdir()) == ["0.png", "1.png", "2.png"]
    image = cv2.imread(str(tmp_path / "aligned" / "fl_ir_aligned" / "0.png"), cv2.IMREAD_UNCHANGED)
    assert (image.dtype, image.shape) == (np.uint16, (162, 480))
    assert image.any()


def unpaired(folder: Path) -> None:
    (folder / "right" / "1.png").unlink()


def eight_bit(folder: Path) -> None:
    cv2.imwrite(str(folder / "thermal" / "1.png"), np.zeros((256, 320), np.uint8))


def blank(folder: Path) -> None:
    for file in (folder / "thermal").iterdir():
        cv2.imwrite(str(file), np.full((256, 320), 23000, np.uint16))


def cropped(folder: Path) -> None:
    for name in ("left", "right"):
        cv2.imwrite(str(folder / name / "1.png"), cv2.imread(str(folder / name / "1.png"))[:-8])


def swapped(folder: Path) -> None:
    for old, new in (("left", "x"), ("right", "left"), ("x", "right")):
        (folder / old).rename(folder / new)


def rig_turned_round(folder: Path) -> None:
    text = (folder / "rig.yaml").read_text()
    (folder / "rig.yaml").write_text(text.replace("-0.5", "0.5"))


def no_baseline(folder: Path) -> None:
    text = (folder / "rig.yaml").read_text()
    (folder / "rig.yaml").write_text(text.replace("-0.5", "0.0"))


def singular(folder: Path) -> None:
    content = yaml.safe_load((folder / "rig.yaml").read_text())
    content["right"]["T_cn_cnm1"] = np.zeros((4, 4)).tolist()
    (folder / "rig.yaml").write_text(yaml.safe_dump(content))


def sheared(folder: Path) -> None:
    for file in (folder / "right").iterdir():
        cv2.imwrite(str(file), np.roll(cv2.imread(str(file)), 4, axis=0))


def flat(folder: Path) -> None:
    for file in (*(folder / "left").iterdir(), *(folder / "right").iterdir()):
        cv2.imwrite(str(file), np.full((162, 480, 3), 90, np.uint8))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (unpaired, "1.png: no partner"),
        (eight_bit, "1.png: uint8.*16-bit"),
        (blank, "thermal images are blank"),
        (cropped, r"drive/left/1.png: 480x154 px, but .*/left/0.png is 480x162 px; give"),
        (swapped, "drive: .*left and right are swapped"),
        (rig_turned_round, "rig.yaml: .*are left and right swapped"),
        (no_baseline, "rig.yaml: right.T_cn_cnm1.*: the baseline is zero"),
        (singular, "rig.yaml: right.T_cn_cnm1: expected a rotation"),
        (sheared, "4.0 px higher or lower.*rectify both"),
        (flat, "0 RGB edges with depth"),
    ],
)
def test_bad_input_is_refused_with_its_name_and_a_cure(
    drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None], message: str
) -> None:
    folder = tmp_path / "drive"
    shutil.copytree(drive, folder)
    spoil(folder)
    assert main(arguments(folder, tmp_path / "calibration.yaml")) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert re.search(message, error), error
    assert not (tmp_path / "calibration.yaml").exists()


def test_the_numbers_are_those_of_the_default_profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    numbers = calibrate.settings()
    text = (Path(__file__).parents[2] / "params.yaml").read_text()
    assert f"trust_px: {numbers.uncertainty.trust_px}" in text


def test_without_a_guess_several_focal_lengths_are_tried(drive: Path, pairs: list[Pair], settings: Calibration) -> None:
    (start,) = calibrate.guesses(drive / "rig.yaml", None, pairs[0], settings)
    assert start.thermal.focal_px == (0.8 * 320, 0.8 * 320)
    assert calibrate.guesses(drive / "guess.yaml", None, pairs[0], settings)[0].thermal == scene.data_sheet(scene.RIG).thermal


def test_an_overlay_shows_thermal_only_where_it_is_valid() -> None:
    left, warped = np.full((4, 6, 3), 100, np.uint8), np.zeros((4, 6), np.uint16)
    warped[:, 3:] = np.arange(22000, 22012).reshape(4, 3)
    mixed = calibrate.overlay(left, warped)
    np.testing.assert_array_equal(mixed[:, :3], left[:, :3])
    assert (mixed[:, 3:] != left[:, 3:]).any(2).all()
    np.testing.assert_array_equal(calibrate.overlay(left, np.zeros_like(warped)), left)


def test_a_rig_survives_opencv_yaml(tmp_path: Path) -> None:
    write_opencv(tmp_path / "rig.yml", scene.RIG)
    found = read_rig(tmp_path / "rig.yml")
    assert (found.left, found.right, found.thermal) == (scene.RIG.left, scene.RIG.right, scene.RIG.thermal)
    np.testing.assert_allclose(found.thermal_from_left, scene.RIG.thermal_from_left, atol=1e-12)
    store = cv2.FileStorage(str(tmp_path / "rig.yml"), cv2.FILE_STORAGE_READ)
    assert store.getNode("cameraMatrix3").mat()[0, 0] == scene.THERMAL.focal_px[0]


@pytest.mark.parametrize(
    ("key", "message"), [("distCoeffs3", "distCoeffs3: missing"), ("R13", "R13: missing"), ("imageSize1", "imageSize1: missing")]
)
def test_opencv_yaml_without_a_key_is_refused(tmp_path: Path, key: str, message: str) -> None:
    path = tmp_path / "rig.yml"
    write_opencv(path, scene.RIG)
    path.write_text(path.read_text().replace(key, f"x{key}"))
    with pytest.raises(ValueError, match=message):
        read_rig(path)
    path.write_text("%YAML:1.0\n---\nopencv-matrix: [")
    with pytest.raises(ValueError, match="not OpenCV YAML"):
        read_rig(path)
    with pytest.raises(ValueError, match="no such file"):
        read_rig(tmp_path / "absent.yml")


def test_opencv_yaml_with_plain_lists_is_read_and_a_zero_baseline_or_size_refused(tmp_path: Path) -> None:
    path = tmp_path / "rig.yml"
    write_opencv(path, scene.RIG)
    text = path.read_text()
    lists = re.sub(r"imageSize1: !!opencv-matrix.*?data: (\[[^]]*\])", r"imageSize1: \1", text, flags=re.DOTALL)
    assert lists != text
    path.write_text(lists)
    assert read_rig(path).left == scene.RGB
    path.write_text(lists.replace("imageSize1: [ 480", "imageSize1: [ wide"))
    with pytest.raises(ValueError, match="imageSize1: missing or not finite numbers"):
        read_rig(path)
    path.write_text(lists.replace("imageSize1: [ 480", "imageSize1: [ 0"))
    with pytest.raises(ValueError, match="rig.yml: cameraMatrix1 or imageSize1: camera: image size 0x162"):
        read_rig(path)
    path.write_text(text.replace("-0.5, 0., 0.", "0., 0., 0."))
    with pytest.raises(ValueError, match="rig.yml: .*T12.*: the baseline is zero"):
        read_rig(path)


def test_the_command_reads_and_writes_opencv_yaml(drive: Path, tmp_path: Path) -> None:
    write_opencv(tmp_path / "rig.yml", scene.RIG)
    write_opencv(tmp_path / "guess.yml", scene.data_sheet(scene.RIG))
    files = ["--rig", str(tmp_path / "rig.yml"), "--guess", str(tmp_path / "guess.yml"), "--out", str(tmp_path / "found.yml")]
    assert main(["calibrate", str(drive), *files]) == 0
    store = cv2.FileStorage(str(tmp_path / "found.yml"), cv2.FILE_STORAGE_READ)
    assert store.getNode("cameraMatrix3").mat()[0, 0] == pytest.approx(scene.THERMAL.focal_px[0], rel=0.01)


@pytest.mark.parametrize("option", ["--rig", "--guess"])
def test_a_missing_file_is_named(drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str) -> None:
    words = arguments(drive, tmp_path / "calibration.yaml")
    words[words.index(option) + 1] = str(tmp_path / "absent.yaml")
    assert main(words) == 1
    assert "absent.yaml: no such file or directory; give a Kalibr camchain or OpenCV YAML" in capsys.readouterr().err
    assert main(["align", str(drive), "--calibration", str(tmp_path / "absent.yaml"), "--out", str(tmp_path / "out")]) == 1
    assert "absent.yaml: no such file" in capsys.readouterr().err


def test_a_long_folder_is_thinned_and_what_is_left_out_is_shown(
    drive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Calibration
) -> None:
    folder = tmp_path / "drive"
    shutil.copytree(drive, folder)
    for name in ("left", "right", "thermal"):
        shutil.copy(folder / name / "1.png", folder / name / "4.png")
        shutil.copy(folder / name / "2.png", folder / name / "5.png")
    cv2.imwrite(str(folder / "thermal" / "5.png"), np.full((256, 320), 23000, np.uint16))
    monkeypatch.setattr(calibrate, "settings", lambda: replace(settings, command_frames=3))
    assert main(arguments(folder, tmp_path / "found.yaml")) == 0
    text = (tmp_path / "found_report" / "report.txt").read_text()
    assert f"3 of 5 moments of {folder}" in text
    assert "2 frames used, 1 left out" in text
    assert "left out: 5: its thermal image is blank" in text
    assert [file.name for file in (tmp_path / "found_report" / "left_out").iterdir()] == ["5.png"]


def test_swapped_images_are_not_aligned(drive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "drive"
    shutil.copytree(drive, folder)
    swapped(folder)
    write_rig(tmp_path / "found.yaml", scene.RIG)
    assert main(["align", str(folder), "--calibration", str(tmp_path / "found.yaml"), "--out", str(tmp_path / "out")]) == 1
    assert f"{folder}: " in (error := capsys.readouterr().err)
    assert "left and right are swapped" in error


def test_an_installed_package_finds_its_numbers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    (tmp_path / "share" / "heatnet").mkdir(parents=True)
    shutil.copy(Path(__file__).parents[2] / "params.yaml", tmp_path / "share" / "heatnet" / "params.yaml")
    monkeypatch.setattr(calibrate, "__file__", str(tmp_path / "lib" / "heatnet" / "pipeline" / "calibrate.py"))
    with pytest.raises(ValueError, match="share/heatnet/params.yaml: no such file; install heatnet again"):
        calibrate.settings()
    monkeypatch.setattr(calibrate.sysconfig, "get_path", lambda name: str(tmp_path))
    assert calibrate.settings().command_frames >= 20
