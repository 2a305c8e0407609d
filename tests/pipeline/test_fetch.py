"""Data sets arrive whole, from the pinned commit, or not at all."""

import errno
import os
from pathlib import Path

import pytest

from heatnet.pipeline.fetch import fetch, link
from heatnet.pipeline.sources import SOURCES, Manual, Source


@pytest.fixture
def source(tmp_path: Path, git) -> Source:
    """A repository with two versions, of which the first is pinned."""
    folder = tmp_path / "remote"
    for name in ("train/vi/1.png", "test/vi/2.png", "train/ir/1.png", "test/ir/2.png", "paper.pdf"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    git("init", "--quiet", "--initial-branch=main", folder=folder)
    git("config", "uploadpack.allowAnySHA1InWant", "true", folder=folder)
    git("config", "uploadpack.allowFilter", "true", folder=folder)
    git("add", ".", folder=folder)
    git("commit", "--quiet", "-m", "first", folder=folder)
    commit = git("rev-parse", "HEAD", folder=folder)
    (folder / "train/vi/1.png").write_text("later")
    git("commit", "--quiet", "-am", "second", folder=folder)
    places = {"train/vi": "msrs/vi", "test/vi": "msrs/vi", "train/ir": "msrs/ir", "test/ir": "msrs/ir"}
    return Source(folder.as_uri(), commit, places, "two pairs")


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_pinned_files_arrive_in_the_readmes_layout(tmp_path: Path, source: Source, capfd: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    assert fetch(["msrs"], data, {"msrs": source}) == 0
    expected = {
        "msrs/ir/1.png": "train/ir/1.png",
        "msrs/ir/2.png": "test/ir/2.png",
        "msrs/vi/1.png": "train/vi/1.png",
        "msrs/vi/2.png": "test/vi/2.png",
    }
    assert contents(data) == expected
    assert fetch(["msrs"], data, {"msrs": source}) == 0
    assert "already in" in capfd.readouterr().out
    assert [path.name for path in data.iterdir()] == ["msrs"]


@pytest.mark.parametrize("change", [{"commit": "0" * 40}, {"url": "file:///nowhere"}, {"places": {"train/xy": "msrs/vi"}}])
def test_a_failed_fetch_leaves_nothing(tmp_path: Path, source: Source, change: dict[str, object]) -> None:
    broken = Source(**{**source.__dict__, **change})
    with pytest.raises(ValueError, match="msrs: "):
        fetch(["msrs"], tmp_path / "data", {"msrs": broken})
    assert list((tmp_path / "data").iterdir()) == []


def test_a_half_set_and_an_unknown_name_are_refused(tmp_path: Path, source: Source) -> None:
    (tmp_path / "data/msrs/vi").mkdir(parents=True)
    with pytest.raises(ValueError, match="not all of the set"):
        fetch(["msrs"], tmp_path / "data", {"msrs": source})
    with pytest.raises(ValueError, match="expected camvid, msrs"):
        fetch(["mrs"], tmp_path / "data")


def test_the_pinned_sources_do_not_write_over_each_other() -> None:
    pinned = [source for source in SOURCES.values() if isinstance(source, Source)]
    places = [place for source in pinned for place in sorted(set(source.places.values()))]
    assert len(places) == len(set(places))
    assert all(len(source.commit) == 40 for source in pinned)


def test_a_set_behind_a_registration_is_explained(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for name, source in SOURCES.items():
        if isinstance(source, Manual):
            assert fetch([name], tmp_path / "data") == 1
            shown = capfd.readouterr().out
            assert source.where in shown
            assert f"{tmp_path}/data/{name}/" in shown
    assert not (tmp_path / "data").exists()
    assert fetch([], tmp_path / "data") == 0
    listed = capfd.readouterr().out
    assert all(f"\n{name} " in f"\n{listed}" for name in SOURCES)


def test_link_uses_what_the_profile_reads(toy, capfd: pytest.CaptureFixture[str]) -> None:
    dvc = toy.root / "dvc.yaml"
    dvc.write_text(dvc.read_text().replace("data/vistas/images]", "data/vistas/images, data/msrs/vi, data/weights]"))
    store = toy.root / "store"
    for name in ("msrs", "vistas", "other"):
        (store / name).mkdir(parents=True)
    assert link(store, toy.profile) == 0
    assert [path.name for path in (toy.root / "data").iterdir()] == ["msrs"]
    assert (toy.root / "data/msrs").resolve() == store / "msrs"
    with pytest.raises(ValueError, match="holds none of the sets that profile street reads: msrs, weights"):
        link(toy.root / "notebooks", toy.profile)


def test_what_was_fetched_before_the_link_is_told_apart_from_a_set(toy) -> None:
    dvc = toy.root / "dvc.yaml"
    dvc.write_text(dvc.read_text().replace("data/vistas/images]", "data/vistas/images, data/bdd]"))
    (toy.root / "store/bdd").mkdir(parents=True)
    (toy.root / "data/bdd").mkdir(parents=True)
    (toy.root / "data/bdd/bdd_night.txt").write_text("fetched")
    with pytest.raises(ValueError, match="only holds what `heatnet fetch bdd-night` put there: delete it, link, and fetch that again afterwards"):
        link(toy.root / "store", toy.profile)
    (toy.root / "data/bdd/mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="move it away to link"):
        link(toy.root / "store", toy.profile)


def test_a_set_on_another_disk_takes_what_is_fetched(tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = os.replace

    def apart(first: Path, second: Path) -> None:
        if Path(first).parent != Path(second).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        replace(first, second)

    monkeypatch.setattr("os.replace", apart)
    assert fetch(["msrs"], tmp_path / "data", {"msrs": source}) == 0
    assert len(contents(tmp_path / "data")) == 4
    assert sorted(path.name for path in (tmp_path / "data/msrs").iterdir()) == ["ir", "vi"]
