"""The ablation's rows: every variant of the method, composed from the same parts."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import nn

from heatnet import config
from heatnet.data import Samples, evaluation_batches, source
from heatnet.data.sets import class_weights
from heatnet.models import HeatNet, build, warm_start
from heatnet.taxonomy import Domain
from heatnet.training.adversarial import adversarial, adversarial_learner, critics
from heatnet.training.distillation import distilled
from heatnet.training.inference import MultiScale, with_statistics_of
from heatnet.training.learner import Learner, Report
from heatnet.training.mixing import lit_by
from heatnet.training.released import best_on, one_optimiser, road_filled
from heatnet.training.sampling import rare_class_source
from heatnet.training.selftraining import selftraining, selftraining_learner
from heatnet.training.supervised import Source, learner, supervised


@dataclass(frozen=True)
class Material:
    """What variants are made of: labelled frames, trained networks to start from, and a score (for those who select by it).

    ``night`` holds the night frames as each labels them: by ``(who, how trusted)``, see ``config.Variant``.
    """

    day: Samples
    night: Mapping[tuple[str, str], Samples]
    starts: Mapping[str, HeatNet]
    heatnet: nn.Module
    score: Callable[[nn.Module], float]


@dataclass(frozen=True)
class Recipe:
    """A variant with all numbers that it needs, for one seed."""

    variant: config.Variant
    shared: config.Ablation
    base: config.HeatNet
    seed: int

    def training(self, stage: int) -> config.Training:
        """The numbers of a stage (1, 2), or of the only one (0)."""
        numbers = self.base.stage2 if stage == 2 else self.base.stage1
        steps = sum(self.shared.steps) if stage == 0 else self.shared.steps[stage - 1]
        return replace(numbers, steps=steps, seed=1000 * (self.seed + 1) + stage)

    @property
    def augmentation(self) -> config.Augmentation:
        """The profile's, with the variant's modality dropout, and rotated where the variant rotates."""
        dropout = replace(self.base.augmentation.modality_dropout, probability=self.variant.modality_dropout)
        rotated = "rotation" in (*self.variant.slips, *self.variant.terms)
        rotation = self.shared.rotation_deg if rotated else self.base.augmentation.rotation_deg
        return replace(self.base.augmentation, modality_dropout=dropout, rotation_deg=rotation)

    @property
    def adversary(self) -> config.Adversary:
        """The profile's, with the variant's confusion."""
        chosen = self.variant.confusion
        return replace(
            self.base.adversary,
            criterion=chosen.criterion,
            weight=chosen.weight,
            critics=chosen.critics,
            confusion=chosen.confusion,
            weighting=chosen.weighting,
            night=chosen.night,
        )

    @property
    def selftraining(self) -> config.SelfTraining:
        """The shared recipe without the terms that the variant leaves out."""
        on = {name: float(name in self.variant.terms) for name in ("alignment", "styled", "mix", "masked", "cross-modal")}
        shared = self.shared.recipe
        return replace(
            shared,
            night=shared.night if "own labels" in self.variant.terms else 1.0,
            alignment=shared.alignment * on["alignment"],
            styled=shared.styled * on["styled"],
            mix=shared.mix * on["mix"],
            masked=shared.masked * on["masked"],
            cross_modal=shared.cross_modal * on["cross-modal"],
        )


def network_of(recipe: Recipe, material: Material) -> HeatNet:
    """The network before training: built for the variant, started from the teachers of what it reads.

    Early fusion reads both in one branch, for which there is no one teacher: see ``early_start``.
    """
    variant, settings = recipe.variant, replace(recipe.base.network, fuse_after=recipe.variant.fuse_after)
    network = build(settings, variant.reads, recipe.training(1).seed)
    if len(network.branches) == len(variant.reads):
        return warm_start(network, [material.starts[modality] for modality in variant.reads])
    return early_start(network, material.starts["rgb"], material.starts["thermal"])


def early_start(network: HeatNet, rgb: HeatNet, thermal: HeatNet) -> HeatNet:
    """Early fusion from both teachers: the RGB teacher's kernels beside the thermal teacher's, all else the RGB teacher's, in place."""
    state, other = dict(rgb.state_dict()), thermal.state_dict()
    for name, own in network.state_dict().items():
        if state[name].shape != own.shape:
            state[name] = torch.cat([state[name], other[name]], 1)
    network.load_state_dict(state)
    return network


