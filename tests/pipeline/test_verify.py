"""Verdicts are read back as they are, and do not contradict their figures."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from heatnet.evaluation import PROTOCOLS, Claim, Recorded, claims, resample, save_counts, to_json
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


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """Results of four networks whose counts are recorded."""
    rng, protocol = np.random.default_rng(0), PROTOCOLS["iou"]
    names = ("teacher", "thermal_teacher", "heatnet_rgbt", "heatnet_rgb")
    counts = {name: tuple(rng.integers(1, 50, (4, 13, 13)) + 400 * (k + 1) * np.eye(13, dtype=int) for _ in range(2)) for k, name in enumerate(names)}
    gathered = {name: protocol.gather(*parts) for name, parts in counts.items()}
    resamples, bounds = resample(4, 4, 30, rng), {"thermal_night": 0.1, "teacher_loss": 0.9}  # not in the order of the alphabet
    save_counts(tmp_path / "counts.npz", Recorded("iou", counts, bounds, resamples))
    (tmp_path / "claims.json").write_text(to_json(claims(bounds, protocol.quantities(gathered, resamples))))
    (tmp_path / "rows.json").write_text(to_json([protocol.row(name, name.upper(), gathered[name], resamples) for name in names]))
    return tmp_path


def test_figures_are_measured_again_from_the_counts(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--results", str(published)]) == 1  # the teacher does not lose nine tenths
    shown = capsys.readouterr().out
    assert "1 of 2 claims hold" in shown
    assert "measured again from counts.npz" in shown


@pytest.mark.parametrize("change", ["value", "interval", "bound", "passed", "a row", "the counts"])
def test_what_the_counts_do_not_bear_out_is_refused(published: Path, capsys: pytest.CaptureFixture[str], change: str) -> None:
    written = json.loads((published / "claims.json").read_text())
    if change == "value":
        written[0]["value"] += 0.01
    elif change == "interval":
        written[0]["interval"][1] += 0.01
    elif change == "bound":
        written[1]["bound"], written[1]["passed"] = 0.0, True  # consistent in itself, but not what was measured
    elif change == "passed":
        written[1]["passed"] = True
    elif change == "a row":
        rows = json.loads((published / "rows.json").read_text())
        rows[2]["night"]["classes"]["car"]["value"] += 0.001
        (published / "rows.json").write_text(json.dumps(rows))
    else:
        (published / "counts.npz").write_bytes((published / "counts.npz").read_bytes()[:300])
    (published / "claims.json").write_text(json.dumps(written))
    assert main(["verify", "--results", str(published)]) == 1
    shown = capsys.readouterr()
    assert "error: " in shown.err
    assert "claims hold" not in shown.out
    if change == "a row":
        assert "[2].night.classes.car.value says" in shown.err
