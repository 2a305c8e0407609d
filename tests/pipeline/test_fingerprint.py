"""What retrains a stage and what does not."""

import json
from pathlib import Path
from typing import Any

import pytest

from heatnet.pipeline.fingerprint import fingerprints, write_fingerprints
from heatnet.pipeline.profile import load_profile

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
    "heatnet/models/__init__.py": "from .critic import Critic\nfrom heatnet.models.late import build\n\n__all__ = ['Critic', 'build']\n",
    "heatnet/models/late.py": "from heatnet.models import parts\n\ndef build(): return parts.two\n",
    "heatnet/models/parts.py": "two = 2\n",
    "heatnet/models/critic.py": "class Critic: pass\n",
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
    toy.write("02_cameras.ipynb", ["from heatnet.pipeline.workspace import open_stage\nfrom heatnet.models import build\n"])
    return toy.root


def both(root: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    street, cameras = map(json.loads, fingerprints(load_profile(root)).values())
    return street, cameras


def edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_the_closure_is_what_is_imported_and_no_more(repository: Path) -> None:
    street, cameras = both(repository)
    shared = {"heatnet.config", "heatnet.pipeline.workspace"}
    assert set(street["modules"]) == shared | {"heatnet.rays", "heatnet.solids"}
    assert set(cameras["modules"]) == shared | {"heatnet.models.late", "heatnet.models.parts"}


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
        ("heatnet/models/critic.py", "pass", "depth = 3"),
        ("heatnet/models/__init__.py", "__all__ = ['Critic', 'build']", "__all__ = ['build']"),
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
        ("heatnet/models/parts.py", "2", "3", (False, True)),
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


@pytest.mark.parametrize("how", ["import heatnet.models", "from heatnet import models\nprint(models)", "from heatnet.models import *"])
def test_a_package_taken_as_a_whole_counts_as_a_whole(toy, repository: Path, how: str) -> None:
    toy.write("02_cameras.ipynb", [how])
    assert {"heatnet.models.critic", "heatnet.models.late", "heatnet.models.parts"} < set(both(repository)[1]["modules"])


def test_an_attribute_of_a_package_is_followed_to_its_module(toy, repository: Path) -> None:
    toy.write("02_cameras.ipynb", ["from heatnet import models as nets", "nets.build()"])
    assert set(both(repository)[1]["modules"]) == {"heatnet.models.late", "heatnet.models.parts"}


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


def test_broken_code_is_named(toy, repository: Path) -> None:
    toy.write("01_street.ipynb", ["x = ("])
    with pytest.raises(ValueError, match="a code cell is not valid Python"):
        both(repository)
    (repository / "heatnet/solids.py").write_text("def box(:\n")
    with pytest.raises(ValueError, match=r"solids\.py:1: "):
        both(repository)


def test_the_files_repeat_and_a_broken_notebook_is_named(repository: Path) -> None:
    profile = load_profile(repository)
    first = [path.read_bytes() for path in write_fingerprints(profile)]
    assert [path.read_bytes() for path in write_fingerprints(profile)] == first
    (repository / "notebooks" / "02_cameras.ipynb").write_text("{")
    with pytest.raises(ValueError, match=r"02_cameras\.ipynb: not a notebook"):
        write_fingerprints(profile)