def sources_of(recipe: Recipe, material: Material, stage: int) -> tuple[Source, Source | None]:
    """The batches by day and by night (``None`` where nobody labels it; then the day's are twice as large)."""
    variant, settings = recipe.variant, recipe.training(stage)
    night = None if variant.night == "nobody" else material.night[variant.night, variant.trust]
    size = settings.batch_size * (1 if night else 2)
    make = rare_source if "rare classes" in variant.terms else plain_source
    found = [make(recipe, part, size, settings) for part in (material.day, night) if part is not None]
    if "rotation" in variant.slips:
        found = [road_filled(one) for one in found]
    if "relit" in variant.terms and night:
        found[0] = lit_by(found[0], found[1], recipe.shared.relit, settings.seed)
    return (found[0], found[1]) if night else (found[0], None)


def plain_source(recipe: Recipe, samples: Samples, size: int, settings: config.Training) -> Source:
    """Frames in shuffled order."""
    return source(samples, size, recipe.augmentation, settings.seed, settings.balance)


def rare_source(recipe: Recipe, samples: Samples, size: int, settings: config.Training) -> Source:
    """Frames with rare classes more often."""
    temperature, least = recipe.shared.rare
    return rare_class_source(samples, size, recipe.augmentation, settings.seed, settings.balance, temperature, least)


def train(network: HeatNet, recipe: Recipe, material: Material) -> Iterator[Report]:
    """Train a variant, in place, through its one or two stages; the steps of the second follow those of the first."""
    stages = (0,) if recipe.variant.stages == 1 else (1, 2)
    done = 0
    for stage in stages:
        day, night = sources_of(recipe, material, stage)
        last = stage == stages[-1]
        reports = _last_stage(network, recipe, material, day, night) if last else _labels(network, recipe.training(stage), day, night)
        if last and "test selection" in recipe.variant.slips:
            reports = best_on(network, reports, material.score, recipe.shared.select_every)
        for report in reports:
            yield replace(report, step=done + report.step)
        done += recipe.training(stage).steps


def _labels(network: nn.Module, settings: config.Training, day: Source, night: Source | None) -> Iterator[Report]:
    """Labels alone."""
    return supervised(learner(network, settings), {"day": day, **({"night": night} if night else {})}, settings)


def _last_stage(network: HeatNet, recipe: Recipe, material: Material, day: Source, night: Source | None) -> Iterator[Report]:
    """What the variant's method descends."""
    variant, settings = recipe.variant, recipe.training(0 if recipe.variant.stages == 1 else 2)
    if variant.method == "labels":
        return _labels(network, settings, day, night)
    if night is None:
        raise ValueError(f"{variant.title}: {variant.method} needs night images; let somebody label them (night: thermal teacher)")
    if variant.method == "soft labels":
        return distilled(learner(network, settings), material.heatnet, day, night, settings, recipe.shared.temperature)
    if variant.method == "self-training":
        weights = torch.from_numpy(class_weights(material.day, settings.balance))
        return _own(network, selftraining_learner(network, settings), day, night, recipe, weights)
    both = adversarial_learner(network, critics(network, recipe.adversary, settings.seed).to(_place(network)), settings, recipe.adversary)
    if "one optimiser" in variant.slips:
        both = one_optimiser(both, settings.optimiser)
    return adversarial(both, day, night, settings, recipe.adversary)


def _own(network: HeatNet, both: Learner, day: Source, night: Source, recipe: Recipe, weights: torch.Tensor) -> Iterator[Report]:
    """Self-training; at the end the network is its teacher, the average."""
    settings = recipe.training(0 if recipe.variant.stages == 1 else 2)
    yield from selftraining(both, day, night, settings, recipe.selftraining, weights)
    network.load_state_dict(both.networks["teacher"].state_dict())


def answering(network: HeatNet, recipe: Recipe, material: Material) -> dict[Domain, nn.Module]:
    """The trained network as it is asked by day and by night."""
    variant = recipe.variant
    answers: dict[Domain, nn.Module] = dict.fromkeys(Domain, network)
    if "night statistics" in variant.terms:
        frames = next(iter(material.night.values()))
        answers[Domain.NIGHT] = with_statistics_of(network, evaluation_batches(frames, recipe.training(1).batch_size))
    if "multi-scale" in variant.terms:
        answers = {domain: MultiScale(one, recipe.shared.scales, True) for domain, one in answers.items()}
    return answers


def alike(samples: Samples) -> Samples:
    """The samples with every label trusted fully."""
    assert samples.label is not None
    return replace(samples, weight=np.full_like(samples.label, 255))


def _place(network: nn.Module) -> torch.device:
    return next(network.parameters()).device
