"""The bench on which a notebook works: its parameters, and where its files lie.

The same notebook runs in the pipeline, where papermill passes the section of ``params.yaml``, and by hand in JupyterLab,
where it is read from the file.
"""

import hashlib
import json
import os
import sys
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from heatnet import config
from heatnet.pipeline.profile import Profile, find_profile

T = TypeVar("T")


@dataclass(frozen=True)
class Stage:
    """A stage at work: its name, its parameters (the dataclass of ``heatnet.config.STAGES``) and its profile."""

    name: str
    params: Any
    profile: Profile

    def path(self, relative: str) -> Path:
        """A path in the profile's folder; the folder it lies in is made."""
        path = self.profile.folder / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def results(self) -> Path:
        """The folder of this profile's published results, ``results/PROFILE`` in the repository."""
        folder = self.profile.root / "results" / self.profile.name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def checkpoint(self, network: str) -> Path:
        """Where a training run keeps its state while it lasts; an interrupted stage resumes from there."""
        return self.path(f".checkpoints/{self.name}/{network}.pt")

    def mark(self) -> str:
        """One name for the stage's code, parameters and input files (by size and time), to know a checkpoint by."""
        from heatnet.pipeline.fingerprint import fingerprints

        code = fingerprints(self.profile, [self.name])[self.name]
        section = json.dumps(self.profile.section(self.name), sort_keys=True)
        node = self.profile.graph.get(self.name)
        inputs = [dep for dep in (node.deps if node else ()) if not dep.startswith("fingerprints")]
        files = [line for dep in inputs for line in _inventory(self.profile.folder / dep)]
        return hashlib.sha256("\0".join([code, section, *files]).encode()).hexdigest()

    def rng(self, seed: int, purpose: str) -> np.random.Generator:
        """A generator of random numbers that is this stage's and this purpose's own."""
        return np.random.default_rng([seed, zlib.crc32(f"{self.name}/{purpose}".encode())])

    def track(self, items: Iterable[T], total: int | None = None) -> Iterable[T]:
        """Go through ``items`` behind a progress bar that is named for the stage."""
        return bar(items, total, self.name)


def open_stage(name: str, section: Mapping[str, Any] | None = None) -> Stage:
    """Open a stage: ``section`` as papermill passed it, or ``None`` to read it from the profile's ``params.yaml``.

    By hand the profile is the repository's root, or what the environment variable ``HEATNET_PROFILE`` names. Raises
    ``ValueError`` for an unknown stage or profile, and for parameters that are missing, misspelt or of the wrong type.
    """
    if name not in config.STAGES:
        raise ValueError(f"unknown stage {name!r}; expected one of {', '.join(config.STAGES)}")
    profile = find_profile()
    section = profile.section(name) if section is None else section
    params: Any = config.parse(config.STAGES[name], section, f"{profile.folder / 'params.yaml'}: {name}")
    _repeatable_arithmetic()
    os.chdir(profile.folder)  # JupyterLab starts in notebooks/; paths in params.yaml are relative to the profile
    return Stage(name, params, profile)


def write_text(path: Path, text: str) -> None:
    """Write a text file under a temporary name, then rename it: it is there in whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)


def device() -> str:
    """Where networks run: ``HEATNET_DEVICE`` (``cpu``, ``cuda``, ``cuda:1``), by default a GPU when there is one."""
    import torch

    return os.environ.get("HEATNET_DEVICE") or ("cuda" if torch.cuda.is_available() else "cpu")


def workers() -> int:
    """How many processes load or render: ``HEATNET_WORKERS``, by default one for each core at hand."""
    if wanted := os.environ.get("HEATNET_WORKERS"):
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def bar(items: Iterable[T], total: int | None = None, title: str = "") -> Iterable[T]:
    """Go through ``items`` behind a progress bar; in the pipeline there is a bar only on a terminal."""
    from tqdm import tqdm

    if os.environ.get("HEATNET_PROGRESS") == "0":
        return items
    columns = int(os.environ.get("COLUMNS", "100"))
    return tqdm(items, desc=title, total=total, ncols=columns, leave=False, mininterval=0.5, file=sys.stderr)


def _repeatable_arithmetic() -> None:
    """A sum depends on how many threads split it: always two (or ``HEATNET_THREADS``), so that every machine adds alike."""
    threads = os.environ.get("HEATNET_THREADS", "2")
    for library in ("OMP", "OPENBLAS", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", threads)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(int(threads))
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].rcParams["svg.hashsalt"] = "heatnet"


def _inventory(path: Path) -> list[str]:
    """The files under a path with their size and time."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    stats = [(file, file.stat()) for file in files if file.is_file()]
    return [f"{file.relative_to(path.parent)} {stat.st_size} {stat.st_mtime_ns}" for file, stat in stats]
