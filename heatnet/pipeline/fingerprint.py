"""What of a stage's code decides its result: the code cells of its notebook and the modules these import.

Prose, comments, blank lines, layout and docstrings do not count, so mending them never retrains anything. Of the command
line only what a cell imports itself counts, of ``heatnet.config`` only the definitions that are used: all stages share the rest.
"""

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from heatnet.pipeline.closure import Package, parse_cells, read_package
from heatnet.pipeline.profile import FINGERPRINT, Profile

COMMANDS = {"simulated": "from heatnet.street.mf import write_mf"}
"""Of the stages that are commands and no notebooks, what they run."""
CONFIG = "heatnet.config"
COMMON = ("parse", "STAGES")
"""Definitions of ``heatnet.config`` that serve all stages alike: how parameters are read does not decide what they do."""


@dataclass(frozen=True)
class Code:
    """What counts of a module: its code in one layout, and the names that it takes from ``heatnet.config``."""

    text: str
    from_config: frozenset[str]


def write_fingerprints(profile: Profile) -> list[Path]:
    """Write ``fingerprints/STAGE.json`` into the profile's folder for each of its stages; the paths written."""
    folder = profile.folder / "fingerprints"
    folder.mkdir(exist_ok=True)
    written = []
    for stage, text in fingerprints(profile).items():
        written.append(folder / f"{stage}.json")
        written[-1].write_text(text, encoding="utf-8")
    return written


def fingerprints(profile: Profile, stages: Sequence[str] | None = None) -> dict[str, str]:
    """The fingerprint of each stage (by default of all others), as JSON that is the same for the same code."""
    package = read_package(profile.root)
    modules = {name: Code(_normal(tree), _taken(tree)) for name, tree in package.trees.items()}
    found = {}
    for stage in [name for name in profile.graph if name != FINGERPRINT] if stages is None else stages:
        cells = [COMMANDS[stage]] if stage in COMMANDS else code_cells(profile.notebook(stage))
        content = _fingerprint(package, modules, cells, stage)
        found[stage] = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return found


def _fingerprint(package: Package, modules: Mapping[str, Code], cells: Sequence[str], stage: str) -> dict[str, Any]:
    """The code cells, and a hash for every module that they reach."""
    reached = package.closure(cells)
    code = {name: modules[name].text for name in reached if not _is_config(name)}
    if len(code) < len(reached):
        taken = _taken(parse_cells(cells)).union(*(modules[name].from_config for name in code))
        code[CONFIG] = used_definitions([tree for name, tree in package.trees.items() if _is_config(name)], taken, stage)
    normal = [_normal_cell(cell) for cell in cells]
    hashes = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(code.items())}
    return {"cells": [cell for cell in normal if cell], "modules": hashes}


def _is_config(name: str) -> bool:
    return name == CONFIG or name.startswith(f"{CONFIG}.")


def code_cells(notebook: Path) -> list[str]:
    """The sources of a notebook's code cells. Raises ``ValueError`` when the file is no notebook."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{notebook}: not a notebook ({error!r}); restore it with `git checkout`") from error


def _normal_cell(cell: str) -> str:
    """A cell in one layout, without comments; as it is where it has magic commands."""
    try:
        return ast.unparse(ast.parse(cell))
    except SyntaxError:
        return cell.strip()


def _normal(tree: ast.Module) -> str:
    """Code in one layout, without comments and bare strings (docstrings); the tree loses them too."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            kept = [line for line in node.body if not _is_text(line)]
            node.body = kept or ([] if isinstance(node, ast.Module) else [ast.Pass()])
    return ast.unparse(tree)


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)


def used_definitions(config: Iterable[ast.Module], taken: Iterable[str], stage: str) -> str:
    """The definitions of ``heatnet.config`` that are taken from it, or that the stage's class (by ``STAGES``) is made of."""
    definitions = {name: node for tree in config for node in tree.body for name in _defined(node)}
    waiting = set(taken) | _stage_class(definitions.get("STAGES"), stage)
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in definitions and name not in used and name not in COMMON:
            used.add(name)
            waiting |= _names(definitions[name])
    return "\n".join(ast.unparse(definitions[name]) for name in sorted(used))


def _taken(user: ast.Module) -> frozenset[str]:
    """The names a module takes from ``heatnet.config``: ``config.X`` or ``from heatnet.config import X``."""
    names = set()
    for node in ast.walk(user):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "config":
            names.add(node.attr)
        elif isinstance(node, ast.ImportFrom) and _is_config(node.module or ""):
            names |= {alias.name for alias in node.names}
    return frozenset(names)


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _names(tree: ast.AST) -> set[str]:
    """Every identifier in the tree, also in an annotation that is a string."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return names | {text for text in texts if text.isidentifier()}


def _stage_class(registry: ast.stmt | None, stage: str) -> set[str]:
    """The name of the stage's class in ``STAGES: Mapping[str, type] = {"teacher": Teacher, ...}``."""
    value = getattr(registry, "value", None)
    if not isinstance(value, ast.Dict):
        return set()
    pairs = zip(value.keys, value.values, strict=True)
    return {item.id for key, item in pairs if isinstance(key, ast.Constant) and key.value == stage and isinstance(item, ast.Name)}
