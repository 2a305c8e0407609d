"""A network scored on a set of any size: images are read, predicted and counted a few at a time, and only counts are kept."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Int32, UInt8
from torch import nn

from heatnet.data import Batch, Samples, evaluation_batches
from heatnet.evaluation.protocols import Protocol
from heatnet.training import predictions

BATCH = 8
"""Images that a network sees at once while it is scored; it changes no figure."""
Mask = UInt8[np.ndarray, "height width"]


def score(
    network: nn.Module, chunks: Iterable[Samples], protocol: Protocol, folder: Path, device: torch.device | str
) -> Int32[np.ndarray, "images *counts"]:
    """The counts of every image in turn, in evaluation mode; ``chunks`` come from ``data.stream_pairs``, and ``folder`` is the set's."""
    where = torch.device(device)
    return count(lambda batches: (mask for mask, _ in predictions(network, batches, where)), chunks, protocol, folder)


def count(
    predict: Callable[[Iterable[Batch]], Iterable[Mask]], chunks: Iterable[Samples], protocol: Protocol, folder: Path
) -> Int32[np.ndarray, "images *counts"]:
    """The counts of every image in turn, of masks that ``predict`` makes of a stream of batches."""
    waiting: deque[Any] = deque()

    def batches() -> Iterator[Batch]:
        for samples in chunks:
            waiting.extend(protocol.truth(samples, folder))
            yield from evaluation_batches(samples, BATCH)

    def truth() -> Iterator[Any]:
        while waiting:
            yield waiting.popleft()

    return protocol.counts(predict(batches()), truth())
