"""How much of a figure is the luck of training: HeatNet, today's recipe, MFNet and RTFNet with three seeds each; writes ``results/PROFILE_seeds.md``.

``python benchmarks/seeds.py RUN NETWORKS``: RUN is the folder of a finished run of the default profile (its ``params.yaml``, ``data``, ``labels``
and ``networks``; only read), NETWORKS where those that are trained here go. The first seed is the run's own; the two others differ from it in
every random choice of their own training and in nothing else: the same teachers, labels and images. A network that is there already is not
trained again, so delete NETWORKS after a change of a recipe. Twenty minutes on two cores beside the tests. Nothing is chosen by these figures.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from heatnet import config, evaluation
from heatnet.data import Samples, absolute, evaluation_batches, read_pairs, read_supervised, source
from heatnet.data.sets import class_weights
from heatnet.evaluation.ablation import gain, gains_markdown
from heatnet.models import (
    BaselineFile,
    build,
    build_baseline,
    load_baseline,
    load_network,
    open_network,
    save_baseline,
    save_network,
    warm_start,
    warm_trunks,
)
from heatnet.models.baselines import is_baseline
from heatnet.models.rtfnet import RTFNet
from heatnet.pipeline.profile import Profile, load_profile
from heatnet.pipeline.progress import follow
from heatnet.pipeline.workspace import write_text
from heatnet.taxonomy import MF_OWN, MF_SCORED, OURS, Domain
from heatnet.training import adversarial, adversarial_learner, critics, learner, predictions, supervised
from heatnet.training.inference import MultiScale
from heatnet.training.mixing import lit_by
from heatnet.training.opinion import second_opinion
from heatnet.training.sampling import rare_class_source
from heatnet.training.selftraining import selftraining, selftraining_learner

ROOT = Path(__file__).parents[1]
OFFSETS = (0, 100, 200)
"""What is added to the run's own seeds; 0 is the run itself."""
STREET = {"rgbt_stage1": "HeatNet RGB-T after stage 1", "rgbt": "HeatNet RGB-T", "rgbt_today": "today's recipe, RGB-T"}
"""What is scored on the pairs; the first is where both others start."""
WITHIN = 2.0
"""Points of mean IoU that HeatNet's seeds should not differ by more than."""


def taught(run: Profile, pairs: config.Pairs) -> tuple[Samples, Samples]:
    """The training frames by day and by night, with the teachers' labels."""
    labels = {Domain.DAY: "labels/day", Domain.NIGHT: "labels/night"}
    day, night = (read_pairs(pairs, run.folder / pairs.folder, "train", part, labels=run.folder / where) for part, where in labels.items())
    return day, night


def asked_again(run: Profile, night: Samples, settings: config.SecondOpinion) -> Samples:
    """The night frames with the RGB teacher's second opinion, as notebook 8 takes it."""
    lookout = MultiScale(open_network(run.folder / settings.network), settings.labelling.scales, settings.labelling.mirror)
    return second_opinion(night, predictions(lookout, evaluation_batches(night, 8), torch.device("cpu")), settings)


