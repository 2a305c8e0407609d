"""Batch norm that is left alone while a network is fine-tuned on a few images of another kind."""

from collections.abc import Iterator
from contextlib import contextmanager

from timm.layers.norm_act import freeze_batch_norm_2d, unfreeze_batch_norm_2d
from torch import nn


@contextmanager
def frozen_norms(network: nn.Module) -> Iterator[None]:
    """The statistics, scales and shifts of a network's batch norms stay as they are, in training mode too; an optimiser made here does not see them.

    On leaving the layers are ordinary ones again, with the same values.
    """
    freeze_batch_norm_2d(network)
    try:
        yield
    finally:
        unfreeze_batch_norm_2d(network)
        network.train(network.training)  # the new layers follow the network's mode
