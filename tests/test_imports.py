"""Imports point one way: taxonomy, config <- losses, models, data, calibration, street <- training, evaluation, figures <- pipeline."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "heatnet"
LEVELS = [
    {"taxonomy", "config"},
    {"losses", "models", "data", "calibration", "street"},
    {"training", "evaluation", "figures"},
    {"pipeline"},
]
LEVEL = {part: level for level, parts in enumerate(LEVELS) for part in parts}
SIDEWAYS = {("street", "heatnet.calibration.camera")}
"""The one camera model."""


def part_of(module: str) -> str:
    """``heatnet.models.late`` belongs to ``models``; the package itself to nothing."""
    return (module.split(".") + [""])[1]


def imported(path: Path) -> list[str]:
    """The modules that a file imports, anywhere in it; ``from heatnet import x`` counts as ``heatnet.x``."""
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import; write the whole name"
            names += [f"heatnet.{alias.name}" for alias in node.names] if node.module == "heatnet" else [node.module or ""]
    return names


def ours(path: Path) -> list[str]:
    """Those of this package."""
    return [name for name in imported(path) if name.split(".")[0] == "heatnet"]


def allowed(part: str, name: str) -> bool:
    """Whether a module of ``part`` may import the module ``name``."""
    other = part_of(name)
    if other in ("", part) or (part, name) in SIDEWAYS:
        return True
    return LEVEL[other] < LEVEL[part] or (LEVEL[other] == LEVEL[part] == 2)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if part == "__init__":
        assert not ours(path)
        return
    assert part in LEVEL, f"{path}: no level for {part!r}; add it to LEVELS"
    wrong = [name for name in ours(path) if not allowed(part, name)]
    assert not wrong, f"{path} may not import {', '.join(wrong)}"


@pytest.mark.parametrize("path", [*sorted((PACKAGE / "config").glob("*.py")), PACKAGE / "taxonomy.py"], ids=lambda path: path.stem)
def test_config_and_taxonomy_import_nothing_of_ours(path: Path) -> None:
    assert all(part_of(name) == path.parent.name for name in ours(path))


def test_only_the_pipeline_knows_dvc_papermill_and_the_terminal() -> None:
    tools = {"dvc", "papermill", "ruamel", "argparse", "nbformat", "nbclient", "jupyter_client"}
    for path in PACKAGE.rglob("*.py"):
        if part_of("heatnet." + path.relative_to(PACKAGE).parts[0]) == "pipeline":
            continue
        assert not {name.split(".")[0] for name in imported(path)} & tools, path


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = "import sys, heatnet.pipeline.__main__; print(*{'torch', 'dvc', 'papermill', 'numpy', 'matplotlib'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split() == []
