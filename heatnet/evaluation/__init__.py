"""Scores: confusion counts, IoU by the authors' protocol, boxes, bootstrap intervals, the table and the claims."""

from heatnet.evaluation.bootstrap import Counts, Draws, Estimate, Resamples, draw, estimate, pooled, resample
from heatnet.evaluation.boxes import BOXED, BoxCounts, BoxRow, BoxScore, box_hits, box_quantities, box_row, box_table_markdown
from heatnet.evaluation.claims import Claim, Quantity, claims, claims_markdown, pixel_quantities
from heatnet.evaluation.counts import confusion, excluded, iou, tally
from heatnet.evaluation.labels import Reliability, reliability
from heatnet.evaluation.protocols import PROTOCOLS, Protocol
from heatnet.evaluation.record import from_json, to_json
from heatnet.evaluation.scores import PUBLISHED, SPLITS, Row, Score, class_table_markdown, is_bound, row, table_markdown

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
    "Draws",
    "Estimate",
    "Protocol",
    "Quantity",
    "Reliability",
    "Resamples",
    "Row",
    "Score",
    "box_hits",
    "box_quantities",
    "box_row",
    "box_table_markdown",
    "claims",
    "claims_markdown",
    "class_table_markdown",
    "confusion",
    "draw",
    "estimate",
    "excluded",
    "from_json",
    "iou",
    "is_bound",
    "pixel_quantities",
    "pooled",
    "reliability",
    "resample",
    "row",
    "table_markdown",
    "tally",
    "to_json",
]
