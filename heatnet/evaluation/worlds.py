"""A network learned on each of several sets, scored on all of them: how far apart the sets are.

All labels are brought to what the sets have in common, car, person, bicycle, and everything else as background, where it is a place for
errors; pixels without a label stay so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float, Integer, UInt8

from heatnet.data import Samples
from heatnet.evaluation.bootstrap import Draws, Estimate, pooled
from heatnet.evaluation.counts import iou
from heatnet.evaluation.mf import COMPATIBLE, of_classes
from heatnet.evaluation.scores import Score, score
from heatnet.taxonomy import BACKGROUND, IGNORE, NAMES, NUM_CLASSES


@dataclass(frozen=True)
class Visit:
    """A network that learned one set, on the test images of another (or the same)."""

    learned: str
    seen: str
    score: Score


def in_common() -> UInt8[np.ndarray, "256"]:
    """A table by our ids: car, person and bicycle as they are, every other class background, ``IGNORE`` as it is."""
    table = np.full(256, IGNORE, np.uint8)
    table[:NUM_CLASSES] = BACKGROUND
    table[list(COMPATIBLE)] = COMPATIBLE
    return table


def common(samples: Samples, images: int | None = None, names: UInt8[np.ndarray, "256"] | None = None) -> Samples:
    """The samples with common labels only; ``images`` of them, evenly spaced, ``names`` first translates labels that are not in our ids.

    Raises ``ValueError`` for samples without labels and for fewer than ``images``.
    """
    if samples.label is None:
        raise ValueError(f"{samples.names[0]}: no label; expected samples with labels; read them with the tree of their labels")
    if images is not None and images > len(samples):
        raise ValueError(
            f"worlds.images: {images}, but there are {len(samples)} like {samples.names[0]}; give at most as many as the smallest set has"
        )
    few = samples if images is None else samples.take([place * len(samples) // images for place in range(images)])
    assert few.label is not None
    return replace(few, label=in_common()[few.label if names is None else names[few.label]])


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
