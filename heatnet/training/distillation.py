"""HeatNet RGB-only with soft labels: the whole of HeatNet RGB-T's answer, not only its largest class."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from heatnet import config
from heatnet.data import Batch
from heatnet.losses import distillation_loss
from heatnet.taxonomy import IGNORE
from heatnet.training.learner import Learner, Report, computing, descend, evaluating, learning_rate, reproducible
from heatnet.training.supervised import Source, joint_forward, labelled_loss


def distilled(learner: Learner, teacher: nn.Module, day: Source, night: Source, settings: config.Training, temperature: float) -> Iterator[Report]:
    """Descend ``L_day + L_soft``: the day's labels, and by night the teacher's softened answer for the very same view.

    The teacher sees what the student sees, crop and colours included, and the thermal image besides ("a consistent teacher", Beyer et
    al., CVPR 2022); hard labels, made once, are ``supervised``. Labels and weights of ``night`` only say which pixels count and how much.
    """
    network = learner.networks["network"].train()
    device = next(network.parameters()).device
    teacher.to(device)
    for step in range(learner.step, settings.steps):
        batches = {"day": day(step).to(device), "night": night(step).to(device)}
        with evaluating(teacher), computing(settings.optimiser, device):
            wanted = teacher(batches["night"].rgb, batches["night"].thermal).float()
        with reproducible(settings.seed, step), computing(settings.optimiser, device):
            logits = joint_forward(network, batches)
        soft = distillation_loss(logits["night"], wanted, temperature, counted(batches["night"]))
        terms = {"day": labelled_loss(logits["day"], batches["day"]), "night": soft}
        rate = learning_rate(settings.optimiser, step, settings.steps)
        descend(learner, "network", terms, rate)
        learner.step = step + 1
        yield Report(step, {name: value.item() for name, value in terms.items()}, rate)


def counted(batch: Batch) -> Tensor | None:
    """The weight of every pixel, 0 where there is no label; ``None`` where there are neither labels nor weights."""
    if batch.label is None:
        return batch.weight
    known = (batch.label != IGNORE).float()
    return known if batch.weight is None else torch.mul(known, batch.weight)
