"""What the calibration's benchmarks share: their recordings, their table, and the page of published figures."""

import multiprocessing
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import astuple, fields, replace
from pathlib import Path

import numpy as np

from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View, views
from heatnet.calibration.error import Errors
from heatnet.calibration.files import read_rig
from heatnet.calibration.recordings import Pair, Recording, fitted, index
from heatnet.calibration.unknowns import NAMES
from heatnet.config import Calibration

PAGE = Path(__file__).parents[1] / "results" / "calibration.md"
TITLE = "# Calibration without a pattern, measured\n\nWritten by `benchmarks/calibration.py`; each section names its command.\n"
LANDED_PX = 0.5


class Table:
    """Errors by task; a refusal counts as infinitely wrong. Beside them, whether the result was trusted."""

    def __init__(self, tasks: Sequence[str]) -> None:
        """An empty table."""
        self.tasks = tasks
        self.rows: dict[str, list[Errors]] = defaultdict(list)
        self.trusted: dict[str, list[bool]] = defaultdict(list)
        self.deviations: dict[str, list[np.ndarray]] = defaultdict(list)
        self.notes: list[str] = []

    def enter(self, task: str, error: Errors, trusted: bool) -> None:
        """Enter one result."""
        self.rows[task].append(error)
        self.trusted[task].append(trusted)

    def refuse(self, task: str, reason: str) -> None:
        """Enter a refusal."""
        self.enter(task, Errors(*[float("inf")] * len(fields(Errors))), False)
        self.notes.append(f"{task}: refused: {reason}")

    def add(self, other: "Table") -> None:
        """Enter all of another table."""
        for task in other.rows:
            self.rows[task] += other.rows[task]
            self.trusted[task] += other.trusted[task]
        for task, found in other.deviations.items():
            self.deviations[task] += found
        self.notes += other.notes

    def text(self) -> str:
        """Median and 90th percentile of each accuracy over the fits, as Markdown; then what the deviations are worth, and notes."""
        names = ("median px", "95 % px", "deg", "mm", "focal %", "centre px")
        head = ["task", "landed", "wrong but trusted", "right but not trusted", *names]
        lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
        for task in self.tasks:
            numbers, trusted = np.array([astuple(error) for error in self.rows[task]]), np.array(self.trusted[task])
            right = numbers[:, 0] < LANDED_PX
            counts = [f"{right.sum()} of {len(right)}", f"{(~right & trusted).sum()}", f"{(right & ~trusted).sum()}"]
            cells = [f"{np.median(column):.3f} / {np.quantile(column, 0.9, method='higher'):.3f}" for column in numbers.T]
            lines.append("| " + " | ".join([task, *counts, *cells]) + " |")
        lines.append(f"\nMedian / 90th percentile over the fits; landed: a median error below {LANDED_PX:g} px.")
        return "\n".join([*lines, *self._normalised(), *(f"- {note}" for note in self.notes)])

    def _normalised(self) -> list[str]:
        """Errors over their deviations, root mean square, of each unknown and of all."""
        pools = {**self.deviations, "together": [one for found in self.deviations.values() for one in found]}
        if not self.deviations:
            return []
        lines = ["", "Errors over standard deviations, root mean square (1 is true):", ""]
        lines += ["| fits | " + " | ".join((*NAMES, "all")) + " |", "|---" * (len(NAMES) + 2) + "|"]
        for name, found in pools.items():
            rms = np.sqrt(np.mean(np.square(found), axis=0))
            lines.append(f"| {name} ({len(found)}) | " + " | ".join(f"{value:.2f}" for value in (*rms, np.sqrt((rms**2).mean()))) + " |")
        return [*lines, ""]


Measure = Callable[[int, Path, Calibration], Table]
"""Measures one rig: its number, its folder."""


def together(measure: Measure, folders: Sequence[Path], params: Calibration) -> Table:
    """One table of all rigs, which are measured by ``HEATNET_WORKERS`` processes at a time (default 1)."""
    workers = int(os.environ.get("HEATNET_WORKERS", "1"))
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        whole: Table | None = None
        for folder, table in zip(folders, pool.map(measure, range(len(folders)), folders, [params] * len(folders)), strict=True):
            print(f"{folder.name} done", flush=True)
            if whole is None:
                whole = table
            else:
                whole.add(table)
    assert whole is not None
    return whole


def moments(folder: Path) -> tuple[list[Recording], list[Recording]]:
    """Ten day recordings and twenty of the night."""
    return index(folder / "day"), index(folder / "night")


def prepared(recordings: Sequence[Recording], rig: Rig, params: Calibration) -> list[View]:
    """Views of recordings, named by their day or night."""
    return views([named(one) for one in recordings], rig, params)


def named(recording: Recording) -> Pair:
    """A pair with its day or night in its name: the stems of both are the same."""
    return replace(recording.load(), name=f"{recording.left.parts[-3]} {recording.left.stem}")


def rig_of(folder: Path, pair: Pair) -> tuple[Rig, Rig]:
    """Truth and guess of a rig at the scale of its images."""
    return fitted(read_rig(folder / "truth.yaml"), pair), fitted(read_rig(folder / "rig.yaml", folder / "guess.yaml"), pair)


def described(text: str | None, kind: str, rigs: int, section: str) -> str:
    """How a section came about."""
    return f"{text}\n\n`python benchmarks/calibration.py FOLDER {kind} {section}`, {rigs} rigs of the kind `{kind}`."


def publish(section: str, about: str, text: str) -> None:
    """Put a section into the page of published figures, in place of what it held before."""
    whole = PAGE.read_text() if PAGE.is_file() else TITLE
    title, *parts = whole.split("\n## ")
    kept = {part.split("\n", 1)[0]: part.split("\n", 1)[1] for part in parts}
    kept[section] = f"\n{about}\n\n{text}\n"
    PAGE.write_text("\n## ".join([title.rstrip("\n") + "\n", *(f"{name}\n{body}" for name, body in kept.items())]))
