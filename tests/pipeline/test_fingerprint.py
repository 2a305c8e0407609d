"""What retrains a stage and what does not."""

import json
from pathlib import Path

import pytest

from heatnet.pipeline.fingerprint import fingerprint, write_fingerprints
from heatnet.pipeline.profile import find_notebooks, load_profile

CONFIG = """
STAGES = {"street": Street, "cameras": Cameras}
def parse(cls): return cls
class Pairs: size: int
class Street: pairs: "Pairs"
class Cameras: seed: int
"""
FILES = {
    "heatnet/__init__.py": '"""The package."""\n',
    "heatnet/config.py": CONFIG,
    "heatnet/rays.py": "from heatnet import solids\n\ndef cast():\n    '''Rays.'''\n    return solids.box()\n",
    "heatnet/solids.py": "def box():\n    return 1\n",
    "heatnet/models/__init__.py": "from .late import build\n",
    "heatnet/models/late.py": "def build(): return 2\n",
    "heatnet/pipeline/__init__.py": "",
    "heatnet/pipeline/workspace.py": "from heatnet.config import STAGES, parse\nfrom heatnet.pipeline.profile import find\n",
    "heatnet/pipeline/profile.py": "def find(): return 3\n",
}


@pytest.fixture
def repository(toy) -> Path:
    for name, text in FILES.items():
        path = toy.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    toy.write("01_street.ipynb", ["from heatnet.pipeline.workspace import open_stage\nfrom heatnet import rays\nrays.cast()  # now"])
    toy.write("02_cameras.ipynb", ["from heatnet.pipeline.workspace import open_stage\nimport heatnet.models\n"])
    return toy.root


def both(root: Path) -> tuple[object, object]:
    street, cameras = find_notebooks(root).values()
    return fingerprint(root, street), fingerprint(root, cameras)


def edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_closure_is_what_is_imported_and_no_more(repository: Path) -> None:
    street, cameras = both(repository)
    shared = {"heatnet", "heatnet.config", "heatnet.pipeline", "heatnet.pipeline.workspace"}
    assert set(street["modules"]) == shared | {"heatnet.rays", "heatnet.solids"}
    assert set(cameras["modules"]) == shared | {"heatnet.models", "heatnet.models.late"}


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("notebooks/01_street.ipynb", "A question.", "Another question."),
        ("notebooks/01_street.ipynb", "rays.cast()  # now", "rays.cast( )\\n\\n# later"),
        ("heatnet/rays.py", "Rays.", "Straight rays."),
        ("heatnet/rays.py", "    return", "\n    # why\n    return"),
        ("heatnet/__init__.py", "The package.", "The whole package."),
        ("heatnet/pipeline/profile.py", "return 3", "return 4"),
        ("heatnet/config.py", "return cls", "return cls()"),
    ],
)
def test_prose_comments_layout_and_the_command_line_do_not_count(repository: Path, name: str, old: str, new: str) -> None:
    before = both(repository)
    edit(repository, name, old, new)
    assert both(repository) == before


@pytest.mark.parametrize(
    ("name", "old", "new", "changed"),
    [
        ("notebooks/01_street.ipynb", "rays.cast()", "rays.cast(1)", (True, False)),
        ("heatnet/solids.py", "return 1", "return 2", (True, False)),
        ("heatnet/models/late.py", "return 2", "return 3", (False, True)),
        ("heatnet/__init__.py", 'package."""', 'package."""\nversion = 2', (True, True)),
        ("heatnet/config.py", "class Pairs: size: int", "class Pairs: size: float", (True, False)),
        ("heatnet/config.py", "class Cameras: seed: int", "class Cameras: seed: float", (False, True)),
        ("heatnet/pipeline/workspace.py", "import find", "import find\nx = 1", (True, True)),
    ],
)
def test_code_counts_where_it_is_reached(repository: Path, name: str, old: str, new: str, changed: tuple[bool, bool]) -> None:
    before = both(repository)
    edit(repository, name, old, new)
    after = both(repository)
    assert tuple(a != b for a, b in zip(after, before, strict=True)) == changed


def test_outputs_saved_in_jupyterlab_do_not_count(repository: Path) -> None:
    before = both(repository)
    path = repository / "notebooks" / "01_street.ipynb"
    notebook = json.loads(path.read_text())
    notebook["metadata"] = {"kernelspec": {"name": "other", "display_name": "Other"}}
    notebook["cells"][-1] |= {"execution_count": 7, "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1"]}]}
    path.write_text(json.dumps(notebook))
    assert both(repository) == before


def test_a_cell_with_a_magic_command_still_counts_its_imports(toy, repository: Path) -> None:
    toy.write("01_street.ipynb", ["%matplotlib inline\nfrom heatnet.rays import cast"])
    assert "heatnet.solids" in both(repository)[0]["modules"]


def test_the_files_repeat_and_a_broken_notebook_is_named(repository: Path) -> None:
    profile = load_profile(repository)
    first = [path.read_bytes() for path in write_fingerprints(profile)]
    assert [path.read_bytes() for path in write_fingerprints(profile)] == first
    (repository / "notebooks" / "02_cameras.ipynb").write_text("{")
    with pytest.raises(ValueError, match=r"02_cameras\.ipynb: not a notebook"):
        write_fingerprints(profile)
