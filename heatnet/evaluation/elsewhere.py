"""Other data sets than the pairs, as three experiments: MF, from MF to the pairs unchanged, BDD100K by night.

Each experiment scores networks on images that none of them learned from; the same resamples of a set serve all its networks, so
differences are paired.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from heatnet.data import Samples
from heatnet.evaluation.bootstrap import Counts, Draws, Estimate, Resamples, draw, estimate, resample, resample_drives
from heatnet.evaluation.claims import ratio
from heatnet.evaluation.compare import Figures
from heatnet.evaluation.counts import confusion
from heatnet.evaluation.mf import compatible_draws, of_classes, own_draws
from heatnet.evaluation.record import Recorded, load_counts, save_counts
from heatnet.evaluation.scores import Score, score
from heatnet.taxonomy import COMPATIBLE, MF_OWN, NAMES, SCORED, Domain

SETS: tuple[str, ...] = ("mf", "mf_own", "pairs", "bdd")
"""MF in our classes, MF in its own ids, the pairs' test images, BDD100K's nights."""
THREE = tuple(NAMES[k] for k in COMPATIBLE)
TWELVE = tuple(NAMES[k] for k in SCORED)


@dataclass(frozen=True)
class SetCounts:
    """What networks did on one set: their counts by name, and the resamples that serve them all."""

    networks: Mapping[str, Counts]
    resamples: Resamples


@dataclass(frozen=True)
class Measured:
    """IoU of some classes in every resample, and the classes' names."""

    draws: Draws
    names: tuple[str, ...]


@dataclass(frozen=True)
class SetRow:
    """One network in one experiment: its scores by what was measured, and (for ``away``) the share of MF's mean that it keeps."""

    experiment: str
    name: str
    title: str
    scores: Mapping[str, Score]
    kept: Estimate | None


def _on_mf(sets: Mapping[str, SetCounts], name: str) -> dict[str, Measured]:
    """Three classes for all; the nine ids for those that learned them."""
    ours, own = sets["mf"], sets["mf_own"]
    found = {"three classes": Measured(compatible_draws(ours.networks[name], ours.resamples), THREE)}
    if name in own.networks:
        for title, guardrail in (("nine ids", True), ("without guardrail", False)):
            found[title] = Measured(own_draws(own.networks[name], own.resamples, guardrail), MF_OWN.sources)
    return found


def _away(sets: Mapping[str, SetCounts], name: str) -> dict[str, Measured]:
    """The three classes on MF and, by the same network unchanged, on the pairs by day, by night and combined."""
    on_mf = compatible_draws(sets["mf"].networks[name], sets["mf"].resamples)
    there = draw(sets["pairs"].networks[name], sets["pairs"].resamples)
    return {"MF": Measured(on_mf, THREE), **{split: Measured(of_classes(draws, COMPATIBLE), THREE) for split, draws in there.items()}}


def _by_night(sets: Mapping[str, SetCounts], name: str) -> dict[str, Measured]:
    """Our twelve classes, those that BDD100K has, on its night images."""
    return {"night": Measured(draw(sets["bdd"].networks[name], sets["bdd"].resamples)["night"], TWELVE)}


EXPERIMENTS: Mapping[str, tuple[Callable[[Mapping[str, SetCounts], str], dict[str, Measured]], tuple[str, ...]]] = {
    "mf": (_on_mf, ("mf",)),
    "away": (_away, ("mf", "pairs")),
    "bdd": (_by_night, ("bdd",)),
}
"""How each experiment measures a network, and the sets on which the network must have been scored."""


def measured(sets: Mapping[str, SetCounts], experiment: str) -> dict[str, dict[str, Measured]]:
    """What an experiment measured, by network."""
    measure, needed = EXPERIMENTS[experiment]
    return {name: measure(sets, name) for name in sets[needed[-1]].networks if all(name in sets[one].networks for one in needed)}


def set_figures(sets: Mapping[str, SetCounts], experiment: str) -> dict[str, Figures]:
    """Means in every resample, by network and by what was measured: for claims, differences and leaders."""
    return {name: {what: one.draws.mean() for what, one in found.items()} for name, found in measured(sets, experiment).items()}


def set_rows(sets: Mapping[str, SetCounts], titles: Mapping[str, str]) -> list[SetRow]:
    """The rows of all experiments; ``titles`` names the networks."""
    rows = []
    for experiment in EXPERIMENTS:
        for name, found in measured(sets, experiment).items():
            kept = estimate(ratio(found["combined"].draws.mean(), found["MF"].draws.mean())) if experiment == "away" else None
            rows.append(SetRow(experiment, name, titles[name], {what: score(one.draws, one.names) for what, one in found.items()}, kept))
    return rows


def counts_by_domain(masks: Iterable[UInt8[np.ndarray, "_ _"]], labels: Iterable[UInt8[np.ndarray, "_ _"]], domains: Sequence[Domain]) -> Counts:
    """Confusion counts of every image, day and night apart, each in the order of the images."""
    counts = np.stack([confusion(mask, label) for mask, label in zip(masks, labels, strict=True)])
    day, night = (counts[[other is domain for other in domains]] for domain in Domain)
    return Counts(day, night)


def luck(samples: Samples, draws: int, rng: np.random.Generator) -> Resamples:
    """Resamples of a set's test images: of whole drives where there are several by day and by night, else of images.

    A set of nights alone has none by day.
    """
    day, night = ([drive for drive, other in zip(samples.drives, samples.domains, strict=True) if other is domain] for domain in Domain)
    if not day:
        return nights_alone(len(night), draws, rng)
    several = min(len(set(day)), len(set(night))) > 1
    return resample_drives(day, night, draws, rng) if several else resample(len(day), len(night), draws, rng)


def nights_alone(images: int, draws: int, rng: np.random.Generator) -> Resamples:
    """Resamples of a set that has only night images."""
    ones = np.ones((1, images), np.int64)
    return Resamples(np.zeros((draws + 1, 0), np.int64), np.concatenate([ones, rng.multinomial(images, np.full(images, 1 / images), draws)]))


def save_sets(folder: Path, sets: Mapping[str, SetCounts], bounds: Mapping[str, float]) -> None:
    """Write the counts of every set as ``folder/SET.npz``, with the claims' bounds."""
    for name in SETS:
        networks = {key: (counts.day, counts.night) for key, counts in sets[name].networks.items()}
        save_counts(folder / f"{name}.npz", Recorded("elsewhere", networks, bounds, sets[name].resamples))


def load_sets(folder: Path) -> tuple[dict[str, SetCounts], Mapping[str, float]]:
    """Read back what ``save_sets`` wrote: the sets and the claims' bounds; ``ValueError`` where a file is missing or broken."""
    read = {name: load_counts(folder / f"{name}.npz") for name in SETS}
    sets = {name: SetCounts({key: Counts(*parts) for key, parts in one.networks.items()}, one.resamples) for name, one in read.items()}
    return sets, read["mf"].bounds
