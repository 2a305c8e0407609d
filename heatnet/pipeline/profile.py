"""A profile: a folder with ``params.yaml`` and ``dvc.yaml``, and what those two files say.

The repository's root is the profile ``street``; the others are ``profiles/NAME``.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

FINGERPRINT = "fingerprint"
"""The first stage of every profile: no notebook, it writes what the other stages depend on."""


@dataclass(frozen=True)
class Node:
    """One stage of ``dvc.yaml``: the paths (relative to the profile's folder) that it reads and writes."""

    name: str
    deps: tuple[str, ...]
    outs: tuple[str, ...]

    @property
    def notebooks(self) -> tuple[str, ...]:
        """The executed notebooks that it leaves: one, or (of a stage that is no notebook) none."""
        return tuple(out for out in self.outs if out.startswith("executed/"))

    def reads(self, other: "Node") -> bool:
        """Whether this stage reads something that ``other`` writes."""
        return any(_overlap(dep, out) for dep in self.deps for out in other.outs)


@dataclass(frozen=True)
class Profile:
    """A profile's folder and the contents of its ``params.yaml``."""

    folder: Path
    params: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The profile's name, e.g. ``street``."""
        return str(self._entry("profile"))

    @property
    def root(self) -> Path:
        """The repository's root."""
        return (self.folder / str(self._entry("root"))).resolve()

    @cached_property
    def graph(self) -> dict[str, Node]:
        """The stages of ``dvc.yaml`` in its order, with ``${root}`` and ``${profile}`` filled in."""
        stages = read_yaml(self.folder / "dvc.yaml").get("stages", {})
        return {name: Node(name, self._paths(stage, "deps"), self._paths(stage, "outs")) for name, stage in stages.items()}

    @property
    def stages(self) -> list[str]:
        """The stages that are notebooks, in order."""
        return [name for name, node in self.graph.items() if node.notebooks]

    def section(self, stage: str) -> Mapping[str, Any]:
        """The stage's section of ``params.yaml``. Raises ``ValueError`` when there is none."""
        if not isinstance(self.params.get(stage), Mapping):
            raise ValueError(f"{self.folder / 'params.yaml'}: no section {stage!r}; add it, with the keys of the repository's params.yaml")
        return self.params[stage]

    def notebook(self, stage: str) -> Path:
        """The notebook ``notebooks/NN_STAGE.ipynb``. Raises ``ValueError`` for an unknown stage."""
        notebooks = find_notebooks(self.root)
        if stage not in notebooks:
            raise ValueError(f"{self.root / 'notebooks'}: no notebook for the stage {stage!r}; there is {', '.join(notebooks) or 'none at all'}")
        return notebooks[stage]

    def _entry(self, key: str) -> Any:
        if key not in self.params:
            raise ValueError(f"{self.folder / 'params.yaml'}: the key {key!r} is missing; a profile starts with `profile: NAME` and `root: PATH`")
        return self.params[key]

    def _paths(self, stage: Mapping[str, Any], kind: str) -> tuple[str, ...]:
        entries = (entry if isinstance(entry, str) else next(iter(entry)) for entry in stage.get(kind, ()))
        return tuple(os.path.normpath(re.sub(r"\$\{(\w+)\}", lambda match: str(self._entry(match[1])), entry)) for entry in entries)


def find_notebooks(root: Path) -> dict[str, Path]:
    """The notebooks of the repository by stage name, in order: ``notebooks/04_teacher.ipynb`` is the stage ``teacher``."""
    paths = sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    return {path.stem[3:]: path for path in paths}


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a file as YAML 1.2, so that ``1e-4`` is a number and ``no`` a word. Raises ``ValueError`` naming the file."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe", pure=True).load(path)
    except FileNotFoundError:
        raise ValueError(f"{path}: no such file; run this in the folder of a profile (the repository's root, or profiles/NAME)") from None
    except YAMLError as error:
        raise ValueError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path}: expected keys and values, got {type(content).__name__}")
    return content


def load_profile(folder: Path) -> Profile:
    """The profile in ``folder``. Raises ``ValueError`` when there is no readable ``params.yaml``."""
    return Profile(folder.resolve(), read_yaml(folder / "params.yaml"))


def find_profile(start: Path | None = None) -> Profile:
    """The profile to work on, as seen from ``start`` (the working directory).

    A folder with a ``params.yaml`` is the profile itself. From anywhere else in the repository (JupyterLab works in
    ``notebooks/``) the variable ``HEATNET_PROFILE`` names it, and without that it is the root's.
    """
    start = (start or Path.cwd()).resolve()
    if (start / "params.yaml").is_file():
        return load_profile(start)
    folders = [folder for folder in start.parents if (folder / "params.yaml").is_file()]
    if not folders:
        raise ValueError(f"{start}: no params.yaml here or above; change into the repository, or into one of its profiles/NAME")
    nearest = load_profile(folders[0])
    wanted = os.environ.get("HEATNET_PROFILE", nearest.name)
    return nearest if wanted == nearest.name else _sibling(nearest.root, wanted)


def _sibling(root: Path, name: str) -> Profile:
    """The repository's profile of that name."""
    top = load_profile(root)
    if name == top.name:
        return top
    known = sorted(path.parent.name for path in (root / "profiles").glob("*/params.yaml"))
    if name not in known:
        raise ValueError(f"HEATNET_PROFILE={name}: no such profile; there is {', '.join([top.name, *known])}")
    return load_profile(root / "profiles" / name)


def _overlap(first: str, second: str) -> bool:
    """Whether two paths are the same, or one lies in the other."""
    a, b = Path(first).parts, Path(second).parts
    return a[: len(b)] == b or b[: len(a)] == a
