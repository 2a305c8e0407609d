"""One look for all figures, and how they are kept: fonts and colours, class colours and legends, byte-stable files.

Nothing here touches pyplot: a figure belongs to whoever asked for it, shows itself once in a notebook, and is gone with
its last reference.
"""

import inspect
import os
import re
from collections.abc import Callable, Iterable
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib
import numpy as np
import seaborn as sns
from jaxtyping import Bool, UInt8, UInt16
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Patch
from PIL import Image

from heatnet.taxonomy import CATEGORIES, IGNORE, Domain, palette

P = ParamSpec("P")
R = TypeVar("R")

INK = "#2b2b2b"
GRID = "#e4e4e4"
DOMAIN_COLOURS: dict[str, str] = {Domain.DAY.value: "#eaa221", Domain.NIGHT.value: "#2f4b8f", "combined": "#6b747c"}
"""Day, night and the mean of both."""
ACCENT = "#1b9e9e"
"""Whatever is neither a class nor a domain."""

STYLE: Any = {
    **sns.axes_style("ticks"),
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.labelsize": 10,
    "axes.edgecolor": "#9a9a9a",
    "axes.linewidth": 0.8,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "svg.hashsalt": "heatnet",
}


class Drawing(Figure):
    """A figure that a notebook shows by itself, with the same bytes each time."""

    def _repr_png_(self) -> bytes:
        """The figure at 110 dpi; what Jupyter asks for."""
        buffer = BytesIO()
        with matplotlib.rc_context(STYLE):
            self.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
        return buffer.getvalue()


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Draw under ``STYLE`` and leave matplotlib's own settings as they were."""

    @wraps(draw)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        with matplotlib.rc_context(STYLE):
            return draw(*args, **kwargs)

    return wrapped


def canvas(rows: int, columns: int, width_in: float, height_in: float, dense: bool = False, **options: Any) -> tuple[Drawing, np.ndarray]:
    """A figure of ``width_in`` by ``height_in`` inches and its axes (rows, columns); ``dense`` puts them close together."""
    layout = ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.03, wspace=0.005, hspace=0.005) if dense else ConstrainedLayoutEngine()
    figure = Drawing(figsize=(width_in, height_in), layout=layout)
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def tidy(*axes: Axes, grid: str | None = None) -> None:
    """Only the left and lower spine, and if asked a quiet grid along ``"x"``, ``"y"`` or ``"both"`` behind the data."""
    for ax in axes:
        sns.despine(ax=ax)
        ax.set_axisbelow(True)
        if grid:
            ax.grid(True, axis=grid)  # type: ignore[arg-type]


def class_colour(class_id: int) -> tuple[float, float, float]:
    """A class's colour as matplotlib has it, in 0 to 1."""
    red, green, blue = palette()[class_id] / 255
    return float(red), float(green), float(blue)


def colourise(label: UInt8[np.ndarray, "height width"]) -> UInt8[np.ndarray, "height width 3"]:
    """A label image in the taxonomy's colours, black where there is no label."""
    return palette()[label]


def class_legend(figure: Figure, class_ids: Iterable[int], columns: int = 7) -> None:
    """A legend of classes below the figure."""
    titles = [*(category.title for category in CATEGORIES), "not labelled"]
    handles = [Patch(facecolor=class_colour(k), edgecolor="#9a9a9a", linewidth=0.5, label=titles[k]) for k in sorted(class_ids)]
    figure.legend(handles=handles, loc="outside lower center", ncols=min(columns, max(len(handles), 1)), handlelength=1.2, columnspacing=1.4)


def seen(labels: Iterable[UInt8[np.ndarray, "_ _"]]) -> list[int]:
    """The ids that occur in label images, ``IGNORE`` last."""
    found: set[int] = set()
    for label in labels:
        found |= set(np.flatnonzero(np.bincount(label.ravel(), minlength=IGNORE + 1)).tolist())
    return sorted(found)


def measured(thermal: UInt16[np.ndarray, "height width"] | UInt8[np.ndarray, "height width"]) -> Bool[np.ndarray, "height width"]:
    """Where a thermal image has a measurement: a count of 0 means none in 16 bits; counts up to 255 are those of 8-bit files, all measured."""
    return np.ones(thermal.shape, np.bool_) if thermal.size and int(thermal.max()) <= 255 else thermal > 0


def save(figure: Figure, path: Path, dpi: int) -> None:
    """Write a figure (png, svg or pdf, by the suffix), the same bytes each time; under a temporary name first.

    A png has a palette of 256 colours, which halves the size of pictures and is hard to tell from all of them.
    """
    metadata: dict[str, dict[str, Any]] = {
        ".png": {"Software": None},
        ".svg": {"Date": None, "Creator": None},
        ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
    if path.suffix not in metadata:
        raise ValueError(f"{path}: cannot write a figure as {path.suffix or 'a file without suffix'!r}; use {', '.join(metadata)}")
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(buffer, format=path.suffix[1:], dpi=dpi, metadata=metadata[path.suffix])
    unfinished = path.with_name(path.name + ".part")
    if path.suffix == ".png":
        Image.open(buffer).convert("RGB").quantize(256, Image.Quantize.MEDIANCUT).save(unfinished, "png", optimize=True, dpi=(dpi, dpi))
    else:
        unfinished.write_bytes(buffer.getvalue())
    os.replace(unfinished, path)


def texts(draw: Callable[..., Figure]) -> tuple[str, str]:
    """The caption and the alt text of a figure, from its function's docstring (empty where docstrings are stripped)."""
    found = dict(re.findall(r"^(Caption|Alt): (.+?)(?=\n\n|\nAlt: |\Z)", inspect.getdoc(draw) or "", re.MULTILINE | re.DOTALL))
    return " ".join(found.get("Caption", "").split()), " ".join(found.get("Alt", "").split())
