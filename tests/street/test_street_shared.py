"""A training drive that test frames are from, which the leak guard must find; and the second thermal camera."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml  # type: ignore[import-untyped]
from streets import BOX_S, RIG, SENSOR, SPLIT, STREET, box, corners, straight

from heatnet import config
from heatnet.calibration import align, files
from heatnet.config.street import StreetThermalRight
from heatnet.data import freiburg
from heatnet.data.frames import without_leaks
from heatnet.data.inventory import survey
from heatnet.data.sets import NEIGHBOUR_S
from heatnet.street import check, recordings, rig, write_recordings
from heatnet.street.materials import vistas_id
from heatnet.street.render import label, shoot
from heatnet.taxonomy import Domain

SETTINGS = config.parse(config.Calibration, yaml.safe_load((Path(__file__).parents[2] / "params.yaml").read_text())["calibration"], "calibration")
SHARED = replace(
    STREET,
    shared_drives=1,
    train=replace(SPLIT, day_frames=4, folder_frames=2, spacing_s=2.0),
    test=replace(SPLIT, day_frames=3, folder_frames=3, spacing_s=3.0),
    calibration=replace(SPLIT, day_drives=0, night_drives=0),
)
RIGHT = StreetThermalRight(
    (508.91023792379417, 509.12463729166427),
    (301.23044053725715, 242.7331412099969),
    (-0.43016755512314525, 0.18113816520380469, 0.0012477276365745176, -0.0008252481936615373),
    (
        (0.9999765539404702, -0.003003604664128665, 0.00615385475677317, -0.5020901591785774),
        (0.0029661765217178274, 0.9999771041152423, 0.006082190570828449, 0.003869339368094093),
        (-0.006171982354790491, -0.00606379454792864, 0.999962567814164, 0.01250548378868613),
    ),
)
STEREO = replace(STREET, rig=replace(RIG, thermal_right=RIGHT), thermal_stereo=True)


def test_a_shared_drive_is_the_test_drive_before_and_behind_its_frames():
    ours, theirs = (recordings.drive(SHARED, split, Domain.DAY, number) for split, number in (("train", 1), ("test", 0)))
    assert ours.world.entropy == theirs.world.entropy
    assert (ours.start, ours.moment) == (theirs.start, theirs.moment)
    assert recordings.drive(SHARED, "train", Domain.DAY, 0).world.entropy != theirs.world.entropy
    assert recordings.instants(SHARED, "test", Domain.DAY, 0).tolist() == [0, 3, 6]
    assert recordings.instants(SHARED, "train", Domain.DAY, 1).tolist() == [-12, -10, 16, 18]
    assert recordings.instants(SHARED, "train", Domain.DAY, 0).tolist() == [0, 2, 4, 6]
    assert recordings.APART_S > NEIGHBOUR_S


def test_the_guard_drops_the_shared_drive_and_the_inventory_names_it(tmp_path):
    raw, truth, out = (tmp_path / name for name in ("recordings", "truth", "freiburg"))
    list(write_recordings(SHARED, raw, truth, 1))
    list(align.align_all(align.targets(raw, out), files.read_rig(truth / "calibration.yaml"), SETTINGS))
    align.write_test_labels(truth / "labels" / "test", out)
    training, test = freiburg.index(out, "train"), freiburg.index(out, "test")
    assert {frame.drive for frame in training} == {"seq_00_day", "seq_01_day", "seq_00_night"}
    with pytest.warns(UserWarning, match="4 of 9 training frames are left out: 4 are of a drive that a test frame is from: seq_01_day"):
        kept = without_leaks(training, test, NEIGHBOUR_S, drives=True)
    assert {frame.drive for frame in kept} == {"seq_00_day", "seq_00_night"}
    leaks = [problem for problem in survey("freiburg", out, read=False, workers=1).problems if problem.kind in ("leaking", "shared drive")]
    assert [(problem.kind, problem.path.name) for problem in leaks] == [("shared drive", "seq_01_day")]


def test_more_shared_drives_than_test_drives_are_refused():
    with pytest.raises(ValueError, match=r"street.shared_drives: 2; give 0 to 1"):
        check(replace(SHARED, shared_drives=2))


def test_the_right_thermal_camera_sees_corners_where_opencv_projects_them():
    place = straight()
    scene = place.lay([box()], [], (-20.0, BOX_S + 40))
    left_pose = rig.pose(0.0, 0.0, RIG.height_m, 0.0)
    whole = rig.build(RIG)
    camera, right_from_thermal = rig.thermal_right(STEREO.rig)
    right_from_left = right_from_thermal @ whole.thermal_from_left
    kept = np.array(RIGHT.from_thermal)
    np.testing.assert_allclose(right_from_thermal[:3], kept, atol=1e-6)  # Kalibr's, its rotation made exact
    np.testing.assert_allclose(right_from_thermal[:3, :3] @ right_from_thermal[:3, :3].T, np.eye(3), atol=1e-12)
    seen = np.argwhere(label(shoot(scene, camera, left_pose @ np.linalg.inv(right_from_left))) == vistas_id("Car"))[:, ::-1]
    points = (np.linalg.inv(left_pose) @ np.c_[corners(), np.ones(8)].T).T[:, :3]
    matrix = np.array([[RIGHT.focal_px[0], 0, RIGHT.centre_px[0]], [0, RIGHT.focal_px[1], RIGHT.centre_px[1]], [0, 0, 1]])
    turn, shift = cv2.Rodrigues(right_from_left[:3, :3])[0], right_from_left[:3, 3]
    expected = cv2.projectPoints(points, turn, shift, matrix, np.array(RIGHT.distortion))[0].reshape(-1, 2)
    np.testing.assert_allclose(camera.project(points @ right_from_left[:3, :3].T + shift), expected, atol=1e-3)
    np.testing.assert_allclose(seen.min(0), expected.min(0), atol=1.5)
    np.testing.assert_allclose(seen.max(0), expected.max(0), atol=1.5)


def test_thermal_stereo_adds_a_folder_and_changes_nothing_else(tmp_path):
    small = replace(STREET, train=SPLIT, test=replace(SPLIT, day_drives=0, night_drives=0), calibration=replace(SPLIT, day_drives=0, night_drives=0))
    found = {}
    for name, street in (("two", replace(small, rig=STEREO.rig, thermal_stereo=True)), ("one", small)):
        list(write_recordings(street, tmp_path / name, tmp_path / f"{name}_truth", 1))
        found[name] = {str(file.relative_to(tmp_path / name)): file.read_bytes() for file in (tmp_path / name).rglob("*.png")}
    extra = {name for name in found["two"] if "/thermal_right/" in name}
    assert {name.replace("/thermal_right/", "/thermal/") for name in extra} == {name for name in found["one"] if "/thermal/" in name}
    assert {name: content for name, content in found["two"].items() if name not in extra} == found["one"]
    night = next(name for name in extra if "night" in name)
    right, left = (cv2.imread(str(tmp_path / "two" / name), -1).astype(float) for name in (night, night.replace("thermal_right", "thermal")))
    assert right.shape == left.shape
    assert 1 < np.abs(right - left).mean() * SENSOR.kelvin_per_count < 20  # another view of the same evening
    pair = yaml.safe_load((tmp_path / "two_truth" / "thermal_stereo.yaml").read_text())
    np.testing.assert_allclose(pair["thermal_right"]["T_cn_cnm1"][0][3], -0.5020901591785774)
    assert not (tmp_path / "one_truth" / "thermal_stereo.yaml").exists()


def test_a_rig_without_a_second_thermal_camera_cannot_record_it():
    with pytest.raises(ValueError, match=r"street.rig.thermal_right: none"):
        check(replace(STREET, thermal_stereo=True))
