"""HeatNet's second stage: both teachers' labels, and critics to be fooled."""

from collections.abc import Callable, Iterator, Mapping

import torch
from torch import Tensor, nn

from heatnet import config
from heatnet.data import Batch
from heatnet.losses import DOMAIN_LOSSES, uncertainty
from heatnet.models import Critic
from heatnet.models.critic import LAYERS, Critics, taps
from heatnet.taxonomy import NUM_CLASSES, Domain
from heatnet.training.learner import Learner, Report, computing, descend, evaluating, frozen, learning_rate, optimiser, reproducible
from heatnet.training.released import scalar_uncertainty
from heatnet.training.supervised import Source, joint, labelled_loss, split_like

PULLS: Mapping[str, Mapping[Domain, Domain]] = {
    "night": {Domain.NIGHT: Domain.DAY},
    "both": {Domain.DAY: Domain.NIGHT, Domain.NIGHT: Domain.DAY},
}
"""Which domain is to be taken for which: one-sided confusion, and two-sided (``multidir`` in the released code)."""
WEIGHTS: Mapping[str, Callable[[Tensor, int, int], Tensor] | None] = {"none": None, "uncertainty": uncertainty, "released": scalar_uncertainty}
"""How the confusion of a patch is weighted, from the night's logits."""


def critics(network: nn.Module, adversary: config.Adversary, seed: int) -> Critics:
    """A critic for every level that ``adversary`` weighs, their weights drawn from ``seed``.

    All score the same patches of the image: the coarser a level, the fewer of its critic's convolutions halve it.
    """
    if set(adversary.critics) == {"logits"}:
        return Critics({"logits": Critic(NUM_CLASSES, adversary.width, seed)})
    parameter = next(network.parameters())
    blank = torch.zeros(1, 3, 64, 64, device=parameter.device)
    with evaluating(network):
        seen = taps(network, blank, blank[:, :1], adversary.critics)
    halvings = {level: LAYERS - (64 // seen[level].shape[-1]).bit_length() + 1 for level in adversary.critics}
    return Critics({level: Critic(seen[level].shape[1], adversary.width, seed, halvings[level]) for level in adversary.critics})


def adversarial_learner(network: nn.Module, critic: Critics, settings: config.Training, adversary: config.Adversary) -> Learner:
    """A learner of a network and its critics, with an optimiser each."""
    return Learner(
        {"network": network, "critic": critic},
        {"network": optimiser(settings.optimiser, network.parameters()), "critic": optimiser(adversary.optimiser, critic.parameters())},
    )


def adversarial(learner: Learner, day: Source, night: Source, settings: config.Training, adversary: config.Adversary) -> Iterator[Report]:
    """Alternate a step of the network and a step of the critics, on the same forward pass.

    The network descends ``L_day + night * L_night + weight * L_conf`` (``confusion_loss``); a ``night`` of 0 asks for no night labels.
    Then every critic descends its loss for both domains called by their names. Yields after every pair of steps, with the first critic's accuracy.
    """
    network, critic = learner.networks["network"].train(), learner.networks["critic"].train()
    device = next(network.parameters()).device
    domain_loss = DOMAIN_LOSSES[adversary.criterion]
    for step in range(learner.step, settings.steps):
        batches = {"day": day(step).to(device), "night": night(step).to(device)}
        with reproducible(settings.seed, step), computing(settings.optimiser, device):
            seen = joint_taps(network, batches, adversary.critics)
        with frozen(critic), computing(settings.optimiser, device):
            confusion = adversary.weight * confusion_loss(critic, seen, adversary)
        kept = {"day": 1.0, "night": adversary.night}
        labels = {name: kept[name] * labelled_loss(seen[name]["logits"], batch) for name, batch in batches.items() if kept[name]}
        terms = {**labels, "confusion": confusion}
        rate = learning_rate(settings.optimiser, step, settings.steps)
        descend(learner, "network", terms, rate)
        with computing(adversary.optimiser, device):
            score = scores(critic, seen)
        critic_terms = {
            f"{_prefix(level)}critic {domain.value}": domain_loss(score[domain][level], domain) for domain in Domain for level in score[domain]
        }
        descend(learner, "critic", critic_terms, learning_rate(adversary.optimiser, step, settings.steps))
        learner.step = step + 1
        losses = {name: value.item() for name, value in {**terms, **critic_terms}.items()}
        right = {
            f"{_prefix(level)}critic accuracy": accuracy(score[Domain.DAY][level], score[Domain.NIGHT][level], adversary.criterion)
            for level in score[Domain.DAY]
        }
        yield Report(step, losses, rate, right)


def confusion_loss(critic: nn.Module, seen: Mapping[str, Mapping[str, Tensor]], adversary: config.Adversary) -> Tensor:
    """How little the critics are fooled: ``L_conf = sum_l w_l sum_d mean_u m(u) loss(D_l(f_d)(u), other(d))``.

    ``l`` are the levels with their weights ``w_l``, ``d`` the domains that are pulled (``PULLS``), ``u`` the patches, weighted by ``m``
    (``WEIGHTS``; the day's patches by the day's own logits).
    """
    domain_loss, weigh = DOMAIN_LOSSES[adversary.criterion], WEIGHTS[adversary.weighting]
    losses = []
    for domain, other in PULLS[adversary.confusion].items():
        taps_of = seen[domain.value]
        for level, score in critic(taps_of).items():
            weight = weigh(taps_of["logits"], score.shape[-2], score.shape[-1]) if weigh else None
            losses.append(adversary.critics[level] * domain_loss(score, other, weight))
    return torch.stack(losses).sum()


def scores(critic: nn.Module, seen: Mapping[str, Mapping[str, Tensor]]) -> dict[Domain, dict[str, Tensor]]:
    """The critics' scores of both domains from one pass, through which no gradient reaches the network."""
    both = {level: torch.cat([parts[level].detach() for parts in seen.values()]) for level in next(iter(seen.values()))}
    sizes = [len(parts["logits"]) for parts in seen.values()]
    found = {level: dict(zip(seen, score.split(sizes), strict=True)) for level, score in critic(both).items()}
    return {domain: {level: parts[domain.value] for level, parts in found.items()} for domain in Domain}


def joint_taps(network: nn.Module, batches: Mapping[str, Batch], levels: Mapping[str, float]) -> dict[str, dict[str, Tensor]]:
    """What critics look at, of every batch, from one pass of them all."""
    whole = {level: split_like(tap.float(), batches) for level, tap in taps(network, *joint(batches), levels).items()}
    return {name: {level: parts[name] for level, parts in whole.items()} for name in batches}


def accuracy(day: Tensor, night: Tensor, criterion: str) -> float:
    """The share of patches that the critic calls by their domain (threshold: half way between the two targets)."""
    threshold = 0.5 if criterion == "lsgan" else 0.0
    right = (day > threshold).sum() + (night <= threshold).sum()
    return right.item() / (day.numel() + night.numel())


def _prefix(level: str) -> str:
    """The critic of the logits is simply the critic."""
    return "" if level == "logits" else f"{level} "
