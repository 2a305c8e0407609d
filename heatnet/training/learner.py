"""What training changes, and one step of it."""

import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from heatnet import config


@dataclass
class Learner:
    """Networks and their optimisers by name, and how many steps they have taken."""

    networks: Mapping[str, nn.Module]
    optimisers: Mapping[str, torch.optim.Optimizer]
    step: int = 0


@dataclass(frozen=True)
class Report:
    """What one step did: the value of each term, the learning rate, and further figures (the critic's accuracy)."""

    step: int
    losses: Mapping[str, float]
    learning_rate: float
    figures: Mapping[str, float] = field(default_factory=dict)


def optimiser(settings: config.Optimiser, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """The optimiser that ``settings`` name; RMSprop as released (alpha 0.99, no momentum)."""
    if settings.name == "rmsprop":
        return torch.optim.RMSprop(parameters, settings.learning_rate, weight_decay=settings.weight_decay)
    return torch.optim.AdamW(parameters, settings.learning_rate, weight_decay=settings.weight_decay, fused=True)  # a third of the time on a CPU


def learning_rate(settings: config.Optimiser, step: int, steps: int) -> float:
    """The schedule: linear warm-up, then ``learning_rate (1 - step / steps) ** power``."""
    warmup = min(1.0, (step + 1) / (settings.warmup + 1))
    return float(settings.learning_rate * warmup * (1 - step / steps) ** settings.power)


def descend(learner: Learner, name: str, terms: Mapping[str, Tensor], rate: float) -> None:
    """One step of a network down the sum of its weighted terms.

    Raises ``FloatingPointError``, before anything is changed, naming the step, the term and the learning rate where a
    term is not finite.
    """
    for term, value in terms.items():
        if not math.isfinite(value.item()):
            raise FloatingPointError(
                f"step {learner.step}: the loss term {term!r} is {value.item()} at learning rate {rate:.3g}; "
                "lower the learning rate or lengthen the warm-up in params.yaml, and check that inputs lie in [-1, 1]"
            )
    optimiser = learner.optimisers[name]
    for group in optimiser.param_groups:
        group["lr"] = rate
    optimiser.zero_grad(set_to_none=True)
    torch.stack(tuple(terms.values())).sum().backward()
    optimiser.step()


@contextmanager
def reproducible(seed: int, step: int) -> Iterator[None]:
    """Make dropout a function of the seed and the step alone, and leave the global generator as it was."""
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed * 1_000_003 + step)
        yield


@contextmanager
def computing(settings: config.Optimiser, device: torch.device) -> Iterator[None]:
    """Networks compute in the precision that ``settings`` ask for (mixed precision, Micikevicius et al., ICLR 2018).

    Where the device has no bfloat16 of its own it would be slower, not faster, and float32 is used: results then differ as those of another seed do.
    """
    with torch.autocast(device.type, torch.bfloat16, enabled=settings.precision == "bfloat16" and has_bfloat16(device)):
        yield


def has_bfloat16(device: torch.device) -> bool:
    """Whether a device computes bfloat16 in hardware; a CPU of which torch cannot tell (``get_capabilities`` is new) counts as without."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    can: Mapping[str, bool] = getattr(torch.cpu, "get_capabilities", dict)() if device.type == "cpu" else {}
    return can.get("avx512_bf16", False) or can.get("amx_bf16", False)


@contextmanager
def evaluating(*networks: nn.Module) -> Iterator[None]:
    """Networks in evaluation mode and without gradients; their modes are restored on leaving."""
    modes = [network.training for network in networks]
    try:
        for network in networks:
            network.eval()
        with torch.no_grad():
            yield
    finally:
        for network, mode in zip(networks, modes, strict=True):
            network.train(mode)


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """A network through which gradients flow but whose own parameters receive none."""
    flags = [parameter.requires_grad for parameter in network.parameters()]
    try:
        network.requires_grad_(False)
        yield
    finally:
        for parameter, flag in zip(network.parameters(), flags, strict=True):
            parameter.requires_grad_(flag)
