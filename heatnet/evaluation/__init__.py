"""Scores: confusion counts, IoU by the authors' protocol, boxes, bootstrap intervals, the table and the claims."""

from heatnet.evaluation.bootstrap import Counts, Draws, Estimate, Resamples, draw, estimate, pooled, resample, resample_drives
from heatnet.evaluation.boxes import BOXED, BoxCounts, BoxRow, BoxScore, box_figures, box_hits, box_quantities, box_row, box_table_markdown
from heatnet.evaluation.claims import Claim, Quantity, claims, claims_markdown, elsewhere_quantities, pixel_quantities
from heatnet.evaluation.compare import Difference, differences, differences_markdown, leaders, paired_p, pixel_figures, scored_pairs
from heatnet.evaluation.counts import confusion, excluded, hardest, iou
from heatnet.evaluation.elsewhere import SetCounts, SetRow, counts_by_domain, load_sets, luck, nights_alone, save_sets, set_figures, set_rows
from heatnet.evaluation.labels import Reliability, reliability
from heatnet.evaluation.protocols import PROTOCOLS, Protocol
from heatnet.evaluation.record import Recorded, from_json, load_counts, save_counts, to_json
from heatnet.evaluation.released import ReleasedScore, protocols_markdown, released_iou, released_predictions, released_score
from heatnet.evaluation.scores import PUBLISHED, SPLITS, Row, Score, class_arrays, is_bound, row, table_markdown
from heatnet.evaluation.set_tables import away_arrays, away_markdown, bdd_markdown, mf_markdown
from heatnet.evaluation.streaming import count, score
from heatnet.evaluation.worlds import Visit, kept, matrix, visit, visits, worlds_markdown

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
    "SetCounts",
    "SetRow",
    "Visit",
    "away_arrays",
    "away_markdown",
    "bdd_markdown",
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
    "counts_by_domain",
    "differences",
    "differences_markdown",
    "draw",
    "elsewhere_quantities",
    "estimate",
    "excluded",
    "from_json",
    "hardest",
    "iou",
    "is_bound",
    "kept",
    "leaders",
    "load_counts",
    "load_sets",
    "luck",
    "matrix",
    "mf_markdown",
    "nights_alone",
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
    "save_sets",
    "score",
    "scored_pairs",
    "set_figures",
    "set_rows",
    "table_markdown",
    "to_json",
    "visit",
    "visits",
    "worlds_markdown",
]
