"""``heatnet ablate``: one variant of the ablation with one seed, or the table of all; what ``dvc repro ablations/dvc.yaml`` calls."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from heatnet import config
from heatnet.pipeline.profile import Profile, find_profile, read_yaml
from heatnet.pipeline.workspace import device, write_text

if TYPE_CHECKING:
    from heatnet.data import Batch, Samples
    from heatnet.evaluation import Counts
    from heatnet.taxonomy import Domain
    from heatnet.training import Report
    from heatnet.training.variants import Material, Recipe

RUNS = "runs"


@dataclass(frozen=True)
class Bench:
    """The ablation's own folder and numbers, and the profile that its data and networks come from."""

    folder: Path
    shared: config.Ablation
    base: config.HeatNet
    profile: Profile

    def path(self, relative: str) -> Path:
        """A path of the profile."""
        return self.profile.folder / relative

    def run(self, variant: str, seed: int) -> Path:
        """Where a run's counts are kept, or will be."""
        return self.folder / RUNS / f"{variant}-{seed}.npz"


def open_bench(folder: Path) -> Bench:
    """The ablation in ``folder``. Raises ``ValueError`` for a folder that has none and for numbers that are refused."""
    params = folder / "params.yaml"
    content = read_yaml(params)
    if "ablation" not in content:
        raise ValueError(f"{params}: no section 'ablation'; run this in the folder ablations")
    profile = find_profile((folder / str(content.get("profile", ".."))).resolve())
    shared: config.Ablation = config.parse(config.Ablation, content["ablation"], f"{params}: ablation")
    base: config.HeatNet = config.parse(config.HeatNet, profile.section("heatnet"), f"{profile.folder / 'params.yaml'}: heatnet")
    known = {name for pair in shared.pairs.values() for name in pair}
    if known - set(shared.variants):
        raise ValueError(f"{params}: ablation.pairs: {', '.join(sorted(known - set(shared.variants)))} are no variants")
    return Bench(folder, shared, base, profile)


