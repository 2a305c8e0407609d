"""A training run as it is seen: a line for the first step and for every epoch, and a bar where there is a terminal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from heatnet.training import Report

Curves = dict[str, Float[np.ndarray, " steps"]]


@dataclass(frozen=True)
class History:
    """What a run did, step by step: every loss term, and further figures."""

    losses: Curves
    figures: Curves


def follow(reports: Iterable[Report], title: str, steps: int, epoch: int) -> History:
    """Run a training loop to its end and print the first step, then the mean of every term once per ``epoch`` steps; returns its curves."""
    from heatnet.pipeline.workspace import bar

    epoch = max(1, epoch)
    history: list[Report] = []
    for report in bar(reports, total=steps, title=title):
        history.append(report)
        if len(history) % epoch == 0 or len(history) in (1, steps):
            since = history[-(len(history) % epoch or epoch) :]
            print(f"{title}: step {len(history):>5}/{steps}  {_means(since)}  learning rate {report.learning_rate:.1e}", flush=True)
    return History(_curves([report.losses for report in history]), _curves([report.figures for report in history]))


def _curves(rows: list[Mapping[str, float]]) -> Curves:
    """Rows of named values as a column per name; NaN in steps that have no such term (another stage of training)."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: np.array([row.get(name, np.nan) for row in rows]) for name in names}


def _means(reports: list[Report]) -> str:
    """The mean of every loss term and figure over those of some steps that have it."""
    columns = _curves([{**report.losses, **report.figures} for report in reports])
    return "  ".join(f"{name} {np.nanmean(values):.3f}" for name, values in columns.items())
