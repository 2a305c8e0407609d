"""Which modules of the package a notebook reaches by its imports, read from the syntax alone.

A package whose ``__init__`` only hands names on is looked through: who takes one name from it reaches the module that
defines the name, not its neighbours.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = "heatnet"
COMMAND_LINE = "heatnet.pipeline"


@dataclass(frozen=True)
class Package:
    """The package's modules as they are on disk: their syntax by name, and which of them are packages."""

    trees: Mapping[str, ast.Module]
    packages: frozenset[str]
    _reached: dict[str, frozenset[str]] = field(default_factory=dict, compare=False)

    def closure(self, cells: Sequence[str]) -> list[str]:
        """The modules that code cells reach, directly or through each other; of the command line only those a cell takes itself."""
        found: set[str] = set()
        waiting = set(self._imports(parse_cells(cells), ""))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting |= {other for other in self.reached(name) if not other.startswith(COMMAND_LINE)}
        return sorted(found)

    def reached(self, module: str) -> frozenset[str]:
        """The modules that a module imports."""
        if module not in self._reached:
            self._reached[module] = self._imports(self.trees[module], module if module in self.packages else module.rpartition(".")[0])
        return self._reached[module]

    def resolve(self, module: str, name: str) -> str:
        """The module that defines ``name``, as taken from ``module``."""
        if self.hands_on(module):
            for node in self.trees[module].body:
                for alias in node.names if isinstance(node, ast.ImportFrom) else ():
                    if (alias.asname or alias.name) == name:
                        assert isinstance(node, ast.ImportFrom)
                        return self.resolve(_base(node, module), alias.name)
        return f"{module}.{name}" if f"{module}.{name}" in self.trees else module

    def hands_on(self, module: str) -> bool:
        """Whether a module is a package that does nothing but hand on names of its modules."""
        return module in self.packages and all(map(_hands_on, self.trees[module].body))

    def _imports(self, tree: ast.Module, package: str) -> frozenset[str]:
        """The modules that a syntax tree imports, and the packages above them that do something."""
        names = {name for node in ast.walk(tree) for name in self._imported(tree, node, package)}
        above = {parent for name in names for parent in _parents(name) if not self.hands_on(parent)}
        return frozenset((names | above) & self.trees.keys())

    def _imported(self, tree: ast.Module, node: ast.AST, package: str) -> Iterator[str]:
        """The modules of one import statement."""
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, package)
            for alias in node.names:
                module = f"{base}.{alias.name}"
                if module not in self.trees:
                    yield self.resolve(base, alias.name)
                elif self.hands_on(module) and (taken := _attributes(tree, alias.asname or alias.name)):
                    yield from (self.resolve(module, name) for name in taken)
                else:
                    yield module


def read_package(root: Path) -> Package:
    """The package in the repository ``root``. Raises ``ValueError`` for a file with a syntax error."""
    trees, packages = {}, set()
    for path in sorted((root / PACKAGE).rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        try:
            trees[name] = ast.parse(path.read_text(encoding="utf-8"))
        except SyntaxError as error:
            raise ValueError(f"{path}:{error.lineno}: {error.msg}; expected valid Python; mend it or restore it with `git checkout`") from error
        if path.name == "__init__.py":
            packages.add(name)
    return Package(trees, frozenset(packages))


def parse_cells(cells: Sequence[str]) -> ast.Module:
    """Code cells as one syntax tree, without IPython's own lines (``%`` and ``!``). Raises ``ValueError`` for a syntax error."""
    lines = "\n".join(cells).splitlines()
    try:
        return ast.parse("\n".join(line for line in lines if not line.lstrip().startswith(("%", "!"))))
    except SyntaxError as error:
        raise ValueError(f"a code cell is not valid Python ({error.msg}: {error.text}); mend it in JupyterLab") from error


def _base(node: ast.ImportFrom, package: str) -> str:
    """The absolute name of what follows ``from``."""
    parts = package.split(".")
    parents = parts[: len(parts) - node.level + 1] if node.level else []
    return ".".join([*parents, *([node.module] if node.module else [])])


def _attributes(tree: ast.Module, name: str) -> set[str]:
    """The attributes taken from a module bound to ``name``; none when it is used in any other way (passed on, say)."""
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == name]
    taken = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name]
    return {node.attr for node in taken} if len(uses) == len(taken) else set()


def _hands_on(node: ast.stmt) -> bool:
    """Whether a statement of an ``__init__`` only documents, lists names, or takes names from this package."""
    if isinstance(node, ast.ImportFrom):
        return all(alias.name != "*" for alias in node.names) and (node.level > 0 or (node.module or "").split(".")[0] == PACKAGE)
    if isinstance(node, ast.Assign):
        return [ast.unparse(target) for target in node.targets] == ["__all__"]
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]
