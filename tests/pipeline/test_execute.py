"""A notebook runs as a stage: types arrive, bytes repeat, a failure leaves nothing that looks like success."""

import ast
import json
import sys
from pathlib import Path

import nbformat
import pytest

from heatnet.pipeline.__main__ import main
from heatnet.pipeline.execute import StageFailed, run_stage

NOISY = [
    "import pathlib, sys, time, warnings\nclass Thing: pass\nThing()",
    "print('epoch 1'); print('working', end='\\r'); print('epoch 2 in', pathlib.Path.cwd())\n"
    "print('bar', 50, file=sys.stderr); warnings.warn('slow')\nprint('done')",
    "import matplotlib.pyplot as plt\nfigure, axes = plt.subplots(figsize=(1, 1)); axes.plot([1, 2]);",
    "import pandas\npandas.DataFrame({'a': [1.0, 2.0]}).style.format('{:.1f}')",
    "sys.executable",
    "time.time_ns() * 0",
]
WRITING = "import pathlib\npathlib.Path('data/vistas/images').mkdir(parents=True)\npathlib.Path('data/vistas/images/a').write_text('a')"


def test_every_type_arrives_as_it_was_written(toy) -> None:
    toy.write("01_street.ipynb", ["print(repr(section))"])
    notebook = nbformat.read(run_stage(toy.profile, "street"), as_version=4)
    came = ast.literal_eval(notebook.cells[-1].outputs[0].text)
    assert came == {"rate": 1e-4, "flag": False, "nothing": None, "word": "no", "text": 'it\'s "so"\n{x}', "sizes": [1, 2.5]}
    shown = next(cell for cell in notebook.cells if cell.id == "injected-parameters")
    assert ast.literal_eval(shown.source.split("=", 1)[1].strip()) == came


def test_two_runs_give_the_same_bytes_and_the_source_stays(toy, capfd: pytest.CaptureFixture[str]) -> None:
    source = toy.write("01_street.ipynb", NOISY)
    before = source.read_bytes()
    first = run_stage(toy.profile, "street").read_bytes()
    shown = capfd.readouterr()
    assert run_stage(toy.profile, "street").read_bytes() == first
    assert source.read_bytes() == before
    assert "epoch 1" in shown.out
    assert "bar 50" in shown.err
    text = first.decode()
    assert str(toy.root) not in text
    assert "bar 50" not in text
    assert "image/png" in text
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[4].outputs[0].text == "epoch 1\nepoch 2 in .\ndone\n"
    assert notebook.metadata == {"kernelspec": notebook.metadata.kernelspec, "language_info": {"name": "python"}}


def test_the_kernel_is_this_interpreter(toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(toy.root / "none"))
    toy.write("01_street.ipynb", ["import sys, heatnet\nopen('who', 'w').write(f'{sys.executable}\\n{heatnet.__file__}')"])
    run_stage(toy.profile, "street")
    import heatnet

    assert (toy.root / "who").read_text().splitlines() == [sys.executable, heatnet.__file__]


def test_a_failure_shows_the_cell_and_leaves_no_output(toy, capfd: pytest.CaptureFixture[str]) -> None:
    toy.write("01_street.ipynb", [WRITING])
    executed = run_stage(toy.profile, "street")
    assert (toy.root / "data/vistas/images/a").exists()
    assert json.loads((toy.root / ".durations.json").read_text())["street"] > 0
    toy.write("01_street.ipynb", [WRITING, "wrong = 1\nraise ValueError('a.png: does not decode')", "print('never')"])
    assert main(["run", "street"]) == 1
    shown = capfd.readouterr().err
    assert "wrong = 1\nraise ValueError" in shown
    assert "ValueError: a.png: does not decode" in shown
    assert str(Path(".failed/01_street.ipynb")) in shown
    assert (toy.root / ".failed/01_street.ipynb").exists()
    assert not executed.exists()
    assert not (toy.root / "data/vistas").exists()


def test_a_kernel_that_dies_is_a_failure(toy) -> None:
    toy.write("01_street.ipynb", ["import os\nos._exit(9)"])
    with pytest.raises(StageFailed, match="memory ran out"):
        run_stage(toy.profile, "street")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rate: 1e-4", "rat: 1e-4", "did you mean 'rate'"),
        ("rate: 1e-4", "rate: fast", "expected float"),
        ("flag: false", "flag: no", "expected bool"),
    ],
)
def test_parameters_are_refused_before_anything_runs(toy, old: str, new: str, message: str) -> None:
    path = toy.root / "params.yaml"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ValueError, match=message):
        run_stage(toy.profile, "street")
    assert not (toy.root / ".failed").exists()


def test_a_notebook_without_the_parameters_tag_is_refused(toy) -> None:
    path = toy.root / "notebooks" / "01_street.ipynb"
    path.write_text(path.read_text().replace('"parameters"\n', '"parameter"\n'))
    with pytest.raises(ValueError, match="tag `parameters`"):
        run_stage(toy.profile, "street")
    with pytest.raises(ValueError, match="no notebook for the stage 'strete'"):
        run_stage(toy.profile, "strete")
