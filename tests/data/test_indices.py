"""The index of every dataset, on its real layout, and what it says about a wrong one."""

import json
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from layouts import STAMPS, write

from heatnet.data import camvid, freiburg, msrs, vistas
from heatnet.taxonomy import VISTAS2_NAMES, VISTAS_NAMES, Domain


@pytest.mark.parametrize(
    ("stem", "seconds"),
    [
        ("fl_rgb_1570722156_952177040", 1570722156.095217704),  # nanoseconds are not padded: not 0.95 s
        ("fl_rgb_labels_1578919271_9487361180", 1578919271.948736118),
        ("1579630825_2079809260", 1579630825.207980926),
        ("1579630825_2079809263", 1579630825.207980926),  # the last digit is the index in the burst
    ],
)
def test_released_stamps_decode(stem: str, seconds: float):
    assert freiburg.time_s(stem) == pytest.approx(seconds, abs=1e-6)


def test_a_name_without_a_stamp_is_refused():
    with pytest.raises(ValueError, match="IMG_1: no time stamp; expected a name like fl_rgb_1570722156_952177040"):
        freiburg.time_s("IMG_1")


def test_freiburg_training_frames_pair_by_stamp_and_have_labels_by_day_only(freiburg_root: Path):
    frames = freiburg.index(freiburg_root, "train")
    assert len(frames) == 9
    assert {f.drive for f in frames} == {"seq_00_day", "seq_01_day", "seq_00_night"}
    assert all((f.label is not None) == (f.domain is Domain.DAY) for f in frames)
    assert all(f.rgb and f.thermal and f.rgb.stem.removeprefix("fl_rgb_") == f.thermal.stem.removeprefix("fl_ir_aligned_") for f in frames)
    assert frames[0].name == f"seq_00_day/00/fl_rgb_{STAMPS[0]}"
    assert len({f.name for f in frames}) == 9
    assert [f.domain for f in freiburg.index(freiburg_root, "train", domain=Domain.NIGHT)] == [Domain.NIGHT] * 3


def test_the_word_night_in_the_path_of_the_dataset_means_nothing(freiburg_root: Path, tmp_path: Path):
    moved = tmp_path / "night_2_fl_rgb" / "x"
    shutil.copytree(freiburg_root, moved)
    assert [f.name for f in freiburg.index(moved, "train")] == [f.name for f in freiburg.index(freiburg_root, "train")]


def test_freiburg_files_may_share_one_name(freiburg_root: Path):
    for path in (freiburg_root / "train").rglob("fl_ir_aligned_*.png"):
        path.rename(path.with_name(path.name.replace("fl_ir_aligned", "fl_rgb")))
    assert len(freiburg.index(freiburg_root, "train")) == 9


def test_freiburg_test_frames_have_everything(freiburg_root: Path):
    day, night = freiburg.index(freiburg_root, "test")
    assert (day.domain, night.domain) == (Domain.DAY, Domain.NIGHT)
    assert (day.name, day.drive) == ("test/day/1570730000_15", "test/day/00")
    assert day.rgb
    assert day.thermal
    assert day.label
    assert (day.rgb.name, day.thermal.name, day.label.name) == ("1570730000_15_rgb.png", "1570730000_15_ir.png", "1570730000_15.npy")


def test_freiburg_test_frames_are_of_one_drive_until_the_clock_leaps(freiburg_root: Path):
    where = freiburg_root / "test/night"
    for stamp in ("1570740500_15", "1570741200_50", "1570741260_25"):
        for folder, ending in (("ImagesRGB", "_rgb.png"), ("ImagesIR", "_ir.png"), ("SegmentationClass", ".npy")):
            shutil.copy(next((where / folder).iterdir()), where / folder / f"{stamp}{ending}")
    frames = freiburg.index(freiburg_root, "test", domain=Domain.NIGHT)
    assert [f.drive for f in frames] == ["test/night/00", "test/night/00", "test/night/01", "test/night/01"]


def test_pseudo_labels_take_the_place_of_labels(freiburg_root: Path, tmp_path: Path):
    labels = tmp_path / "labels"
    for frame in freiburg.index(freiburg_root, "train", domain=Domain.NIGHT):
        write(labels / f"{frame.name}.png", np.zeros((8, 24), np.uint8))
        write(labels / f"{frame.name}.confidence.png", np.full((8, 24), 9, np.uint8))
    frames = freiburg.index(freiburg_root, "train", labels=labels, domain=Domain.NIGHT)
    assert all(f.label and labels in f.label.parents and f.confidence for f in frames)
    with pytest.raises(ValueError, match=r"seq_00_day.*: no such file; expected a label for every day frame"):
        freiburg.index(freiburg_root, "train", labels=labels)


