"""Files and folders: whole or not at all, unfinished work found again, disks that are full."""

import errno
from pathlib import Path

import cv2
import numpy as np
import pytest
from streets import STREET

from heatnet.street import begin, finish, write_recordings, write_vistas
from heatnet.street.files import claim, room, write_bytes, write_image

NAMES = ("vistas", "truth")


def targets(root: Path) -> list[Path]:
    return [root / "data" / name for name in NAMES]


def fill(work: Path, content: str) -> None:
    for name in NAMES:
        (work / name).mkdir(parents=True, exist_ok=True)
        (work / name / "frame.png").write_text(content)


def test_unfinished_work_is_found_again_and_moved_when_it_is_whole(tmp_path):
    work = begin(tmp_path / "unfinished", "a" * 64, targets(tmp_path))
    (work / "vistas").mkdir()
    (work / "vistas" / "frame.png").write_text("one")
    assert not (tmp_path / "data").exists()
    assert (begin(tmp_path / "unfinished", "a" * 64, targets(tmp_path)) / "vistas" / "frame.png").read_text() == "one"
    fill(work, "two")
    finish(work, tmp_path / "unfinished", "a" * 64, targets(tmp_path))
    assert [(target / "frame.png").read_text() for target in targets(tmp_path)] == ["two", "two"]
    assert not work.exists()


def test_work_of_other_code_or_numbers_is_deleted(tmp_path):
    fill(begin(tmp_path / "unfinished", "a" * 64, targets(tmp_path)), "old")
    work = begin(tmp_path / "unfinished", "b" * 64, targets(tmp_path))
    assert [place.name for place in (tmp_path / "unfinished").iterdir()] == [work.name]
    assert not any(work.iterdir())


def test_what_is_finished_is_kept_and_replaced_by_newer_work(tmp_path):
    place = tmp_path / "unfinished"
    for mark, content in (("a" * 64, "old"), ("b" * 64, "new")):
        work = begin(place, mark, targets(tmp_path))
        assert work.parent == place
        fill(work, content)
        finish(work, place, mark, targets(tmp_path))
        assert begin(place, mark, targets(tmp_path)) == tmp_path / "data"
        assert {(target / "frame.png").read_text() for target in targets(tmp_path)} == {content}
    (tmp_path / "data" / "truth" / "frame.png").unlink()
    (tmp_path / "data" / "truth").rmdir()
    assert begin(place, "b" * 64, targets(tmp_path)).parent == place


def test_a_folder_that_holds_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("chapter 1")
    with pytest.raises(ValueError, match="holds something that the street did not write"):
        list(write_vistas(STREET, tmp_path, 1))
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.tex"]
    claim(tmp_path / "new", "key")
    claim(tmp_path / "new", "key")


def test_a_disk_without_room_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("heatnet.street.files.shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(ValueError, match="make room or ask for fewer"):
        list(write_recordings(STREET, tmp_path / "recordings", tmp_path / "truth", 1))
    assert not any(tmp_path.iterdir())
    with pytest.raises(ValueError, match="0.00 GB are free"):
        room(tmp_path / "not" / "there", 1e6)


def test_a_disk_that_fills_up_leaves_no_half_file(tmp_path, monkeypatch):
    def full(path: Path, content: bytes) -> int:
        with path.open("wb") as file:
            file.write(content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="make room or choose another folder"):
        write_bytes(tmp_path / "frame.png", b"0123456789")
    assert not any(tmp_path.iterdir())


def test_an_interrupted_set_resumes_to_the_same_bytes(tmp_path):
    whole = list(write_vistas(STREET, tmp_path / "whole", 1))
    steps = write_vistas(STREET, tmp_path / "cut", 1)
    next(steps)
    steps.close()
    assert len(list((tmp_path / "cut").rglob("labels/*.png"))) < whole[-1].total
    list(write_vistas(STREET, tmp_path / "cut", 1))
    for file in (tmp_path / "whole").rglob("*.*g"):
        assert file.read_bytes() == (tmp_path / "cut" / file.relative_to(tmp_path / "whole")).read_bytes()


@pytest.mark.parametrize("channels", [3, 4])
def test_colour_is_written_as_rgb_and_a_fourth_channel_as_it_is(channels, tmp_path):
    image = np.arange(6 * channels, dtype=np.uint8).reshape(2, 3, channels)
    write_image(tmp_path / "image.png", image)
    back = cv2.imread(str(tmp_path / "image.png"), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(back[..., [2, 1, 0, *range(3, channels)]], image)
