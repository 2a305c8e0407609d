"""The machinery under DVC, on two small notebooks: what runs, what is skipped, what the terminal says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from heatnet.pipeline.__main__ import main
from heatnet.pipeline.doctor import repository
from heatnet.pipeline.status import states

CHOICE = """
from heatnet import config
from tests.pipeline.conftest import Section
config.STAGES = {"street": Section, "cameras": Section}
"""
WRITE = "import pathlib\nout = pathlib.Path('data/vistas/images')\nout.mkdir(parents=True)\n(out / 'a').write_text('a')"
READ = "out = pathlib.Path('results/street')\nout.mkdir(parents=True)\nout.joinpath('b').write_text(open('data/vistas/images/a').read())"


@pytest.fixture
def piped(toy, git, monkeypatch: pytest.MonkeyPatch):
    """The toy repository under git and DVC, its stages known to the processes that DVC starts."""
    dvc = toy.root / "dvc.yaml"
    dvc.write_text(dvc.read_text().replace(', "${root}/heatnet"', ""))
    toy.write("01_street.ipynb", [WRITE])
    toy.write("02_cameras.ipynb", ["import pathlib", READ])
    choice = toy.root / "site" / "sitecustomize.py"
    choice.parent.mkdir()
    choice.write_text(CHOICE)
    here = str(Path(__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(choice.parent), here]))
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    git("init", "--quiet")
    repro("init", "--quiet")
    return toy


def repro(*arguments: str) -> str:
    """Run DVC; its output."""
    done = subprocess.run(["dvc", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ran(*arguments: str) -> list[str]:
    """The stages that `dvc repro` ran."""
    return [line.split("'")[1] for line in repro("repro", *arguments).splitlines() if line.startswith("Running stage")]


def test_what_runs_and_what_does_not(piped, capfd: pytest.CaptureFixture[str]) -> None:
    assert [state.state for state in states(piped.profile)] == ["never run", "never run"]
    assert ran() == ["fingerprint", "street", "cameras"]
    lock = (piped.root / "dvc.lock").read_bytes()
    assert ran() == []
    assert [state.state for state in states(piped.profile)] == ["up to date", "up to date"]
    assert main(["plan"]) == 0
    assert "everything is up to date" in capfd.readouterr().out

    assert ran("--force") == ["fingerprint", "street", "cameras"]
    assert (piped.root / "dvc.lock").read_bytes() == lock

    notebook = piped.root / "notebooks" / "01_street.ipynb"
    notebook.write_text(notebook.read_text().replace("A question.", "Another question."))
    assert [state.state for state in states(piped.profile)] == ["up to date", "up to date"]
    assert ran() == ["fingerprint"]

    piped.write("01_street.ipynb", [WRITE.replace("text('a')", "text('b')")])
    assert [state.state for state in states(piped.profile)] == ["code changed", "street will run"]
    assert ran() == ["fingerprint", "street", "cameras"]

    params = piped.root / "params.yaml"
    params.write_text(params.read_text().replace("rate: 1.0", "rate: 2.0"))
    assert [state.state for state in states(piped.profile)] == ["up to date", "parameters changed"]
    assert main(["status"]) == 0
    assert "parameters changed" in capfd.readouterr().out


def test_a_stage_without_a_notebook_is_planned_too(piped, capfd: pytest.CaptureFixture[str]) -> None:
    """``simulated`` of the profile ``open``: a command that writes data for the stages after it."""
    dvc = piped.root / "dvc.yaml"
    stage = "  simulated: {cmd: mkdir -p data/made && date > data/made/a, deps: [LICENCE], outs: [data/made]}\n"
    (piped.root / "LICENCE").write_text("one")
    dvc.write_text(
        dvc.read_text().replace("  street:\n", stage + "  street:\n").replace("[fingerprints/street.json]", "[fingerprints/street.json, data/made]")
    )
    assert piped.profile.stages == ["street", "cameras"]
    assert [state.state for state in states(piped.profile)] == ["never run"] * 3
    assert ran() == ["fingerprint", "simulated", "street", "cameras"]
    assert [state.state for state in states(piped.profile)] == ["up to date"] * 3
    (piped.root / "LICENCE").write_text("another")
    assert [state.state for state in states(piped.profile)] == ["LICENCE modified", "simulated will run", "street will run"]
    assert main(["plan"]) == 0
    assert "simulated" in capfd.readouterr().out


def test_a_failed_stage_stops_the_pipeline(piped) -> None:
    piped.write("01_street.ipynb", [WRITE, "1 / 0"])
    done = subprocess.run(["dvc", "repro"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "1 / 0" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    assert not (piped.root / "data").joinpath("vistas").exists()
    assert [state.state for state in states(piped.profile)] == ["never run", "never run"]


def test_linked_data_is_followed_and_missing_data_named(piped, capfd: pytest.CaptureFixture[str]) -> None:
    dvc = piped.root / "dvc.yaml"
    dvc.write_text(dvc.read_text().replace("deps: [fingerprints/street.json]", "deps: [fingerprints/street.json, data/msrs/vi]"))
    assert main(["plan"]) == 1
    assert "data/msrs/vi is not there and no stage makes it" in capfd.readouterr().err
    (piped.root / "store/msrs/vi").mkdir(parents=True)
    (piped.root / "store/msrs/vi/1.png").write_text("1")
    assert main(["link", "store"]) == 0
    assert main(["plan"]) == 0
    assert ran("street") == ["fingerprint", "street"]
    assert ran("street") == []
    (piped.root / "store/msrs/vi/1.png").write_text("one")
    assert [state.state for state in states(piped.profile)] == ["data/msrs/vi modified", "never run"]


def test_an_unpacked_archive_needs_one_command(piped) -> None:
    (piped.root / ".git").rename(piped.root / "elsewhere")
    finding = repository(piped.root)
    assert not finding.good
    assert finding.cure == "dvc config --local core.no_scm true"
    subprocess.run(finding.cure.split(), check=True)
    assert repository(piped.root).good
    assert ran("fingerprint") == ["fingerprint"]
