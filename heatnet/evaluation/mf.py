"""Scores on MF: the three classes that its ids and ours share, and all nine of its own ids for the baselines.

As the authors score on MF (paper.md, 2.9): 480x640, what the set leaves unlabelled is a class, so a car seen there is a false positive. The
guardrail is labelled inconsistently in the test images, so the nine-class mean is told with and without it (paper.md, 4.1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Integer

from heatnet.evaluation.counts import iou
from heatnet.taxonomy import BICYCLE, CAR, MF_OWN, NAMES, PERSON

COMPATIBLE: tuple[int, ...] = (CAR, PERSON, BICYCLE)
OWN = len(MF_OWN.sources)
PUBLISHED_MF: Mapping[str, tuple[float | None, ...]] = {
    "mfnet": (65.9, 58.9, 42.9, 39.7),
    "rtfnet_50": (None, None, None, 51.7),
    "rtfnet_152": (87.4, 70.3, 62.7, 53.2),
}
"""Published test IoU in per cent: car, person, bike, mean over the nine ids (paper.md, 1 and 4.1)."""


@dataclass(frozen=True)
class MFScore:
    """IoU by class name (fractions) of the classes with ground truth, and their mean."""

    classes: Mapping[str, float]
    mean: float


def compatible_score(counts: Integer[np.ndarray, "images 13 13"]) -> MFScore:
    """Car, person and bicycle, from counts in our classes (labels read with ``taxonomy.MF_SCORED``)."""
    score, present = iou(counts.sum(0))
    return _score({NAMES[k]: float(score[k]) for k in COMPATIBLE if present[k]})


def own_score(counts: Integer[np.ndarray, "images 13 13"], guardrail: bool = True) -> MFScore:
    """The nine ids, unlabelled included, from counts in MF's own ids (labels and answers read with ``taxonomy.MF_OWN``).

    Raises ``ValueError`` where the counts hold ids that MF does not have.
    """
    whole = counts.sum(0)
    if whole[OWN:].any() or whole[:, OWN:].any():
        raise ValueError(f"counts of ids above {OWN - 1}; expected MF's own {OWN} ids; read labels and answers with the label map mf_own")
    own = whole[:OWN, :OWN]
    right, truth = np.diagonal(own), own.sum(1)
    union = np.maximum(truth + own.sum(0) - right, 1)
    chosen = [k for k, name in enumerate(MF_OWN.sources) if truth[k] and (guardrail or name != "guardrail")]
    return _score({MF_OWN.sources[k]: float(right[k] / union[k]) for k in chosen})


def _score(classes: Mapping[str, float]) -> MFScore:
    """The mean of the classes that have ground truth; ``ValueError`` where none has."""
    if not classes:
        raise ValueError("none of the classes has ground truth; check that the labels are MF's and not all unlabelled")
    return MFScore(classes, float(np.mean(list(classes.values()))))


def mf_table_markdown(rows: Sequence[tuple[str, str, MFScore, MFScore | None, MFScore | None]]) -> str:
    """IoU in per cent of ``(key, title, compatible, own, own without guardrail)``, the published figures beside; a dash for what there is not."""
    lines = ["| network | car | person | bicycle | 9 ids | without guardrail | published (car / person / bike; 9 ids) |", "|---" * 7 + "|"]
    for key, title, compatible, own, without in rows:
        cells = [_per_cent(compatible.classes.get(NAMES[k])) for k in COMPATIBLE]
        cells += [_per_cent(None if score is None else score.mean) for score in (own, without)]
        car, person, bike, mean = ("–" if figure is None else f"{figure}" for figure in PUBLISHED_MF.get(key, (None,) * 4))
        lines.append(" | ".join([f"| {title}", *cells, f"{car} / {person} / {bike}; {mean}"]) + " |")
    return "\n".join(lines) + "\n"


def _per_cent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f}"
