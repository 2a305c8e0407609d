"""Verdicts are read back as they are, and do not contradict their figures."""

import dataclasses
from pathlib import Path

import pytest

from heatnet.evaluation import Claim, to_json
from heatnet.pipeline.__main__ import main

HOLDS = Claim("teacher_loss", "the RGB teacher loses half", 0.7, 0.5, (0.6, 0.8), True)
FAILS = Claim("thermal_night", "twice the night", 1.6, 2.0, (1.2, 2.1), False)


def verify(folder: Path, *claims: Claim) -> int:
    (folder / "claims.json").write_text(to_json(claims))
    return main(["verify", "--results", str(folder)])


def test_every_claim_is_shown_and_a_failed_one_is_the_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(tmp_path, HOLDS) == 0
    assert verify(tmp_path, HOLDS, FAILS) == 1
    shown = capsys.readouterr().out
    assert "PASS  the RGB teacher loses half: 0.70 [0.60, 0.80]" in shown
    assert "FAIL  twice the night: 1.60 [1.20, 2.10]" in shown
    assert "1 of 2 claims hold" in shown


def test_a_verdict_against_its_own_figures_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(tmp_path, dataclasses.replace(FAILS, passed=True)) == 1
    assert "thermal_night: says passed=True" in capsys.readouterr().err


def test_missing_results_say_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--results", str(tmp_path)]) == 1
    assert "run the pipeline first" in capsys.readouterr().err


def test_the_results_are_those_of_the_current_profile(toy, capsys: pytest.CaptureFixture[str]) -> None:
    (toy.root / "results/street").mkdir(parents=True)
    (toy.root / "results/street/claims.json").write_text(to_json([HOLDS]))
    assert main(["verify"]) == 0
    assert "1 of 1 claims hold" in capsys.readouterr().out
