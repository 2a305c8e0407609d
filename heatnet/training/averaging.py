"""A teacher that is the average of its student's past (Tarvainen and Valpola, Mean teachers, NeurIPS 2017)."""

import copy

import torch
from torch import nn


def averaged(network: nn.Module) -> nn.Module:
    """A copy of a network that no gradient reaches, in evaluation mode."""
    teacher = copy.deepcopy(network).eval()
    return teacher.requires_grad_(False)


@torch.no_grad()
def follow_student(teacher: nn.Module, student: nn.Module, decay: float, step: int) -> None:
    """``t <- a t + (1 - a) s`` for every parameter and statistic, in place, with ``a = min(1 - 1 / (step + 1), decay)``.

    So the teacher is the plain mean of its students while it is young, and forgets exponentially later. Counters are copied.
    """
    a = min(1 - 1 / (step + 1), decay)
    for mean, value in zip(teacher.state_dict().values(), student.state_dict().values(), strict=True):
        if mean.is_floating_point():
            mean.mul_(a).add_(value, alpha=1 - a)
        else:
            mean.copy_(value)
