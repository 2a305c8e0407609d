"""What the released code does where it differs from the paper's method, each slip a named behaviour.

Nothing but the ablation's rows of released behaviour uses these; ``tests/training/test_released.py`` says what each does, the ablation
what each was worth. Sources: the numbered oddities of the authors' code, as read from their release.

========================  ==============================================================================================
``double_softmax``        certainty is the largest softmax *of a softmax*: with 13 classes between 0.08 and 0.19
``scalar_uncertainty``    the map that should weigh confusion per pixel is reduced to its mean first
``road_filled``           what a rotation brings in from beyond the image is labelled 0, which is road, and is black
``one_optimiser``         network and critic share an optimiser; the idle one's statistics decay while the other moves
``best_on``               the checkpoint with the best score *on the test images* is kept
========================  ==============================================================================================

The last one, tests in training mode (batch norm by the statistics of the one image, dropout on), is ``heatnet.evaluation.released``.
"""

import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from heatnet import config
from heatnet.data import Batch
from heatnet.losses import confidence
from heatnet.taxonomy import ROAD
from heatnet.training.learner import Learner, Report, optimiser
from heatnet.training.supervised import Source


def double_softmax(logits: Float[Tensor, "batch classes height width"]) -> Float[Tensor, "batch height width"]:
    """``max_k softmax(softmax(z))_k``: at most ``e / (e + K - 1)``, 0.185 for K = 13, however sure the network is."""
    return confidence(logits.softmax(1))


def scalar_uncertainty(logits: Float[Tensor, "batch classes height width"], rows: int, columns: int) -> Float[Tensor, "batch 1 rows columns"]:
    """The mean of one minus the doubly softened certainty, the same for every patch: nearly a constant, 0.82 to 0.92."""
    mean = 1 - double_softmax(logits.detach()).mean()
    return mean.expand(len(logits), 1, rows, columns)


def road_filled(source: Source) -> Source:
    """A source whose pixels from beyond the image (0 in all of RGB, see ``heatnet.data.augment``) are black, cold, and labelled road."""

    def batch(step: int) -> Batch:
        whole = source(step)
        assert whole.rgb is not None, "the released networks all read RGB"
        beyond = (whole.rgb == 0).all(1)
        black = [None if part is None else part.masked_fill(beyond[:, None], -1.0) for part in (whole.rgb, whole.thermal)]
        label = None if whole.label is None else whole.label.masked_fill(beyond, ROAD)
        return replace(
            whole, rgb=black[0], thermal=black[1], label=label, weight=None if whole.weight is None else whole.weight.masked_fill(beyond, 1)
        )

    return batch


def one_optimiser(learner: Learner, settings: config.Optimiser) -> Learner:
    """The learner with one optimiser over all its networks, whose idle part gets gradients of zero rather than none (PyTorch before 2.0)."""
    parameters = [parameter for network in learner.networks.values() for parameter in network.parameters()]
    shared = optimiser(settings, parameters)

    def zero_grad(set_to_none: bool = False) -> None:
        for parameter in parameters:
            parameter.grad = torch.zeros_like(parameter)

    shared.zero_grad = zero_grad  # type: ignore[method-assign]
    return Learner(learner.networks, dict.fromkeys(learner.networks, shared), learner.step)


def best_on(network: nn.Module, reports: Iterable[Report], score: Callable[[nn.Module], float], every: int) -> Iterator[Report]:
    """Follow a run and leave the network as it was when ``score``, asked every so many steps, was highest.

    The release asks the *test* images; a reported score is then the largest of several noisy ones. Ties keep the earlier network.
    """
    best: tuple[float, dict[str, Any]] | None = None
    for report in reports:
        yield report
        if (report.step + 1) % every == 0:
            value = score(network)
            if best is None or value > best[0]:
                best = value, copy.deepcopy(network.state_dict())
    if best is not None:
        network.load_state_dict(best[1])
