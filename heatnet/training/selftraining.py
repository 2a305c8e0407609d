"""What one would do today: the network teaches itself by night, through an average of its own past, on images made harder.

Nobody has to fool a critic here. Every term is a labelled loss or a divergence; a weight of 0 leaves its images out as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from heatnet import config
from heatnet.data import Batch
from heatnet.losses import confident_share, cross_modal_loss
from heatnet.taxonomy import IGNORE
from heatnet.training.alignment import Shares, bent, labelled_shares
from heatnet.training.averaging import averaged, follow_student
from heatnet.training.learner import Learner, Report, computing, descend, evaluating, learning_rate, optimiser, reproducible
from heatnet.training.mixing import class_mix, masked, one_modality, styled
from heatnet.training.supervised import Source, joint_forward, labelled_loss

STREAM = 2
"""This loop's own stream of random numbers, beside the order and the changes of the frames."""


def selftraining_learner(network: nn.Module, settings: config.Training) -> Learner:
    """A learner of a network, of the teacher that follows it (the better of the two to keep), and of the classes' shares."""
    shares = Shares().to(next(network.parameters()).device)
    return Learner(
        {"network": network, "teacher": averaged(network), "shares": shares}, {"network": optimiser(settings.optimiser, network.parameters())}
    )


def selftraining(
    learner: Learner, day: Source, night: Source, settings: config.Training, recipe: config.SelfTraining, class_weight: Tensor
) -> Iterator[Report]:
    """Descend ``L_day + w_n L_night + w_s L_styled + w_x L_mix + w_m L_mask + w_c L_cross``; the teacher follows after every step.

    ``L_day`` and ``L_night`` are the segmentation losses of the sources' own labels. The teacher (an average, see ``averaging``) labels
    the night images as well, with the day's shares of classes where ``alignment`` asks for it (see the module of that name):
    ``L_styled`` is the loss of the day images in the style of those, ``L_mix`` of day classes pasted onto them, ``L_mask`` of them with
    blocks hidden, ``L_cross`` the divergence of the answer for one modality from that for both. ``class_weight`` weighs the teacher's
    labels by class, as the sources weigh theirs (``heatnet.data.sets.class_weights``).
    """
    network, teacher, shares = learner.networks["network"].train(), learner.networks["teacher"], cast(Shares, learner.networks["shares"])
    device = next(network.parameters()).device
    class_weight = class_weight.to(device)
    for step in range(learner.step, settings.steps):
        batches = {"day": day(step).to(device), "night": night(step).to(device)}
        with computing(settings.optimiser, device):
            answer = answered(teacher, batches["night"])
        if recipe.alignment:
            shares.follow(labelled_shares(batches["day"]), answer.mean((0, 2, 3)), recipe.decay, step)
            answer = bent(answer, shares.ratio() ** recipe.alignment)
        taught, share = own_labels(answer, batches["night"], recipe.threshold, class_weight)
        made = harder(batches["day"], taught, recipe, np.random.default_rng([settings.seed, STREAM, step]))
        plain = batches if recipe.night or recipe.cross_modal else {"day": batches["day"]}
        views = {**plain, **made}
        with reproducible(settings.seed, step), computing(settings.optimiser, device):
            logits = joint_forward(network, views)
        terms = {name: _weight(recipe, name) * _term(name, logits, batch) for name, batch in views.items()}
        rate = learning_rate(settings.optimiser, step, settings.steps)
        descend(learner, "network", terms, rate)
        follow_student(teacher, network, recipe.decay, step)
        learner.step = step + 1
        yield Report(step, {name: value.item() for name, value in terms.items()}, rate, {"confident share": share})


def answered(teacher: nn.Module, night: Batch) -> Float[Tensor, "batch classes height width"]:
    """The teacher's probabilities for the night batch."""
    with evaluating(teacher):
        probability: Tensor = teacher(night.rgb, night.thermal).float().softmax(1)
    return probability


def own_labels(answer: Tensor, night: Batch, threshold: float, class_weight: Tensor) -> tuple[Batch, float]:
    """The night batch with the labels of an ``answer`` (probabilities), all of an image's weighted by the share of it that is sure.

    Also the mean of that share. Beyond the image (0 in every modality) there is no label.
    """
    beyond = torch.stack([(part == 0).all(1) for part in (night.rgb, night.thermal) if part is not None]).all(0)
    label = answer.argmax(1).masked_fill(beyond, IGNORE)
    share = confident_share(answer.amax(1), threshold)
    return replace(night, label=label, weight=share[:, None, None] * class_weight[label]), share.mean().item()


def harder(day: Batch, night: Batch, recipe: config.SelfTraining, rng: np.random.Generator) -> dict[str, Batch]:
    """The images made harder in every way that has a weight; ``night`` as the teacher labelled it.

    What is pasted wears the night's style where the day does (``recipe.styled``).
    """
    mixing, hiding, dropping, styling = rng.spawn(4)
    made: dict[str, Batch] = {}
    if recipe.styled:
        made["styled"] = styled(day, night, styling)
    if recipe.mix:
        made["mix"] = class_mix(made.get("styled", day), night, mixing)
    if recipe.masked:
        made["masked"] = masked(night, recipe.block, recipe.ratio, hiding)
    if recipe.cross_modal:
        made["cross-modal"] = one_modality(night, dropping)
    return made


def _term(name: str, logits: Mapping[str, Tensor], batch: Batch) -> Tensor:
    """The loss of one view."""
    return cross_modal_loss(logits[name], logits["night"]) if name == "cross-modal" else labelled_loss(logits[name], batch)


def _weight(recipe: config.SelfTraining, name: str) -> float:
    """The weight of one view's loss."""
    others = {"mix": recipe.mix, "masked": recipe.masked, "cross-modal": recipe.cross_modal}
    return {"day": 1.0, "night": recipe.night, "styled": recipe.styled, **others}[name]
