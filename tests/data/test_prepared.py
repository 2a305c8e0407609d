"""Prepared frames on disk: the same as prepared anew, never stale, never half, shared by processes."""

import multiprocessing
import os
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from layouts import write

from heatnet.config import Input, Pairs
from heatnet.data import Frame, Samples, freiburg, load, loading, read_pairs
from heatnet.data.files import confidence_file
from heatnet.taxonomy import OURS, VISTAS, Domain


@pytest.fixture
def frames(freiburg_root: Path) -> list[Frame]:
    """Day pairs with labels, one of them with a confidence of its own."""
    return freiburg.index(freiburg_root, "train", domain=Domain.DAY)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are decoded from now on."""
    seen: list[Path] = []
    for name in ("read_rgb", "read_thermal", "read_label", "read_confidence"):
        real = getattr(loading, name)
        monkeypatch.setattr(loading, name, lambda path, *more, real=real: (seen.append(path), real(path, *more))[1])
    return seen


def same(one: Samples, other: Samples) -> bool:
    return all(np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(Samples) if field.name != "input")


def test_what_was_kept_is_what_would_be_prepared(frames: list[Frame], plain_input: Input, tmp_path: Path, reads: list[Path]):
    labels = [write(confidence_file(frame.label), np.full((8, 24), 9, np.uint8)) for frame in frames if frame.label]
    frames = [replace(frame, confidence=label) for frame, label in zip(frames, labels, strict=True)]
    settings = replace(plain_input, size=(6, 18), crop_columns=(2, 14))
    fresh = load(frames, settings, OURS, 2)
    assert same(load(frames, settings, OURS, 2, keep=tmp_path / "kept"), fresh)
    reads.clear()
    assert same(load(frames, settings, OURS, 2, keep=tmp_path / "kept"), fresh)
    assert same(load(frames[2:4], settings, OURS, 1, keep=tmp_path / "kept"), fresh.take([2, 3]))
    assert not reads, "nothing is decoded a second time"


def test_a_changed_file_is_prepared_again_and_it_alone(frames: list[Frame], plain_input: Input, tmp_path: Path, reads: list[Path]):
    load(frames, plain_input, OURS, 1, keep=tmp_path / "kept")
    thermal = frames[1].thermal
    assert thermal
    write(thermal, np.full((8, 24), 24000, np.uint16))
    os.utime(thermal, ns=(1, 1))
    reads.clear()
    again = load(frames, plain_input, OURS, 1, keep=tmp_path / "kept")
    assert reads == [frames[1].rgb, thermal]
    assert again.thermal is not None
    assert (again.thermal[1] == 24000).all()


def test_changed_numbers_are_another_entry(frames: list[Frame], plain_input: Input, tmp_path: Path, reads: list[Path]):
    assert plain_input.thermal
    load(frames, plain_input, OURS, 1, keep=tmp_path / "kept")
    counts = replace(plain_input.thermal, level=900)
    for settings, label_map in ((replace(plain_input, size=(4, 12)), OURS), (replace(plain_input, thermal=counts), OURS), (plain_input, VISTAS)):
        reads.clear()
        assert same(load(frames, settings, label_map, 1, keep=tmp_path / "kept"), load(frames, settings, label_map, 1))
        assert len(reads) >= len(frames) * 4, "decoded for either"


def test_a_half_written_entry_is_never_used(frames: list[Frame], plain_input: Input, tmp_path: Path):
    fresh = load(frames, plain_input, OURS, 1, keep=tmp_path / "kept")
    entries = [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]
    assert len(entries) == 2 * len(frames), "images and label of each, nothing unfinished"
    for entry in entries:
        entry.write_bytes(entry.read_bytes()[:-1])
    assert same(load(frames, plain_input, OURS, 1, keep=tmp_path / "kept"), fresh)
    assert same(load(frames, plain_input, OURS, 1, keep=tmp_path / "kept"), fresh)


def test_a_broken_file_leaves_no_entry(frames: list[Frame], plain_input: Input, tmp_path: Path):
    assert frames[0].rgb
    frames[0].rgb.write_bytes(b"no image")
    for _ in range(2):
        with pytest.raises(ValueError, match="does not decode"):
            load(frames[:1], plain_input, OURS, 1, keep=tmp_path / "kept")


def test_processes_share_a_folder(frames: list[Frame], plain_input: Input, tmp_path: Path, reads: list[Path]):
    shares = [(frames[i::2], plain_input, OURS, 1, None, tmp_path / "kept") for i in (0, 1)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(load, [*shares, shares[0]], chunksize=1)
    assert same(load(frames, plain_input, OURS, 1, keep=tmp_path / "kept"), load(frames, plain_input, OURS, 1))
    assert len(reads) == 3 * len(frames), "decoded only where nothing was kept"


def test_a_profile_keeps_them_beside_the_set(freiburg_root: Path, plain_input: Input):
    settings = Pairs("freiburg", "", plain_input, None, None)
    before = sorted(freiburg_root.rglob("*"))
    assert same(read_pairs(replace(settings, keep=True), freiburg_root, "train"), read_pairs(settings, freiburg_root, "train"))
    assert sorted(freiburg_root.rglob("*")) == before
    assert (freiburg_root.parent / "freiburg.prepared").is_dir()
