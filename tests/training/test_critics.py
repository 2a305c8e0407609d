"""Critics of every level, who is pulled where, and what each step moves."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from parts import ADVERSARY, TRAINING, model, source

from heatnet import config
from heatnet.losses import confidence
from heatnet.models import Critic
from heatnet.models.critic import LEVELS, taps
from heatnet.taxonomy import Domain
from heatnet.training import adversarial, adversarial_learner, critics, resumable
from heatnet.training.adversarial import WEIGHTS, confusion_loss, joint_taps, scores

ALL = {level: 0.5 + i for i, level in enumerate(LEVELS)}


def adversary(**changes: object) -> config.Adversary:
    return replace(ADVERSARY, **changes)  # type: ignore[arg-type]


def batches() -> dict:
    return {"day": source(0)(0), "night": source(1, Domain.NIGHT)(0)}


@pytest.mark.parametrize("count", range(1, 7))
def test_the_first_levels_in_the_released_order_score_the_same_patches(count: int) -> None:
    network, chosen = model().eval(), adversary(critics={level: 1.0 for level in LEVELS[:count]})
    judges = critics(network, chosen, seed=1)
    seen = joint_taps(network, batches(), chosen.critics)
    scores = judges(seen["day"])
    assert list(scores) == list(LEVELS[:count])
    assert {tuple(score.shape) for score in scores.values()} == {(2, 1, 2, 2)}
    day = batches()["day"]
    assert torch.equal(network(day.rgb, day.thermal), taps(network, day.rgb, day.thermal, chosen.critics)["logits"])


def test_features_before_fusion_come_from_both_branches() -> None:
    network, image = model().eval(), batches()["day"]
    seen = taps(network, image.rgb, image.thermal, LEVELS)
    assert [seen[level].shape[1] for level in LEVELS] == [13, 32, 24, 32, 16, 32]


def test_the_critic_of_the_logits_alone_is_the_critic_as_ever() -> None:
    alone, plain = critics(model(), ADVERSARY, 1)["logits"], Critic(13, 4, 1)
    assert all(torch.equal(a, b) for a, b in zip(alone.parameters(), plain.parameters(), strict=True))


def test_a_level_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="stage7"):
        critics(model(), adversary(critics={"stage7": 1.0}), 0)


def by_loops(scores: dict, weights: dict, adversary: config.Adversary, pulls: list[tuple[str, float]]) -> float:
    total = 0.0
    for domain, target in pulls:
        for level, score in scores[domain].items():
            patches = []
            for place in np.ndindex(*score.shape):
                s, m = score[place].item(), weights[domain][place].item()
                p = 1 / (1 + np.exp(-s))
                patches.append(m * ((s - target) ** 2 if adversary.criterion == "lsgan" else -(target * np.log(p) + (1 - target) * np.log(1 - p))))
            total += adversary.critics[level] * float(np.mean(patches))
    return total


@pytest.mark.parametrize("criterion", ["lsgan", "bce"])
@pytest.mark.parametrize("sides", ["night", "both"])
@pytest.mark.parametrize("weighting", ["none", "uncertainty"])
def test_confusion_is_its_equation(criterion: str, sides: str, weighting: str) -> None:
    network, chosen = model().eval(), adversary(criterion=criterion, confusion=sides, weighting=weighting, critics={"logits": 1.0, "stage2": 0.3})
    judges = critics(network, chosen, 1)
    with torch.no_grad():
        seen = joint_taps(network, batches(), chosen.critics)
        scores = {name: judges(parts) for name, parts in seen.items()}
        found = confusion_loss(judges, seen, chosen).item()
    weights = {}
    for name, parts in seen.items():
        c = 1 - confidence(parts["logits"])
        patches = torch.stack([c[:, 32 * y : 32 * y + 32, 32 * x : 32 * x + 32].mean((1, 2)) for y in (0, 1) for x in (0, 1)], 1)
        weights[name] = patches.view(2, 1, 2, 2) if weighting == "uncertainty" else torch.ones(2, 1, 2, 2)
    pulls = [("night", 1.0)] if sides == "night" else [("day", 0.0), ("night", 1.0)]
    assert found == pytest.approx(by_loops(scores, weights, chosen, pulls), rel=1e-4)


def test_one_sided_confusion_sends_no_gradient_through_the_day() -> None:
    for sides, moved in (("night", False), ("both", True)):
        chosen = adversary(confusion=sides)
        logits = {name: torch.randn(2, 13, 64, 64, requires_grad=True) for name in ("day", "night")}
        confusion_loss(critics(model(), chosen, 1), {name: {"logits": z} for name, z in logits.items()}, chosen).backward()
        assert (logits["day"].grad is not None) == moved
        assert logits["night"].grad is not None


def test_both_domains_are_scored_in_one_pass_as_they_would_be_apart() -> None:
    network, chosen = model(), adversary(critics=ALL)
    judges, seen = critics(network, chosen, seed=1), joint_taps(network, batches(), ALL)
    found = scores(judges, seen)
    for domain in Domain:
        for level, alone in judges(seen[domain.value]).items():
            assert torch.allclose(found[domain][level], alone, atol=1e-6)
    sum(score.sum() for score in found[Domain.NIGHT].values()).backward()
    assert all(p.grad is None for p in network.parameters())


def test_a_perfect_critic_is_confused_by_nothing() -> None:
    class Perfect(torch.nn.Module):
        def forward(self, seen: dict) -> dict:
            return {"logits": seen["logits"].mean((1, 2, 3), keepdim=True)}

    seen = {"day": {"logits": torch.ones(2, 13, 4, 4)}, "night": {"logits": torch.zeros(2, 13, 4, 4)}}
    assert confusion_loss(Perfect(), seen, adversary()).item() == 1
    assert confusion_loss(Perfect(), seen, adversary(confusion="both")).item() == 2


def test_the_released_weight_is_nearly_one_number() -> None:
    logits = 10 * torch.randn(2, 13, 8, 8, generator=torch.Generator().manual_seed(0))
    weigh, released = WEIGHTS["uncertainty"], WEIGHTS["released"]
    assert weigh is not None
    assert released is not None
    assert weigh(logits, 2, 2).std() > 0.01
    assert released(logits, 2, 2).unique().numel() == 1
    assert 0.81 < released(logits, 2, 2)[0, 0, 0, 0] < 0.93


def test_six_critics_train_repeat_themselves_and_resume(tmp_path: Path) -> None:
    chosen, settings = adversary(critics=ALL, confusion="both", weighting="uncertainty"), replace(TRAINING, steps=10)

    def fresh() -> tuple:
        network = model()
        run = adversarial_learner(network, critics(network, chosen, 1), settings, chosen)
        return run, lambda: adversarial(run, source(0), source(1, Domain.NIGHT), settings, chosen)

    whole, steps = fresh()
    complete = list(steps())
    assert len(complete[0].figures) == 6
    stopped, steps = fresh()
    for report in resumable(stopped, steps, tmp_path / "run.pt", "mark", every=4):
        if report.step == 5:
            break
    resumed, steps = fresh()
    assert list(resumable(resumed, steps, tmp_path / "run.pt", "mark", every=4)) == complete
    for name in ("network", "critic"):
        pairs = zip(whole.networks[name].state_dict().values(), resumed.networks[name].state_dict().values(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs)
