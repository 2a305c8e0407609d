"""Where a profile is found, and what its files say."""

import pytest

from heatnet.pipeline.profile import find_profile, load_profile, read_yaml
from heatnet.pipeline.workspace import open_stage


@pytest.fixture
def other(toy):
    """A second profile, ``tiny``, of the toy repository."""
    folder = toy.root / "profiles" / "tiny"
    folder.mkdir(parents=True)
    text = (toy.root / "params.yaml").read_text().replace("profile: street", "profile: tiny").replace("root: .", "root: ../..")
    (folder / "params.yaml").write_text(text.replace("1e-4", "2e-4"))
    (folder / "dvc.yaml").symlink_to("../../dvc.yaml")
    return folder


def test_yaml_1_2_keeps_types(toy) -> None:
    section = read_yaml(toy.root / "params.yaml")["street"]
    assert section["rate"] == 1e-4
    assert section["flag"] is False
    assert section["nothing"] is None
    assert section["word"] == "no"


def test_by_hand_the_profile_is_the_repository_or_the_one_asked_for(toy, other, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(toy.root / "notebooks")
    assert find_profile().folder == toy.root
    monkeypatch.setenv("HEATNET_PROFILE", "tiny")
    assert find_profile().folder == other
    stage = open_stage("street")
    assert stage.params.rate == 2e-4
    assert stage.path("data/x") == other / "data/x"
    assert stage.results() == toy.root / "results" / "tiny"
    monkeypatch.chdir(toy.root / "notebooks")
    monkeypatch.setenv("HEATNET_PROFILE", "tyni")
    with pytest.raises(ValueError, match="there is street, tiny"):
        find_profile()


def test_in_a_profile_folder_that_profile_counts(toy, other, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEATNET_PROFILE", "street")
    monkeypatch.chdir(other)
    assert find_profile().name == "tiny"
    assert open_stage("street", {**toy.profile.section("street"), "rate": 3.0}).params.rate == 3.0


def test_an_unknown_stage_and_a_misspelt_key_say_what_is_known(toy) -> None:
    with pytest.raises(ValueError, match="expected one of street, cameras"):
        open_stage("strete")
    with pytest.raises(ValueError, match="did you mean 'rate'"):
        open_stage("street", {"rat": 1})


def test_outside_a_repository_the_error_says_where_to_go(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"no params\.yaml here or above"):
        find_profile()


def test_the_graph_has_the_profiles_own_paths(toy, other) -> None:
    street, tiny = load_profile(toy.root).graph, load_profile(other).graph
    assert street["cameras"].outs[0] == "results/street"
    assert tiny["cameras"].outs[0] == "../../results/tiny"
    assert street["cameras"].reads(street["street"])
    assert not street["street"].reads(street["cameras"])


def test_the_mark_knows_code_parameters_and_data(toy) -> None:
    stage = open_stage("cameras")
    marks = [stage.mark()]
    (toy.root / "data/vistas/images").mkdir(parents=True)
    (toy.root / "data/vistas/images/a").write_text("a")
    marks.append(stage.mark())
    params = toy.root / "params.yaml"
    params.write_text(params.read_text().replace("rate: 1.0", "rate: 2.0"))
    marks.append(open_stage("cameras").mark())
    toy.write("02_cameras.ipynb", ["print(section, 2)"])
    marks.append(open_stage("cameras").mark())
    assert len(set(marks)) == 4
    assert open_stage("cameras").mark() == marks[-1]


def test_random_numbers_belong_to_a_stage_and_a_purpose(toy) -> None:
    street, cameras = open_stage("street"), open_stage("cameras")
    draws = {(stage.name, seed, purpose): stage.rng(seed, purpose).random() for stage in (street, cameras) for seed in (0, 1) for purpose in "ab"}
    assert len(set(draws.values())) == 8
    assert street.rng(0, "a").random() == draws["street", 0, "a"]
