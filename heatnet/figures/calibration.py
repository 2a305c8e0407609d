"""Calibration as pictures: the cost around its optimum, and the error before and after."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heatnet.figures.style import ACCENT, INK, canvas, styled, tidy

MARKS: Mapping[str, tuple[str, str]] = {"guess": ("X", "#d1495b"), "recovered": ("o", "white"), "truth": ("*", "#ffd166")}
"""Marker and colour of the three calibrations that a figure can show."""


@styled
def cost_landscape(
    x: Float[np.ndarray, " columns"],
    y: Float[np.ndarray, " rows"],
    cost: Float[np.ndarray, "rows columns"],
    labels: tuple[str, str, str],
    marks: Mapping[str, tuple[float, float]],
) -> Figure:
    """The alignment cost over two parameters; ``labels`` name x, y (with units) and the cost, ``marks`` holds keys of ``MARKS``.

    Caption: The alignment cost around its optimum, over two of the parameters; the lower, the better edges match.
    Alt: Contours of a cost over two parameters with a cross at the guess, a circle at the recovered calibration and a star at the truth.
    """
    figure, axes = canvas(1, 1, 6.4, 4.8)
    ax: Axes = axes[0, 0]
    filled = ax.contourf(x, y, cost, levels=24, cmap="mako")
    ax.contour(x, y, cost, levels=12, colors="white", linewidths=0.4, alpha=0.5)
    for name, (right, up) in marks.items():
        marker, colour = MARKS[name]
        ax.plot(right, up, marker, color=colour, markersize=15 if name == "truth" else 10, markeredgecolor=INK, label=name, linestyle="")
    ax.set(xlabel=labels[0], ylabel=labels[1])
    figure.colorbar(filled, ax=ax, label=labels[2]).outline.set_visible(False)
    figure.legend(loc="outside upper center", ncols=len(marks))
    return figure


@styled
def calibration_errors(errors: Mapping[str, Mapping[str, float]], reference: Mapping[str, float]) -> Figure:
    """Errors against the truth: ``errors[calibration][quantity with unit]``; ``reference`` draws a line per quantity where it has one.

    Caption: Error of the guessed and of the recovered calibration against the truth; dashed: the run-to-run scatter of the authors' own
    calibration with a pattern.
    Alt: Small bar charts, one a quantity, a bar for each calibration.
    """
    quantities = list(next(iter(errors.values())))
    figure, axes = canvas(1, len(quantities), max(2.4 * len(quantities), 5), 3.0)
    colours = ["#c9ced3", ACCENT, "#7b5ea7", "#bc6c25"]
    for ax, quantity in zip(axes[0], quantities, strict=True):
        values = [error[quantity] for error in errors.values()]
        bars = ax.bar(list(errors), values, color=colours[: len(values)], width=0.62)
        ax.bar_label(bars, fmt="%.3g", fontsize=9, padding=2, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})
        if quantity in reference:
            ax.axhline(reference[quantity], color=INK, linestyle="--", linewidth=1)
        ax.set(title=quantity, ylim=(0, 1.15 * max(*values, reference.get(quantity, 0.0), 1e-9)))
        tidy(ax, grid="y")
    return figure
