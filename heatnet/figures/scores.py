"""Scores as pictures: the results table, the classes, the confusions, the boxes."""

from collections.abc import Sequence

import numpy as np
import seaborn as sns
from jaxtyping import Bool, Float, Int64
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from heatnet.figures.style import DOMAIN_COLOURS, INK, canvas, class_colour, styled, tidy
from heatnet.taxonomy import BICYCLE, CAR, NAMES, PERSON, SCORED

Table = Float[np.ndarray, "rows 3"]
"""Fractions by row and by day, night, combined."""
Colour = str | tuple[float, float, float]


@styled
def table_bars(names: Sequence[str], value: Table, low: Table, high: Table, bound: Bool[np.ndarray, " rows"], published: Table) -> Figure:
    """The results table; ``bound`` marks upper bounds, ``published`` holds the paper's figures (NaN where it has none).

    Caption: Mean IoU by day, by night and combined, with 95 % bootstrap intervals over images; hatched: upper bounds, trained with night labels;
    diamonds: the paper's figures on Freiburg Thermal.
    Alt: Horizontal bars of mean IoU, three a network in amber, blue and grey, with error bars; black diamonds mark published figures.
    """
    figure, axes = canvas(1, 1, 9, 0.72 * len(names) + 1.1)
    ax: Axes = axes[0, 0]
    for place, split in enumerate(("day", "night", "combined")):
        rows = np.arange(len(names)) + (place - 1) * 0.27
        bars = _interval_bars(ax, rows, value[:, place], low[:, place], high[:, place], 0.25, DOMAIN_COLOURS[split], texts=True)
        bars.set_label(split)
        for bar in np.array(bars.patches)[bound]:
            bar.set(hatch="////", edgecolor="white", alpha=0.75)
        known = np.isfinite(published[:, place])
        ax.scatter(100 * published[known, place], rows[known], marker="D", s=26, color=INK, edgecolor="white", linewidth=0.6, zorder=4)
    paper = ax.scatter([], [], marker="D", s=26, color=INK, label="paper")
    ax.set(xlabel="mean IoU over 12 classes (%)", xlim=(0, 100), ylim=(len(names) - 0.5, -0.5), yticks=range(len(names)))
    ax.set_yticklabels(names)
    figure.legend(handles=[*ax.containers, paper], loc="outside upper right", ncols=4)
    tidy(ax, grid="x")
    return figure


@styled
def per_class_bars(names: Sequence[str], iou: Float[np.ndarray, "rows 12"], present: Bool[np.ndarray, "rows 12"]) -> Figure:
    """IoU by network (rows) and class (columns); a dash where the class has no ground truth.

    Caption: IoU of each class (%): a column per class, a row per network.
    Alt: A table of horizontal bars in class colours, a row per network and a column per class, each with its value in per cent.
    """
    figure, axes = canvas(1, len(SCORED), 12.5, 0.34 * len(names) + 0.7, dense=True, sharey=True)
    rows = np.arange(len(names))
    for k, ax in zip(SCORED, axes[0], strict=True):
        ax.barh(rows, np.full(len(names), 100), 0.72, color="#f3f3f3")
        ax.barh(rows, 100 * np.where(present[:, k], iou[:, k], 0), 0.72, color=class_colour(k))
        for row in rows:
            ax.annotate(f"{100 * iou[row, k]:.0f}" if present[row, k] else "–", (108, row), va="center", fontsize=8.5)
        ax.set(xlim=(0, 150), xticks=[])
        ax.set_title(NAMES[k], fontsize=9, loc="left")
        ax.tick_params(left=False)
        ax.spines[:].set_visible(False)
    axes[0, 0].set_yticks(rows, names)
    axes[0, 0].invert_yaxis()
    return figure


