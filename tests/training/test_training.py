"""Who is moved by which step, what a run repeats, and what stops it."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from parts import ADVERSARY, TRAINING, model, source

from heatnet import config
from heatnet.data import Batch
from heatnet.models.critic import Critics
from heatnet.taxonomy import Domain
from heatnet.training import (
    Learner,
    Report,
    accuracy,
    adversarial,
    adversarial_learner,
    critics,
    evaluating,
    frozen,
    learner,
    learning_rate,
    resumable,
    supervised,
)

MIXED = replace(TRAINING, optimiser=replace(TRAINING.optimiser, precision="bfloat16"))


def critic() -> Critics:
    return critics(model(), ADVERSARY, seed=1)


def weights(learner: Learner, name: str = "network") -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in learner.networks[name].parameters()]).clone()


def run(reports: Iterator[Report]) -> list[float]:
    return [sum(report.losses.values()) for report in reports]


def test_training_learns_and_repeats_itself() -> None:
    settings = config.Training(60, 2, 0, config.Optimiser("adamw", 1e-2, 0.0, 2, 0.9), 3)
    runs = [run(supervised(learner(model(), settings), {"day": source(0), "night": source(1)}, settings)) for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0][-1] < 0.5 * runs[0][0]


@pytest.mark.parametrize("hardware", [True, False])
def test_bfloat16_is_close_to_float32_and_used_only_where_the_hardware_knows_it(hardware: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["heatnet.training.learner"], "has_bfloat16", lambda device: hardware)
    exact, mixed = (learner(model(), settings) for settings in (TRAINING, MIXED))
    losses = [run(supervised(learned, {"day": source(0)}, settings)) for learned, settings in ((exact, TRAINING), (mixed, MIXED))]
    assert np.allclose(*losses, rtol=0.05)
    assert all(p.dtype == torch.float32 for p in mixed.networks["network"].parameters())
    assert (losses[0] != losses[1]) == hardware
    assert torch.equal(weights(exact), weights(mixed)) != hardware


def test_the_global_random_state_is_left_alone() -> None:
    before = torch.random.get_rng_state()
    run(supervised(learner(model(), TRAINING), {"day": source(0)}, TRAINING))
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("training", [TRAINING, MIXED], ids=["float32", "bfloat16"])
def test_an_interrupted_run_ends_with_the_same_bits(training: config.Training, tmp_path: Path) -> None:
    adversary = replace(ADVERSARY, optimiser=training.optimiser)

    def fresh() -> Learner:
        return adversarial_learner(model(), critic(), training, adversary)

    def steps(learner: Learner) -> Iterator[Report]:
        return adversarial(learner, source(0), source(1, Domain.NIGHT), training, adversary)

    whole = fresh()
    complete = list(steps(whole))
    stopped, path = fresh(), tmp_path / "run.pt"
    for report in resumable(stopped, lambda: steps(stopped), path, "mark", every=2):
        if report.step == 4:
            break
    assert path.is_file()
    resumed = fresh()
    reports = list(resumable(resumed, lambda: steps(resumed), path, "mark", every=2))
    assert reports == complete
    assert torch.equal(weights(whole), weights(resumed))
    assert torch.equal(weights(whole, "critic"), weights(resumed, "critic"))
    assert not path.exists()


@pytest.mark.parametrize("content", ["other mark", "broken"])
def test_a_checkpoint_that_does_not_belong_is_ignored(tmp_path: Path, content: str) -> None:
    path = tmp_path / "run.pt"
    first = learner(model(), TRAINING)
    for report in resumable(first, lambda: supervised(first, {"day": source(0)}, TRAINING), path, "a", every=2):
        if report.step == 3:
            break
    if content == "broken":
        path.write_bytes(path.read_bytes()[:1000])
    second = learner(model(), TRAINING)
    mark = "a" if content == "broken" else "b"
    reports = list(resumable(second, lambda: supervised(second, {"day": source(0)}, TRAINING), path, mark, every=2))
    assert [report.step for report in reports] == list(range(8))


def test_each_step_moves_only_its_own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["heatnet.training.adversarial"]
    moved: list[tuple[str, bool, bool]] = []
    descend = module.descend
    learner = adversarial_learner(model(), critic(), TRAINING, ADVERSARY)

    def watched(learner: Learner, name: str, terms: dict[str, torch.Tensor], rate: float) -> None:
        before = {key: weights(learner, key) for key in ("network", "critic")}
        descend(learner, name, terms, rate)
        moved.append((name, *(not torch.equal(before[key], weights(learner, key)) for key in ("network", "critic"))))

    monkeypatch.setattr(module, "descend", watched)
    next(adversarial(learner, source(0), source(1, Domain.NIGHT), TRAINING, ADVERSARY))
    assert moved == [("network", True, False), ("critic", False, True)]


def test_confusion_reaches_the_network_through_a_frozen_critic() -> None:
    network, judge = model(), critic()
    with frozen(judge):
        judge({"logits": network(*(getattr(source(0)(0), name) for name in ("rgb", "thermal")))})["logits"].mean().backward()
    assert all(p.grad is None for p in judge.parameters())
    assert all(p.requires_grad for p in judge.parameters())
    assert sum(p.grad.abs().sum() for p in network.parameters() if p.grad is not None) > 0


def test_the_critic_learns_to_tell_domains_that_differ() -> None:
    settings = config.Training(60, 2, 0, config.Optimiser("adamw", 1e-3, 0.0, 0, 0.0), 0)
    adversary = config.Adversary("lsgan", 0.0, {"logits": 1.0}, "night", "none", 1.0, 8, config.Optimiser("adamw", 5e-3, 0.0, 0, 0.0))
    learner = adversarial_learner(model(), critic(), settings, adversary)
    reports = list(adversarial(learner, source(0), source(1, Domain.NIGHT), settings, adversary))
    assert np.mean([report.figures["critic accuracy"] for report in reports[-5:]]) > 0.75


def test_the_second_stage_can_do_without_night_labels() -> None:
    adversary, settings = replace(ADVERSARY, night=0.0), replace(TRAINING, steps=2)
    ended = []
    labelled = source(1, Domain.NIGHT)
    for night in (labelled, lambda step: replace(labelled(step), label=None)):
        subject = adversarial_learner(model(), critic(), settings, adversary)
        reports = list(adversarial(subject, source(0), night, settings, adversary))
        assert set(reports[0].losses) == {"day", "confusion", "critic day", "critic night"}
        ended.append(weights(subject))
    assert torch.equal(*ended)


def test_accuracy_counts_patches() -> None:
    day, night = torch.tensor([[[[0.9, 0.1]]]]), torch.tensor([[[[0.2, 0.3]]]])
    assert accuracy(day, night, "lsgan") == 0.75
    assert accuracy(day, night, "bce") == 0.5


def test_a_loss_that_is_not_finite_stops_before_harm() -> None:
    def broken(step: int) -> Batch:
        batch = source(0)(step)
        if step == 1:
            batch.rgb[:] = float("nan")
        return batch

    subject = learner(model(), TRAINING)
    reports = supervised(subject, {"day": broken}, TRAINING)
    next(reports)
    before = weights(subject)
    with pytest.raises(FloatingPointError, match=r"step 1: the loss term 'day' is nan at learning rate"):
        next(reports)
    assert torch.equal(before, weights(subject))


def test_modes_are_scoped() -> None:
    network = model().train()
    with evaluating(network):
        assert not network.training
        assert not torch.is_grad_enabled()
    assert network.training
    assert torch.is_grad_enabled()


def test_the_schedule_warms_up_and_ends_at_zero() -> None:
    settings = config.Optimiser("adamw", 1.0, 0.0, 4, 1.0)
    assert learning_rate(settings, 0, 100) == pytest.approx(1 / 5)
    assert learning_rate(settings, 50, 100) == pytest.approx(0.5)
    assert learning_rate(settings, 99, 100) == pytest.approx(0.01)
