"""``heatnet street``: data for somebody who wants only the simulator, from any folder, with errors that say what to do."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from heatnet import config
from heatnet.data import bdd, freiburg, mf, read_supervised, vistas, with_simulated
from heatnet.pipeline.__main__ import main
from heatnet.pipeline.street import Order, drives, parameters
from heatnet.taxonomy import IGNORE, MF_SCORED, VISTAS, Domain

PARAMS = Path(__file__).parents[2] / "profiles" / "smoke" / "params.yaml"


@pytest.fixture(autouse=True)
def somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEATNET_WORKERS", "1")
    monkeypatch.setenv("HEATNET_PROGRESS", "0")


def order(layout: str, frames: int, *more: str) -> int:
    return main(["street", "--layout", layout, "--frames", str(frames), "--out", "out", *more])


@pytest.fixture
def few(tmp_path) -> list[str]:
    """Numbers small enough for a test: few frames a drive, small images."""
    content = YAML(typ="safe", pure=True).load(PARAMS)
    content["street"]["calibration"] |= {
        "day_drives": 1,
        "night_drives": 1,
        "day_frames": 1,
        "night_frames": 1,
        "rgb_scale": 0.1,
        "thermal_scale": 0.2,
    }
    path = tmp_path / "numbers.yaml"
    with path.open("w") as file:
        YAML(typ="safe", pure=True).dump(content, file)
    return ["--params", str(path)]


def test_every_layout_is_read_by_its_loader(few, capsys):
    assert order("freiburg", 8, "--seed", "4", *few) == 0
    assert "in the layout of freiburg, seed 4" in capsys.readouterr().out
    train, test = freiburg.index(Path("out"), "train"), freiburg.index(Path("out"), "test")
    assert len(train) + len(test) >= 8
    assert all((frame.label is not None) == (frame.domain is Domain.DAY) for frame in train)
    assert {frame.domain for frame in test} == set(Domain)


@pytest.mark.parametrize(("layout", "count"), [("vistas", 9), ("mf", 8), ("bdd", 8)])
def test_as_many_frames_as_asked_for(layout, count):
    assert order(layout, count, "--scale", "0.1") == 0
    splits = {"vistas": ("training", "validation"), "mf": ("train", "val", "test"), "bdd": ("train", "val")}[layout]
    index = {"vistas": vistas.index, "mf": mf.index, "bdd": bdd.index}[layout]
    assert sum(len(index(Path("out"), split)) for split in splits) == count


def test_it_resumes_and_refuses_other_options(capsys):
    assert order("mf", 8, "--scale", "0.05") == 0
    before = {file: file.read_bytes() for file in Path("out").rglob("*.png")}
    next(Path("out").rglob("labels/*.png")).unlink()
    assert order("mf", 8, "--scale", "0.05") == 0
    assert {file: file.read_bytes() for file in Path("out").rglob("*.png")} == before
    assert order("mf", 8, "--scale", "0.05", "--seed", "1") == 1
    assert "begun with other parameters" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--scale", "0"], "--scale: 0.0"),
        (["--seed", "-1"], "--seed: -1"),
        (["--params", "none.yaml"], "none.yaml: no such file"),
        (["--scale", "0.001"], "street.scale"),
        (["--thermal-stereo"], "--thermal-stereo: bdd has no second thermal camera"),
        (["--all-classes"], "--all-classes: bdd has labels of all classes as it is"),
    ],
)
def test_errors_name_the_option_and_nothing_is_written(more, message, capsys):
    assert order("bdd", 8, *more) == 1
    assert message in capsys.readouterr().err
    assert not Path("out").exists()


def test_mf_with_all_classes_goes_beside_the_day(capsys):
    settings = config.Pairs("mf", "out", config.Input((24, 32), None, "same size", config.ThermalCounts(8, 0, 255, None, None)), None, None)
    assert order("mf", 12, "--scale", "0.05", "--all-classes") == 0
    made = read_supervised(settings, Path("out"), "train", VISTAS, Domain.DAY)
    assert len(set(np.unique(made.label)) - {IGNORE}) > 5
    real = replace(made.take([0]), label=np.zeros_like(made.label[:1]), weight=np.full_like(made.label[:1], 9))
    mixed = with_simulated(real, settings, Path)
    assert len(mixed) == 2 * len(made)
    assert set(mixed.domains) == {Domain.DAY}
    many = with_simulated(real.take([0] * (len(made) + 3)), settings, Path)
    assert len(many) == 2 * len(made) + 3
    np.testing.assert_array_equal(many.label[len(made) + 3 :], made.label)
    np.testing.assert_array_equal(mixed.label[len(made) :], made.label)
    assert not mixed.label[: len(made)].any()
    assert set(mixed.weight[: len(made)].flat) == {9}
    assert set(mixed.weight[len(made) :].flat) == {255}
    assert with_simulated(real, None, Path) is real
    with pytest.raises(ValueError, match="give both sets the same input"):
        with_simulated(replace(real, input=replace(settings.input, size=(48, 64))), settings, Path)
    with pytest.raises(ValueError, match="only one of them has thermal"):
        with_simulated(replace(real, thermal=None), settings, Path)


def test_mf_with_its_own_classes_does_not_go_beside_the_day():
    settings = config.Pairs("mf", "out", config.Input((24, 32), None, "same size", config.ThermalCounts(8, 0, 255, None, None)), None, None)
    assert order("mf", 12, "--scale", "0.05") == 0
    real = read_supervised(settings, Path("out"), "train", MF_SCORED, Domain.DAY)
    with pytest.raises(ValueError, match="no sky and no vegetation in .* write it with --all-classes"):
        with_simulated(real, settings, Path)


def test_no_frames_is_an_error(capsys):
    assert order("vistas", 0) == 1
    assert "--frames: 0; give at least 1" in capsys.readouterr().err


def test_a_folder_of_somebody_elses_is_left_alone(capsys):
    Path("out").mkdir()
    (Path("out") / "notes.txt").write_text("mine")
    assert order("freiburg", 8) == 1
    assert "holds something that the street did not write" in capsys.readouterr().err
    assert [file.name for file in Path("out").iterdir()] == ["notes.txt"]


def test_a_larger_scale_ends_at_the_thermal_sensors_own_size():
    asked = Order("freiburg", 4, Path("d"), None, 4.0, None)
    sized = drives(parameters(asked), asked.frames, asked.scale)
    for split, rgb_scale in ((sized.train, 1.0), (sized.test, 1.0), (sized.calibration, 2.0)):
        assert (split.rgb_scale, split.thermal_scale) == (rgb_scale, 1.0)
