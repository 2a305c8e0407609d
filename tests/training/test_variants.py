"""The ablation's rows differ in what they say and in nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from parts import AUGMENTATION, BASE, NETWORK, RECIPE, samples

from heatnet import config
from heatnet.models import build
from heatnet.pipeline.ablation import open_bench
from heatnet.pipeline.profile import read_yaml
from heatnet.taxonomy import Domain
from heatnet.training.variants import Material, Recipe, answering, network_of, train

ROOT = Path(__file__).parents[2]
BENCH = open_bench(ROOT / "ablations")
SHARED = replace(BENCH.shared, steps=(2, 1), recipe=replace(RECIPE, block=8), select_every=1, scales=(1.0,))


def material(variant: config.Variant) -> Material:
    night = replace(samples(Domain.NIGHT, seed=1), weight=np.full((4, 64, 96), 100, np.uint8))
    starts = {modality: build(NETWORK, (modality,), 7) for modality in ("rgb", "thermal")}
    return Material(samples(Domain.DAY), {(variant.night, variant.trust): night}, starts, build(NETWORK, ("rgb", "thermal"), 8), lambda _: 0.0)


def recipe(name: str, seed: int = 0) -> Recipe:
    return Recipe(SHARED.variants[name], SHARED, BASE, seed)


def run(name: str, seed: int = 0) -> tuple:
    chosen = recipe(name, seed)
    made = material(chosen.variant)
    network = network_of(chosen, made)
    reports = list(train(network, chosen, made))
    return network, reports, chosen, made


def weights(network: torch.nn.Module) -> torch.Tensor:
    return torch.cat([v.flatten().float() for v in network.state_dict().values()])


@pytest.mark.parametrize("name", BENCH.shared.variants)
def test_every_variant_takes_the_same_number_of_steps_and_answers(name: str) -> None:
    network, reports, chosen, made = run(name)
    assert [report.step for report in reports] == [0, 1, 2]
    assert all(np.isfinite(value) for report in reports for value in report.losses.values())
    assert ("confusion" in reports[-1].losses) == (chosen.variant.method == "confusion")
    assert ("night" in reports[0].losses) == (chosen.variant.night != "nobody")
    answers = answering(network, chosen, made)
    assert set(answers) == set(Domain)
    assert answers[Domain.DAY](torch.zeros(1, 3, 64, 64), torch.zeros(1, 1, 64, 64)).shape == (1, 13, 64, 64)


def test_the_same_seed_is_the_same_run_another_is_not() -> None:
    first, again, other = (run("heatnet", seed) for seed in (0, 0, 1))
    assert torch.equal(weights(first[0]), weights(again[0]))
    assert first[1] == again[1]
    assert not torch.equal(weights(first[0]), weights(other[0]))


def test_the_first_stage_is_the_same_with_and_without_confusion() -> None:
    labels, heatnet = run("labels")[1], run("heatnet")[1]
    assert labels[:2] == heatnet[:2]
    assert labels[2].losses["day"] == heatnet[2].losses["day"], "and so is the batch after it"


def test_early_fusion_starts_as_the_rgb_teacher_where_there_is_no_heat() -> None:
    chosen = recipe("early_labels")
    made = material(chosen.variant)
    network = network_of(chosen, made).eval()
    rgb, blank = torch.randn(1, 3, 64, 64), torch.zeros(1, 1, 64, 64)
    with torch.no_grad():
        assert torch.allclose(network(rgb, blank), made.starts["rgb"].eval()(rgb, None), atol=1e-4)
        assert not torch.allclose(network(rgb, blank + 1), network(rgb, blank), atol=1e-4)


def test_self_training_ends_as_its_teacher() -> None:
    reports = run("mean_teacher")[1]
    assert "confident share" in reports[-1].figures


def test_the_night_has_statistics_of_its_own_and_the_day_keeps_the_networks() -> None:
    network, _, chosen, made = run("night_statistics")
    answers = answering(network, chosen, made)
    assert answers[Domain.DAY] is network
    assert not torch.equal(weights(answers[Domain.NIGHT]), weights(network))
    same = zip(answers[Domain.NIGHT].parameters(), network.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in same)


def test_slips_are_where_they_are_named() -> None:
    assert recipe("released_rotation").augmentation.rotation_deg == 20
    assert recipe("heatnet").augmentation == replace(AUGMENTATION)
    assert recipe("dropout").augmentation.modality_dropout.probability == 0.5
    slips = {slip for variant in BENCH.shared.variants.values() for slip in variant.slips}
    assert slips == {"rotation", "one optimiser", "test selection", "batch statistics"}
    assert all(not variant.slips for name, variant in BENCH.shared.variants.items() if not name.startswith("released"))


def test_a_method_without_night_images_says_so() -> None:
    broken = replace(recipe("heatnet"), variant=replace(SHARED.variants["heatnet"], night="nobody"))
    made = material(broken.variant)
    with pytest.raises(ValueError, match="needs night images"):
        list(train(network_of(broken, made), replace(broken, variant=replace(broken.variant, stages=1)), made))


def test_the_graph_runs_every_variant_that_the_parameters_have() -> None:
    graph = read_yaml(ROOT / "ablations" / "dvc.yaml")["stages"]
    assert graph["run"]["matrix"]["variant"] == list(BENCH.shared.variants)
    assert len(BENCH.shared.variants) >= 12
    assert len(BENCH.shared.seeds) >= 3
    assert {name for pair in BENCH.shared.pairs.values() for name in pair} == set(BENCH.shared.variants)
    trained = [dep for dep in graph["run"]["deps"] if "truth" in dep]
    assert not trained, "no variant may see a true night label in training"
