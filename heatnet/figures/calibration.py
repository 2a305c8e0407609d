"""Calibration as pictures: the cost around its optimum, and the error before and after."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, UInt8, UInt16
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heatnet.calibration.camera import Rig
from heatnet.figures.scenes import edges
from heatnet.figures.style import ACCENT, INK, canvas, styled, tidy

MARKS: Mapping[str, tuple[str, str]] = {"guess": ("X", "#d1495b"), "recovered": ("o", "white"), "truth": ("*", "#ffd166")}
"""Marker and colour of the three calibrations that a figure can show."""


@styled
def rig_geometry(rig: Rig) -> Figure:
    """The cameras of a rig, each with its frame, in the left camera's frame: from above (x, z) and from the side (y, z).

    Caption: The rig from above and from the right: each camera with its frame (x to the right, y down, z ahead) and what it sees; X is a point.
    Alt: Two plans of three cameras in a row with wedges of their views, their axes as arrows, and dashed lines to one point.
    """
    figure, axes = canvas(1, 2, 11, 4.2)
    poses = {"left": np.eye(4), "right": np.linalg.inv(rig.right_from_left), "thermal": np.linalg.inv(rig.thermal_from_left)}
    point = np.array([0.15, -0.1, 1.1])
    for ax, plane, title in zip(axes[0], (0, 1), ("from above", "from the side"), strict=True):
        for (name, pose), colour in zip(poses.items(), ("#2a6f97", "#7aa6c2", "#d1495b"), strict=True):
            camera, place = getattr(rig, name), pose[:3, 3]
            slope = (camera.width, camera.height)[plane] / 2 / camera.focal_px[plane]
            corners = [pose[:3, 2] + side * slope * pose[:3, plane] for side in (-1, 1)]
            wedge = np.array([place, *(place + 0.8 * corner for corner in corners)])
            ax.fill(wedge[:, 2], wedge[:, plane], color=colour, alpha=0.12, linewidth=0)
            ax.plot([place[2], point[2]], [place[plane], point[plane]], "--", color=colour, linewidth=1)
            for axis, letter in ((plane, "xy"[plane]), (2, "z")):
                tip = place + 0.16 * pose[:3, axis]
                ax.annotate(letter, (place[2], place[plane]), (tip[2], tip[plane]), color=colour, arrowprops={"arrowstyle": "<-", "color": colour})
            ax.plot(place[2], place[plane], "o", color=colour, label=name)
        ax.plot(point[2], point[plane], "*", color=INK, markersize=11)
        ax.annotate("X", (point[2], point[plane]), xytext=(6, 4), textcoords="offset points")
        ax.set(title=title, xlabel="z: ahead (m)", ylabel="x: to the right (m)" if plane == 0 else "y: down (m)", aspect="equal")
        ax.invert_yaxis()
        tidy(ax, grid="both")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=len(poses))
    return figure


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
    figure, axes = canvas(1, len(quantities), max(0.85 * len(errors) * len(quantities), 5), 3.0)
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


@styled
def descent(rgb: UInt8[np.ndarray, "height width 3"], warped: Mapping[str, UInt16[np.ndarray, "height width"]]) -> Figure:
    """Edges of the RGB image over the thermal image as each calibration on the way would place it (0 where it sees nothing).

    Caption: The descent: RGB edges (cyan) over the thermal image, from the guess to the end of the refinement.
    Alt: Several small thermal street images under cyan edge lines; the lines settle on the outlines from panel to panel.
    """
    height, width = rgb.shape[:2]
    rows = -(-len(warped) // 2)
    figure, axes = canvas(rows, 2, 12, rows * (6 * height / width + 0.4))
    lines = edges(rgb)
    for ax in axes.ravel()[len(warped) :]:
        ax.set_visible(False)
    for ax, (title, thermal) in zip(axes.ravel(), warped.items(), strict=False):
        valid = thermal > 0
        low, high = np.percentile(thermal[valid], (1, 99)) if valid.any() else (0, 1)
        ax.imshow(np.ma.masked_where(~valid, thermal), cmap="gray", vmin=low, vmax=high, interpolation="nearest")
        ax.imshow(np.where(lines[..., None], [0.1, 0.95, 0.95, 0.9], 0.0), interpolation="nearest")
        ax.set(xticks=[], yticks=[], title=title)
    return figure


@styled
def parallax(depth_m: Float[np.ndarray, " n"], shift_px: Float[np.ndarray, " n"]) -> Figure:
    """How far (px of the thermal image) a point at a depth lies from where the same direction is seen infinitely far away.

    Caption: Parallax between the two cameras by distance: the only thing in which their translation shows.
    Alt: A falling curve of pixels over metres on logarithmic axes.
    """
    figure, axes = canvas(1, 1, 6.4, 3.6)
    ax: Axes = axes[0, 0]
    ax.loglog(depth_m, shift_px, color=ACCENT, linewidth=2)
    ax.set(xlabel="depth (m)", ylabel="parallax (thermal px)")
    tidy(ax, grid="both")
    return figure


@styled
def uncertainty_ellipses(planes: Sequence[tuple[tuple[str, str], Float[np.ndarray, "2 2"], Float[np.ndarray, " 2"]]]) -> Figure:
    """Ellipses of one and two standard deviations: for each panel the labels of x and y, their covariance, and the truth, as seen from the estimate.

    Caption: What the recordings say of pairs of unknowns: ellipses of one and two standard deviations around the estimate, and the truth (star).
    Alt: Ellipses in several small panels, some very narrow, with a star in or near each.
    """
    figure, axes = canvas(1, len(planes), max(3.4 * len(planes), 5), 3.4)
    angle = np.linspace(0, 2 * np.pi, 100)
    for ax, (labels, spread, truth) in zip(axes[0], planes, strict=True):
        size, direction = np.linalg.eigh(spread)
        ring = (direction * np.sqrt(np.maximum(size, 0))) @ np.stack([np.cos(angle), np.sin(angle)])
        for times, alpha in ((1, 0.5), (2, 0.2)):
            ax.fill(*(times * ring), color=ACCENT, alpha=alpha, linewidth=0)
        ax.plot(0, 0, "o", color="white", markeredgecolor=INK)
        ax.plot(*truth, "*", color=MARKS["truth"][1], markersize=14, markeredgecolor=INK)
        ax.set(xlabel=labels[0], ylabel=labels[1])
        tidy(ax, grid="both")
    return figure
