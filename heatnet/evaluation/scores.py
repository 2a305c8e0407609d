"""The results table: a row per network, with the paper's figures beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heatnet.evaluation.bootstrap import Counts, Draws, Estimate, Resamples, draw, estimate
from heatnet.taxonomy import NAMES, SCORED

SPLITS: tuple[str, ...] = ("day", "night", "combined")

SCORED_NAMES: tuple[str, ...] = tuple(NAMES[k] for k in SCORED)

PUBLISHED: Mapping[str, str] = {
    "teacher": "69.4 / 35.7 / –",
    "thermal_teacher": "57.0 (split not stated)",
    "rgbt_day": "not known",
    "heatnet_stage1": "not known",
    "heatnet_rgbt": "– / – / 64.9",
    "heatnet_rgb": "“comparable to RGB-T”; BDD night: +50 % over the teacher",
}
"""The paper's mIoU on Freiburg Thermal by row, day / night / combined (the authors' project page); other rows it does not have."""


@dataclass(frozen=True)
class Score:
    """IoU on one split, as fractions: the mean, each class with ground truth, and the classes without (not in the mean)."""

    miou: Estimate
    classes: Mapping[str, Estimate]
    excluded: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One network's scores: its key (see ``PUBLISHED``, ``is_bound``, ``is_of_today``), its title, its splits."""

    name: str
    title: str
    day: Score
    night: Score
    combined: Score


def is_bound(name: str) -> bool:
    """Whether a row is an upper bound, trained with night labels, and so no rival of the others."""
    return name.startswith("bound_")


def is_of_today(name: str) -> bool:
    """Whether a row is today's recipe: no part of the paper, and so no rival in its claims."""
    return name.startswith("heatnet_today")


def row(name: str, title: str, counts: Counts, resamples: Resamples) -> Row:
    """Score one network; give every network the same ``resamples``."""
    return Row(name, title, **{split: score(draws, SCORED_NAMES) for split, draws in draw(counts, resamples).items()})


def score(draws: Draws, names: Sequence[str]) -> Score:
    """The mean and every class by its name; the interval of a class is over the resamples that hold it."""
    present = draws.present[0]
    classes = {name: estimate(draws.iou[draws.present[:, k], k]) for k, name in enumerate(names) if present[k]}
    return Score(estimate(draws.mean()), classes, tuple(name for k, name in enumerate(names) if not present[k]))


def table_markdown(rows: Sequence[Row], published: Mapping[str, str], clear: Mapping[str, str]) -> str:
    """Mean IoU in per cent with 95 % intervals, the ``published`` figures beside them.

    Bold by split: the network that ``clear`` names, which is ahead of all but the upper bounds by more than the interval of the difference.
    """
    lines = ["| network | day | night | combined | paper (day / night / combined) |", "|---|---|---|---|---|"]
    for row in rows:
        bound = is_bound(row.name)
        cells = [per_cent(_miou(row, split), bold=clear.get(split) == row.name) for split in SPLITS]
        title = f"*{row.title}*" if bound else row.title
        lines.append(" | ".join([f"| {title}", *cells, f"{published.get(row.name, '–')} |"]))
    return "\n".join([*lines, *_left_out(rows)]) + "\n"


def class_arrays(rows: Sequence[Row], split: str) -> dict[str, Any]:
    """IoU by row and class on one of ``SPLITS`` as the arguments of its figure (``figures.per_class_bars``)."""
    scores: list[Score] = [getattr(row, split) for row in rows]
    iou = [[score.classes[NAMES[k]].value if NAMES[k] in score.classes else 0.0 for k in SCORED] for score in scores]
    present = [[NAMES[k] in score.classes for k in SCORED] for score in scores]
    return {"names": [row.title for row in rows], "iou": np.array(iou, np.float64), "present": np.array(present, np.bool_)}


def per_cent(figure: Estimate, bold: bool = False) -> str:
    """``65.2 [63.0, 67.1]``."""
    value = f"{100 * figure.value:.1f}"
    return f"{f'**{value}**' if bold else value} [{100 * figure.low:.1f}, {100 * figure.high:.1f}]"


def _miou(row: Row, split: str) -> Estimate:
    """The mean IoU on a split."""
    score: Score = getattr(row, split)
    return score.miou


def _left_out(rows: Sequence[Row]) -> list[str]:
    """Sentences that name the classes left out of each mean."""
    missing = {split: {name for row in rows for name in getattr(row, split).excluded} for split in SPLITS}
    return [f"\nNo ground truth, so not in the mean: {', '.join(sorted(names))} ({split})." for split, names in missing.items() if names]
