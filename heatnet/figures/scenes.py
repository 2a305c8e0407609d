"""Pictures of scenes: what the cameras see, what is there, and what networks make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8, UInt16
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heatnet.figures.style import DOMAIN_COLOURS, INK, canvas, class_legend, colourise, measured, seen, styled

Thermal = UInt16[np.ndarray, "height width"] | Float[np.ndarray, "height width"]
"""A thermal image in counts, degrees or [0, 1]; zero counts of 16 bits mark pixels outside the camera's view."""


@dataclass(frozen=True)
class Scene:
    """One row of pictures; ``None`` leaves a place blank, ``domain`` is ``day`` or ``night``, masks go by column title."""

    domain: str
    rgb: UInt8[np.ndarray, "height width 3"] | None
    thermal: Thermal | None
    masks: Mapping[str, UInt8[np.ndarray, "height width"] | None]


@styled
def qualitative(scenes: Sequence[Scene]) -> Figure:
    """What each network makes of the same scenes, a row per scene.

    Caption: Each row is one scene: what the RGB and the thermal camera see, what is there where that is known, and the networks' labels.
    Alt: A grid of street scenes, day above night; columns show the RGB image, the thermal image, the ground truth and each network's label image.
    """
    titles = list(dict.fromkeys(title for scene in scenes for title in scene.masks))
    columns = ["RGB", "thermal", *titles]
    height, width = next(image.shape[:2] for scene in scenes for image in (scene.rgb, scene.thermal) if image is not None)
    cell_in = 12 / len(columns)
    figure, axes = canvas(len(scenes), len(columns), 12, len(scenes) * cell_in * height / width + 0.9, dense=True)
    for row, scene in zip(axes, scenes, strict=True):
        for ax in row:
            ax.set_box_aspect(height / width)
        _picture(row[0], scene.rgb)
        _thermal(row[1], scene.thermal)
        for ax, title in zip(row[2:], titles, strict=True):
            mask = scene.masks.get(title)
            _picture(ax, None if mask is None else colourise(mask))
        row[0].set_ylabel(scene.domain, color=DOMAIN_COLOURS.get(scene.domain, INK), fontweight="bold")
    for ax, title in zip(axes[0], columns, strict=True):
        ax.set_title(title)
    class_legend(figure, seen(mask for scene in scenes for mask in scene.masks.values() if mask is not None))
    return figure


@styled
def contact_sheet(images: Sequence[UInt8[np.ndarray, "_ _ 3"]], titles: Sequence[str], columns: int) -> Figure:
    """Many pictures at a glance.

    Caption: A sample of the images, in the order of the recording.
    Alt: A grid of small street images, each with its name above.
    """
    rows = -(-len(images) // columns)
    height, width = images[0].shape[:2]
    figure, axes = canvas(rows, columns, 12, rows * (12 / columns * height / width + 0.25), dense=True)
    for ax, image, title in zip(axes.flat, images, titles, strict=False):
        _picture(ax, image)
        ax.set_title(title, fontsize=8, pad=2)
    for ax in axes.flat[len(images) :]:
        ax.set_axis_off()
    return figure


@styled
def modalities(rgb: UInt8[np.ndarray, "height width 3"], thermal: Thermal, label: UInt8[np.ndarray, "height width"] | None, unit: str) -> Figure:
    """One scene as the two cameras see it, and its labels over the RGB image.

    Caption: The same view in RGB and in thermal, and what is there. Grey: outside the thermal camera's view.
    Alt: Side by side: an RGB street image, the thermal image in false colours with its scale, and the RGB image under coloured class labels.
    """
    panels = 2 if label is None else 3
    height, width = rgb.shape[:2]
    picture_in = 12 / panels * height / width
    figure, axes = canvas(1, panels, 12, 1.15 * picture_in + (0.75 if label is None else 1.1))
    _picture(axes[0, 0], rgb, "RGB")
    _thermal(axes[0, 1], thermal, "thermal")
    scale = axes[0, 1].inset_axes((0, -0.1, 1, 0.05))
    figure.colorbar(axes[0, 1].images[0], cax=scale, orientation="horizontal", label=unit).outline.set_visible(False)
    if label is not None:
        _picture(axes[0, 2], (0.35 * rgb + 0.65 * colourise(label)).astype(np.uint8), "labels")
        class_legend(figure, seen([label]))
    return figure


@styled
def overlay_edges(rgb: UInt8[np.ndarray, "height width 3"], before: Thermal, after: Thermal) -> Figure:
    """Edges of the RGB image drawn over the thermal image, before and after calibration.

    Caption: RGB edges (cyan) over the thermal image, with the guessed and with the recovered calibration. The better the calibration, the
    closer the lines lie to the outlines of the same objects.
    Alt: Two thermal street images under cyan edge lines, before and after calibration.
    """
    height, width = rgb.shape[:2]
    figure, axes = canvas(1, 2, 12, 6 * height / width + 0.4)
    lines = edges(rgb)
    for ax, thermal, title in zip(axes[0], (before, after), ("before calibration", "after calibration"), strict=True):
        _thermal(ax, thermal, title, colours="gray")
        ax.imshow(np.where(lines[..., None], [0.1, 0.95, 0.95, 0.9], 0.0), interpolation="nearest")
    return figure


def edges(rgb: UInt8[np.ndarray, "height width 3"]) -> Bool[np.ndarray, "height width"]:
    """Canny edges; the upper threshold is twice, the lower once the 80th percentile of the gradient."""
    grey = cv2.GaussianBlur(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    strong = float(np.percentile(slope, 80)) + 1.0
    found: Bool[np.ndarray, "height width"] = cv2.Canny(grey, strong, 2 * strong, L2gradient=True) > 0
    return found


def _picture(ax: Axes, image: UInt8[np.ndarray, "height width 3"] | None, title: str = "") -> None:
    """An image without ticks; a pale field where there is none."""
    ax.set(xticks=[], yticks=[], title=title)
    ax.spines[:].set_visible(False)
    if image is not None:
        ax.imshow(image, interpolation="nearest")
    else:
        ax.set_facecolor("#f2f2f2")
        ax.text(0.5, 0.5, "none", transform=ax.transAxes, ha="center", va="center", color="#9a9a9a", fontsize=9)


def _thermal(ax: Axes, thermal: Thermal | None, title: str = "", colours: str = "inferno") -> None:
    """A thermal image from its 1st to its 99.5th percentile, grey outside the view."""
    _picture(ax, None if thermal is None else np.full((*thermal.shape, 3), 205, np.uint8), title)
    if thermal is None:
        return
    ax.images[0].remove()
    ax.set_facecolor((205 / 255,) * 3)
    shown = np.ma.masked_where(~measured(thermal), thermal) if thermal.dtype == np.uint16 else np.ma.masked_invalid(thermal)
    low, high = np.percentile(shown.compressed(), (1, 99.5)) if shown.count() else (0, 1)
    ax.imshow(shown, cmap=colours, vmin=low, vmax=high, interpolation="nearest")
