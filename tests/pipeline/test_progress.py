"""What is seen of a training run."""

import numpy as np
import pytest

from heatnet.pipeline.progress import follow
from heatnet.training import Report


def reports(steps: int) -> list[Report]:
    return [Report(step, {"day": float(step), "night": 1.0}, 1e-3, {"critic accuracy": 0.5}) for step in range(steps)]


def test_the_first_step_then_one_line_per_epoch_with_means_and_the_rest_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    history = follow(reports(5), "HeatNet", steps=5, epoch=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    for line, day in zip(lines, ("day 0.000", "day 0.500", "day 2.500", "day 4.000"), strict=True):
        assert day in line
    assert "critic accuracy 0.500" in lines[0]
    np.testing.assert_array_equal(history.losses["day"], np.arange(5.0))
    np.testing.assert_array_equal(history.figures["critic accuracy"], np.full(5, 0.5))


def test_no_steps_no_curves(capsys: pytest.CaptureFixture[str]) -> None:
    assert follow([], "none", steps=0, epoch=1).losses == {}
    assert capsys.readouterr().out == ""


def test_terms_that_come_and_go_between_stages_are_means_of_their_own_steps(capsys: pytest.CaptureFixture[str]) -> None:
    stages = [Report(0, {"day": 1.0, "night": 4.0}, 0.1), Report(1, {"day": 3.0, "confusion": 8.0}, 0.1, {"critic accuracy": 0.5})]
    history = follow(iter(stages), "HeatNet", steps=2, epoch=2)
    assert "day 2.000  night 4.000  confusion 8.000  critic accuracy 0.500" in capsys.readouterr().out
    np.testing.assert_array_equal(history.losses["night"], [4.0, np.nan])
