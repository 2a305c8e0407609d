"""Recordings read, and the dataset written from them."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import scene

from heatnet.calibration.align import align_all, targets, write_test_labels
from heatnet.calibration.recordings import Pair, drives, fitted, index, spread
from heatnet.config import Calibration

Record = Callable[[Path, list[str]], None]
STEMS = ["fl_rgb_1570722156_952177040", "fl_rgb_1570722157_952177040"]


def test_recordings_come_back_as_they_were(tmp_path: Path, record: Record, pairs: list[Pair]) -> None:
    record(tmp_path, STEMS)
    found = [one.load() for one in index(tmp_path)]
    assert [pair.name for pair in found] == STEMS
    for pair, original in zip(found, pairs, strict=False):
        np.testing.assert_array_equal(pair.left, original.left)
        np.testing.assert_array_equal(pair.thermal, original.thermal)
    assert len(spread(index(tmp_path), 1)) == 1


@pytest.mark.parametrize("camera", ["left", "right", "thermal"])
def test_an_unpaired_file_is_named(tmp_path: Path, record: Record, camera: str) -> None:
    record(tmp_path, STEMS)
    (tmp_path / camera / f"{STEMS[1]}.png").unlink()
    with pytest.raises(ValueError, match=f"{STEMS[1]}.png: no partner .*{camera}"):
        index(tmp_path)


def test_a_folder_without_recordings_is_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="left: no PNG images"):
        index(tmp_path)
    with pytest.raises(ValueError, match="no recordings below it"):
        drives(tmp_path)


def damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def eight_bit(path: Path) -> None:
    cv2.imwrite(str(path), np.zeros((256, 320), np.uint8))


def small(path: Path) -> None:
    cv2.imwrite(str(path), np.zeros((81, 240, 3), np.uint8))


@pytest.mark.parametrize(
    ("camera", "damage", "message"),
    [("left", damaged, "not an image"), ("thermal", eight_bit, "16-bit"), ("right", small, "480x162 px and 240x81 px")],
)
def test_a_wrong_image_is_named(tmp_path: Path, record: Record, camera: str, damage: Callable[[Path], None], message: str) -> None:
    record(tmp_path, STEMS)
    damage(tmp_path / camera / f"{STEMS[0]}.png")
    with pytest.raises(ValueError, match=message) as error:
        index(tmp_path)[0].load()
    assert str(tmp_path / camera) in str(error.value)


def test_a_rig_of_another_shape_is_refused(pairs: list[Pair]) -> None:
    wide = Pair("x", pairs[0].left, pairs[0].right, pairs[0].thermal[:200])
    with pytest.raises(ValueError, match="x: thermal is 320x200 px, the rig's camera 320x256"):
        fitted(scene.RIG, wide)


def test_recordings_become_a_dataset_in_freiburgs_layout(tmp_path: Path, record: Record, settings: Calibration) -> None:
    root, out = tmp_path / "recordings", tmp_path / "freiburg"
    record(root / "train" / "seq_00_day" / "00", STEMS)
    record(root / "test" / "seq_05_night" / "00", STEMS[:1])
    jobs = targets(root, out)
    assert list(align_all(jobs, scene.RIG, settings)) == [job.thermal for job in jobs]
    labels = tmp_path / "labels" / "seq_05_night" / "00"
    labels.mkdir(parents=True)
    ids = np.random.default_rng(0).integers(0, 14, (162, 480)).astype(np.uint8)
    cv2.imwrite(str(labels / f"{STEMS[0]}.png"), ids)
    assert write_test_labels(tmp_path / "labels", out) == 1
    assert sorted(str(file.relative_to(out)) for file in out.rglob("*") if file.is_file()) == [
        f"test/night/ImagesIR/{STEMS[0]}_ir.png",
        f"test/night/ImagesRGB/{STEMS[0]}_rgb.png",
        f"test/night/SegmentationClass/{STEMS[0]}.npy",
        *(f"train/seq_00_day/00/fl_ir_aligned/{stem.replace('fl_rgb', 'fl_ir_aligned')}.png" for stem in STEMS),
        *(f"train/seq_00_day/00/fl_rgb/{stem}.png" for stem in STEMS),
    ]
    aligned = cv2.imread(str(jobs[0].thermal), cv2.IMREAD_UNCHANGED)
    assert (aligned.shape, aligned.dtype) == ((162, 480), np.uint16)
    assert jobs[0].rgb.read_bytes() == jobs[0].recording.left.read_bytes()
    np.testing.assert_array_equal(np.load(out / "test/night/SegmentationClass" / f"{STEMS[0]}.npy"), ids)


def test_a_failure_leaves_no_half_written_file(tmp_path: Path, record: Record, settings: Calibration) -> None:
    root, out = tmp_path / "recordings", tmp_path / "freiburg"
    record(root / "train" / "seq_00_day" / "00", STEMS)
    record(root / "test" / "seq_05_day" / "00", STEMS[:1])
    jobs = targets(root, out)
    eight_bit(jobs[-1].recording.thermal)
    with pytest.raises(ValueError, match="16-bit"):
        list(align_all(jobs, scene.RIG, settings))
    assert not [file for file in out.rglob("*") if file.name.startswith(".partial")]


def test_a_drive_must_be_day_or_night(tmp_path: Path, record: Record) -> None:
    record(tmp_path / "train" / "seq_00_day" / "00", STEMS[:1])
    record(tmp_path / "test" / "seq_05" / "00", STEMS[:1])
    with pytest.raises(ValueError, match="neither day nor night"):
        targets(tmp_path, tmp_path / "out")
