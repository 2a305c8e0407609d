"""Masks from networks, one image at a time."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor, nn


@runtime_checkable
class Images(Protocol):
    """Images as a network reads them, in [-1, 1]: RGB (batch 3 height width), thermal (batch 1 height width), or one of them."""

    @property
    def rgb(self) -> Tensor | None:
        """RGB images."""

    @property
    def thermal(self) -> Tensor | None:
        """Thermal images."""


def predictions(
    network: Callable[[Tensor | None, Tensor | None], Tensor], batches: Iterable[Images], device: torch.device
) -> Iterator[UInt8[np.ndarray, "_ _"]]:
    """The most likely of the 13 classes at every pixel, image by image.

    Raises ``ValueError`` for a network in training mode: its batch norm and dropout would make the score depend on
    what else is in the batch (the released evaluation does that; wrap in ``training.evaluating``).
    """
    if isinstance(network, nn.Module) and network.training:
        raise ValueError("the network is in training mode; score it inside `with evaluating(network):`")
    for batch in batches:
        with torch.inference_mode():
            logits = network(*(image if image is None else image.to(device) for image in (batch.rgb, batch.thermal)))
            masks = logits.argmax(1).to(torch.uint8).cpu().numpy()
        yield from masks
