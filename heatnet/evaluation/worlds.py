"""A network learned on each of several sets, scored on all of them: how far apart the sets are (``data.worlds`` makes the sets alike)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Integer

from heatnet.data import Samples, evaluation_batches
from heatnet.evaluation.bootstrap import Draws, Estimate, pooled
from heatnet.evaluation.counts import confusion, iou
from heatnet.evaluation.elsewhere import nights_alone
from heatnet.evaluation.mf import of_classes
from heatnet.evaluation.scores import Score, score
from heatnet.taxonomy import COMPATIBLE, NAMES
from heatnet.training import predictions


@dataclass(frozen=True)
class Visit:
    """A network that learned one set, on the test images of another (or the same)."""

    learned: str
    seen: str
    score: Score


def visits(
    networks: Mapping[str, torch.nn.Module], exams: Mapping[str, Samples], draws: int, rng: np.random.Generator, device: torch.device
) -> list[Visit]:
    """Every network, by the set that it learned, on every exam; the same resamples of an exam's images serve all networks."""
    found = []
    for seen, exam in exams.items():
        assert exam.label is not None
        drawn = nights_alone(len(exam), draws, rng).night
        for learned, network in networks.items():
            masks = (mask for mask, _ in predictions(network, evaluation_batches(exam, 8), device))
            counts = np.stack([confusion(mask, label) for mask, label in zip(masks, exam.label, strict=True)])
            found.append(visit(learned, seen, counts, drawn))
    return found


def visit(learned: str, seen: str, counts: Integer[np.ndarray, "images 13 13"], resamples: Integer[np.ndarray, "draws images"]) -> Visit:
    """The IoU of the common classes, pixels of all images pooled, with intervals over images."""
    draws = of_classes(Draws(*iou(pooled(resamples, counts))), COMPATIBLE)
    return Visit(learned, seen, score(draws, tuple(NAMES[k] for k in COMPATIBLE)))


def matrix(visits: Sequence[Visit]) -> dict[str, Any]:
    """The arguments of the figure (``figures.transfer_matrix``): names, mean IoU by learned set (rows) and seen set (columns)."""
    names = list(dict.fromkeys(one.learned for one in visits))
    found = {(one.learned, one.seen): one.score.miou.value for one in visits}
    return {"names": names, "value": np.array([[found[row, column] for column in names] for row in names])}


def kept(value: Float[np.ndarray, "sets sets"]) -> Float[np.ndarray, "sets sets"]:
    """Each score as a share of what the network that learned the seen set reaches there (the diagonal of its column)."""
    return value / np.maximum(np.diagonal(value), 1e-9)


def worlds_markdown(visits: Sequence[Visit]) -> str:
    """The matrix as a table, learned sets as rows, with intervals; the last column is the mean share kept on the other sets."""
    arrays = matrix(visits)
    names, shares = arrays["names"], kept(arrays["value"])
    found: Mapping[tuple[str, str], Estimate] = {(one.learned, one.seen): one.score.miou for one in visits}
    lines = ["| learned \\ seen | " + " | ".join(names) + " | kept elsewhere |", "|---" * (len(names) + 2) + "|"]
    for i, row in enumerate(names):
        cells = [f"{100 * one.value:.1f} [{100 * one.low:.1f}, {100 * one.high:.1f}]" for one in (found[row, column] for column in names)]
        away = np.delete(shares[i], i).mean() if len(names) > 1 else float("nan")
        lines.append(f"| {row} | " + " | ".join(cells) + f" | {away:.2f} |")
    return "\n".join(lines) + "\n"
