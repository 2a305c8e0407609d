"""Images and labels: an index per dataset -> frames -> samples in memory -> batches.

``vistas``, ``freiburg``, ``msrs``, ``mf``, ``bdd``, ``cityscapes`` and ``camvid`` list a dataset's ``Frame`` records, ``load`` decodes them
into ``Samples``, and ``batch_at`` augments and normalises what a training step needs. Nothing here knows where a dataset lies.
"""

from heatnet.data.batches import Batch, ahead, batch_at, cat, evaluation_batches
from heatnet.data.chunks import Chunks
from heatnet.data.frames import Frame
from heatnet.data.loading import load
from heatnet.data.samples import Samples
from heatnet.data.sets import (
    agreed,
    labelled,
    pairs,
    read_labelled,
    read_pairs,
    read_supervised,
    recorded,
    source,
    stream_pairs,
    unlabelled,
    with_simulated,
    write_labels,
)
from heatnet.data.thermal import absolute
from heatnet.data.worlds import read_worlds

__all__ = [
    "Batch",
    "Chunks",
    "Frame",
    "Samples",
    "absolute",
    "agreed",
    "ahead",
    "batch_at",
    "cat",
    "evaluation_batches",
    "labelled",
    "load",
    "pairs",
    "read_labelled",
    "read_pairs",
    "read_supervised",
    "read_worlds",
    "recorded",
    "source",
    "stream_pairs",
    "unlabelled",
    "with_simulated",
    "write_labels",
]