def train_heatnet(run: Profile, offset: int, out: Path) -> None:
    """Both stages as notebook 6 has them, with other seeds."""
    params: config.HeatNet = config.parse(config.HeatNet, run.section("heatnet"), "params.yaml: heatnet")
    first, second = (replace(one, seed=one.seed + offset) for one in (params.stage1, params.stage2))
    day, night = taught(run, params.pairs)
    starts = [load_network(run.folder / name)[0] if name else None for name in params.start]
    model = warm_start(build(params.network, ["rgb", "thermal"], first.seed), starts)
    numbers = first.batch_size, params.augmentation, first.seed, first.balance
    sources = {"day": source(day, *numbers), "night": source(night, *numbers)}
    follow(supervised(learner(model, first), sources, first), f"stage 1, seed {first.seed}", first.steps, first.steps // 3)
    save_network(out / f"rgbt_stage1_{offset}.safetensors", model, params.network, params.pairs.input)
    critic = critics(model, params.adversary, second.seed)
    numbers = second.batch_size, params.augmentation, second.seed, second.balance
    steps = adversarial(
        adversarial_learner(model, critic, second, params.adversary), source(day, *numbers), source(night, *numbers), second, params.adversary
    )
    follow(steps, f"stage 2, seed {second.seed}", second.steps, second.steps // 3)
    save_network(out / f"rgbt_{offset}.safetensors", model, params.network, params.pairs.input)


def train_today(run: Profile, offset: int, out: Path) -> None:
    """Today's recipe as notebook 8 has it, from the first stage of the same seed."""
    params: config.Today = config.parse(config.Today, run.section("today"), "params.yaml: today")
    numbers = replace(params.training, seed=params.training.seed + offset)
    day, night = taught(run, params.pairs)
    night = asked_again(run, night, params.second) if params.second else night
    model, about = load_network(out / f"rgbt_stage1_{offset}.safetensors")
    rare = numbers.batch_size, params.augmentation, numbers.seed, numbers.balance, *params.rare
    frames = rare_class_source(day, *rare), rare_class_source(night, *rare)
    batches = lit_by(*frames, params.relit, numbers.seed), frames[1]
    both, weights = selftraining_learner(model, numbers), torch.from_numpy(class_weights(day, numbers.balance))
    follow(selftraining(both, *batches, numbers, params.recipe, weights), f"today, seed {numbers.seed}", numbers.steps, numbers.steps // 3)
    model.load_state_dict(both.networks["teacher"].state_dict())
    save_network(out / f"rgbt_today_{offset}.safetensors", model, about.network, params.pairs.input)


def read_by_rivals(params: config.Elsewhere, settings: config.Pairs) -> config.Pairs:
    """A set as the rivals read it."""
    return settings if params.rivals_levelled else absolute(settings)


def train_rival(run: Profile, rival: config.Rival, offset: int, out: Path) -> None:
    """A network of notebook 10 with another seed."""
    params: config.Elsewhere = config.parse(config.Elsewhere, run.section("elsewhere"), "params.yaml: elsewhere")
    recipe = replace(rival.training, seed=rival.training.seed + offset)
    model = build_baseline(rival.network, len(MF_OWN.sources), recipe.seed)
    if rival.start and isinstance(model.network, RTFNet):
        warm_trunks([model.network.rgb, model.network.thermal], load_network(run.folder / rival.start)[0])
    read = read_by_rivals(params, params.mf)
    train = read_supervised(read, run.folder / read.folder, "train", MF_OWN)
    sources = {"MF": source(train, recipe.batch_size, params.rivals_augmentation, recipe.seed, recipe.balance)}
    follow(supervised(learner(model, recipe), sources, recipe), f"{rival.title}, seed {recipe.seed}", recipe.steps, recipe.steps // 3)
    save_baseline(out / f"{rival.key}_{offset}.safetensors", model, BaselineFile(rival.network, read.input, MF_OWN.sources))


def networks(run: Profile, rivals: Sequence[config.Rival], out: Path) -> dict[str, list[Path]]:
    """The files of every network, seed by seed, trained where they are missing."""
    for offset in OFFSETS[1:]:
        if not (out / f"rgbt_{offset}.safetensors").is_file():
            train_heatnet(run, offset, out)
        if not (out / f"rgbt_today_{offset}.safetensors").is_file():
            train_today(run, offset, out)
        for rival in rivals:
            if not (out / f"{rival.key}_{offset}.safetensors").is_file():
                train_rival(run, rival, offset, out)
    keys = [*STREET, *(rival.key for rival in rivals)]
    return {key: [run.folder / f"networks/{key}.safetensors", *(out / f"{key}_{offset}.safetensors" for offset in OFFSETS[1:])] for key in keys}


def counts(files: Sequence[Path], samples: Samples, truth: np.ndarray, table: np.ndarray) -> list[evaluation.Counts]:
    """The confusion counts of every seed's network; a rival answers in the ids that it learned, ``table`` makes them ours."""
    found = []
    for file in files:
        network = load_baseline(file)[0] if is_baseline(file) else open_network(file)
        answers = (table[mask] for mask, _ in predictions(network, evaluation_batches(samples, 8), torch.device("cpu")))
        found.append(evaluation.counts_by_domain(answers, truth, samples.domains))
    return found


def by_seed(draws: Sequence[Float[np.ndarray, " draws"]], scale: float = 100.0) -> str:
    """A cell: the mean of the seeds with its interval over images, their standard deviation, and each of them."""
    over_images = evaluation.estimate(scale * np.mean(draws, 0))
    values = [scale * float(one[0]) for one in draws]
    places = 1 if scale > 1 else 2
    each = ", ".join(f"{value:.{places}f}" for value in values)
    return (
        f"{over_images.value:.{places}f} [{over_images.low:.{places}f}, {over_images.high:.{places}f}] ± {np.std(values, ddof=1):.{places}f} ({each})"
    )


def street_table(found: Mapping[str, list[evaluation.Counts]], bound: evaluation.Counts, drawn: evaluation.Resamples) -> str:
    """The networks on the pairs: every split, the spread, the nights as shares of the bound's, and what each adds to the first."""
    lines = ["| network | day | night | combined | widest apart | night, share of the upper bound |", "|---|---|---|---|---|---|"]
    most = evaluation.pixel_figures(bound, drawn)["night"]
    for key, title in STREET.items():
        figures = [evaluation.pixel_figures(one, drawn) for one in found[key]]
        apart = {split: 100 * np.ptp([one[split][0] for one in figures]) for split in evaluation.SPLITS}
        word = "within" if max(apart.values()) <= WITHIN else "**more than**"
        cells = [by_seed([one[split] for one in figures]) for split in evaluation.SPLITS]
        cells += [f"{max(apart.values()):.1f}: {word} {WITHIN:g}", by_seed([one["night"] / most for one in figures], 1.0)]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    first, *others = STREET
    added = [gain(f"{STREET[key]}, over stage 1", (first, key), found[first], found[key], drawn) for key in others]
    return "\n".join(lines) + "\n\n" + gains_markdown(added)


def away_table(sets: Mapping[str, evaluation.SetCounts], titles: Mapping[str, str]) -> str:
    """Means over car, person and bicycle on MF and on the pairs, and the share kept."""
    figures = evaluation.set_figures(sets, "away")
    lines = ["| network | on MF | on FR-T | kept (FR-T / MF) |", "|---|---|---|---|"]
    for key, title in titles.items():
        here, there = ([figures[f"{key}/{offset}"][what] for offset in OFFSETS] for what in ("MF", "combined"))
        shares = [b / np.maximum(a, 1e-9) for a, b in zip(here, there, strict=True)]
        lines.append(f"| {title} | {by_seed(here)} | {by_seed(there)} | {by_seed(shares, 1.0)} |")
    return "\n".join(lines) + "\n"


def main(run: Profile, out: Path) -> None:
    """Train what is missing, score all, write the page."""
    settings: config.Evaluation = config.parse(config.Evaluation, run.section("evaluation"), "params.yaml: evaluation")
    params: config.Elsewhere = config.parse(config.Elsewhere, run.section("elsewhere"), "params.yaml: elsewhere")
    out.mkdir(parents=True, exist_ok=True)
    files = networks(run, params.rivals, out)
    abroad = {"rgbt": STREET["rgbt"] + ", as it came"} | {rival.key: f"{rival.title}, supervised on MF" for rival in params.rivals}
    pairs, pairs_of_rivals = (read_pairs(one, run.folder / one.folder, "test") for one in (settings.pairs, read_by_rivals(params, settings.pairs)))
    mf, mf_of_rivals = (read_supervised(one, run.folder / one.folder, "test", MF_OWN) for one in (params.mf, read_by_rivals(params, params.mf)))
    tables = {key: (OURS if key in STREET else MF_SCORED).table() for key in files}
    assert pairs.label is not None
    assert mf.label is not None
    home = {key: counts(some, pairs if key in STREET else pairs_of_rivals, pairs.label, tables[key]) for key, some in files.items()}
    known = MF_SCORED.table()[mf.label]
    there = {key: counts(files[key], mf if key in STREET else mf_of_rivals, known, tables[key]) for key in abroad}
    rng = np.random.default_rng(settings.seed)
    day, night = (sum(domain is one for domain in pairs.domains) for one in Domain)
    drawn = evaluation.resample(day, night, settings.resamples, rng)
    (bound,) = counts([run.folder / "networks/rgbt_upper.safetensors"], pairs, pairs.label, OURS.table())
    both = {"mf": (there, mf), "pairs": (home, pairs)}
    sets = {
        name: evaluation.SetCounts(
            {f"{key}/{offset}": one for key in abroad for offset, one in zip(OFFSETS, every[key], strict=True)},
            evaluation.luck(samples, settings.resamples, rng),
        )
        for name, (every, samples) in both.items()
    }
    page = PAGE.format(seeds=len(OFFSETS), name=run.name, street=street_table(home, bound, drawn), away=away_table(sets, abroad))
    write_text(ROOT / "results" / f"{run.name}_seeds.md", page)
    print(page)


PAGE = """# The luck of training

`benchmarks/seeds.py` wrote this page: {seeds} trainings of each network on the images and labels of one run of the profile `{name}`, which differ in
their random numbers alone (the order of images, the augmentation, dropout, and where a network starts from random weights these). The first of
each is the run's own. Mean IoU in per cent: the mean of the seeds with its 95 % bootstrap interval over test images, ± their standard deviation,
and in brackets each seed. The labels, and so the teachers, are the same for all: what their own training adds is not in these figures.

## HeatNet on the pairs

{street}
`seeds` is Student's interval of the mean paired difference over the seeds, `images` the bootstrap's over test images; only where both exclude
zero is a difference called one. The upper bound is the run's own, trained once.

## From MF to Freiburg Thermal

Mean IoU of car, person and bicycle; intervals over whole drives where there are several.

{away}"""


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(load_profile(Path(sys.argv[1])), Path(sys.argv[2]))
