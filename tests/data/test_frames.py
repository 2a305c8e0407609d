from pathlib import Path

import pytest

from heatnet.data.frames import Frame, leaks, shared_drives, split_by_range, with_labels, without_leaks
from heatnet.taxonomy import Domain


def frame(name: str, drive: str = "a", time_s: float | None = None) -> Frame:
    return Frame(name, Domain.DAY, drive, rgb=Path(f"{name}.png"), time_s=time_s)


NUMBERED = [frame(f"{i:05d}{'DN'[i % 2]}") for i in range(20)]


def test_ranges_keep_a_gap_between_training_and_test():
    training, test = split_by_range(NUMBERED, [(5, 8), (15, 15)], gap=2)
    assert [int(f.name[:5]) for f in test] == [5, 6, 7, 8, 15]
    assert [int(f.name[:5]) for f in training] == [0, 1, 2, 11, 12, 18, 19]


def test_a_range_upside_down_and_a_name_without_a_number_are_refused():
    with pytest.raises(ValueError, match=r"range 8\.\.5: expected the smaller number first"):
        split_by_range(NUMBERED, [(8, 5)], gap=0)
    with pytest.raises(ValueError, match="frame 'street': no number in its name"):
        split_by_range([frame("street")], [(1, 2)], gap=0)


def test_planted_leaks_are_found_by_name_and_by_burst_and_nothing_else_is():
    test = [frame("t0", time_s=1000.0), frame("t1", time_s=2000.0), frame("same")]
    training = [
        frame("before", time_s=998.9),
        frame("burst", time_s=999.2),
        frame("after", time_s=2000.9),
        frame("far", time_s=1500.0),
        frame("same"),
        frame("other"),
    ]
    assert [(a.name, b.name) for a, b in leaks(training, test, within_s=1.0)] == [("burst", "t0"), ("after", "t1"), ("same", "same")]
    said = r"3 of 6 .* left out; a shared drive stays: 3 lie within 1 s of a test frame, e.g. burst \(test frame t0\); .*: a \(t0\)"
    with pytest.warns(UserWarning, match=said):
        kept = without_leaks(training, test, within_s=1.0, drives=False)
    assert [f.name for f in kept] == ["before", "far", "other"]
    with pytest.raises(ValueError, match="no training frame is left of 1: 1 lie within 1 s of a test frame"):
        without_leaks([training[1]], test, within_s=1.0, drives=False)


def test_a_planted_drive_of_a_test_frame_is_left_out_whole():
    training = [frame(f"a{k}", "a", time_s=10.0 * k) for k in range(10)] + [frame(f"b{k}", "b", time_s=200 + 10.0 * k) for k in range(5)]
    training += [frame("unknown", "c")]
    inside, outside = frame("t", "test", time_s=55.0), frame("u", "test", time_s=150.0)  # 5 s from a5 and a6, between the drives
    assert shared_drives(training, [outside, inside]) == {"a": inside}
    assert without_leaks(training, [outside], within_s=1.0, drives=True) == training
    with pytest.warns(UserWarning, match=r"10 of 16 training frames are left out: 10 are of a drive that a test frame is from: a \(t\)"):
        assert [f.drive for f in without_leaks(training, [inside], within_s=1.0, drives=True)] == ["b"] * 5 + ["c"]
    with pytest.warns(UserWarning, match=r"0 of 16 training frames are left out; a shared drive stays: 10 are of a drive"):
        assert without_leaks(training, [inside], within_s=1.0, drives=False) == training
    with pytest.raises(ValueError, match="no training frame is left of 10: .* or set pairs.guard to neighbours"):
        without_leaks(training[:10], [inside], within_s=1.0, drives=True)


def test_the_first_and_the_last_frame_of_a_drive_bound_it():
    training = [frame("a0", "a", time_s=10.0), frame("a1", "a", time_s=20.0)]
    for time_s, shared in ((9.9, False), (10.0, True), (20.0, True), (20.1, False)):
        assert bool(shared_drives(training, [frame("t", "test", time_s=time_s)])) is shared


def test_labels_of_another_tree_bring_their_confidence_along(tmp_path: Path):
    for name in ("drive/00/x.png", "drive/00/y.png", "drive/00/y.confidence.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    first, second = with_labels([frame("drive/00/x"), frame("drive/00/y")], tmp_path)
    assert (first.label, first.confidence) == (tmp_path / "drive/00/x.png", None)
    assert second.confidence == tmp_path / "drive/00/y.confidence.png"
    with pytest.raises(ValueError, match=r"z\.png: no such file; expected a label for every day frame"):
        with_labels([frame("z")], tmp_path)
