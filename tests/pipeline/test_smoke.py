"""The whole pipeline in a fresh clone, under the profile ``smoke``: it runs, it repeats, it knows what it need not do again."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from heatnet.pipeline.profile import Profile, load_profile

ROOT = Path(__file__).parents[2]
BEFORE = ("fingerprint", "street", "cameras", "calibration")
TRAINING = ("teacher", "thermal_teacher", "heatnet", "distillation", "today")
AFTER = ("bounds", "elsewhere", "evaluation", "results")

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Clone:
    """A copy of this repository in which the profile ``smoke`` has run."""

    root: Path

    @property
    def profile(self) -> Profile:
        return load_profile(self.root / "profiles" / "smoke")

    def repro(self, *arguments: str, profile: str = "smoke") -> list[str]:
        """Run `dvc repro` in a profile's folder; the stages that ran."""
        command = ["dvc", "repro", *arguments]
        done = subprocess.run(command, cwd=self.root / "profiles" / profile, env=environment(self.root), capture_output=True, text=True)
        assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-6000:]}"
        return [line.split("'")[1] for line in done.stdout.splitlines() if line.startswith("Running stage")]


def environment(root: Path) -> dict[str, str]:
    """The clone's own code, this interpreter, no choices of the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HEATNET_", "DVC_"))}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**kept, "PYTHONPATH": str(root), "PATH": path, "HEATNET_DEVICE": "cpu"}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git repository, to know which files belong to the project; `git init` makes one")
    root = tmp_path_factory.mktemp("clone")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in filter(None, subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")):
        if (ROOT / name).exists() and not name.startswith("results/") and Path(name).name != "dvc.lock":
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name, follow_symlinks=False)
    somebody = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "-m", "a clone"]):
        subprocess.run(["git", *somebody, *arguments], cwd=root, check=True)
    made = Clone(root)
    assert set(made.repro()) == {*BEFORE, *TRAINING, *AFTER}
    return made


def test_a_run_publishes_results_and_leaves_the_sources_alone(clone: Clone) -> None:
    results = clone.root / "results" / "smoke"
    assert json.loads((results / "claims.json").read_text())
    assert (results / "table.md").read_text().startswith("|")
    assert (results / "qualitative.png").exists()
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=clone.root, check=True, capture_output=True, text=True).stdout
    assert {line[3:] for line in changed.splitlines()} <= {"profiles/smoke/dvc.lock"}


def test_executed_notebooks_hold_no_machine(clone: Clone) -> None:
    copies = sorted((clone.profile.folder / "executed").iterdir())
    assert [path.name for path in copies] == [clone.profile.notebook(stage).name for stage in clone.profile.stages]
    for path in copies:
        text = path.read_text()
        assert str(clone.root) not in text
        assert str(Path.home()) not in text
        assert '"output_type": "error"' not in text


def test_a_second_run_does_nothing_and_prose_retrains_nothing(clone: Clone) -> None:
    assert clone.repro() == []
    notebook = clone.profile.notebook("teacher")
    before = notebook.read_bytes()
    content = json.loads(before)
    content["cells"][0]["source"] = ["# Another title\n", "\n", "Other words."]
    notebook.write_text(json.dumps(content))
    assert clone.repro() == ["fingerprint"]
    notebook.write_bytes(before)
    assert clone.repro() == []


def test_a_forced_run_repeats_every_bit_and_training_needs_no_truth(clone: Clone) -> None:
    """Forced in three parts, the training stages while the truth is away; the lock holds the hash of every output."""
    lock = clone.profile.folder / "dvc.lock"
    truth = clone.profile.folder / "data" / "truth"
    before = lock.read_bytes()
    force = ("--force", "--single-item")
    assert clone.repro(*force, *BEFORE) == list(BEFORE)
    shutil.move(truth, clone.root.with_name("truth"))
    assert clone.repro(*force, *TRAINING) == list(TRAINING)
    shutil.move(clone.root.with_name("truth"), truth)
    assert clone.repro(*force, *AFTER) == list(AFTER)
    assert lock.read_bytes() == before


SMALL = {"steps": 2, "batch_size": 2, "warmup": 0, "block": 8, "resamples": 50, "rare": [0.01, 10], "encoder": {"name": "resnet18", "weights": None}}
WIDTHS = {"channels": [8, 16, 32, 64]}
"""Numbers of the profile ``paper`` that a test can afford; everything else stays as published."""


def shrunk(value: Any, key: str = "") -> Any:
    """A profile's parameters with images of an eighth, small networks and two steps."""
    if value is None:
        return None
    if key in ("size", "crop", "crop_columns"):
        return [number // 8 for number in value]
    if key == "encoder":
        return {**value, **SMALL["encoder"], "options": WIDTHS}
    if key == "decoder":
        return {**value, "width": 32}
    if isinstance(value, dict):
        return {name: shrunk(below, name) for name, below in value.items()}
    return SMALL.get(key, [shrunk(below) for below in value] if isinstance(value, list) else value)


def test_the_profile_paper_runs_on_sets_in_the_real_layouts(clone: Clone) -> None:
    """From four folders in the layouts of the real sets to the paper's tables; only sizes and steps are small."""
    folder = clone.root / "profiles" / "paper"
    published = (folder / "params.yaml").read_text(encoding="utf-8")
    (folder / "params.yaml").write_text(yaml.safe_dump(shrunk(yaml.safe_load(published)), sort_keys=False), encoding="utf-8")
    (folder / "data").mkdir()
    for name in ("vistas", "freiburg", "mf", "bdd"):
        (folder / "data" / name).symlink_to(clone.profile.folder / "data" / name)
    assert set(clone.repro(profile="paper")) == {"fingerprint", *load_profile(folder).stages}
    results = clone.root / "results" / "paper"
    assert "69.4 / 35.7" in (results / "table.md").read_text(encoding="utf-8")
    assert "BDD" in (results / "elsewhere" / "tables.md").read_text(encoding="utf-8")
    (folder / "params.yaml").write_text(published, encoding="utf-8")
