"""Scores on MF: the three classes that its ids and ours share, and all nine of its own ids for the networks that learned them.

As the authors score on MF (paper.md, 2.9): pixels pooled over all test images, day and night; what the set leaves unlabelled is a class, so
a car seen there is a false positive. The guardrail is labelled inconsistently in the test images, so the nine-class mean is told with and
without it (paper.md, 4.1).
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Int64

from heatnet.evaluation.bootstrap import Counts, Draws, Resamples, pooled
from heatnet.evaluation.counts import iou
from heatnet.taxonomy import COMPATIBLE, MF_OWN

OWN = len(MF_OWN.sources)
GUARDRAIL = MF_OWN.sources.index("guardrail")
PUBLISHED_MF: Mapping[str, tuple[float | None, ...]] = {
    "mfnet": (65.9, 58.9, 42.9, 39.7),
    "rtfnet_50": (None, None, None, 51.7),
    "rtfnet_152": (87.4, 70.3, 62.7, 53.2),
}
"""Published test IoU in per cent: car, person, bike, mean over the nine ids (paper.md, 1 and 4.1)."""


def whole(counts: Counts, resamples: Resamples) -> Int64[np.ndarray, "draws 13 13"]:
    """Counts of every resample, day and night together."""
    return pooled(resamples.day, counts.day) + pooled(resamples.night, counts.night)


def of_classes(draws: Draws, classes: tuple[int, ...]) -> Draws:
    """The draws of some classes, by their places."""
    return Draws(draws.iou[:, classes], draws.present[:, classes])


def compatible_draws(counts: Counts, resamples: Resamples) -> Draws:
    """Car, person and bicycle, from counts in our classes (labels read with ``taxonomy.MF_SCORED``)."""
    return of_classes(Draws(*iou(whole(counts, resamples))), COMPATIBLE)


def own_draws(counts: Counts, resamples: Resamples, guardrail: bool = True) -> Draws:
    """The nine ids, unlabelled included, from counts in MF's own ids (labels and answers read with ``taxonomy.MF_OWN``).

    Without the ``guardrail`` that id counts as having no ground truth. Raises ``ValueError`` where the counts hold ids that MF does not have.
    """
    every = whole(counts, resamples)
    if every[:, OWN:].any() or every[:, :, OWN:].any():
        raise ValueError(f"counts of ids above {OWN - 1}; expected MF's own {OWN} ids; read labels and answers with the label map mf_own")
    own = every[:, :OWN, :OWN]
    right, truth = np.diagonal(own, axis1=1, axis2=2), own.sum(2)
    present = (truth > 0) & (guardrail | (np.arange(OWN) != GUARDRAIL))
    return Draws(np.where(present, right / np.maximum(truth + own.sum(1) - right, 1), 0.0), present)
