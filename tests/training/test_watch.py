"""Runs that go wrong are said to."""

import numpy as np
import pytest

from heatnet.training import Report
from heatnet.training.watch import collapsed, curves, diverging, judged, verdict

STEPS = np.linspace(0, 1, 50)


@pytest.mark.parametrize(("curve", "wrong"), [(1 - STEPS / 2, False), (1 + 3 * STEPS, True), (np.abs(STEPS - 0.4) * 5, True)])
def test_a_loss_that_rises_has_diverged(curve: np.ndarray, wrong: bool) -> None:
    assert bool(diverging({"night": curve})) == wrong


def test_opponents_may_rise() -> None:
    assert not diverging({"confusion": 1 + 3 * STEPS, "critic day": 1 + 3 * STEPS})


@pytest.mark.parametrize(("end", "noise", "word"), [(1.0, 0.0, "won"), (0.5, 0.001, "died"), (0.5, 0.1, ""), (0.75, 0.05, "")])
def test_a_critic_that_won_or_died_is_named(end: float, noise: float, word: str) -> None:
    rng = np.random.default_rng(0)
    found = collapsed({"stage4 critic accuracy": end + noise * rng.standard_normal(50), "confident share": np.ones(50)})
    assert [word in sentence and "stage4 critic" in sentence for sentence in found] == ([True] if word else [])


def test_terms_of_a_later_stage_are_judged_by_their_own_steps() -> None:
    first = [Report(i, {"day": 1.0}, 0.1) for i in range(20)]
    second = [Report(i, {"day": 1.0, "confusion": 0.1}, 0.1, {"critic accuracy": 1.0}) for i in range(20)]
    assert len(curves([r.losses for r in first + second])["confusion"]) == 20
    assert judged(first) == []
    assert "won" in judged(first + second)[0]


def test_the_verdict_is_every_finding_or_that_there_is_none() -> None:
    flat, rising = np.ones(50), 1 + 3 * STEPS
    assert verdict({"day": flat}, {"critic accuracy": 0.7 + 0.1 * STEPS}) == "No loss term diverged, and no critic won or died."
    said = verdict({"day": rising, "night": flat}, {"critic accuracy": flat}).splitlines()
    assert [line.split(",")[0] for line in said] == ["day: diverged", "critic: won"]
