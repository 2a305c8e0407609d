"""Curves and histograms: the data, the heat, the training, the labels."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from heatnet.figures.style import ACCENT, DOMAIN_COLOURS, INK, canvas, class_colour, styled, tidy
from heatnet.taxonomy import CATEGORIES


@styled
def class_histogram(shares: Mapping[str, Float[np.ndarray, "13"]]) -> Figure:
    """How much of the images each class covers, by data set or domain.

    Caption: Share of labelled pixels by class, on a logarithmic scale.
    Alt: Bars of pixel share for 13 classes, a bar per data set.
    """
    figure, axes = canvas(1, 1, 8, 4.8)
    ax: Axes = axes[0, 0]
    colours = [class_colour(k) for k in range(len(CATEGORIES))]
    height = 0.8 / len(shares)
    hatches = ("", "////", "....", "xxxx")
    for place, share in enumerate(shares.values()):
        rows = np.arange(len(colours)) + (place - (len(shares) - 1) / 2) * height
        ax.barh(rows, 100 * share, 0.92 * height, color=colours, hatch=hatches[place % 4], edgecolor="white", linewidth=0.4)
    smallest = min((share[share > 0].min() for share in shares.values()), default=1e-4)
    ax.set(xscale="log", xlim=(100 * smallest / 3, 100), xlabel="share of labelled pixels (%)", yticks=range(len(colours)))
    ax.set_yticklabels([category.title for category in CATEGORIES])
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.invert_yaxis()
    tidy(ax, grid="x")
    ax.legend(handles=[Patch(facecolor="#8a8a8a", edgecolor="white", hatch=hatches[i % 4], label=name) for i, name in enumerate(shares)])
    return figure


@styled
def thermal_histogram(day: Float[np.ndarray, " day"], night: Float[np.ndarray, " night"], unit: str, clip: tuple[float, float] | None) -> Figure:
    """How warm the pixels are by day and by night, and the range that networks are given.

    Caption: Thermal pixel values by day and by night; dashed, the range that is mapped to [0, 1].
    Alt: Two overlapping histograms of thermal values, day in amber and night in blue, with two dashed vertical lines.
    """
    figure, axes = canvas(1, 1, 8, 3.4)
    ax: Axes = axes[0, 0]
    low, high = np.percentile(np.concatenate([day, night]), (0.1, 99.9))
    bins = np.linspace(low, high, 81)
    for name, values in (("day", day), ("night", night)):
        share = 100 * np.histogram(values, bins)[0] / max(len(values), 1)
        ax.stairs(share, bins, fill=True, alpha=0.35, color=DOMAIN_COLOURS[name])
        ax.stairs(share, bins, color=DOMAIN_COLOURS[name], linewidth=1.5, label=name)
    for edge in clip or ():
        ax.axvline(edge, color=INK, linestyle="--", linewidth=1)
    ax.set(xlabel=unit, ylabel="share of pixels (%)", ylim=(0, None))
    ax.legend()
    tidy(ax, grid="y")
    return figure


@styled
def temperature_over_hours(
    hours: Float[np.ndarray, " hours"],
    celsius: Mapping[str, Float[np.ndarray, " hours"]],
    sun: tuple[float, float],
    crossings: Sequence[tuple[str, float]] = (),
) -> Figure:
    """The temperature of materials through a day; ``sun`` is sunrise and sunset (hours).

    ``crossings`` are hours at which a named line meets another one: marked, for there a thermal camera cannot tell the two apart.

    Caption: Temperature by material and hour; shaded: night. Rings mark where two lines cross and their contrast vanishes.
    Alt: Lines of temperature against the hour of the day, one a material, with the night hours shaded in blue and rings at crossings.
    """
    figure, axes = canvas(1, 1, 8.5, 4)
    ax: Axes = axes[0, 0]
    for first, last in ((hours.min(), sun[0]), (sun[1], hours.max())):
        ax.axvspan(float(first), float(last), color=DOMAIN_COLOURS["night"], alpha=0.1, linewidth=0)
    for place, (name, temperature) in enumerate(celsius.items()):
        ax.plot(hours, temperature, label=name, linewidth=1.8, color=_line_colour(place), linestyle=("-", "--")[place // 10 % 2])
    for name, hour in crossings:
        ax.plot(hour, np.interp(hour, hours, celsius[name]), "o", markersize=9, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=1.4)
    ax.set(xlabel="hour of the day", ylabel="temperature (°C)", xlim=(float(hours.min()), float(hours.max())))
    ax.set_xticks(np.arange(np.ceil(hours.min() / 3) * 3, hours.max() + 0.1, 3))
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    tidy(ax, grid="y")
    return figure


@styled
def loss_curves(terms: Mapping[str, Float[np.ndarray, " steps"]], window: int) -> Figure:
    """Each term of the loss over the steps, and its moving mean over ``window`` steps.

    Caption: Terms of the loss over the training steps, each on its own scale; pale: every step, strong: moving mean.
    Alt: Small line charts side by side, one a loss term, noisy pale lines with a smooth line through them.
    """
    columns = min(len(terms), 3)
    rows = -(-len(terms) // columns)
    figure, axes = canvas(rows, columns, max(3.6 * columns, 5), 2.6 * rows, sharex=True)
    for place, (ax, (name, values)) in enumerate(zip(axes.flat, terms.items(), strict=False)):
        colour = next((DOMAIN_COLOURS[domain] for domain in ("day", "night") if domain in name), _line_colour(place))
        _noisy(ax, values, window, colour)
        ax.set(title=name, ylim=(0, None))
        ax.xaxis.set_tick_params(labelbottom=True)
    for ax in axes.flat[len(terms) :]:
        ax.set_axis_off()
    figure.supxlabel("step", fontsize=10)
    return figure


@styled
def critic_accuracy(accuracy: Float[np.ndarray, " steps"], window: int) -> Figure:
    """How often the critic tells day from night, over the steps.

    Caption: Accuracy of the critic over the training steps. At one half it is confused: it cannot tell night features from day features.
    Alt: A line of accuracy over steps between one half, marked by a dashed line, and one.
    """
    figure, axes = canvas(1, 1, 8, 2.8)
    ax: Axes = axes[0, 0]
    _noisy(ax, accuracy, window, ACCENT)
    ax.axhline(0.5, color=INK, linestyle="--", linewidth=1)
    ax.annotate("confused", (1, 0.5), (-2, -3), xycoords=("axes fraction", "data"), textcoords="offset points", ha="right", va="top", fontsize=9)
    ax.set(xlabel="step", ylabel="critic's accuracy", ylim=(min(0.35, float(accuracy.min()) - 0.05), 1.02))
    return figure


@styled
def label_quality(curve: Float[np.ndarray, "filled 2"], kept: Float[np.ndarray, "bins 2"], edges: Float[np.ndarray, " edges"]) -> Figure:
    """Whether a teacher's confidence can be believed, and what a threshold on it would keep (see ``evaluation.Reliability``).

    Caption: Left: how often labels are right by how sure the teacher is; on the diagonal the two agree, below it the teacher is too sure.
    Right: with a threshold on confidence, the share of pixels kept and how many of those are right.
    Alt: Left, accuracy against confidence with the diagonal; right, coverage falling and accuracy rising with the threshold.
    """
    figure, axes = canvas(1, 2, 9, 3.8)
    left, right = axes[0]
    left.plot([0, 1], [0, 1], color="#9a9a9a", linestyle="--", linewidth=1)
    left.plot(*curve.T, color=ACCENT, marker="o", markersize=5, linewidth=1.8)
    left.set(xlabel="confidence", ylabel="share of labels that are right", xlim=(0, 1.01), ylim=(0, 1.01), aspect="equal")
    for values, name, colour in ((kept[:, 0], "kept", DOMAIN_COLOURS["combined"]), (kept[:, 1], "right, of those kept", ACCENT)):
        right.plot(edges[:-1], values, color=colour, linewidth=1.8, label=name)
    right.set(xlabel="threshold on confidence", ylabel="share of pixels", xlim=(0, 1), ylim=(0, 1.01))
    right.legend(loc="lower left")
    tidy(left, right, grid="both")
    return figure


def smooth(values: Float[np.ndarray, " steps"], window: int) -> Float[np.ndarray, " steps"]:
    """The mean over the ``window`` values around each (fewer at the ends)."""
    reach = max(window, 1) // 2
    total = np.concatenate([[0.0], np.cumsum(values)])
    first, last = np.arange(len(values)) - reach, np.arange(len(values)) + reach + 1
    first, last = first.clip(0), last.clip(max=len(values))
    return (total[last] - total[first]) / (last - first)


def _noisy(ax: Axes, values: Float[np.ndarray, " steps"], window: int, colour: str) -> None:
    """Every step in pale, the moving mean in strong."""
    ax.plot(values, color=colour, alpha=0.28, linewidth=0.8)
    ax.plot(smooth(values, window), color=colour, linewidth=1.8)
    ax.margins(x=0.01)
    tidy(ax, grid="y")


def _line_colour(place: int) -> str:
    """Colours of lines that have no meaning of their own."""
    colours = ("#1b9e9e", "#d1495b", "#7b5ea7", "#6a994e", "#bc6c25", "#4c78a8", "#9a9a9a", "#e07a9b", "#3d405b", "#a3b18a")
    return colours[place % len(colours)]