@styled
def confusion_matrix(counts: Int64[np.ndarray, "13 13"]) -> Figure:
    """Which class is taken for which: shares of each true class's pixels.

    Caption: Where the pixels of each true class (rows) go (columns), in per cent of the row; shares below half a per cent are left out.
    Alt: A 13 by 13 heat map; the diagonal holds the share of pixels labelled right, dark where it is high.
    """
    figure, axes = canvas(1, 1, 8, 6.6)
    ax: Axes = axes[0, 0]
    share = 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
    text = np.where(share >= 0.5, np.char.mod("%.0f", share), "")
    bar = {"label": "share of the true class (%)", "shrink": 0.7}
    sns.heatmap(share, ax=ax, vmin=0, vmax=100, cmap="mako_r", annot=text, fmt="", annot_kws={"size": 8}, square=True, linewidths=0.5, cbar_kws=bar)
    ax.set(xlabel="predicted", ylabel="true")
    ax.set_xticklabels(NAMES, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticklabels(NAMES, rotation=0)
    ax.tick_params(length=0)
    return figure


Pairs = Float[np.ndarray, "rows 2"]
"""Fractions by row, on the set that was learned and on the other."""


@styled
def transfer(names: Sequence[str], value: Pairs, low: Pairs, high: Pairs) -> Figure:
    """From the set that a network learned to one that it never saw: a line a network.

    Caption: Mean IoU over car, person and bicycle of the same network on MF (left) and, unchanged, on Freiburg Thermal (right), with 95 %
    bootstrap intervals. A line that falls is a network that does not travel.
    Alt: A slope chart with one line a network from its score on MF at the left to its score on Freiburg Thermal at the right, with error bars.
    """
    figure, axes = canvas(1, 1, 7.5, 4.4)
    ax: Axes = axes[0, 0]
    for place, (name, line) in enumerate(zip(names, value, strict=True)):
        x = np.arange(2) + 0.012 * (place - (len(names) - 1) / 2)
        error = 100 * np.stack([line - low[place], high[place] - line])
        ax.errorbar(x, 100 * line, error, marker="o", capsize=3, linewidth=2, label=name)
    ax.set(xlim=(-0.15, 1.15), ylim=(0, None), xticks=[0, 1], ylabel="mean IoU over car, person, bicycle (%)")
    ax.set_xticklabels(["MF", "Freiburg Thermal"])
    figure.legend(handles=[*ax.containers], loc="outside lower center", ncols=2)
    tidy(ax, grid="y")
    return figure


@styled
def transfer_matrix(names: Sequence[str], value: Float[np.ndarray, "sets sets"], kept: Float[np.ndarray, "sets sets"]) -> Figure:
    """Networks that learned one set each (rows) on the test images of all sets (columns).

    Caption: Mean IoU (%) over car, person and bicycle of a network that learned the set of the row, on test images of the set of the column.
    Colour: the share of what the network that learned the column's set reaches there.
    Alt: A square heat map, darkest along its diagonal, with a mean IoU in each cell.
    """
    figure, axes = canvas(1, 1, 1.5 + 1.35 * len(names), 1.2 + 0.8 * len(names))
    ax: Axes = axes[0, 0]
    text, bar = np.char.mod("%.1f", 100 * value), {"label": "share of the diagonal (%)"}
    sns.heatmap(100 * kept, ax=ax, vmin=0, vmax=max(100.0, float(100 * kept.max())), cmap="mako_r", annot=text, fmt="", linewidths=1.0, cbar_kws=bar)
    ax.set(xlabel="seen", ylabel="learned")
    ax.set_xticklabels(names, rotation=0)
    ax.set_yticklabels(names, rotation=0)
    ax.tick_params(length=0)
    return figure


Boxes = Float[np.ndarray, "rows 2 3"]
"""Fractions by row, by day and night, by person, bicycle and car."""


@styled
def box_bars(names: Sequence[str], hit: Boxes, low: Boxes, high: Boxes, precision: Boxes) -> Figure:
    """Boxes hit and pixel precision where there are no pixel labels.

    Caption: Share of boxes hit (bars, with 95 % bootstrap intervals over images) and share of predicted pixels that lie in a box (circles),
    by day and by night.
    Alt: Six small bar charts, day above night and person, bicycle, car from left to right; a bar a network, with a circle for its pixel precision.
    """
    figure, axes = canvas(2, 3, 11, 0.66 * len(names) + 1.5, sharex=True, sharey=True)
    rows = np.arange(len(names))
    for i, split in enumerate(("day", "night")):
        for j, k in enumerate((PERSON, BICYCLE, CAR)):
            ax: Axes = axes[i, j]
            _interval_bars(ax, rows, hit[:, i, j], low[:, i, j], high[:, i, j], 0.62, class_colour(k), texts=False)
            ax.scatter(100 * precision[:, i, j], rows, s=34, facecolor="white", edgecolor=INK, linewidth=1.2, zorder=4)
            ax.set_title(NAMES[k] if i == 0 else "")
            ax.set_xlabel("%" if i else "")
        axes[i, 0].set_ylabel(split, color=DOMAIN_COLOURS[split], fontweight="bold")
    axes[0, 0].set(yticks=rows, xlim=(0, 103))
    axes[0, 0].set_yticklabels(names)
    axes[0, 0].invert_yaxis()
    circle = axes[0, 0].scatter([], [], s=34, facecolor="white", edgecolor=INK, label="pixel precision")
    figure.legend(handles=[Patch(color="#8a8a8a", label="boxes hit"), circle], loc="outside upper right", ncols=2)
    tidy(*axes.flat, grid="x")
    return figure


def _interval_bars(
    ax: Axes,
    rows: Float[np.ndarray, " rows"] | Int64[np.ndarray, " rows"],
    value: Float[np.ndarray, " rows"],
    low: Float[np.ndarray, " rows"],
    high: Float[np.ndarray, " rows"],
    height: float,
    colour: Colour,
    texts: bool,
) -> BarContainer:
    """Horizontal bars in per cent with intervals and, if asked, their values at the foot."""
    bars = ax.barh(rows, 100 * value, height, color=colour)
    for line, width in (("white", 3.2), (INK, 1.2)):
        ax.hlines(rows, 100 * low, 100 * high, color=line, linewidth=width, zorder=3)
    if texts:
        for row, share in zip(rows, value, strict=True):
            box = {"facecolor": colour, "edgecolor": "none", "pad": 0.6}
            ax.annotate(
                f"{100 * share:.1f}", (0, row), (4, 0), textcoords="offset points", va="center", fontsize=8, color=_readable(colour), bbox=box
            )
    return bars


def _readable(colour: Colour) -> str:
    """Ink that can be read on a colour."""
    red, green, blue = to_rgb(colour)
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else INK
