"""The inventory counts what is complete and names every file that is not, planted faults and leaks included."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from heatnet.data.inventory import PUBLISHED, survey
from heatnet.data.shelves import SHELVES
from heatnet.pipeline.__main__ import main

DATA = Path(__file__).parents[3] / "shared" / "data"
START = 1570722156


def write(path: Path, image: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image)
    return path


@pytest.fixture
def freiburg(tmp_path: Path) -> Path:
    """Three day and two night pairs and a test frame of each, 24x8."""
    rng, root = np.random.default_rng(0), tmp_path / "freiburg"
    for domain, start, count in (("day", START, 3), ("night", START + 90_000, 2)):
        place, test = root / "train" / f"seq_00_{domain}" / "00", root / "test" / domain
        for k in range(count):
            stamp = f"{start + k}_952177040"
            write(place / "fl_rgb" / f"fl_rgb_{stamp}.png", rng.integers(0, 256, (8, 24, 3), np.uint8))
            write(place / "fl_ir_aligned" / f"fl_ir_aligned_{stamp}.png", rng.integers(21000, 26000, (8, 24)).astype(np.uint16))
            if domain == "day":
                write(place / "fl_rgb_labels" / f"fl_rgb_labels_{stamp}.png", rng.integers(0, 13, (8, 24), np.uint8))
        stamp = f"{start + 5000}_10"
        write(test / "ImagesRGB" / f"{stamp}_rgb.png", rng.integers(0, 256, (8, 24, 3), np.uint8))
        write(test / "ImagesIR" / f"{stamp}_ir.png", rng.integers(21000, 26000, (8, 24)).astype(np.uint16))
        (test / "SegmentationClass").mkdir()
        np.save(test / "SegmentationClass" / f"{stamp}.npy", rng.integers(0, 13, (8, 24)))
    return root


def test_a_whole_set_has_no_problems(freiburg: Path) -> None:
    found = survey("freiburg", freiburg, read=True, workers=2)
    assert found.counts == {"train day": 3, "train night": 2, "test day": 1, "test night": 1}
    assert found.problems == ()


def test_every_planted_fault_is_listed_at_once(freiburg: Path) -> None:
    day = freiburg / "train/seq_00_day/00"
    lonely = next(iter((day / "fl_ir_aligned").glob(f"*_{START}_*")))
    lonely.unlink()
    broken = day / "fl_rgb" / f"fl_rgb_{START + 1}_952177040.png"
    broken.write_bytes(broken.read_bytes()[:40])
    write(day / "fl_rgb_labels" / f"fl_rgb_labels_{START + 2}_952177040.png", np.full((8, 24), 77, np.uint8))
    write(day / "fl_rgb" / "holiday.png", np.zeros((8, 24, 3), np.uint8))
    night = freiburg / "train/seq_00_night/00"
    write(next(iter((night / "fl_ir_aligned").iterdir())), np.zeros((8, 24), np.uint8))
    found = survey("freiburg", freiburg, read=True, workers=2)
    assert found.counts["train day"] == 2
    listed = [(problem.kind, problem.path.name) for problem in found.problems]
    assert sorted(kind for kind, _ in listed) == ["misnamed", "unpaired", "unreadable", "unreadable", "unreadable"]
    assert ("misnamed", "holiday.png") in listed
    assert ("unpaired", f"fl_rgb_{START}_952177040.png") in listed
    assert ("unreadable", broken.name) in listed
    texts = " ".join(problem.text for problem in found.problems)
    for said in ("in fl_ir_aligned", "does not decode", "label id 77", "8-bit, 1 channel; expected 16-bit thermal counts"):
        assert said in texts


@pytest.mark.parametrize(("shift_s", "leaks"), [(0, True), (-1, True), (4, True), (6, False), (-60, False)])
def test_planted_leaks_are_found_by_burst_and_neighbour(freiburg: Path, shift_s: int, leaks: bool) -> None:
    night = freiburg / "train/seq_00_night/00"
    stamp = f"{START + 95_000 + shift_s}_990000012"  # another frame of a burst: other nanoseconds, index 2
    for name in ("fl_rgb", "fl_ir_aligned"):
        shutil.copy(next(iter((night / name).iterdir())), night / name / f"{name}_{stamp}.png")
    problems = survey("freiburg", freiburg, read=False, workers=1).problems
    near = [problem.path.name for problem in problems if problem.kind == "leaking"]
    assert near == ([f"fl_rgb_{stamp}.png"] if leaks else [])
    assert [problem.path.name for problem in problems if problem.kind != "leaking"] == (["seq_00_night"] if shift_s > 5 else [])


def test_a_name_in_two_lists_of_mf_leaks(tmp_path: Path) -> None:
    for name in ("00001D", "00002N", "00003D"):
        assert write(tmp_path / "images" / f"{name}.png", np.full((4, 6, 4), 9, np.uint8))
        write(tmp_path / "labels" / f"{name}.png", np.zeros((4, 6), np.uint8))
    (tmp_path / "train.txt").write_text("00001D\n00002N\n")
    (tmp_path / "test.txt").write_text("00002N\n00003D\n00009N\n")
    (tmp_path / "val.txt").write_text("00003D\n")
    found = survey("mf", tmp_path, read=True, workers=1)
    assert found.counts == {"train": 2, "val": 1, "test": 2}
    assert {(problem.kind, problem.path.stem) for problem in found.problems} == {("leaking", "00002N"), ("leaking", "00003D"), ("unpaired", "00009N")}
    (tmp_path / "val.txt").unlink()
    assert ("missing", "val.txt") in [(problem.kind, problem.path.name) for problem in survey("mf", tmp_path, read=True, workers=1).problems]


@pytest.mark.parametrize("layout", sorted(SHELVES))
def test_an_empty_folder_is_not_whole(tmp_path: Path, layout: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = survey(layout, tmp_path, read=True, workers=1)
    assert set(found.counts.values()) == {0}
    assert {problem.kind for problem in found.problems} == {"missing"}
    assert main(["inventory", layout, str(tmp_path)]) == 1
    assert "in its place" not in capsys.readouterr().out


def test_missing_halves_are_named(freiburg: Path) -> None:
    shutil.rmtree(freiburg / "train/seq_00_night")
    missing = [problem.path for problem in survey("freiburg", freiburg, read=False, workers=1).problems if problem.kind == "missing"]
    assert missing == [freiburg / "train/seq_00_night/00" / name for name in ("fl_rgb", "fl_ir_aligned")]
    shutil.rmtree(freiburg / "train")
    missing = [problem.path for problem in survey("freiburg", freiburg, read=False, workers=1).problems if problem.kind == "missing"]
    assert {path.relative_to(freiburg).parts[1] for path in missing} == {"seq_00_day", "seq_00_night"}


def test_half_of_bdd_is_counted_with_its_night_list(tmp_path: Path) -> None:
    write(tmp_path / "images/10k/val/aa.jpg", np.zeros((4, 6, 3), np.uint8))
    write(tmp_path / "labels/sem_seg/masks/val/aa.png", np.zeros((4, 6), np.uint8))
    (tmp_path / "bdd_night.txt").write_text("aa\nof-train\n")
    found = survey("bdd", tmp_path, read=True, workers=1)
    assert found.counts == {"train": 0, "val": 1}
    assert [(problem.kind, str(problem.path.relative_to(tmp_path))) for problem in found.problems] == [
        ("missing", "images/10k/train"),
        ("missing", "labels/sem_seg/masks/train"),
    ]
    (tmp_path / "bdd_night.txt").write_text("elsewhere\n")
    assert ("misnamed", "bdd_night.txt") in [(problem.kind, problem.path.name) for problem in survey("bdd", tmp_path, False, 1).problems]


def test_a_drive_during_which_a_test_frame_was_taken_is_flagged(freiburg: Path) -> None:
    night = freiburg / "train/seq_00_night/00"
    for name in ("fl_rgb", "fl_ir_aligned"):  # the test frame, 5000 s after the first day frame, lies well within the drive now
        shutil.copy(next(iter((night / name).iterdir())), night / name / f"{name}_{START + 99_000}_10.png")
    problems = survey("freiburg", freiburg, read=False, workers=1).problems
    assert [(problem.kind, problem.path) for problem in problems] == [("shared drive", night.parent)]
    assert f"when the test frame {START + 95_000}_10 was taken" in problems[0].text


def test_the_command_prints_counts_against_the_published(freiburg: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inventory", "freiburg", str(freiburg)]) == 0
    shown = capsys.readouterr().out
    assert "train day        3 frames, published 12051: differs" in shown
    assert "every file is readable and in its place" in shown
    (freiburg / "train/seq_00_night/00/fl_rgb" / f"fl_rgb_{START + 90_000}_952177040.png").unlink()
    assert main(["inventory", "freiburg", str(freiburg), "--quick"]) == 1
    assert "1 unpaired" in capsys.readouterr().out


def test_without_arguments_the_profiles_sets_are_counted(freiburg: Path, toy, capsys: pytest.CaptureFixture[str]) -> None:
    params = toy.root / "params.yaml"
    params.write_text(params.read_text() + "teacher: {pairs: {layout: freiburg, folder: data/freiburg}, raw: {layout: recordings, folder: data/r}}\n")
    params.write_text(params.read_text() + "heatnet: {simulated: {layout: mf, folder: data/street}}\n")  # MF's layout, but not its classes
    (toy.root / "data/street").mkdir(parents=True)
    assert main(["inventory"]) == 1
    assert "none of its data sets is there" in capsys.readouterr().err
    shutil.copytree(freiburg, toy.root / "data/freiburg")
    assert main(["inventory", "--quick"]) == 0
    assert "train night      2 frames, published 8596" in capsys.readouterr().out


def test_what_cannot_be_counted_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inventory", "freiburg"]) == 1
    assert "give a layout and a folder" in capsys.readouterr().err
    assert main(["inventory", "kitti", str(tmp_path)]) == 1
    assert "layout 'kitti': expected one of freiburg, mf" in capsys.readouterr().err
    assert main(["inventory", "vistas", str(tmp_path)]) == 1
    assert "missing: " in capsys.readouterr().out
    assert set(SHELVES) == set(PUBLISHED)


@pytest.mark.skipif(not (DATA / "camvid").is_dir(), reason="the real data of shared/data is not here")
def test_the_real_camvid_is_whole() -> None:
    found = survey("camvid", DATA / "camvid", read=False, workers=1)
    assert found.counts == PUBLISHED["camvid"]
    assert found.problems == ()
