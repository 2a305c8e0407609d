"""Figures of the simulated street: how bright it is, how warm, and what its cameras make of that."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from heatnet.figures.style import canvas, styled, tidy

COLOURS = ("#3d405b", "#d1495b", "#1b9e9e", "#bc6c25")


@styled
def brightness_histograms(shares: Mapping[tuple[str, str], Float[np.ndarray, "256"]]) -> Figure:
    """How bright images are, by set and domain: from the share of pixels at each of 256 levels.

    Caption: Brightness of images by day and by night, by data set; cumulative, so a curve further left is of darker images.
    Alt: Two panels of rising curves, one curve a data set, by day and by night.
    """
    domains = list(dict.fromkeys(domain for _, domain in shares))
    figure, axes = canvas(1, len(domains), 9, 3.4)
    for ax, domain in zip(axes[0], domains, strict=True):
        for colour, (name, histogram) in zip(COLOURS, ((name, h) for (name, of), h in shares.items() if of == domain), strict=False):
            ax.plot(np.arange(256), 100 * np.cumsum(histogram), label=name, linewidth=1.8, color=colour)
        ax.set(title=domain, xlabel="brightness (0 to 255)", ylabel="pixels at most as bright (%)", xlim=(0, 255), ylim=(0, 100.5))
        tidy(ax, grid="both")
    axes[0, -1].legend(loc="lower right")
    return figure
