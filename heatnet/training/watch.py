"""Whether a run went well, read from its curves: divergence and a critic that won or died are said in words."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from heatnet.training.learner import Report

GROWTH = 1.5
"""A term that ends this many times higher than it once was, has diverged."""
WON, LOST = 0.98, 0.02
"""Accuracy from which a critic is never fooled; distance from one half within which it knows nothing."""
PART = 5
"""The beginning and the end of a run are its first and last fifth."""

WELL = "No loss term diverged, and no critic won or died."

Curve = Float[np.ndarray, " steps"]


def diverging(losses: Mapping[str, Curve]) -> list[str]:
    """A sentence for every loss term that rose to more than ``GROWTH`` times its lowest fifth and above its first one.

    The terms of a critic and the confusion term are left out: they are opponents, one rises when the other falls.
    """
    found = []
    for name, values in losses.items():
        parts = [float(part.mean()) for part in np.array_split(values, PART)] if len(values) >= PART else []
        if parts and "critic" not in name and name != "confusion" and parts[-1] > GROWTH * min(parts) and parts[-1] > parts[0]:
            found.append(f"{name}: diverged, {parts[-1]:.3g} at the end against {min(parts):.3g} before; lower the learning rate")
    return found


def collapsed(figures: Mapping[str, Curve]) -> list[str]:
    """A sentence for every critic that at the end is always right (its gradient says little) or knows nothing (nothing to be fooled)."""
    found = []
    for name, values in figures.items():
        if not name.endswith("critic accuracy") or len(values) < PART:
            continue
        end = float(np.array_split(values, PART)[-1].mean())
        who = name.removesuffix(" accuracy")
        if end >= WON:
            found.append(f"{who}: won, right in {100 * end:.0f} % at the end; the network does not fool it: raise the weight of confusion")
        elif abs(end - 0.5) <= LOST and float(np.array_split(values, PART)[-1].std()) <= LOST:
            found.append(f"{who}: died, right in {100 * end:.0f} % and stuck there; lower the weight of confusion or raise its learning rate")
    return found


def judged(reports: Sequence[Report]) -> list[str]:
    """All that is wrong with a run, nothing if it went well; a term that only some steps have is judged by those."""
    return [*diverging(curves([report.losses for report in reports])), *collapsed(curves([report.figures for report in reports]))]


def verdict(losses: Mapping[str, Curve], figures: Mapping[str, Curve]) -> str:
    """What is to be said of a run's curves, in words: what went wrong, or that nothing did."""
    return "\n".join([*diverging(losses), *collapsed(figures)]) or WELL


def curves(rows: Sequence[Mapping[str, float]]) -> dict[str, Curve]:
    """The values of every name over the rows that have it."""
    return {name: np.array([row[name] for row in rows if name in row]) for name in dict.fromkeys(name for row in rows for name in row)}
