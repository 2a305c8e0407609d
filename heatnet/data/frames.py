"""A record per frame, and lists of them that do not leak into each other."""

import bisect
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from heatnet.data.files import confidence_file
from heatnet.taxonomy import Domain


@dataclass(frozen=True)
class Frame:
    """One moment: its images and label, those that exist.

    ``name`` is unique in its dataset and may hold slashes: a label written for the frame is ``ROOT/<name>.png``. ``drive``
    is the recording it comes from; ``time_s`` its time stamp (s) where the file name tells.
    """

    name: str
    domain: Domain
    drive: str
    rgb: Path | None = None
    thermal: Path | None = None
    label: Path | None = None
    confidence: Path | None = None
    time_s: float | None = None


def label_file(root: Path, frame: Frame) -> Path:
    """Where a label written for the frame lies in a tree of labels; its confidence is ``files.confidence_file`` of it."""
    return root / f"{frame.name}.png"


def with_labels(frames: Sequence[Frame], root: Path) -> list[Frame]:
    """The frames with the labels of another tree (pseudo-labels, truth), and their confidence where it lies beside.

    Raises ``ValueError`` naming the first label that is missing.
    """
    return [_with_label(frame, label_file(root, frame)) for frame in frames]


def _with_label(frame: Frame, label: Path) -> Frame:
    if not label.is_file():
        raise ValueError(f"{label}: no such file; expected a label for every {frame.domain.value} frame; write it, or index only what has labels")
    confidence = confidence_file(label)
    return replace(frame, label=label, confidence=confidence if confidence.is_file() else None)


def split_by_range(frames: Sequence[Frame], test: Sequence[tuple[int, int]], gap: int) -> tuple[list[Frame], list[Frame]]:
    """``(training, test)`` by the number in a frame's name; neighbouring numbers look alike.

    ``test`` lists ranges of numbers, both ends included; a frame less than or exactly ``gap`` numbers from a range is in
    neither. Raises ``ValueError`` for a name without a number, a range that is empty, and when a side is empty.
    """
    for first, last in test:
        if first > last:
            raise ValueError(f"range {first}..{last}: expected the smaller number first; correct the list of test ranges")
    distances = [min((max(a - number(f), number(f) - b, 0) for a, b in test), default=gap + 1) for f in frames]
    pairs = list(zip(frames, distances, strict=True))
    return _both([f for f, d in pairs if d > gap], [f for f, d in pairs if d == 0], "test ranges")


def number(frame: Frame) -> int:
    """The last number in a frame's name."""
    if found := re.findall(r"\d+", frame.name):
        return int(found[-1])
    raise ValueError(f"frame {frame.name!r}: no number in its name; expected names like 00123D; split this dataset by drive")


def _both(first: list[Frame], second: list[Frame], what: str) -> tuple[list[Frame], list[Frame]]:
    if not first or not second:
        raise ValueError(f"{what}: {len(first)} frames on one side and {len(second)} on the other; expected some on both; change the {what}")
    return first, second


def leaks(training: Sequence[Frame], test: Sequence[Frame], within_s: float) -> list[tuple[Frame, Frame]]:
    """``(training frame, test frame)`` wherever a test frame is in training: by name, or by a stamp at most ``within_s`` away.

    A burst's frames differ in their names and lie within a second, so equal stamps are not enough (paper.md, 2.11).
    """
    names = {frame.name: frame for frame in test}
    timed = sorted((frame for frame in test if frame.time_s is not None), key=lambda frame: frame.time_s or 0.0)
    stamps = [frame.time_s or 0.0 for frame in timed]
    found = []
    for frame in training:
        near = bisect.bisect_left(stamps, frame.time_s - within_s) if frame.time_s is not None else len(stamps)
        if frame.name in names:
            found.append((frame, names[frame.name]))
        elif near < len(stamps) and frame.time_s is not None and stamps[near] <= frame.time_s + within_s:
            found.append((frame, timed[near]))
    return found


def without_leaks(training: Sequence[Frame], test: Sequence[Frame], within_s: float) -> list[Frame]:
    """The training frames that are no test frame and no neighbour of one; a warning says how many are left out.

    Raises ``ValueError`` where none is left.
    """
    found = leaks(training, test, within_s)
    if not found:
        return list(training)
    leaking = {frame.name for frame, _ in found}
    kept = [frame for frame in training if frame.name not in leaking]
    example = f"{found[0][0].name} (test frame {found[0][1].name})"
    if not kept:
        raise ValueError(
            f"all {len(training)} training frames lie within {within_s:g} s of a test frame, e.g. {example}; expected drives of their own"
        )
    warnings.warn(
        f"{len(leaking)} of {len(training)} training frames lie within {within_s:g} s of a test frame and are left out, e.g. {example}", stacklevel=2
    )
    return kept
