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


def shared_drives(training: Sequence[Frame], test: Sequence[Frame]) -> dict[str, Frame]:
    """The training drives that were under way when a test frame was taken: of each the first such test frame.

    A drive is under way from its first to its last training frame; frames without a time stamp tell nothing.
    """
    spans: dict[str, tuple[float, float]] = {}
    for drive, time in ((frame.drive, frame.time_s) for frame in training if frame.time_s is not None):
        first, last = spans.get(drive, (time, time))
        spans[drive] = min(first, time), max(last, time)
    timed = sorted((frame for frame in test if frame.time_s is not None), key=lambda frame: frame.time_s or 0.0)
    stamps = [frame.time_s or 0.0 for frame in timed]
    begun = {drive: bisect.bisect_left(stamps, first) for drive, (first, _) in spans.items()}
    return {drive: timed[k] for drive, k in begun.items() if k < len(stamps) and stamps[k] <= spans[drive][1]}


def without_leaks(training: Sequence[Frame], test: Sequence[Frame], within_s: float, drives: bool) -> list[Frame]:
    """The training frames that are no test frame, no neighbour of one and, with ``drives``, of no drive that a test frame is from.

    A warning says how many are left out and why; without ``drives`` it names the shared drives that stay. Raises ``ValueError`` where no
    frame is left.
    """
    found = leaks(training, test, within_s)
    leaking = {frame.name for frame, _ in found}
    apart = [frame for frame in training if frame.name not in leaking]
    shared = shared_drives(apart, test)
    kept = [frame for frame in apart if not drives or frame.drive not in shared]
    said = [f"{len(leaking)} lie within {within_s:g} s of a test frame, e.g. {found[0][0].name} (test frame {found[0][1].name})"] if found else []
    if shared:
        of_them = sum(frame.drive in shared for frame in apart)
        said.append(f"{of_them} are of a drive that a test frame is from: " + ", ".join(f"{drive} ({test.name})" for drive, test in shared.items()))
    if not kept:
        cure = "take drives of their own" + (", or set pairs.guard to neighbours, which leaves out neighbours in time only" if shared else "")
        raise ValueError(f"no training frame is left of {len(training)}: {'; '.join(said)}; {cure}")
    if said:
        stays = "; a shared drive stays" if shared and not drives else ""
        warnings.warn(f"{len(training) - len(kept)} of {len(training)} training frames are left out{stays}: {'; '.join(said)}", stacklevel=2)
    return kept
