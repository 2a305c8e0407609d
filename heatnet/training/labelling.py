"""A teacher labels what it sees: the most likely class and how far to trust it, for every pixel."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor

from heatnet.data import Batch
from heatnet.losses import confidence
from heatnet.training.learner import evaluating


def predictions(
    network: torch.nn.Module,
    batches: Iterable[Batch],
    device: torch.device,
    trust_of: Callable[[Tensor], Tensor] = confidence,
) -> Iterator[tuple[UInt8[np.ndarray, "height width"], UInt8[np.ndarray, "height width"]]]:
    """The label and the confidence (0 to 255 for 0 to 1) of every image in turn, in evaluation mode.

    ``trust_of`` turns logits into confidence (batch, height, width).
    """
    network.to(device)
    for batch in batches:
        with evaluating(network):
            moved = batch.to(device)
            logits = network(moved.rgb, moved.thermal)
        labels = logits.argmax(1).to(torch.uint8).cpu().numpy()
        trust = (trust_of(logits) * 255).round().to(torch.uint8).cpu().numpy()
        yield from zip(labels, trust, strict=True)
