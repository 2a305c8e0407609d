"""Features in the plane: do day and night lie on each other, and do classes lie apart?"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heatnet.figures.style import ACCENT, DOMAIN_COLOURS, canvas, class_colour, class_legend, styled, tidy
from heatnet.taxonomy import IGNORE


@styled
def feature_plane(
    points: Mapping[str, Float[np.ndarray, "_ 2"]], classes: Mapping[str, UInt8[np.ndarray, "_"]], shares: Float[np.ndarray, "2"]
) -> Figure:
    """Points of features by domain, coloured by domain and by class; ``shares`` of variance of the two axes.

    Caption: Features of random pixels in the plane of their two principal components. Left: by domain, right: by class.
    Alt: Two scatter plots of the same points, the left in orange (day) and blue (night), the right in the colours of the classes.
    """
    figure, axes = canvas(1, 2, 9.5, 4.6, sharex=True, sharey=True)
    left, right = axes[0]
    for domain, where in points.items():
        left.scatter(*where.T, s=5, color=DOMAIN_COLOURS[domain], alpha=0.4, linewidths=0, label=domain)
    present: set[int] = set()
    for domain, where in points.items():
        known = classes[domain] != IGNORE
        present |= set(np.unique(classes[domain][known]).tolist())
        right.scatter(*where[known].T, s=5, color=[class_colour(int(k)) for k in classes[domain][known]], alpha=0.6, linewidths=0)
    left.legend(loc="upper right", markerscale=3)
    ax: Axes
    for ax, title in ((left, "by domain"), (right, "by class")):
        ax.set(title=title, xlabel=f"first component ({100 * shares[0]:.0f} % of variance)")
        tidy(ax)
    left.set_ylabel(f"second component ({100 * shares[1]:.0f} %)")
    class_legend(figure, present)
    return figure


@styled
def domain_distances(distances: Mapping[str, Mapping[str, float]]) -> Figure:
    """Proxy A-distance of levels (outer key: a network's title, inner: the level).

    Caption: How well a linear classifier tells day features from night features, by level of the network; 0: not at all, 2: perfectly.
    Alt: A line of distance per network over the levels from the image to the logits.
    """
    figure, axes = canvas(1, 1, 8, 3.2)
    ax: Axes = axes[0, 0]
    colours = (DOMAIN_COLOURS["combined"], ACCENT, DOMAIN_COLOURS["night"], DOMAIN_COLOURS["day"])
    for place, (title, levels) in enumerate(distances.items()):
        ax.plot(list(levels), list(levels.values()), marker="o", linewidth=1.8, color=colours[place % len(colours)], label=title)
    ax.set(ylabel="proxy A-distance", ylim=(0, 2.05))
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    tidy(ax, grid="y")
    return figure
