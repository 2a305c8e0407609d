"""Rigs on disk."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scene
import yaml

from heatnet.calibration.files import read_authors, read_chain, read_rig, write_rig

REAL = Path(__file__).parents[3] / "shared" / "data" / "rig"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real rig's calibration files are not here (../shared/data/rig)")


def test_a_rig_survives_writing_and_reading(tmp_path: Path) -> None:
    write_rig(tmp_path / "rig.yaml", scene.RIG)
    found = read_rig(tmp_path / "rig.yaml")
    assert (found.left, found.right, found.thermal) == (scene.RIG.left, scene.RIG.right, scene.RIG.thermal)
    np.testing.assert_allclose(found.right_from_left, scene.RIG.right_from_left, atol=1e-12)
    np.testing.assert_allclose(found.thermal_from_left, scene.RIG.thermal_from_left, atol=1e-12)
    assert [file.name for file in tmp_path.iterdir()] == ["rig.yaml"]


def test_transforms_chain_from_the_camera_before(tmp_path: Path) -> None:
    write_rig(tmp_path / "rig.yaml", scene.RIG)
    content = yaml.safe_load((tmp_path / "rig.yaml").read_text())
    assert list(content) == ["left", "right", "thermal"]
    thermal_from_right = np.array(content["thermal"]["T_cn_cnm1"])
    np.testing.assert_allclose(thermal_from_right @ scene.RIG.right_from_left, scene.RIG.thermal_from_left, atol=1e-12)


def test_the_guess_gives_only_the_thermal_camera(tmp_path: Path) -> None:
    guess = scene.data_sheet(scene.RIG)
    write_rig(tmp_path / "rig.yaml", scene.RIG)
    write_rig(tmp_path / "guess.yaml", guess)
    found = read_rig(tmp_path / "rig.yaml", tmp_path / "guess.yaml")
    assert found.thermal == guess.thermal
    np.testing.assert_allclose(found.thermal_from_left, guess.thermal_from_left, atol=1e-12)


def test_a_number_written_without_a_dot_is_a_number(tmp_path: Path) -> None:
    path = tmp_path / "rig.yaml"
    write_rig(path, scene.RIG)
    path.write_text(path.read_text().replace("0.0003", "3e-4"))
    assert read_rig(path).thermal.distortion[3] == 0.0003


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("thermal"), "no camera 'thermal'"),
        (lambda c: c["left"].pop("intrinsics"), "left.intrinsics: missing"),
        (lambda c: c["left"].update(intrinsics=[1, 2]), "left.intrinsics: expected finite numbers"),
        (lambda c: c["thermal"].update(distortion_model="equidistant"), "thermal.distortion_model: expected 'radtan'"),
        (lambda c: c["thermal"].update(intrinsics=[0, 500, 1, 1]), "thermal.intrinsics or resolution: camera: focal length"),
        (lambda c: c["right"].update(T_cn_cnm1=np.zeros((4, 4)).tolist()), "right.T_cn_cnm1: expected a rotation"),
        (lambda c: c["right"].update(T_cn_cnm1=np.eye(4).tolist()), "right.T_cn_cnm1.*the baseline is zero"),
        (lambda c: c["right"]["T_cn_cnm1"][0].__setitem__(3, float("nan")), "right.T_cn_cnm1: expected finite numbers"),
    ],
)
def test_a_wrong_file_is_refused_by_key(tmp_path: Path, change: Callable[[Any], Any], message: str) -> None:
    path = tmp_path / "rig.yaml"
    write_rig(path, scene.RIG)
    content = yaml.safe_load(path.read_text())
    change(content)
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    with pytest.raises(ValueError, match=message) as error:
        read_rig(path)
    assert str(path) in str(error.value)


def test_a_file_that_is_not_yaml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rig.yaml").write_text("left: [1,")
    with pytest.raises(ValueError, match="rig.yaml: not a YAML file"):
        read_rig(tmp_path / "rig.yaml")


@needs_real
@pytest.mark.parametrize("name", ["front_stereo_calibration.yaml", "thermal_extr.yaml", "thermal_stereo_calib.yaml"])
def test_the_real_rigs_files_parse(name: str) -> None:
    for camera, camera_from_first in read_chain(REAL / name).values():
        assert 400 < camera.focal_px[0] < 1100
        np.testing.assert_allclose(camera_from_first[:3, :3] @ camera_from_first[:3, :3].T, np.eye(3), atol=1e-9)


@needs_real
def test_the_authors_result_turns_kalibrs_by_0_936_degrees() -> None:
    camera, thermal_from_rgb = read_authors(REAL / "t_calib.json", 640, 512)
    kalibr, kalibr_from_rgb = read_chain(REAL / "thermal_extr.yaml")["left"]
    turn = thermal_from_rgb[:3, :3] @ kalibr_from_rgb[:3, :3].T
    assert np.degrees(np.arccos((np.trace(turn) - 1) / 2)) == pytest.approx(0.936, abs=1e-3)
    assert camera.focal_px[0] / kalibr.focal_px[0] - 1 == pytest.approx(-0.085, abs=1e-3)
    np.testing.assert_allclose(thermal_from_rgb[:3, 3], kalibr_from_rgb[:3, 3], atol=1e-7)
