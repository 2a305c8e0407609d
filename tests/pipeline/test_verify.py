"""Verdicts are read back as they are, and do not contradict their figures."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from heatnet.evaluation import (
    PROTOCOLS,
    Claim,
    Counts,
    Recorded,
    SetCounts,
    claims,
    elsewhere_quantities,
    nights_alone,
    resample,
    save_counts,
    save_sets,
    set_figures,
    set_rows,
    to_json,
)
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


@pytest.fixture
def elsewhere(published: Path) -> Path:
    """Results that hold other data sets too."""
    rng, folder = np.random.default_rng(1), published / "elsewhere"
    folder.mkdir()

    def counts(names: tuple[str, ...], day: int, scale: int = 1) -> dict[str, Counts]:
        right = 400 * np.eye(13, dtype=int)
        return {n: Counts(*(scale * rng.integers(1, 50, (images, 13, 13)) + (k + 1) * right for images in (day, 4))) for k, n in enumerate(names)}

    travellers, draws = ("mfnet", "rtfnet", "heatnet_mf"), resample(4, 4, 30, rng)
    own = {
        name: Counts(*(np.pad(part[:, :9, :9], ((0, 0), (0, 4), (0, 4))) for part in (c.day, c.night)))
        for name, c in counts(travellers[:2], 4).items()
    }
    bdd = SetCounts(counts(("teacher", "heatnet_rgb"), 0), nights_alone(4, 30, rng))
    sets = {
        "mf": SetCounts(counts(travellers, 4), draws),
        "mf_own": SetCounts(own, draws),
        "pairs": SetCounts(counts(travellers, 4, 3), draws),
        "bdd": bdd,
    }
    bounds = {"heatnet_keeps": 0.1, "bdd_night": 9.0}
    save_sets(folder, sets, bounds)
    quantities = elsewhere_quantities(set_figures(sets, "away"), set_figures(sets, "bdd"))
    (folder / "claims.json").write_text(to_json(claims(bounds, quantities)))
    (folder / "rows.json").write_text(to_json(set_rows(sets, dict.fromkeys((*travellers, "teacher", "heatnet_rgb"), "A title"))))
    return published


def test_claims_of_other_sets_are_shown_and_measured_again(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--results", str(elsewhere)]) == 1
    shown = capsys.readouterr().out
    assert "PASS  HeatNet RGB-T, fine-tuned on MF without its labels, keeps at least 0.1 of its MF mean" in shown
    assert "FAIL  on BDD's nights HeatNet RGB-only reaches at least 9 times the RGB teacher's mIoU" in shown
    assert "2 of 4 claims hold" in shown


@pytest.mark.parametrize(("file", "key"), [("claims", "value"), ("rows", "kept")])
def test_figures_of_other_sets_that_the_counts_do_not_bear_out_are_refused(
    elsewhere: Path, capsys: pytest.CaptureFixture[str], file: str, key: str
) -> None:
    path = elsewhere / "elsewhere" / f"{file}.json"
    written = json.loads(path.read_text())
    one = next(item for item in written if item[key] is not None)
    if key == "kept":
        one[key]["value"] += 0.01
    else:
        one[key] += 0.01
    path.write_text(json.dumps(written))
    assert main(["verify", "--results", str(elsewhere)]) == 1
    assert f"{file}.json" in (error := capsys.readouterr().err)
    assert "expected what the recorded counts give" in error
