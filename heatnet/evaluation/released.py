"""The protocol ``authors``: how the released code scores, beside which ``clean`` (evaluation mode, nothing chosen) can be read.

It never leaves training mode: batch norm takes the statistics of the single test image (which is handed over twice, as a batch), and
dropout stays on. Its mean is over all 12 classes; a class that is predicted but nowhere true counts as 0, one that is neither has
no IoU, and then the mean has none (paper.md, 2.9 and 2.11). The released RGB teacher, MFNet and RTFNet were scored in evaluation mode.
"""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn

from heatnet.data import Batch
from heatnet.evaluation.bootstrap import Counts
from heatnet.evaluation.scores import Row
from heatnet.taxonomy import NAMES, SCORED


def released_predictions(network: nn.Module, batches: Iterable[Batch], device: torch.device | str, seed: int) -> Iterator[UInt8[np.ndarray, "_ _"]]:
    """The mask of every image in training mode, each image as a batch of itself twice; dropout is drawn from ``seed``.

    The network itself is left as it was: a copy is run, whose batch norm statistics change.
    """
    released = copy.deepcopy(network).to(device).train()
    devices = [torch.device(device)] if torch.device(device).type == "cuda" else []
    for number, image in enumerate(image for batch in batches for image in _singly(batch)):
        with torch.random.fork_rng(devices=devices), torch.inference_mode():
            torch.manual_seed(seed + number)
            twice = [None if part is None else torch.cat([part, part]).to(device) for part in image]
            yield released(*twice)[0].argmax(0).to(torch.uint8).cpu().numpy()


def _singly(batch: Batch) -> Iterator[tuple[Tensor | None, Tensor | None]]:
    """RGB and thermal of every image of a batch."""
    for i in range(len(batch)):
        yield (None if batch.rgb is None else batch.rgb[i : i + 1], None if batch.thermal is None else batch.thermal[i : i + 1])


def released_iou(counts: Int64[np.ndarray, "*sets 13 13"]) -> Float[np.ndarray, "*sets 12"]:
    """IoU of the 12 classes as released: NaN only where a class is neither true nor predicted."""
    right = np.diagonal(counts, axis1=-2, axis2=-1)
    union = counts.sum(-1) + counts.sum(-2) - right
    scored = list(SCORED)
    with np.errstate(invalid="ignore"):
        return right[..., scored] / union[..., scored]


@dataclass(frozen=True)
class ReleasedScore:
    """Mean IoU as released (fractions), ``None`` where a class is nowhere; ``nowhere`` names those classes."""

    day: float | None
    night: float | None
    combined: float | None
    nowhere: tuple[str, ...]


def released_score(counts: Counts) -> ReleasedScore:
    """Day, night and their mean per class; pixels are pooled over the images of a split."""
    day, night = released_iou(counts.day.sum(0)), released_iou(counts.night.sum(0))
    by_day, by_night, combined = (None if np.isnan(iou).any() else float(iou.mean()) for iou in (day, night, (day + night) / 2))
    return ReleasedScore(by_day, by_night, combined, tuple(NAMES[k] for k in SCORED if np.isnan(day[k]) or np.isnan(night[k])))


DIFFERENCE = (
    "`clean` is the table above: evaluation mode, classes without ground truth left out, the last step of each training. `authors` is how the "
    "released code scores HeatNet: in training mode, so that batch norm takes the statistics of the one test image (a small adaptation) and dropout "
    "stays on (noise), and over all twelve classes. The released code also chooses its checkpoint on the test images; that is not repeated here."
)
"""What lies between the two protocols (paper.md, 2.9 and 2.11)."""


def protocols_markdown(rows: Sequence[Row], released: Mapping[str, ReleasedScore]) -> str:
    """Mean IoU in per cent by both protocols and how much the authors' is higher, for the rows that were scored by both."""
    lines = ["| network | protocol | day | night | combined |", "|---|---|---|---|---|"]
    for row in (row for row in rows if row.name in released):
        clean = [row.day.miou.value, row.night.miou.value, row.combined.miou.value]
        theirs = [released[row.name].day, released[row.name].night, released[row.name].combined]
        gaps = [None if b is None else b - a for a, b in zip(clean, theirs, strict=True)]
        for title, figures, sign in (("clean", clean, ""), ("authors", theirs, ""), ("authors, higher by", gaps, "+")):
            cells = ["undefined" if figure is None else f"{100 * figure:{sign}.1f}" for figure in figures]
            lines.append(" | ".join([f"| {row.title if title == 'clean' else ''}", title, *cells]) + " |")
    absent = sorted({name for score in released.values() for name in score.nowhere})
    note = [f"\nNeither true nor predicted, so the authors' mean is undefined: {', '.join(absent)}."] if absent else []
    return "\n".join([*lines, *note, f"\n{DIFFERENCE}"]) + "\n"
