"""What of a stage's code decides its result: the code cells of its notebook and the modules these import.

Prose, comments, blank lines, layout and docstrings do not count, so mending them never retrains anything. Of the command
line only what a cell imports itself counts, of ``heatnet.config`` only the definitions that are used: all stages share the rest.
"""

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from heatnet.pipeline.profile import Profile, find_notebooks

PACKAGE = "heatnet"
CONFIG = "heatnet.config"
COMMAND_LINE = "heatnet.pipeline"
NOT_FOLLOWED = ("parse", "STAGES")
"""Definitions of ``heatnet.config`` that serve all stages alike."""


def write_fingerprints(profile: Profile) -> list[Path]:
    """Write ``fingerprints/STAGE.json`` into the profile's folder for each of its stages; the paths written."""
    folder = profile.folder / "fingerprints"
    folder.mkdir(exist_ok=True)
    paths = []
    for stage in profile.stages:
        paths.append(folder / f"{stage}.json")
        paths[-1].write_text(as_text(fingerprint(profile.root, profile.notebook(stage))), encoding="utf-8")
    return paths


def as_text(content: object) -> str:
    """JSON that is the same for the same content."""
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def fingerprint(root: Path, notebook: Path) -> dict[str, Any]:
    """The notebook's code cells, and a hash for every module that they reach."""
    cells = [normalise(cell, docstrings=True) for cell in code_cells(notebook)]
    modules = closure(root, cells)
    stage = next((name for name, path in find_notebooks(root).items() if path == notebook), "")
    code = {name: normalise(path.read_text(encoding="utf-8")) for name, path in modules.items() if name != CONFIG}
    if CONFIG in modules:
        users = [*cells, *code.values()]
        code[CONFIG] = used_definitions(modules[CONFIG].read_text(encoding="utf-8"), users, stage)
    return {"cells": [cell for cell in cells if cell], "modules": {name: digest(text) for name, text in sorted(code.items())}}


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def code_cells(notebook: Path) -> list[str]:
    """The sources of a notebook's code cells. Raises ``ValueError`` when the file is no notebook."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{notebook}: not a notebook ({error!r}); restore it with `git checkout`") from error


@cache
def normalise(source: str, docstrings: bool = False) -> str:
    """Code in one layout, without comments and (unless ``docstrings``) without bare strings; as it is when it does not parse."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell with a magic command
        return source.strip()
    return ast.unparse(tree if docstrings else _without_docstrings(tree))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    """The tree without bare strings; a body that held nothing else becomes ``pass``."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            kept = [line for line in node.body if not _is_text(line)]
            node.body = kept or ([] if isinstance(node, ast.Module) else [ast.Pass()])
    return tree


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)


def closure(root: Path, cells: Iterable[str]) -> dict[str, Path]:
    """The modules of ``heatnet`` that the cells import, directly or through each other, with their files."""
    found: dict[str, Path] = {}
    waiting = {name for cell in cells for name in imports(cell, "")}
    while waiting:
        name = waiting.pop()
        path = module_file(root, name)
        if path is None or name in found:
            continue
        found[name] = path
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        waiting |= {name for name in imports(path.read_text(encoding="utf-8"), package) if not name.startswith(COMMAND_LINE)}
    return found


def module_file(root: Path, name: str) -> Path | None:
    """The file of a module of ``heatnet``, or ``None`` for another name (of a function, or of another package)."""
    if name.split(".")[0] != PACKAGE:
        return None
    base = root.joinpath(*name.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


@cache
def imports(source: str, package: str) -> tuple[str, ...]:
    """Every dotted name that the code imports, with the packages above it; ``package`` is where relative imports start."""
    names = {name for node in ast.walk(_parsed(source)) for name in _imported(node, package)}
    return tuple(sorted(above for name in names for above in _with_parents(name)))


def _parsed(source: str) -> ast.Module:
    """The syntax tree; of a cell with magic commands (``%``, ``!``) that of the other lines."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return ast.parse("\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))))


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
        base = ".".join([*parents, *([node.module] if node.module else [])])
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: length + 1]) for length in range(len(parts))]


def used_definitions(config: str, users: Iterable[str], stage: str) -> str:
    """The definitions of ``heatnet.config`` that the users take from it, or that the stage's class (by ``STAGES``) is made of."""
    tree = _without_docstrings(ast.parse(config))
    definitions = {name: node for node in tree.body for name in _defined(node)}
    waiting = {name for user in users for name in _taken(user)} | _stage_class(definitions.get("STAGES"), stage)
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in definitions and name not in used and name not in NOT_FOLLOWED:
            used.add(name)
            waiting |= _names(definitions[name])
    return "\n".join(ast.unparse(node) for name, node in definitions.items() if name in used)


@cache
def _taken(user: str) -> set[str]:
    """The names a module takes from ``heatnet.config``: ``config.X`` or ``from heatnet.config import X``."""
    names = set()
    for node in ast.walk(_parsed(user)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "config":
            names.add(node.attr)
        elif isinstance(node, ast.ImportFrom) and node.module == CONFIG:
            names |= {alias.name for alias in node.names}
    return names


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
    """The name of the stage's class in ``STAGES: dict[str, type] = {"teacher": Teacher, ...}``."""
    value = getattr(registry, "value", None)
    if not isinstance(value, ast.Dict):
        return set()
    pairs = zip(value.keys, value.values, strict=True)
    return {item.id for key, item in pairs if isinstance(key, ast.Constant) and key.value == stage and isinstance(item, ast.Name)}