def test_what_is_missing_in_freiburg_is_named(freiburg_root: Path, tmp_path: Path):
    with pytest.raises(ValueError, match=r"nowhere/train: no such folder; expected the drives of Freiburg Thermal .*; unpack"):
        freiburg.index(tmp_path / "nowhere", "train")
    shutil.rmtree(freiburg_root / "train/seq_00_day/00/fl_ir_aligned")
    with pytest.raises(ValueError, match=r"fl_ir_aligned: no such folder"):
        freiburg.index(freiburg_root, "train")
    for drive in (freiburg_root / "train").glob("*_night"):
        shutil.rmtree(drive)
    with pytest.raises(ValueError, match="no night frames; expected folders like seq_00_night/00/fl_rgb"):
        freiburg.index(freiburg_root, "train", domain=Domain.NIGHT)


def test_a_training_image_without_partner_is_left_out_and_said(freiburg_root: Path):
    whole = [frame.name for frame in freiburg.index(freiburg_root, "train")]
    place = freiburg_root / "train/seq_00_day/00"
    (place / f"fl_ir_aligned/fl_ir_aligned_{STAMPS[1]}.png").unlink()
    (freiburg_root / f"train/seq_01_day/00/fl_rgb/fl_rgb_{STAMPS[0]}.png").unlink()
    gone = {f"seq_00_day/00/fl_rgb_{STAMPS[1]}", f"seq_01_day/00/fl_rgb_{STAMPS[0]}"}
    with pytest.warns(UserWarning, match=rf"2 images of .* have no partner .* left out, e.g. .*fl_rgb_{STAMPS[1]}.png; `heatnet inventory`"):
        frames = freiburg.index(freiburg_root, "train")
    assert [frame.name for frame in frames] == [name for name in whole if name not in gone]
    assert all(frame.label for frame in frames if frame.domain is Domain.DAY)


def test_a_day_label_that_nobody_asks_for_may_be_missing(freiburg_root: Path):
    (freiburg_root / f"train/seq_00_day/00/fl_rgb_labels/fl_rgb_labels_{STAMPS[0]}.png").unlink()
    frames = freiburg.index(freiburg_root, "train")
    assert len(frames) == 9
    assert [frame.name for frame in frames if frame.domain is Domain.DAY and frame.label is None] == [f"seq_00_day/00/fl_rgb_{STAMPS[0]}"]


def test_a_freiburg_test_image_without_label_is_named(freiburg_root: Path):
    next((freiburg_root / "test/night/SegmentationClass").iterdir()).unlink()
    with pytest.raises(ValueError, match=r"1570740000_25_rgb.png: no partner; .* in .*SegmentationClass"):
        freiburg.index(freiburg_root, "test")


def test_indexing_grows_with_the_number_of_frames(tmp_path: Path):
    for name in ("fl_rgb", "fl_ir_aligned"):
        where = tmp_path / "train/seq_00_night/00" / name
        where.mkdir(parents=True)
        for i in range(2000):
            (where / f"{name}_{1570722156 + i}_952177040.png").touch()
    start = time.perf_counter()
    assert len(freiburg.index(tmp_path, "train", domain=Domain.NIGHT)) == 2000
    assert time.perf_counter() - start < 2  # 20 000 frames are to take 5 s at most; the margin is for a busy machine


def test_vistas_pairs_images_with_labels(vistas_root: Path):
    frames = vistas.index(vistas_root, "training")
    assert [f.name for f in frames] == ["aa", "bb", "cc"]
    assert all(f.rgb and f.label and f.thermal is None for f in frames)


@pytest.mark.parametrize("version", ["v1.2", "v2.0"])
def test_the_archive_of_vistas_2_holds_both_versions_labels(vistas_root: Path, version: str):
    (vistas_root / "config.json").unlink()
    for name, classes in (("v1.2", VISTAS_NAMES), ("v2.0", VISTAS2_NAMES)):
        (vistas_root / f"config_{name}.json").write_text(json.dumps({"labels": [{"readable": label} for label in classes]}))
        shutil.copytree(vistas_root / "training/labels", vistas_root / f"training/{name}/labels")
    shutil.rmtree(vistas_root / "training/labels")
    frames = vistas.index(vistas_root, "training", version)
    assert [f.label.relative_to(vistas_root).as_posix() for f in frames if f.label] == [
        f"training/{version}/labels/{n}.png" for n in ("aa", "bb", "cc")
    ]
    (vistas_root / f"config_{version}.json").write_text(json.dumps({"labels": [{"readable": "Bird"}]}))
    with pytest.raises(ValueError, match=rf"config_{version}.json: 1 classes; expected the .* of {version}"):
        vistas.index(vistas_root, "training", version)