def ablate(folder: Path, variant: str, seed: int) -> Path:
    """Train and score one variant with one seed; the file of its counts."""
    import torch

    from heatnet.evaluation import released_predictions
    from heatnet.pipeline.progress import follow
    from heatnet.training.variants import Recipe, answering, network_of, train
    from heatnet.training.watch import judged

    bench = open_bench(folder)
    if variant not in bench.shared.variants:
        raise ValueError(f"ablation: no variant {variant!r}; there is {', '.join(bench.shared.variants)}")
    torch.set_num_threads(int(os.environ.get("HEATNET_THREADS", "2")))  # a sum depends on how many threads split it
    began = time.monotonic()
    recipe = Recipe(bench.shared.variants[variant], bench.shared, bench.base, seed)
    tests = _tests(bench)
    material = _material(bench, recipe, tests)
    network = network_of(recipe, material).to(device())
    steps = sum(bench.shared.steps)
    reports: list[Report] = []
    follow(_kept(train(network, recipe, material), reports), variant, steps, max(steps // 4, 1))
    for sentence in judged(reports):
        print(f"{variant}: {sentence}", flush=True)
    masks = partial(released_predictions, seed=seed) if "batch statistics" in recipe.variant.slips else _masks
    counts = _counts(answering(network, recipe, material), tests, masks)
    target = bench.run(variant, seed)
    _save(target, {"day": counts.day, "night": counts.night})
    print(f"{variant}, seed {seed}: {time.monotonic() - began:.0f} s", flush=True)
    return target


def tabulate(folder: Path, draws: int = 1000) -> None:
    """Write the tables and figures of all runs, ``results/ablation`` beside the profile's results. Raises ``ValueError`` where runs are missing."""
    from heatnet.evaluation import Counts, resample
    from heatnet.evaluation.ablation import ablation_markdown, ablation_row, gain, gains_markdown
    from heatnet.evaluation.record import to_json
    from heatnet.figures import save
    from heatnet.figures.ablation import ablation_differences, ablation_dots

    bench = open_bench(folder)
    runs = {name: [_load(bench.run(name, seed)) for seed in bench.shared.seeds] for name in bench.shared.variants}
    sizes: Counts = next(iter(runs.values()))[0]
    resamples = resample(len(sizes.day), len(sizes.night), draws, np.random.default_rng(0))
    rows = [ablation_row(name, bench.shared.variants[name].title, found, resamples) for name, found in runs.items()]
    compared = [gain(question, pair, runs[pair[0]], runs[pair[1]], resamples) for question, pair in bench.shared.pairs.items()]
    out = bench.profile.root / "results" / "ablation"
    write_text(out / "rows.json", to_json(rows))
    write_text(out / "differences.json", to_json(compared))
    write_text(out / "table.md", ablation_markdown(rows) + "\n" + gains_markdown(compared))
    save(ablation_dots({row.title: {"day": row.day.values, "night": row.night.values} for row in rows}), out / "table.png", 110)
    found = {
        one.question: {f"over {what}": (e.value, e.low, e.high) for what, e in (("seeds", one.seeds["night"]), ("images", one.images["night"]))}
        for one in compared
    }
    save(ablation_differences(found), out / "differences.png", 110)
    print((out / "table.md").read_text(encoding="utf-8"))


def _kept(reports: "Iterable[Report]", kept: "list[Report]") -> "Iterator[Report]":
    """The same reports, each kept as well."""
    for report in reports:
        kept.append(report)
        yield report


def _tests(bench: Bench) -> Mapping["Domain", "Samples"]:
    """The test frames with their labels."""
    from heatnet.data import read_pairs
    from heatnet.taxonomy import Domain

    return {domain: read_pairs(bench.base.pairs, bench.path(bench.base.pairs.folder), "test", domain) for domain in Domain}


def _material(bench: Bench, recipe: "Recipe", tests: Mapping["Domain", "Samples"]) -> "Material":
    """The frames as each teacher labels them (no night frames where nobody does), and the networks to start from."""
    from heatnet.data import read_pairs
    from heatnet.models import load_network, open_network
    from heatnet.taxonomy import Domain
    from heatnet.training.variants import Material

    pairs, folder, who = bench.base.pairs, bench.path(bench.base.pairs.folder), recipe.variant.night
    starts = {key: load_network(bench.path(f"networks/{name}.safetensors"))[0] for key, name in (("rgb", "teacher"), ("thermal", "thermal_teacher"))}
    heatnet = open_network(bench.path("networks/rgbt.safetensors")) if who == "HeatNet" else starts["thermal"]
    day = read_pairs(pairs, folder, "train", Domain.DAY, labels=bench.path("labels/day"))
    night = None if who == "nobody" else read_pairs(pairs, folder, "train", Domain.NIGHT, labels=bench.path("labels/night"))
    return Material(
        day,
        {} if night is None else {(who, recipe.variant.trust): _as_labelled(night, recipe, heatnet, starts["thermal"])},
        starts,
        heatnet,
        lambda network: _mean_iou(_counts(dict.fromkeys(Domain, network), tests, _masks)),
    )


def _as_labelled(night: "Samples", recipe: "Recipe", heatnet: Any, thermal: Any) -> "Samples":
    """The night frames, which come with the thermal teacher's labels, as the variant wants them labelled and trusted."""
    import torch

    from heatnet.data import evaluation_batches, labelled
    from heatnet.training import predictions
    from heatnet.training.released import double_softmax
    from heatnet.training.variants import alike

    place = torch.device(device())
    if recipe.variant.night == "HeatNet":
        night = labelled(night, predictions(heatnet, evaluation_batches(night, 8), place))
    if recipe.variant.trust == "released":
        assert night.label is not None
        trusts = predictions(thermal, evaluation_batches(night, 8), place, double_softmax)
        night = labelled(night, ((label, trust) for label, (_, trust) in zip(night.label, trusts, strict=True)))
    return alike(night) if recipe.variant.trust == "alike" else night


def _masks(network: Any, batches: Iterable["Batch"], place: str) -> Iterable[Any]:
    """The most likely class of every pixel, in evaluation mode."""
    import torch

    from heatnet.training import predictions

    return (label for label, _ in predictions(network, batches, torch.device(place)))


def _counts(answers: Mapping["Domain", Any], tests: Mapping["Domain", "Samples"], masks: Callable[..., Iterable[Any]]) -> "Counts":
    """The confusion counts of the test images, each domain asked of its own network."""
    from heatnet.data import evaluation_batches
    from heatnet.evaluation import Counts, confusion

    found = {}
    for domain, samples in tests.items():
        assert samples.label is not None, "test frames have labels"
        made = masks(answers[domain], evaluation_batches(samples, 8), device())
        found[domain.value] = np.stack([confusion(label, truth) for label, truth in zip(made, samples.label, strict=True)])
    return Counts(**found)


def _mean_iou(counts: "Counts") -> float:
    """The mean of day and night, as the release selects by."""
    from heatnet.evaluation import draw, resample

    once = resample(len(counts.day), len(counts.night), 0, np.random.default_rng(0))
    return float(draw(counts, once)["combined"].mean()[0])


def _save(path: Path, arrays: Mapping[str, Any]) -> None:
    """Under a temporary name, then renamed; byte-stable (no compression, no times)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part.npz")
    np.savez(unfinished, **arrays)
    os.replace(unfinished, path)


def _load(path: Path) -> "Counts":
    """A run's counts. Raises ``ValueError`` where there is no such run."""
    from heatnet.evaluation import Counts

    if not path.is_file():
        raise ValueError(f"{path}: this run is missing; run `dvc repro ablations/dvc.yaml`")
    with np.load(path) as found:
        return Counts(found["day"], found["night"])
