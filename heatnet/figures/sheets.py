"""Contact sheets of RGB-thermal pairs: many frames at a glance, by day and by night."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from jaxtyping import Float, UInt8, UInt16
from matplotlib.figure import Figure

from heatnet.figures.style import DOMAIN_COLOURS, INK, canvas, measured, styled

Pair = tuple[UInt8[np.ndarray, "_ _ 3"], UInt16[np.ndarray, "_ _"] | UInt8[np.ndarray, "_ _"] | None]
"""An RGB image and the thermal image beside it (counts or 8 bit; None: the set has none)."""
GAP = 4


@styled
def pairs_sheet(frames: Mapping[str, Sequence[Pair]], columns: int, width_px: int) -> Figure:
    """Frames by domain, RGB above thermal, each ``width_px`` wide.

    Caption: A random sample of the frames, RGB above thermal (grey: bright is warm, each image on its own scale).
    Alt: Two grids of small street images, by day and by night; below each RGB image the thermal one of the same moment.
    """
    pictures = {name: mosaic([tile(rgb, thermal, width_px) for rgb, thermal in some], columns) for name, some in frames.items() if some}
    if not pictures:
        raise ValueError("contact sheet: no frames; give at least one")
    heights = [picture.shape[0] / picture.shape[1] * 12 + 0.3 for picture in pictures.values()]
    figure, axes = canvas(len(pictures), 1, 12, sum(heights), dense=True, height_ratios=heights)
    for ax, (name, picture) in zip(axes[:, 0], pictures.items(), strict=True):
        ax.imshow(picture, interpolation="antialiased")
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        ax.set_title(name, color=DOMAIN_COLOURS.get(name, INK), fontweight="bold", loc="left")
    return figure


def tile(
    rgb: UInt8[np.ndarray, "h w 3"], thermal: UInt16[np.ndarray, "_ _"] | UInt8[np.ndarray, "_ _"] | None, width_px: int
) -> UInt8[np.ndarray, "_ _ 3"]:
    """RGB above thermal, both of the RGB image's shape."""
    size = (width_px, max(1, round(width_px * rgb.shape[0] / rgb.shape[1])))
    parts = [cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)]
    if thermal is not None:
        grey = cv2.resize(stretched(thermal), size, interpolation=cv2.INTER_AREA)
        parts.append(np.repeat(grey[..., None], 3, 2))
    return np.concatenate(parts)


def stretched(thermal: UInt16[np.ndarray, "h w"] | UInt8[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w"]:
    """8 bits from the 1st to the 99.5th percentile; pixels without a measurement are black."""
    there = measured(thermal)
    seen = thermal[there]
    low, high = np.percentile(seen, (1, 99.5)) if seen.size else (0.0, 1.0)
    scaled: Float[np.ndarray, "h w"] = (thermal.astype(np.float64) - low) / max(float(high - low), 1e-6)
    return np.where(there, np.clip(30 + 225 * scaled, 1, 255), 0).astype(np.uint8)


def mosaic(tiles: Sequence[UInt8[np.ndarray, "_ _ 3"]], columns: int) -> UInt8[np.ndarray, "_ _ 3"]:
    """Tiles in rows on white; each cell has the size of the largest tile."""
    height, width = (max(tile.shape[axis] for tile in tiles) + GAP for axis in (0, 1))
    columns = min(columns, len(tiles))
    sheet = np.full((-(-len(tiles) // columns) * height, columns * width, 3), 255, np.uint8)
    for place, one in enumerate(tiles):
        row, column = divmod(place, columns)
        sheet[row * height : row * height + one.shape[0], column * width : column * width + one.shape[1]] = one
    return sheet
