"""Scores where there are boxes but no pixel labels (the ``open`` profile's night).

A box is *hit* when more than a quarter of its pixels are predicted as its class. Painting the whole image hits every
box, so the hit rate is told together with the *pixel precision*: the share of a class's predicted pixels that lie
inside a box of that class. Both are pooled over images.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int64, Integer, UInt8

from heatnet.evaluation.bootstrap import Estimate, Resamples, estimate, pooled
from heatnet.evaluation.claims import Quantity
from heatnet.taxonomy import BICYCLE, CAR, NAMES, PERSON

BOXED: tuple[int, ...] = (PERSON, BICYCLE, CAR)
"""Our class of each of the boxes' ids 0, 1, 2."""
HIT: float = 0.25
"""A box is hit above this share of its pixels (the protocol of the box labels' README)."""
NEAR: float = 1.5
"""A pixel is near a box when it lies in the box grown by this factor about its centre (ours)."""
Answer = tuple[Float[np.ndarray, "boxes 5"], UInt8[np.ndarray, "height width"]]
"""The boxes of an image and what a network made of it."""
Shares = tuple[float, float, float]


@dataclass(frozen=True)
class BoxCounts:
    """Per image and class: boxes hit, boxes, predicted pixels inside a box of the class, predicted pixels."""

    day: Integer[np.ndarray, "day 3 4"]
    night: Integer[np.ndarray, "night 3 4"]


@dataclass(frozen=True)
class BoxScore:
    """One class on one split: hit rate and pixel precision (fractions; 0 where nothing is predicted), number of boxes."""

    hit: Estimate
    precision: Estimate
    boxes: int


@dataclass(frozen=True)
class BoxRow:
    """One network's box scores by class name."""

    name: str
    title: str
    day: Mapping[str, BoxScore]
    night: Mapping[str, BoxScore]


def box_hits(prediction: UInt8[np.ndarray, "height width"], boxes: Float[np.ndarray, "boxes 5"]) -> Int64[np.ndarray, "3 4"]:
    """Counts of one image, as ``BoxCounts`` has them; a pixel is in a box when its centre is."""
    height, width = prediction.shape
    counts = np.zeros((len(BOXED), 4), np.int64)
    inside = np.zeros((len(BOXED), height, width), bool)
    half = boxes[:, 3:5] / 2
    size = np.array([width, height])
    first = np.ceil(np.clip(boxes[:, 1:3] - half, 0, 1) * size - 0.5).astype(int)
    last = np.ceil(np.clip(boxes[:, 1:3] + half, 0, 1) * size - 0.5).astype(int)
    for kind, (left, top), (right, bottom) in zip(boxes[:, 0].astype(int), first, last, strict=True):
        window = prediction[top:bottom, left:right] == BOXED[kind]
        counts[kind, :2] += (int(window.sum()) > HIT * window.size, 1)
        inside[kind, top:bottom, left:right] = True
    for kind, class_id in enumerate(BOXED):
        predicted = prediction == class_id
        counts[kind, 2:] = (predicted & inside[kind]).sum(), predicted.sum()
    return counts


def _rates(resamples: Integer[np.ndarray, "draws images"], counts: Integer[np.ndarray, "images 3 4"]) -> Float[np.ndarray, "draws 3 2"]:
    """Hit rate and pixel precision by resample and class."""
    total = pooled(resamples, counts)
    return total[..., [0, 2]] / np.maximum(total[..., [1, 3]], 1)


def box_row(name: str, title: str, counts: BoxCounts, resamples: Resamples) -> BoxRow:
    """Score one network on boxes; give every network the same ``resamples``."""
    return BoxRow(name, title, _scores(resamples.day, counts.day), _scores(resamples.night, counts.night))


def _scores(resamples: Integer[np.ndarray, "draws images"], counts: Integer[np.ndarray, "images 3 4"]) -> dict[str, BoxScore]:
    """The scores of a split by class name."""
    rates, boxes = _rates(resamples, counts), counts[:, :, 1].sum(0)
    return {NAMES[k]: BoxScore(estimate(rates[:, i, 0]), estimate(rates[:, i, 1]), int(boxes[i])) for i, k in enumerate(BOXED)}


