"""The tables of the other data sets, ours beside the published figures where there are any (paper.md, 1 and 4.1)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from heatnet.evaluation.bootstrap import Estimate
from heatnet.evaluation.elsewhere import THREE, SetRow
from heatnet.evaluation.mf import PUBLISHED_MF
from heatnet.evaluation.scores import per_cent

Leaders = Mapping[str, Mapping[str, str]]
"""By experiment and figure, the network that is clearly ahead (``compare.leaders``)."""
UNKNOWN = "not known"


def _published_mf(key: str) -> str:
    """``65.9 / 58.9 / 42.9; 39.7``."""
    car, person, bike, mean = ("–" if figure is None else f"{figure}" for figure in PUBLISHED_MF[key])
    return f"{car} / {person} / {bike}; {mean}"


PUBLISHED_ELSEWHERE: Mapping[str, Mapping[str, str]] = {
    "mf": {
        "mfnet": _published_mf("mfnet"),
        "rtfnet": f"RTFNet-50: {_published_mf('rtfnet_50')}; RTFNet-152: {_published_mf('rtfnet_152')}",
        "heatnet_mf": "“comparable” to MFNet, no figures",
    },
    "away": {"mfnet": "deteriorates, no figures", "rtfnet": "deteriorates, no figures"},
    "bdd": {"heatnet_rgb": "1.5 times the teacher, no absolute figures"},
}
"""What the paper says of each network in each experiment; nothing else is known."""


def mf_markdown(rows: Sequence[SetRow], leaders: Leaders) -> str:
    """IoU on MF's test images: car, person, bicycle, their mean, and the nine ids of the networks that learned them."""
    columns = [*THREE, "mean of these", "nine ids", "without guardrail"]
    lines = _head(["network", *columns, "published (car / person / bike; nine ids)"])
    for row in _of(rows, "mf"):
        classes = row.scores["three classes"].classes
        cells = [per_cent(classes[name]) if name in classes else "–" for name in THREE]
        cells += [_mean(row, what, leaders["mf"]) for what in ("three classes", "nine ids", "without guardrail")]
        lines.append(_line(row, cells))
    return "\n".join([*lines, *_left_out(_of(rows, "mf"))]) + "\n"


def away_markdown(rows: Sequence[SetRow], leaders: Leaders) -> str:
    """The mean of car, person and bicycle on MF and on the pairs, by the same network unchanged, and the share that it keeps."""
    lines = _head(["network", "on MF", "FR-T day", "FR-T night", "FR-T", "kept (FR-T / MF)", "published"])
    for row in _of(rows, "away"):
        cells = [_mean(row, what, leaders["away"]) for what in ("MF", "day", "night", "combined")]
        lines.append(_line(row, [*cells, _times(row.kept)]))
    return "\n".join([*lines, *_left_out(_of(rows, "away"))]) + "\n"


def bdd_markdown(rows: Sequence[SetRow], leaders: Leaders) -> str:
    """Mean IoU on BDD100K's nights over the classes that it has, and some classes that matter."""
    lines = _head(["network", "mIoU", *THREE, "published"])
    for row in _of(rows, "bdd"):
        classes = row.scores["night"].classes
        lines.append(_line(row, [_mean(row, "night", leaders["bdd"]), *(per_cent(classes[name]) if name in classes else "–" for name in THREE)]))
    return "\n".join([*lines, *_left_out(_of(rows, "bdd"))]) + "\n"


def _of(rows: Sequence[SetRow], experiment: str) -> list[SetRow]:
    """The rows of one experiment."""
    return [row for row in rows if row.experiment == experiment]


def _head(columns: Sequence[str]) -> list[str]:
    """A table's first two lines."""
    return ["| " + " | ".join(columns) + " |", "|---" * len(columns) + "|"]


def _line(row: SetRow, cells: Sequence[str]) -> str:
    """One line, with what is published of it."""
    return " | ".join([f"| {row.title}", *cells, PUBLISHED_ELSEWHERE[row.experiment].get(row.name, UNKNOWN)]) + " |"


def _mean(row: SetRow, what: str, leaders: Mapping[str, str]) -> str:
    """A mean with its interval, bold where this network is clearly ahead; a dash where it has none."""
    return per_cent(row.scores[what].miou, bold=leaders.get(what) == row.name) if what in row.scores else "–"


def _times(kept: Estimate | None) -> str:
    """``0.42 [0.35, 0.50]``."""
    return "–" if kept is None else f"{kept.value:.2f} [{kept.low:.2f}, {kept.high:.2f}]"


def _left_out(rows: Sequence[SetRow]) -> list[str]:
    """Sentences that name the classes without ground truth; the guardrail is left out on purpose where a column says so."""
    missing: dict[str, set[str]] = {}
    for row in rows:
        for what, score in row.scores.items():
            if what != "without guardrail":
                missing.setdefault(what, set()).update(score.excluded)
    return [f"\nNo ground truth, so not in the mean: {', '.join(sorted(names))} ({what})." for what, names in missing.items() if names]


def away_arrays(rows: Sequence[SetRow]) -> dict[str, Any]:
    """The experiment ``away`` as the arguments of its figure (``figures.transfer``): fractions on MF and on the pairs."""
    chosen = _of(rows, "away")
    means = [[row.scores[what].miou for what in ("MF", "combined")] for row in chosen]
    figures = {part: np.array([[getattr(mean, part) for mean in line] for line in means]) for part in ("value", "low", "high")}
    return {"names": [row.title for row in chosen], **figures}
