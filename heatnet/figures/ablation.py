"""The ablation at a glance: every variant's seeds, and what every comparison found."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heatnet.figures.style import DOMAIN_COLOURS, INK, canvas, styled, tidy


@styled
def ablation_dots(scores: Mapping[str, Mapping[str, tuple[float, ...]]]) -> Figure:
    """Mean IoU (fractions) by variant and split (day, night), one value a seed.

    Caption: Mean IoU of every variant; small dots: one seed each, bars: their mean.
    Alt: Rows of dots, a row per variant, orange for day and blue for night, with a short bar at each mean.
    """
    figure, axes = canvas(1, 1, 8.5, 0.8 + 0.32 * len(scores))
    ax: Axes = axes[0, 0]
    for place, splits in enumerate(scores.values()):
        for split, values in splits.items():
            colour, label = DOMAIN_COLOURS[split], split if place == 0 else None
            ax.plot(100 * np.asarray(values), np.full(len(values), place), "o", color=colour, alpha=0.5, markersize=5, markeredgewidth=0)
            ax.plot(100 * np.mean(values), place, "|", color=colour, markersize=14, markeredgewidth=2.5, label=label)
    ax.set(xlabel="mean IoU (%)", yticks=range(len(scores)), yticklabels=list(scores))
    ax.set_ylim(len(scores) - 0.5, -0.5)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    tidy(ax, grid="both")
    return figure


@styled
def ablation_differences(differences: Mapping[str, Mapping[str, tuple[float, float, float]]]) -> Figure:
    """Differences of mean IoU (fractions) by question; of each the intervals by name (value, low, high).

    Caption: What each step gains by night, in points of mean IoU; at zero nothing. Intervals of 95 %, over seeds and over images.
    Alt: A horizontal interval plot with a vertical line at zero, two intervals per question.
    """
    figure, axes = canvas(1, 1, 8.5, 0.8 + 0.36 * len(differences))
    ax: Axes = axes[0, 0]
    colours = (INK, DOMAIN_COLOURS["night"])
    for place, intervals in enumerate(differences.values()):
        for k, (name, (value, low, high)) in enumerate(intervals.items()):
            y = place + 0.16 * (2 * k - 1)
            ax.plot([100 * low, 100 * high], [y, y], color=colours[k % 2], linewidth=1.6, label=name if place == 0 else None)
            ax.plot(100 * value, y, "o", color=colours[k % 2], markersize=4)
    ax.axvline(0, color=INK, linewidth=0.8)
    ax.set(xlabel="difference of mean IoU by night (points)", yticks=range(len(differences)), yticklabels=list(differences))
    ax.set_ylim(len(differences) - 0.5, -0.5)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    tidy(ax, grid="x")
    return figure
