"""What is seen of a training run."""

import numpy as np
import pytest

from heatnet.pipeline.progress import follow
from heatnet.training import Report


def reports(steps: int) -> list[Report]:
    return [Report(step, {"day": float(step), "night": 1.0}, 1e-3, {"critic accuracy": 0.5}) for step in range(steps)]


def test_one_line_per_epoch_with_means_and_the_rest_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    history = follow(reports(5), "HeatNet", steps=5, epoch=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    for line, day in zip(lines, ("day 0.500", "day 2.500", "day 4.000"), strict=True):
        assert day in line
    assert "critic accuracy 0.500" in lines[0]
    np.testing.assert_array_equal(history.losses["day"], np.arange(5.0))
    np.testing.assert_array_equal(history.figures["critic accuracy"], np.full(5, 0.5))


def test_no_steps_no_curves(capsys: pytest.CaptureFixture[str]) -> None:
    assert follow([], "none", steps=0, epoch=1).losses == {}
    assert capsys.readouterr().out == ""
