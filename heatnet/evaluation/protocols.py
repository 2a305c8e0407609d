"""The two ways in which a profile can score: pixel labels (``iou``) where there are some, boxes where there are not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int32, Int64, UInt8

from heatnet.data import Samples, msrs
from heatnet.evaluation.bootstrap import Counts, Resamples
from heatnet.evaluation.boxes import BOXED, BoxCounts, BoxRow, box_figures, box_hits, box_quantities, box_row, box_table_markdown
from heatnet.evaluation.claims import Quantity, pixel_quantities
from heatnet.evaluation.compare import Figures, pixel_figures
from heatnet.evaluation.counts import confusion
from heatnet.evaluation.scores import PUBLISHED, SPLITS, Row, is_bound, row, table_markdown
from heatnet.taxonomy import NAMES


@dataclass(frozen=True)
class Protocol:
    """How to score: the truth of test samples, the counts of one image, of a network, its row, the claims, the table.

    ``figures`` gives what two networks are compared by, in every resample; the table is told who is clearly ahead (``compare.leaders``).
    ``arrays`` gives the table as the arguments of its figure (``figures.table_bars``, ``figures.box_bars``).
    """

    truth: Callable[[Samples, Path], Sequence[Any]]
    count: Callable[[Any, Any], Int64[np.ndarray, "*counts"]]
    gather: Callable[..., Any]
    kind: type
    row: Callable[..., Any]
    figures: Callable[[Any, Resamples], Figures]
    quantities: Callable[[Mapping[str, Any], Resamples], dict[str, Quantity]]
    table: Callable[[Sequence[Any], Mapping[str, str]], str]
    arrays: Callable[[Sequence[Any]], Mapping[str, Any]]

    def counts(self, predictions: Iterable[UInt8[np.ndarray, "_ _"]], truth: Iterable[Any]) -> Int32[np.ndarray, "images *counts"]:
        """Counts of every image of a split, in 32 bits: 0.7 kB an image."""
        return np.stack([self.count(prediction, known).astype(np.int32) for prediction, known in zip(predictions, truth, strict=True)])


def _labels(samples: Samples, _: Path) -> Sequence[UInt8[np.ndarray, "_ _"]]:
    """The labels that came with the test images; ``ValueError`` where there are none."""
    if samples.label is None:
        raise ValueError(
            f"{samples.names[0]}: no labels; expected pixel labels for every test image; set evaluation.protocol to boxes if there are only boxes"
        )
    return list(samples.label)


def _boxes(samples: Samples, folder: Path) -> Sequence[Float[np.ndarray, "boxes 5"]]:
    """The boxes drawn on the fused images; none for an image without a file."""
    found = msrs.boxes(folder, "fusion")
    return [found.get(name, np.zeros((0, 5))) for name in samples.names]


PAPER_MIOU: Mapping[str, tuple[float, float, float]] = {
    "teacher": (0.694, 0.357, np.nan),
    "heatnet_rgbt": (np.nan, np.nan, 0.649),
}
"""The paper's mIoU on Freiburg Thermal (day, night, combined) where it has a figure for the split."""


def _pixel_arrays(rows: Sequence[Row]) -> Mapping[str, Any]:
    """Mean IoU by row and split."""
    scores = {part: np.array([[getattr(getattr(row, split).miou, part) for split in SPLITS] for row in rows]) for part in ("value", "low", "high")}
    published = np.array([PAPER_MIOU.get(row.name, (np.nan,) * 3) for row in rows])
    return {"names": [row.title for row in rows], **scores, "bound": np.array([is_bound(row.name) for row in rows]), "published": published}


def _box_arrays(rows: Sequence[BoxRow]) -> Mapping[str, Any]:
    """Hit rate and pixel precision by row, split and class."""

    def gather(kind: str, part: str) -> Float[np.ndarray, "rows 2 3"]:
        splits = [[[getattr(getattr(split[NAMES[k]], kind), part) for k in BOXED] for split in (row.day, row.night)] for row in rows]
        return np.array(splits, np.float64)

    hits = {"hit": gather("hit", "value"), "low": gather("hit", "low"), "high": gather("hit", "high")}
    return {"names": [row.title for row in rows], **hits, "precision": gather("precision", "value")}


PROTOCOLS: Mapping[str, Protocol] = {
    "iou": Protocol(
        _labels,
        confusion,
        Counts,
        Row,
        row,
        pixel_figures,
        pixel_quantities,
        lambda rows, clear: table_markdown(rows, PUBLISHED, clear),
        _pixel_arrays,
    ),
    "boxes": Protocol(
        _boxes,
        box_hits,
        BoxCounts,
        BoxRow,
        box_row,
        box_figures,
        box_quantities,
        lambda rows, _: box_table_markdown(rows),
        _box_arrays,
    ),
}
