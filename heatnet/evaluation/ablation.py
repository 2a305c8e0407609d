"""What a variant is worth: mean and spread over seeds, and paired differences with intervals from seeds and from images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from heatnet.evaluation.bootstrap import Counts, Estimate, Resamples, estimate
from heatnet.evaluation.compare import pixel_figures
from heatnet.evaluation.scores import SPLITS, per_cent

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Spread:
    """Mean IoU over seeds (fractions): each seed's, their mean, and their standard deviation (n - 1)."""

    values: tuple[float, ...]
    mean: float
    deviation: float


@dataclass(frozen=True)
class AblationRow:
    """A variant's scores on each split."""

    name: str
    title: str
    day: Spread
    night: Spread
    combined: Spread


@dataclass(frozen=True)
class Gain:
    """What ``second`` gains over ``first`` (fractions of mean IoU) on each split.

    ``seeds``: the mean of the paired differences with Student's interval over seeds (the luck of training); ``images``: the same mean
    with the bootstrap's interval over images (the luck of the test set).
    """

    question: str
    first: str
    second: str
    seeds: Mapping[str, Estimate]
    images: Mapping[str, Estimate]


def spread(values: Sequence[float]) -> Spread:
    """Mean and standard deviation; the deviation of a single value reads 0."""
    return Spread(tuple(values), float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else 0.0)


def paired(first: Sequence[float], second: Sequence[float]) -> Estimate:
    """The mean of ``second - first``, seed by seed, with Student's 95 % interval; raises ``ValueError`` for fewer than two pairs."""
    if len(first) != len(second) or len(first) < 2:
        raise ValueError(f"paired difference of {len(first)} and {len(second)} runs; expected as many of both, at least two; run more seeds")
    difference = np.subtract(second, first)
    mean, error = float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(len(difference)))
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(difference) - 1)) * error
    return Estimate(mean, mean - reach, mean + reach)


def ablation_row(name: str, title: str, runs: Sequence[Counts], resamples: Resamples) -> AblationRow:
    """Score a variant; ``runs`` holds one seed's counts each."""
    drawn = [pixel_figures(run, resamples) for run in runs]
    return AblationRow(name, title, **{split: spread([float(one[split][0]) for one in drawn]) for split in SPLITS})


def gain(question: str, names: tuple[str, str], first: Sequence[Counts], second: Sequence[Counts], resamples: Resamples) -> Gain:
    """Compare two variants, seed by seed, on the same resamples of the images."""
    drawn = [[pixel_figures(run, resamples) for run in runs] for runs in (first, second)]
    seeds = {split: paired(*([float(one[split][0]) for one in runs] for runs in drawn)) for split in SPLITS}
    means = {split: [np.mean([one[split] for one in runs], 0) for runs in drawn] for split in SPLITS}
    return Gain(question, *names, seeds, {split: estimate(means[split][1] - means[split][0]) for split in SPLITS})


def ablation_markdown(rows: Sequence[AblationRow]) -> str:
    """Mean and standard deviation over seeds, in per cent."""
    lines = ["| variant | day | night | combined |", "|---|---|---|---|"]
    for row in rows:
        cells = [f"{100 * one.mean:.1f} ± {100 * one.deviation:.1f}" for one in (row.day, row.night, row.combined)]
        lines.append(f"| {row.title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def gains_markdown(gains: Sequence[Gain]) -> str:
    """What each comparison found by night and combined, in points of mean IoU, with both intervals and a verdict."""
    lines = ["| what | night (seeds) | night (images) | combined (seeds) | by night |", "|---|---|---|---|---|"]
    for one in gains:
        cells = [per_cent(one.seeds["night"]), per_cent(one.images["night"]), per_cent(one.seeds["combined"])]
        lines.append(f"| {one.question} | " + " | ".join([*cells, verdict(one.seeds["night"], one.images["night"])]) + " |")
    return "\n".join(lines) + "\n"


def verdict(*intervals: Estimate) -> str:
    """``better`` or ``worse`` where all intervals exclude 0, else ``nothing shown``."""
    if all(interval.low > 0 for interval in intervals):
        return "better"
    return "worse" if all(interval.high < 0 for interval in intervals) else "nothing shown"
