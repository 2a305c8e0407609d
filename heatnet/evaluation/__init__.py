"""Scores: confusion counts, IoU by the authors' protocol, boxes, bootstrap intervals, the table and the claims."""

from heatnet.evaluation.bootstrap import Counts, Draws, Estimate, Resamples, draw, estimate, pooled, resample, resample_drives
from heatnet.evaluation.boxes import BOXED, BoxCounts, BoxRow, BoxScore, box_figures, box_hits, box_quantities, box_row, box_table_markdown
from heatnet.evaluation.claims import Claim, Quantity, claims, claims_markdown, pixel_quantities
from heatnet.evaluation.compare import Difference, differences, differences_markdown, paired_p, pixel_figures, scored_pairs
from heatnet.evaluation.counts import confusion, excluded, hardest, iou
from heatnet.evaluation.labels import Reliability, reliability
from heatnet.evaluation.protocols import PROTOCOLS, Protocol
from heatnet.evaluation.record import Recorded, from_json, load_counts, save_counts, to_json
from heatnet.evaluation.released import ReleasedScore, protocols_markdown, released_iou, released_predictions, released_score
from heatnet.evaluation.scores import PUBLISHED, SPLITS, Row, Score, class_arrays, is_bound, row, table_markdown
from heatnet.evaluation.streaming import count, score

__all__ = [
    "BOXED",
    "PROTOCOLS",
    "PUBLISHED",
    "SPLITS",
    "BoxCounts",
    "BoxRow",
    "BoxScore",
    "Claim",
    "Counts",
    "Difference",
    "Draws",
    "Estimate",
    "Protocol",
    "Quantity",
    "Recorded",
    "ReleasedScore",
    "Reliability",
    "Resamples",
    "Row",
    "Score",
    "box_figures",
    "box_hits",
    "box_quantities",
    "box_row",
    "box_table_markdown",
    "claims",
    "claims_markdown",
    "class_arrays",
    "confusion",
    "count",
    "differences",
    "differences_markdown",
    "draw",
    "estimate",
    "excluded",
    "from_json",
    "hardest",
    "iou",
    "is_bound",
    "load_counts",
    "paired_p",
    "pixel_figures",
    "pixel_quantities",
    "pooled",
    "protocols_markdown",
    "released_iou",
    "released_predictions",
    "released_score",
    "reliability",
    "resample",
    "resample_drives",
    "row",
    "save_counts",
    "score",
    "table_markdown",
    "scored_pairs",
    "to_json",
]
