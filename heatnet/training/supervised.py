"""Training on labels: the RGB teacher, the thermal teacher, HeatNet's first stage, the student, the upper bounds.

They differ only in their sources: which images, whose labels, which weights.
"""

from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor

from heatnet import config
from heatnet.data import Batch
from heatnet.losses import segmentation_loss
from heatnet.training.learner import Learner, Report, computing, descend, learning_rate, optimiser, reproducible

Source = Callable[[int], Batch]
"""The batch of a step: a pure function of the step, so that an interrupted run goes on as if it had not been."""


def learner(network: torch.nn.Module, settings: config.Training) -> Learner:
    """A learner of one network."""
    return Learner({"network": network}, {"network": optimiser(settings.optimiser, network.parameters())})


def supervised(learner: Learner, sources: Mapping[str, Source], settings: config.Training) -> Iterator[Report]:
    """Descend the sum of the sources' segmentation losses, one term a source.

    All sources pass through the network in one forward, so batch norm sees the domains mixed as it will in use.
    Yields after every step; who calls it logs, saves, plots or stops.
    """
    network = learner.networks["network"].train()
    device = next(network.parameters()).device
    for step in range(learner.step, settings.steps):
        batches = {name: source(step).to(device) for name, source in sources.items()}
        with reproducible(settings.seed, step), computing(settings.optimiser, device):
            logits = joint_forward(network, batches)
        terms = {name: labelled_loss(logits[name], batch) for name, batch in batches.items()}
        rate = learning_rate(settings.optimiser, step, settings.steps)
        descend(learner, "network", terms, rate)
        learner.step = step + 1
        yield Report(step, {name: value.item() for name, value in terms.items()}, rate)


def joint_forward(network: torch.nn.Module, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
    """Logits of every batch from one pass of them all."""
    return split_like(network(*joint(batches)).float(), batches)


def joint(batches: Mapping[str, Batch]) -> tuple[Tensor | None, Tensor | None]:
    """The RGB and the thermal images of all batches, in one batch each."""
    return _stack([batch.rgb for batch in batches.values()]), _stack([batch.thermal for batch in batches.values()])


def split_like(whole: Tensor, batches: Mapping[str, Batch]) -> dict[str, Tensor]:
    """What belongs to each of the batches that ``joint`` joined."""
    return dict(zip(batches, whole.split([len(batch) for batch in batches.values()]), strict=True))


def labelled_loss(logits: Tensor, batch: Batch) -> Tensor:
    """The segmentation loss of a batch; raises ``ValueError`` where it has no labels."""
    if batch.label is None:
        raise ValueError("a training source has no labels; give the index a label folder")
    return segmentation_loss(logits, batch.label, batch.weight)


def _stack(images: list[Tensor | None]) -> Tensor | None:
    """All images in one batch; ``None`` where a source lacks the modality."""
    present = [image for image in images if image is not None]
    return torch.cat(present).contiguous(memory_format=torch.channels_last) if len(present) == len(images) else None
