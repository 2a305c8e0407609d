"""Differences between two networks on the same resamples: paired, so the luck of the images cancels."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from heatnet.evaluation.bootstrap import Counts, Estimate, Resamples, draw, estimate

Figures = Mapping[str, Float[np.ndarray, " draws"]]
"""A network's figures by name (``day``, ``night`` ...) in every resample."""


COMPARED: tuple[tuple[str, str], ...] = (
    ("heatnet_rgbt", "teacher"),
    ("heatnet_rgbt", "thermal_teacher"),
    ("heatnet_rgbt", "rgbt_day"),
    ("heatnet_rgbt", "heatnet_stage1"),
    ("heatnet_rgbt", "mfnet"),
    ("heatnet_rgb", "teacher"),
    ("heatnet_rgbt", "heatnet_rgb"),
    ("heatnet_today", "heatnet_rgbt"),
    ("heatnet_today_rgb", "heatnet_rgb"),
)
"""What the paper compares: HeatNet with its teachers and its own stages, the RGB-only network with the RGB teacher; then today's recipe with both."""


def scored_pairs(names: Collection[str]) -> list[tuple[str, str]]:
    """The pairs of ``COMPARED`` of which both were scored."""
    return [pair for pair in COMPARED if set(pair) <= set(names)]


@dataclass(frozen=True)
class Difference:
    """How much higher ``first`` is than ``second``: by figure, a fraction with its interval, and the two-sided p value."""

    first: str
    second: str
    by: Mapping[str, Estimate]
    p: Mapping[str, float]


def pixel_figures(counts: Counts, resamples: Resamples) -> Figures:
    """Mean IoU by day, by night and combined."""
    return {split: draws.mean() for split, draws in draw(counts, resamples).items()}


def differences(networks: Mapping[str, Figures], pairs: Sequence[tuple[str, str]]) -> list[Difference]:
    """Compare pairs of networks, figure by figure.

    Raises ``ValueError`` for a network that was not scored.
    """
    for name in (name for pair in pairs for name in pair):
        if name not in networks:
            raise ValueError(f"cannot compare {name!r}: only {', '.join(networks)} were scored; score it too")
    return [_difference(first, second, networks) for first, second in pairs]


def _difference(first: str, second: str, networks: Mapping[str, Figures]) -> Difference:
    """One pair."""
    gaps = {name: draws - networks[second][name] for name, draws in networks[first].items()}
    return Difference(first, second, {name: estimate(gap) for name, gap in gaps.items()}, {name: paired_p(gap) for name, gap in gaps.items()})


def leaders(networks: Mapping[str, Figures]) -> dict[str, str]:
    """By figure, the network that is clearly ahead: the interval of its paired difference to every other leaves 0 out; none, where none is.

    Only figures that several networks have are compared.
    """
    found = {}
    for what in dict.fromkeys(what for figures in networks.values() for what in figures):
        rivals = {name: figures[what] for name, figures in networks.items() if what in figures}
        best = max(rivals, key=lambda name: float(rivals[name][0]))
        gaps = [estimate(rivals[best] - other) for name, other in rivals.items() if name != best]
        if gaps and all(gap.low > 0 for gap in gaps):
            found[what] = best
    return found


def paired_p(gap: Float[np.ndarray, " draws"]) -> float:
    """Two-sided bootstrap p value of "no difference": twice the smaller share of resamples on either side of 0.

    Row 0 is the figure itself and counts as one resample, so p is never 0 (Davison and Hinkley 1997, section 4.4).
    """
    return float(min(1.0, 2 * min((gap <= 0).mean() + (gap[0] > 0) / len(gap), (gap >= 0).mean() + (gap[0] < 0) / len(gap))))


def differences_markdown(found: Sequence[Difference], titles: Mapping[str, str]) -> str:
    """Points with 95 % intervals; bold where the interval leaves 0 out, which alone is called a difference."""
    names = list(found[0].by) if found else []
    lines = ["| difference (points) | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for one in found:
        cells = [_cell(one.by[name], one.p[name]) for name in names]
        lines.append(" | ".join([f"| {titles[one.first]} over {titles[one.second]}", *cells]) + " |")
    return "\n".join(lines) + "\n"


def _cell(gap: Estimate, p: float) -> str:
    """``**+4.1** [2.0, 6.3], p = 0.002``."""
    value = f"{100 * gap.value:+.1f}"
    clear = gap.low > 0 or gap.high < 0
    return f"{f'**{value}**' if clear else value} [{100 * gap.low:+.1f}, {100 * gap.high:+.1f}], p = {p:.3f}"
