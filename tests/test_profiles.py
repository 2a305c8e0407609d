"""Every profile's ``params.yaml`` fits the stages of its ``dvc.yaml``."""

from pathlib import Path

import pytest

from heatnet import config
from heatnet.pipeline.profile import load_profile

ROOT = Path(__file__).parents[1]
FOLDERS = [ROOT, *sorted(path.parent for path in (ROOT / "profiles").glob("*/params.yaml"))]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_section_is_what_its_stage_takes(folder: Path) -> None:
    profile = load_profile(folder)
    for stage in profile.stages:
        config.parse(config.STAGES[stage], profile.section(stage), f"{folder.name}: {stage}")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_scored_networks_are_what_the_stages_write(folder: Path) -> None:
    profile = load_profile(folder)
    written = {out for node in profile.graph.values() for out in node.outs}
    for row in (*profile.section("evaluation")["rows"], *profile.section("results")["columns"]):
        assert row["network"] in written or row["network"].startswith("data/"), row["key"]
    assert {"street", "smoke", "open", "paper"} <= {load_profile(one).name for one in FOLDERS}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_images_of_other_sets_keep_their_aspect(folder: Path) -> None:
    profile = load_profile(folder)
    if "elsewhere" not in profile.stages:
        pytest.skip("this profile has no other sets")
    params = config.parse(config.Elsewhere, profile.section("elsewhere"), folder.name)
    for settings, (height, width) in ((params.mf, (480, 640)), (params.bdd, (720, 1280))):
        assert settings.input.crop_columns is None
        assert settings.input.size[0] * width == settings.input.size[1] * height
    assert (params.street is None) == ("data/mf" not in profile.graph["elsewhere"].outs)
