"""Data sets: bytes that do not depend on workers, layouts, names, resumption, refusals."""

import json
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from streets import RIG, SPLIT, STREET

from heatnet.calibration.files import read_rig
from heatnet.street import check, rig, write_bdd, write_mf, write_recordings, write_vistas
from heatnet.street.files import claim
from heatnet.street.recordings import drive
from heatnet.taxonomy import NUM_CLASSES, SKY, VISTAS, VISTAS_NAMES, Domain

STEM = re.compile(r"fl_rgb_(\d{10})_([1-9]\d{0,8})0")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def generate(folder: Path, workers: int) -> dict[str, bytes]:
    steps = [*write_vistas(STREET, folder / "vistas", workers), *write_recordings(STREET, folder / "recordings", folder / "truth", workers)]
    assert steps[-1].done == steps[-1].total
    return contents(folder)


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("street")
    return folder, generate(folder, 1)


def test_bytes_do_not_depend_on_the_number_of_workers(once, tmp_path):
    again = generate(tmp_path, 2)
    assert again.keys() == once[1].keys()
    assert [name for name in again if again[name] != once[1][name]] == []


def test_generation_resumes_without_touching_what_is_done(once):
    folder, before = once
    lost = sorted(folder.rglob("thermal/*.png"))[1]
    lost.unlink()
    times = {file: file.stat().st_mtime_ns for file in folder.rglob("left/*.png")}
    generate(folder, 1)
    assert contents(folder) == before
    assert sum(file.stat().st_mtime_ns != times[file] for file in times) == 1


def test_vistas_layout_and_ids_map_back(once):
    folder, _ = once
    names = [label["readable"] for label in json.loads((folder / "vistas/config.json").read_text())["labels"]]
    assert tuple(names) == VISTAS_NAMES
    for split, count in (("training", 3), ("validation", 1)):
        labels = sorted((folder / "vistas" / split / "labels").glob("*.png"))
        assert len(labels) == count
        for file in labels:
            label, image = cv2.imread(str(file), cv2.IMREAD_UNCHANGED), cv2.imread(str(file.parents[1] / "images" / f"{file.stem}.jpg"))
            assert label.dtype == np.uint8
            assert label.shape == image.shape[:2]
            assert VISTAS.apply(label, file).max() < NUM_CLASSES


def test_recordings_layout_names_and_types(once):
    folder, _ = once
    for split in ("train", "test", "calibration"):
        frames = sorted((folder / "recordings" / split).glob("seq_*/*/left/*.png"))
        assert len(frames) == {"train": 3, "test": 2, "calibration": 2}[split]
        for file in frames:
            assert STEM.fullmatch(file.stem)
            place = file.parent.parent
            thermal = cv2.imread(str(place / "thermal" / file.name), cv2.IMREAD_UNCHANGED)
            assert (thermal.dtype, thermal.shape) == (np.uint16, (51, 64))
            label = cv2.imread(str(folder / "truth/labels" / place.relative_to(folder / "recordings") / file.name), cv2.IMREAD_UNCHANGED)
            assert label.shape == cv2.imread(str(file)).shape[:2] == cv2.imread(str(place / "right" / file.name)).shape[:2]
            assert label.max() < NUM_CLASSES


def test_depth_is_missing_exactly_in_the_sky(once):
    folder, _ = once
    files = sorted((folder / "truth/depth/calibration").rglob("*.png"))
    assert len(files) == 2
    for file in files:
        depth = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        label = cv2.imread(str(file).replace("/depth/", "/labels/"), cv2.IMREAD_UNCHANGED)
        assert depth.dtype == np.uint16
        assert np.array_equal(depth == 0, label == SKY)


def test_the_rig_is_written_as_kalibr_does(once):
    folder, _ = once
    truth, numbers = read_rig(folder / "truth/calibration.yaml"), rig.build(RIG)
    np.testing.assert_allclose(truth.thermal_from_left, numbers.thermal_from_left, atol=1e-12)
    np.testing.assert_allclose(truth.right_from_left, numbers.right_from_left, atol=1e-12)
    assert truth.thermal == numbers.thermal
    guess = read_rig(folder / "recordings/rig.yaml", folder / "recordings/guess.yaml")
    assert guess.left == numbers.left
    assert guess.thermal.distortion == (0, 0, 0, 0)
    assert guess.thermal.focal_px[0] / numbers.thermal.focal_px[0] == pytest.approx(1.04, abs=0.005)
    np.testing.assert_allclose(guess.thermal_from_left, [[1, 0, 0, -0.06], [0, 1, 0, 0], [0, 0, 1, 0.01], [0, 0, 0, 1]], atol=1e-12)


