"""HeatNet's second stage: both teachers' labels, and a critic to be fooled."""

from collections.abc import Iterator

from torch import Tensor, nn

from heatnet import config
from heatnet.losses import DOMAIN_LOSSES
from heatnet.models import Critic
from heatnet.taxonomy import Domain
from heatnet.training.learner import Learner, Report, descend, frozen, learning_rate, optimiser, reproducible
from heatnet.training.supervised import Source, joint_forward, labelled_loss


def adversarial_learner(network: nn.Module, critic: Critic, settings: config.Training, adversary: config.Adversary) -> Learner:
    """A learner of a network and its critic, each with an optimiser of its own."""
    return Learner(
        {"network": network, "critic": critic},
        {"network": optimiser(settings.optimiser, network.parameters()), "critic": optimiser(adversary.optimiser, critic.parameters())},
    )


def adversarial(learner: Learner, day: Source, night: Source, settings: config.Training, adversary: config.Adversary) -> Iterator[Report]:
    """Alternate a step of the network and a step of the critic, on the same forward pass.

    The network descends ``L_day + L_night + weight * L_conf``, where ``L_conf`` is the critic's loss for night logits
    called day (one-sided confusion: only night is pulled). Then the critic descends its loss for both domains called
    by their names. Yields after every pair of steps, with the critic's accuracy.
    """
    network, critic = learner.networks["network"].train(), learner.networks["critic"].train()
    device = next(network.parameters()).device
    domain_loss = DOMAIN_LOSSES[adversary.criterion]
    for step in range(learner.step, settings.steps):
        batches = {"day": day(step).to(device), "night": night(step).to(device)}
        with reproducible(settings.seed, step):
            logits = joint_forward(network, batches)
        with frozen(critic):
            confusion = adversary.weight * domain_loss(critic(logits["night"]), Domain.DAY)
        terms = {**{name: labelled_loss(logits[name], batch) for name, batch in batches.items()}, "confusion": confusion}
        rate = learning_rate(settings.optimiser, step, settings.steps)
        descend(learner, "network", terms, rate)
        score = {domain: critic(logits[domain.value].detach()) for domain in Domain}
        critic_terms = {f"critic {domain.value}": domain_loss(score[domain], domain) for domain in Domain}
        descend(learner, "critic", critic_terms, learning_rate(adversary.optimiser, step, settings.steps))
        learner.step = step + 1
        losses = {name: value.item() for name, value in {**terms, **critic_terms}.items()}
        yield Report(step, losses, rate, {"critic accuracy": accuracy(score[Domain.DAY], score[Domain.NIGHT], adversary.criterion)})


def accuracy(day: Tensor, night: Tensor, criterion: str) -> float:
    """The share of patches that the critic calls by their domain (threshold: half way between the two targets)."""
    threshold = 0.5 if criterion == "lsgan" else 0.0
    right = (day > threshold).sum() + (night <= threshold).sum()
    return right.item() / (day.numel() + night.numel())
