"""What the published graphs promise, read from each profile's ``dvc.yaml``."""

from pathlib import Path

import pytest

from heatnet import config
from heatnet.pipeline.profile import FINGERPRINT, Profile, find_notebooks, load_profile, read_yaml

ROOT = Path(__file__).parents[2]
FOLDERS = [folder for folder in (ROOT, *sorted((ROOT / "profiles").iterdir())) if (folder / "params.yaml").is_file()]
TRAINING = ("teacher", "thermal_teacher", "heatnet", "distillation", "today")
TRUE_LABELS = ("data/truth", "data/freiburg/test", "data/msrs/boxes")


@pytest.fixture(params=FOLDERS, ids=lambda folder: folder.name if folder != ROOT else "street")
def profile(request: pytest.FixtureRequest) -> Profile:
    return load_profile(request.param)


def within(path: str, folder: str) -> bool:
    return Path(path).is_relative_to(folder) or Path(folder).is_relative_to(path)


def test_every_profile_is_here() -> None:
    assert [load_profile(folder).name for folder in FOLDERS] == ["street", "open", "paper", "smoke"]
    assert (ROOT / "profiles/smoke/dvc.yaml").resolve() == ROOT / "dvc.yaml"


def test_training_depends_on_no_truth(profile: Profile) -> None:
    for stage in TRAINING:
        seen = [dep for dep in profile.graph[stage].deps for truth in TRUE_LABELS if within(dep, truth)]
        assert not seen, f"{profile.name}: {stage} reads {seen}"


def test_only_the_bounds_train_on_truth_and_nothing_trained_on_it_teaches(profile: Profile) -> None:
    tainted = set(profile.graph["bounds"].outs)
    for stage in (*TRAINING, "bounds"):
        assert not tainted & set(profile.graph[stage].deps)


def test_a_stage_depends_on_its_code_and_its_parameters(profile: Profile) -> None:
    raw = read_yaml(profile.folder / "dvc.yaml")["stages"]
    for stage in profile.stages:
        assert f"fingerprints/{stage}.json" in profile.graph[stage].deps
        assert stage in raw[stage]["params"]
        assert raw[stage]["cmd"] == f"python -m heatnet.pipeline run {stage}"
        assert f"executed/{find_notebooks(ROOT)[stage].name}" in profile.graph[stage].outs
    assert set(profile.graph[FINGERPRINT].outs) == {f"fingerprints/{stage}.json" for stage in profile.graph if stage != FINGERPRINT}
    assert all(f"fingerprints/{stage}.json" in node.deps for stage, node in profile.graph.items() if stage != FINGERPRINT)


def test_what_a_section_names_is_read_or_written_by_its_stage(profile: Profile) -> None:
    def named(section: object) -> list[str]:
        if isinstance(section, dict):
            return [path for part in section.values() for path in named(part)]
        if isinstance(section, (list, tuple)):
            return [path for part in section for path in named(part)]
        return [section] if isinstance(section, str) and section.startswith(("data/", "networks/", "labels/")) else []

    for stage in profile.stages:
        node = profile.graph[stage]
        known = (*node.deps, *node.outs)
        missing = [path for path in named(profile.section(stage)) if not any(within(path, other) for other in known)]
        assert not missing, f"{profile.name}: {stage} names {missing} but depends on none of them"


def test_only_the_results_stay_out_of_the_cache(profile: Profile) -> None:
    raw = read_yaml(profile.folder / "dvc.yaml")["stages"]
    uncached = {name for name, stage in raw.items() for out in stage["outs"] if isinstance(out, dict) and any(not v["cache"] for v in out.values())}
    assert uncached == {"results"}


def test_results_of_profiles_do_not_overwrite_each_other() -> None:
    results = [(folder / out).resolve() for folder in FOLDERS for out in load_profile(folder).graph["results"].outs if "results/" in out]
    assert len(results) == len(set(results)) == len(FOLDERS)


def test_every_section_is_accepted(profile: Profile) -> None:
    for stage in profile.stages:
        config.parse(config.STAGES[stage], profile.section(stage), f"{profile.name}: {stage}")


def test_what_a_stage_reads_is_written_before(profile: Profile) -> None:
    written: list[str] = []
    for stage, node in profile.graph.items():
        for dep in node.deps:
            made_by = [name for name, other in profile.graph.items() if any(within(dep, out) for out in other.outs)]
            assert not made_by or any(within(dep, out) for out in written), f"{stage} reads {dep} before {made_by} wrote it"
        written += node.outs
