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


@styled
def image_steps(steps: Mapping[str, Float[np.ndarray, "height width"]], cut: tuple[slice, slice]) -> Figure:
    """One thermal image step by step, each on the scale of the pixels where the first has a value; what is cut out is shown larger below it.

    Caption: The same thermal image after each step; below, a part of it enlarged. Each picture has a scale of its own, without the sky.
    Alt: A row of thermal street images in false colours with scales, and below each an enlarged detail.
    """
    solid = np.isfinite(next(iter(steps.values())))
    height, width = solid.shape
    cell = 14 / len(steps)
    figure, axes = canvas(2, len(steps), 14, cell * (height / width + 0.80) + 0.75, dense=True, height_ratios=(height / width, 0.95))
    for (above, below), (title, image) in zip(axes.T, steps.items(), strict=True):
        shown = np.ma.masked_invalid(image)
        low, high = np.percentile(image[solid], (2, 99.5))
        for ax, part in ((above, shown), (below, shown[cut])):
            ax.imshow(part, cmap="inferno", vmin=low, vmax=high, interpolation="nearest")
            ax.set(xticks=[], yticks=[], facecolor=(0.8, 0.8, 0.8))
            ax.spines[:].set_visible(False)
        above.set_title(title, fontsize=9)
        bar = figure.colorbar(above.images[0], ax=below, orientation="horizontal", pad=0.03, aspect=14)
        bar.outline.set_visible(False)
        bar.ax.tick_params(labelsize=7)
        bar.ax.locator_params(nbins=4)
    return figure