def test_vistas_of_another_version_or_incomplete_is_refused(vistas_root: Path, tmp_path: Path):
    config = vistas_root / "config.json"
    (vistas_root / "training/images/bb.jpg").unlink()
    with pytest.raises(ValueError, match=r"bb.png: no partner; .* in .*images"):
        vistas.index(vistas_root, "training")
    with pytest.raises(ValueError, match=r"validation/images: no such folder"):
        vistas.index(vistas_root, "validation")
    config.write_text(json.dumps({"labels": [{"readable": str(i)} for i in range(124)]}))
    with pytest.raises(ValueError, match=r"config.json: 124 classes; expected the 66 of v1.2"):
        vistas.index(vistas_root, "training")
    names = [*VISTAS_NAMES[1::-1], *VISTAS_NAMES[2:]]
    config.write_text(json.dumps({"labels": [{"readable": name} for name in names]}))
    with pytest.raises(ValueError, match="class 0 is 'Ground Animal'; expected 'Bird'"):
        vistas.index(vistas_root, "training")
    config.write_text("{")
    with pytest.raises(ValueError, match=r"config.json: not Vistas' class list"):
        vistas.index(vistas_root, "training")
    with pytest.raises(ValueError, match=r"elsewhere/config.json: no such file"):
        vistas.index(tmp_path / "elsewhere", "training")


def test_msrs_reads_the_domain_from_the_name(msrs_root: Path):
    frames = msrs.index(msrs_root)
    assert [(f.name, f.domain) for f in frames[:2]] == [("00001D", Domain.DAY), ("00002N", Domain.NIGHT)]
    assert [f.name for f in msrs.index(msrs_root, domain=Domain.NIGHT)] == ["00002N", "00020N"]
    with pytest.raises(ValueError, match=r"00001D.png: no such file; expected a label"):
        msrs.index(msrs_root, labels=msrs_root / "labels")


def test_msrs_boxes(msrs_root: Path):
    boxes = msrs.boxes(msrs_root, "fusion")
    np.testing.assert_array_equal(boxes["00001D"], [[0, 0.5, 0.25, 0.1, 0.2], [2, 0.1, 0.9, 0.05, 0.1]])
    assert boxes["00002N"].shape == (0, 5)
    with pytest.raises(ValueError, match=r"boxes/visible: no such folder"):
        msrs.boxes(msrs_root, "visible")


@pytest.mark.parametrize("line", ["0 0.5 0.5 0.1", "person 0.5 0.5 0.1 0.1", "7 0.5 0.5 0.1 0.1", "0 320 240 50 80", "0 nan 0.5 0.1 0.1"])
def test_a_box_of_another_format_names_its_file(msrs_root: Path, line: str):
    (msrs_root / "boxes/fusion/00002N.txt").write_text(f"{line}\n")
    with pytest.raises(ValueError, match=r"00002N.txt: .*expected (lines )?'class xc yc w h'"):
        msrs.boxes(msrs_root, "fusion")


def test_what_is_wrong_in_msrs_is_named(msrs_root: Path):
    (msrs_root / "vi/00003X.png").touch()
    with pytest.raises(ValueError, match=r"00003X.png: no partner; .* in .*ir"):
        msrs.index(msrs_root)
    (msrs_root / "ir/00003X.png").touch()
    with pytest.raises(ValueError, match=r"vi/00003X.png: no domain in its name"):
        msrs.index(msrs_root)
    (msrs_root / "vi/00001D.jpg").touch()
    with pytest.raises(ValueError, match=r"00001D.png: the same frame as 00001D.jpg"):
        msrs.index(msrs_root)


def test_camvid_layout(tmp_path: Path):
    write(tmp_path / "train/0001TP_006690.png", np.zeros((4, 6, 3), np.uint8))
    write(tmp_path / "trainannot/0001TP_006690.png", np.zeros((4, 6), np.uint8))
    (frame,) = camvid.index(tmp_path, "train")
    assert (frame.name, frame.drive, frame.domain) == ("0001TP_006690", "0001TP", Domain.DAY)
    with pytest.raises(ValueError, match=r"valannot|val: no such folder; expected CamVid's val split"):
        camvid.index(tmp_path, "val")
    (tmp_path / "train/0001TP_006690.png").unlink()
    (tmp_path / "trainannot/0001TP_006690.png").unlink()
    with pytest.raises(ValueError, match=r"train: no images; expected pairs with .*trainannot"):
        camvid.index(tmp_path, "train")
