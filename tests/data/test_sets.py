"""The sets that a profile names, and the labels that teachers write."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from heatnet import config
from heatnet.data import agreed, labelled, pairs, read_pairs, recorded, source, write_labels
from heatnet.data.files import confidence_file
from heatnet.data.sets import class_weights
from heatnet.taxonomy import IGNORE, Domain

COUNTS = config.ThermalCounts(16, 21800, 25000, 0, None)
INPUT = config.Input((16, 48), (8, 40), "same aspect", COUNTS)
FREIBURG = config.Pairs("freiburg", "", INPUT, None, None)
DAY_S, NIGHT_S = 1570722156, 1579630825


def image(path: Path, array: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), array)


def pair(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    heat = rng.integers(22000, 25000, (16, 48)).astype(np.uint16)
    heat[:, :10] = 0
    return rng.integers(0, 255, (16, 48, 3)).astype(np.uint8), heat


@pytest.fixture
def freiburg(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for domain, start in (("day", DAY_S), ("night", NIGHT_S)):
        for k in range(3):
            rgb, heat = pair(rng)
            folder = tmp_path / "train" / f"seq_00_{domain}" / "00"
            image(folder / "fl_rgb" / f"fl_rgb_{start + k}_1000{k}0.png", rgb)
            image(folder / "fl_ir_aligned" / f"fl_ir_aligned_{start + k}_1000{k}0.png", heat)
        rgb, heat = pair(rng)
        test, stem = tmp_path / "test" / domain, f"fl_rgb_{start + 900}_10000"
        image(test / "ImagesRGB" / f"{stem}_rgb.png", rgb)
        image(test / "ImagesIR" / f"{stem}_ir.png", heat)
        (test / "SegmentationClass").mkdir()
        np.save(test / "SegmentationClass" / f"{stem}.npy", rng.integers(0, 13, (16, 48)).astype(np.uint8))
    return tmp_path


def test_a_teachers_labels_come_back(freiburg: Path, tmp_path: Path) -> None:
    whole = read_pairs(FREIBURG, freiburg, "train", Domain.NIGHT, crop=False)
    assert whole.rgb is not None
    assert whole.rgb.shape == (3, 16, 48, 3)
    rng = np.random.default_rng(1)
    answers = [(rng.integers(0, 13, (16, 48)).astype(np.uint8), rng.integers(0, 256, (16, 48)).astype(np.uint8)) for _ in range(3)]
    written = write_labels(tmp_path / "labels", whole, answers, confidence=True)
    assert (written[:, :, :10] == IGNORE).all()
    again = read_pairs(FREIBURG, freiburg, "train", Domain.NIGHT, labels=tmp_path / "labels")
    assert again.label is not None
    assert again.weight is not None
    np.testing.assert_array_equal(again.label, written[:, :, 8:40])
    np.testing.assert_array_equal(again.weight, np.stack([trust for _, trust in answers])[:, :, 8:40])
    assert not list((tmp_path / "labels").rglob("*.part"))


def test_day_labels_have_no_confidence_and_no_holes(freiburg: Path, tmp_path: Path) -> None:
    day = read_pairs(FREIBURG, freiburg, "train", Domain.DAY, crop=False)
    answers = [(np.full((16, 48), 4, np.uint8), np.full((16, 48), 9, np.uint8))] * 3
    assert (write_labels(tmp_path / "labels", day, answers, confidence=False) == 4).all()
    assert not confidence_file(tmp_path / "labels" / f"{day.names[0]}.png").exists()
    answers[1] = (answers[1][0], np.repeat(np.array([[126], [127], [128], [255]], np.uint8), 4, 0) * np.ones((1, 48), np.uint8))
    unsure = write_labels(tmp_path / "labels", day, answers[1:2] * 3, confidence=False, least=0.5)
    np.testing.assert_array_equal(unsure[0, :, 0], [IGNORE] * 8 + [4] * 8)
    assert read_pairs(FREIBURG, freiburg, "train", Domain.DAY, labels=tmp_path / "labels").weight is None


def test_a_teacher_sure_of_nothing_is_refused_before_a_file_is_written(freiburg: Path, tmp_path: Path) -> None:
    day = read_pairs(FREIBURG, freiburg, "train", Domain.DAY, crop=False)
    answers = [(np.full((16, 48), 4, np.uint8), np.full((16, 48), 102, np.uint8))] * 3
    with pytest.raises(ValueError, match=r"no pixel of 3 frames gets a label: .* by 0\.40, labelling\.least is 0\.5"):
        write_labels(tmp_path / "labels", day, answers, confidence=False, least=0.5)
    assert not (tmp_path / "labels").exists()


def test_training_frames_come_without_labels_unless_asked(freiburg: Path) -> None:
    assert read_pairs(FREIBURG, freiburg, "train", Domain.DAY).label is None
    assert read_pairs(FREIBURG, freiburg, "test", Domain.DAY).label is not None


@pytest.mark.parametrize("domain", [Domain.DAY, None])
def test_a_planted_neighbour_of_a_test_frame_is_left_out_and_said(freiburg: Path, domain: Domain | None) -> None:
    before = [frame.name for frame in pairs(FREIBURG, freiburg, "train", domain)]
    rgb, heat = pair(np.random.default_rng(2))
    folder = freiburg / "train" / "seq_00_day" / "00"
    image(folder / "fl_rgb" / f"fl_rgb_{DAY_S + 902}_10000.png", rgb)
    image(folder / "fl_ir_aligned" / f"fl_ir_aligned_{DAY_S + 902}_10000.png", heat)
    with pytest.warns(UserWarning, match=rf"1 of \d training frames are left out: 1 lie within 5 s of .* e.g. seq_00_day/00/fl_rgb_{DAY_S + 902}"):
        assert [frame.name for frame in pairs(FREIBURG, freiburg, "train", domain)] == before


def test_a_planted_drive_of_a_test_frame_is_left_out_unless_only_neighbours_are_guarded(freiburg: Path) -> None:
    rgb, heat = pair(np.random.default_rng(2))
    for second in (DAY_S + 800, DAY_S + 1000):  # before and after the test frame, neither its neighbour
        folder = freiburg / "train" / "seq_01_day" / "00"
        image(folder / "fl_rgb" / f"fl_rgb_{second}_10000.png", rgb)
        image(folder / "fl_ir_aligned" / f"fl_ir_aligned_{second}_10000.png", heat)
    with pytest.warns(UserWarning, match=r"2 of 8 training frames are left out: 2 are of a drive that a test frame is from: seq_01_day \(test/day/"):
        assert {frame.drive for frame in pairs(FREIBURG, freiburg, "train")} == {"seq_00_day", "seq_00_night"}
    near = config.Pairs("freiburg", "", INPUT, None, None, "neighbours")
    with pytest.warns(UserWarning, match="0 of 8 training frames are left out; a shared drive stays"):
        assert len(pairs(near, freiburg, "train")) == 8


def test_msrs_is_split_by_ranges_with_a_gap(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for number in range(1, 13):
        for folder in ("vi", "ir"):
            image(tmp_path / folder / f"{number:05d}{'DN'[number % 2]}.png", rng.integers(0, 255, (16, 48, 3)).astype(np.uint8))
    settings = config.Pairs("msrs", "", INPUT, ((5, 7),), 1)
    names = {split: {int(frame.name[:5]) for frame in pairs(settings, tmp_path, split)} for split in ("train", "test")}
    assert names == {"test": {5, 6, 7}, "train": {1, 2, 3, 9, 10, 11, 12}}


def test_recordings_are_listed_by_drive(tmp_path: Path) -> None:
    rgb, heat = pair(np.random.default_rng(4))
    for drive in ("seq_00_day", "seq_00_night"):
        for camera, array in (("left", rgb), ("right", rgb), ("thermal", heat)):
            image(tmp_path / "train" / drive / "00" / camera / "fl_rgb_1_10000.png", array)
    cameras = config.Cameras("recordings", "", COUNTS, 1, 0)
    found = recorded(cameras, tmp_path)
    assert [(frame.drive, frame.domain) for frame in found] == [("train/seq_00_day", Domain.DAY), ("train/seq_00_night", Domain.NIGHT)]
    (tmp_path / "train" / "seq_00_day" / "00" / "thermal" / "fl_rgb_1_10000.png").unlink()
    with pytest.raises(ValueError, match="no partner"):
        recorded(cameras, tmp_path)


def test_labels_count_where_others_agree(freiburg: Path) -> None:
    night = read_pairs(FREIBURG, freiburg, "train", Domain.NIGHT)
    trust = np.full((16, 32), 40, np.uint8)
    known = labelled(night, [(np.full((16, 32), 2, np.uint8), trust)] * 3)
    other = np.full((16, 32), 2, np.uint8)
    other[:4] = 9
    for samples, kept in ((known, 40), (replace(known, weight=None), 255)):
        found = agreed(samples, [(other, trust)] * 3)
        assert found.weight is not None
        assert (found.weight[:, :4] == 0).all()
        assert (found.weight[:, 4:] == kept).all()
        np.testing.assert_array_equal(found.label, known.label)


def test_a_source_is_a_function_of_the_step_and_labelled_keeps_order(freiburg: Path) -> None:
    night = read_pairs(FREIBURG, freiburg, "train", Domain.NIGHT)
    answers = [(np.full((16, 32), k, np.uint8), np.full((16, 32), 50 * k, np.uint8)) for k in range(3)]
    known = labelled(night, answers)
    assert known.label is not None
    assert known.label[:, 0, 0].tolist() == [0, 1, 2]
    still = config.Augmentation(
        None,
        0.5,
        (1, 1),
        0,
        config.Colour(0, 0, 0, 0),
        (1, 1),
        0,
        0,
        config.Block(0, (0.1, 0.2), (0.1, 0.2)),
        config.Block(0, (0.1, 0.2), (0.1, 0.2)),
    )
    first, second = source(known, 2, still, 5, 0), source(known, 2, still, 5, 0)
    ahead = [first(step) for step in range(4)]
    assert all(np.array_equal(ahead[step].rgb, second(step).rgb) for step in (3, 0, 2))


def test_balance_gives_every_class_the_same_total_at_one_and_nothing_at_zero(freiburg: Path) -> None:
    night = read_pairs(FREIBURG, freiburg, "train", Domain.NIGHT)
    label = np.zeros((16, 32), np.uint8)
    label[:2] = 9
    label[2:4] = IGNORE
    known = labelled(night, [(label, np.full((16, 32), 255, np.uint8))] * 3)
    assert class_weights(known, 0).tolist() == [1.0] * (IGNORE + 1)
    weight = class_weights(known, 1)
    assert weight[9] * 2 == pytest.approx(weight[0] * 12)
    assert (weight[9] * 2 + weight[0] * 12) / 14 == pytest.approx(1)


def test_balance_multiplies_confidence_pixel_by_pixel(freiburg: Path) -> None:
    night = read_pairs(FREIBURG, freiburg, "train", Domain.NIGHT)
    rng = np.random.default_rng(6)
    known = labelled(night, [(rng.choice([0, 9], (16, 32), p=[0.9, 0.1]).astype(np.uint8), np.full((16, 32), 51, np.uint8)) for _ in range(3)])
    calm = config.Augmentation(
        None, 0, (1, 1), 0, config.Colour(0, 0, 0, 0), (1, 1), 0, 0, config.Block(0, (0.1, 0.2), (0.1, 0.2)), config.Block(0, (0.1, 0.2), (0.1, 0.2))
    )
    batch = source(known, 2, calm, 5, 0.5)(0)
    weight = class_weights(known, 0.5)
    assert batch.label is not None
    assert batch.weight is not None
    np.testing.assert_allclose(batch.weight.numpy(), weight[batch.label.numpy()] * 0.2, rtol=1e-5)