def test_every_drive_is_a_world_of_its_own():
    drives = [drive(STREET, split, domain, number) for split in ("train", "test", "calibration") for domain in Domain for number in range(3)]
    assert len({journey.world.entropy for journey in drives}) == len(drives)


def test_a_folder_begun_with_other_parameters_is_refused(once):
    with pytest.raises(ValueError, match="begun with other parameters"):
        list(write_vistas(replace(STREET, seed=4), once[0] / "vistas", 1))


RIG_AWAY = replace(RIG, thermal_from_left=((-1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, -1.0, 0.0)))
BAD = {
    "climate.day_hours": replace(STREET, climate=replace(STREET.climate, day_hours=(3.0, 15.0))),
    "climate.night_hours": replace(STREET, climate=replace(STREET.climate, night_hours=(12.0, 13.0))),
    "climate.days": replace(STREET, climate=replace(STREET.climate, days=(300, 20))),
    "rig.thermal_from_left": replace(STREET, rig=RIG_AWAY),
    "climate.latitude_deg": replace(STREET, climate=replace(STREET.climate, latitude_deg=95.0)),
    "rig.baseline_m: -0.5": replace(STREET, rig=replace(RIG, baseline_m=-0.5)),
    "rig.baseline_m: the right camera": replace(STREET, rig=replace(RIG, baseline_m=45.0)),
    "rig.focal_guess": replace(STREET, rig=replace(RIG, focal_guess=0.0)),
    "sensor.noise_k": replace(STREET, sensor=replace(STREET.sensor, noise_k=(-0.1, 0.1))),
    "sensor.read_noise": replace(STREET, sensor=replace(STREET.sensor, read_noise=-0.1)),
    "sensor.count_at_0c": replace(STREET, sensor=replace(STREET.sensor, count_at_0c=float("nan"))),
    "train.day_frames": replace(STREET, train=replace(SPLIT, day_frames=0)),
    "calibration.night_drives": replace(STREET, calibration=replace(SPLIT, night_drives=-1)),
    "vistas.abroad": replace(STREET, vistas=replace(STREET.vistas, abroad=1.5)),
    "rig.height_m": replace(STREET, rig=replace(RIG, height_m=-1.0)),
    "rig.rgb_size": replace(STREET, rig=replace(RIG, rgb_size=(0, 650))),
    "sensor.kelvin_per_count": replace(STREET, sensor=replace(STREET.sensor, kelvin_per_count=0.0)),
    "train.folder_frames": replace(STREET, train=replace(SPLIT, folder_frames=0)),
    "train.thermal_scale: 2; give at most 1": replace(STREET, train=replace(SPLIT, thermal_scale=2.0)),
    "test.rgb_scale": replace(STREET, test=replace(SPLIT, rgb_scale=0.0001)),
}


@pytest.mark.parametrize("name", BAD)
def test_impossible_parameters_are_refused_by_name_by_every_writer_before_anything_is_written(name, tmp_path):
    writers = (
        lambda street: write_vistas(street, tmp_path / "vistas", 1),
        lambda street: write_recordings(street, tmp_path / "recordings", tmp_path / "truth", 1),
        lambda street: write_mf(street, 8, 0.05, tmp_path / "mf", 1),
        lambda street: write_bdd(street, 8, 0.05, tmp_path / "bdd", 1),
    )
    for write in writers:
        with pytest.raises(ValueError, match=f"street.{name}"):
            list(write(BAD[name]))
    assert not any(tmp_path.iterdir())


def test_polar_night_is_refused_and_does_not_hang():
    with pytest.raises(ValueError, match="street.climate.day_hours: on day 340"):
        check(replace(STREET, climate=replace(STREET.climate, latitude_deg=75.0, days=(340, 350))))


def test_code_is_part_of_what_claims_a_folder(tmp_path, monkeypatch):
    claim(tmp_path / "set", "numbers")
    claim(tmp_path / "set", "numbers")
    monkeypatch.setattr("heatnet.street.files.code", lambda: "another version")
    with pytest.raises(ValueError, match="another version of it"):
        claim(tmp_path / "set", "numbers")


@pytest.mark.parametrize(("name", "change"), [("size", {"size": (0, 32)}), ("view_deg", {"view_deg": (100.0, 60.0)}), ("", {"validation": 0})])
def test_impossible_vistas_parameters_are_refused(name, change, tmp_path):
    with pytest.raises(ValueError, match=f"street.vistas.?{name}"):
        list(write_vistas(replace(STREET, vistas=replace(STREET.vistas, **change)), tmp_path, 1))
    assert not any(tmp_path.iterdir())