def box_figures(counts: BoxCounts, resamples: Resamples) -> dict[str, Float[np.ndarray, " draws"]]:
    """Hit rate by day and by night of each class, in every resample; a class without boxes is left out."""
    splits = {"day": (resamples.day, counts.day), "night": (resamples.night, counts.night)}
    return {f"{split}: {NAMES[k]}": _rates(*both)[:, i, 0] for split, both in splits.items() for i, k in enumerate(BOXED) if both[1][:, i, 1].any()}


def box_quantities(networks: Mapping[str, BoxCounts], resamples: Resamples) -> dict[str, Quantity]:
    """What can be claimed of HeatNet RGB-T at night: hit rate and pixel precision of each class."""
    if "heatnet_rgbt" not in networks:
        raise ValueError(f"the claims speak of 'heatnet_rgbt', but only {', '.join(networks)} were scored; score it too")
    rates = _rates(resamples.night, networks["heatnet_rgbt"].night)
    quantities: dict[str, Quantity] = {}
    for i, name in enumerate(NAMES[k] for k in BOXED):
        hit = f"at night HeatNet RGB-T hits at least {{bound}} of the {name} boxes"
        precise = f"at night at least {{bound}} of HeatNet RGB-T's {name} pixels lie in a {name} box"
        quantities |= {f"night_{name}_hit": Quantity(hit, rates[:, i, 0]), f"night_{name}_precision": Quantity(precise, rates[:, i, 1])}
    return quantities


def box_table_markdown(rows: Sequence[BoxRow]) -> str:
    """Hit rate at pixel precision, day and night, with the 95 % interval of the hit rate."""
    names = [NAMES[k] for k in BOXED]
    columns = [f"{split}: {name}" for split in ("day", "night") for name in names]
    lines = ["| network | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for row in rows:
        cells = [_cell(split[name]) for split in (row.day, row.night) for name in names]
        lines.append(f"| {row.title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(score: BoxScore) -> str:
    """``0.62 [0.55, 0.70] at 0.94``; a dash where there is no box."""
    return f"{score.hit.value:.2f} [{score.hit.low:.2f}, {score.hit.high:.2f}] at {score.precision.value:.2f}" if score.boxes else "–"


def box_heights(answers: Sequence[Answer], class_id: int, edges_px: Sequence[int]) -> list[str]:
    """Boxes of a class that are hit, by their height (first edge excluded, last included): ``0.80 of 41``, a dash where there are none."""
    outcomes: list[tuple[float, bool]] = []
    for boxes, mask in answers:
        for box in boxes[boxes[:, 0] == BOXED.index(class_id)]:
            inside = mask[_pixels(box, mask.shape, 1.0)]
            outcomes.append((box[4] * mask.shape[0], bool((inside == class_id).sum() > HIT * inside.size)))
    bins = [[hit for height, hit in outcomes if low < height <= high] for low, high in zip(edges_px[:-1], edges_px[1:], strict=True)]
    return [f"{np.mean(hits):.2f} of {len(hits)}" if hits else "–" for hits in bins]


def box_surroundings(answers: Sequence[Answer], class_id: int) -> Shares:
    """Shares of the pixels called by a class: in a box of the class, only near one (``NEAR``), elsewhere; zeros where nothing is called so."""
    total = np.zeros(3)
    for boxes, mask in answers:
        own, called = boxes[boxes[:, 0] == BOXED.index(class_id)], mask == class_id
        inside, near = (_covered(own, mask.shape, grown) for grown in (1.0, NEAR))
        total += [(called & inside).sum(), (called & near & ~inside).sum(), (called & ~near).sum()]
    first, second, third = total / max(total.sum(), 1)
    return float(first), float(second), float(third)


def _covered(boxes: Float[np.ndarray, "boxes 5"], shape: tuple[int, ...], grown: float) -> Bool[np.ndarray, "height width"]:
    """Pixels in any box, each grown about its centre."""
    found = np.zeros(shape, bool)
    for box in boxes:
        found[_pixels(box, shape, grown)] = True
    return found


def _pixels(box: Float[np.ndarray, "5"], shape: tuple[int, ...], grown: float) -> tuple[slice, slice]:
    """The pixels whose centres a grown box holds."""
    size, middle, half = np.array(shape[::-1]), box[1:3], grown * box[3:5] / 2
    (left, top), (right, bottom) = (np.ceil(np.clip(end, 0, 1) * size - 0.5).astype(int) for end in (middle - half, middle + half))
    return slice(int(top), int(bottom)), slice(int(left), int(right))
