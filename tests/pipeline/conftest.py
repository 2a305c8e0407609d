"""A repository of two small notebooks, to try the machinery on without waiting for training."""

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from heatnet import config
from heatnet.pipeline.profile import Profile, load_profile

PARAMS = """\
profile: street
root: .
street: {rate: 1e-4, flag: false, nothing: null, word: no, text: "it's \\"so\\"\\n{x}", sizes: [1, 2.5]}
cameras: {rate: 1.0, flag: true, nothing: 3, word: yes, text: "", sizes: []}
"""
DVC = """\
stages:
  fingerprint:
    cmd: python -m heatnet.pipeline fingerprint
    deps: ["${root}/notebooks", "${root}/heatnet"]
    outs: [fingerprints/street.json, fingerprints/cameras.json]
  street:
    cmd: python -m heatnet.pipeline run street
    deps: [fingerprints/street.json]
    params: [street]
    outs: [data/vistas, executed/01_street.ipynb]
  cameras:
    cmd: python -m heatnet.pipeline run cameras
    deps: [fingerprints/cameras.json, data/vistas/images]
    params: [cameras]
    outs: [{"${root}/results/${profile}": {cache: false}}, executed/02_cameras.ipynb]
"""


@dataclass(frozen=True)
class Section:
    """Every kind of value that a section can hold."""

    rate: float
    flag: bool
    nothing: int | None
    word: str
    text: str
    sizes: tuple[float, ...]


@dataclass(frozen=True)
class Toy:
    """A toy repository's root, which is also its profile's folder."""

    root: Path

    @property
    def profile(self) -> Profile:
        return load_profile(self.root)

    def write(self, name: str, cells: Sequence[str]) -> Path:
        """Write a notebook: prose, the parameters cell, then the cells."""
        parameters = nbformat.v4.new_code_cell("section = None", metadata={"tags": ["parameters"]}, id="parameters")
        code = [nbformat.v4.new_code_cell(cell, id=f"cell-{index}") for index, cell in enumerate(cells)]
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("A question.", id="question"), parameters, *code])
        path = self.root / "notebooks" / name
        nbformat.write(notebook, path)
        return path


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toy:
    monkeypatch.setattr(config, "STAGES", {"street": Section, "cameras": Section})
    monkeypatch.delenv("HEATNET_PROFILE", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "params.yaml").write_text(PARAMS, encoding="utf-8")
    (tmp_path / "dvc.yaml").write_text(DVC, encoding="utf-8")
    made = Toy(tmp_path)
    made.write("01_street.ipynb", ["print(section)"])
    made.write("02_cameras.ipynb", ["print(section)"])
    return made


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., str]:
    """Git in the temporary folder, as somebody."""

    def run(*arguments: str, folder: Path = tmp_path) -> str:
        somebody = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
        return subprocess.run(["git", *somebody, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()

    return run
