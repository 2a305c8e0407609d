"""The ablation's bench: what it reads, what it refuses, and the table of its runs."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from heatnet.pipeline.__main__ import main
from heatnet.pipeline.ablation import ablate, open_bench, tabulate

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The ablation and its profile without data."""
    (tmp_path / "ablations").mkdir()
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copy(ROOT / "ablations" / "params.yaml", tmp_path / "ablations")
    return tmp_path / "ablations"


def write_runs(folder: Path) -> None:
    """Counts of two classes; a variant is the better the later it comes, a seed adds its own luck."""
    bench = open_bench(folder)
    for place, name in enumerate(bench.shared.variants):
        for seed in bench.shared.seeds:
            hit = 500 + 10 * place + seed
            counts = np.zeros((4, 13, 13), np.int64)
            counts[:, 0, 0], counts[:, 0, 1], counts[:, 1, 1] = hit, 1000 - hit, 1000
            bench.run(name, seed).parent.mkdir(exist_ok=True)
            np.savez(bench.run(name, seed), day=counts, night=counts)


def test_the_table_holds_every_variant_and_every_question(folder: Path) -> None:
    write_runs(folder)
    tabulate(folder, draws=20)
    out, shared = folder.parent / "results" / "ablation", open_bench(folder).shared
    rows = json.loads((out / "rows.json").read_text())
    assert [row["name"] for row in rows] == list(shared.variants)
    gains = json.loads((out / "differences.json").read_text())
    assert [(one["question"], one["first"], one["second"]) for one in gains] == [(q, *pair) for q, pair in shared.pairs.items()]
    order = list(shared.variants)
    for one in gains:
        assert (one["seeds"]["night"]["value"] > 0) == (order.index(one["second"]) > order.index(one["first"]))
    table = (out / "table.md").read_text()
    assert all(variant.title in table for variant in shared.variants.values())
    assert (out / "table.png").is_file()
    assert (out / "differences.png").is_file()


def test_a_run_that_is_missing_is_named(folder: Path) -> None:
    write_runs(folder)
    open_bench(folder).run("strong", 1).unlink()
    with pytest.raises(ValueError, match=r"strong-1\.npz: this run is missing"):
        tabulate(folder)


def test_a_variant_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(ValueError, match="no variant 'tomorrow'"):
        ablate(folder, "tomorrow", 0)


def test_a_question_about_no_variant_is_refused(folder: Path) -> None:
    params = folder / "params.yaml"
    params.write_text(params.read_text().replace("confusion: [labels, heatnet]", "confusion: [labels, hotnet]"))
    with pytest.raises(ValueError, match="hotnet are no variants"):
        open_bench(folder)


def test_the_command_wants_a_variant_and_a_seed(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(folder)
    assert main(["ablate", "heatnet"]) == 1
    assert "give a variant and a seed" in capsys.readouterr().err
