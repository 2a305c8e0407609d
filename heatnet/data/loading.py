"""Frames -> samples: decode in parallel, resize to the network's size, keep in memory.

What never changes between epochs (decoding, resizing, cropping) is done once; with a folder for prepared frames
(``heatnet.data.prepared``) once for all stages and processes. It takes 7 bytes of memory (and there of disk) a pixel (RGB 3, thermal 2,
label 1, confidence 1): all 20 647 pairs of Freiburg Thermal at 704x320 take 32 GB, some hundreds at 256x128 some dozens of MB
(``Samples.nbytes``).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Int64, Shaped, UInt8, UInt16

from heatnet.config import Input
from heatnet.data.frames import Frame
from heatnet.data.prepared import prepared
from heatnet.data.reading import read_confidence, read_label, read_rgb, read_thermal
from heatnet.data.samples import Samples
from heatnet.data.thermal import interpolation, levelled, resized
from heatnet.taxonomy import IGNORE, LabelMap

UNSEEN = 127
"""The grey that is nearest to 0 in [-1, 1], which stands for "nothing seen"."""
ASPECT_TOLERANCE = 0.02
"""1920x650 and 960x320, both used for Freiburg Thermal, differ by 1.5 % in their aspect."""


def load(
    frames: Sequence[Frame],
    input: Input,
    label_map: LabelMap | None,
    workers: int,
    progress: Callable[[int, int], None] | None = None,
    keep: Path | None = None,
) -> Samples:
    """Decode all frames into arrays of the network's size, in their order.

    With ``label_map`` ``None`` no labels are read, with ``input.thermal`` ``None`` no thermal images. ``workers`` threads decode;
    ``progress(done, total)`` is called after each frame. Prepared frames are kept in the folder ``keep`` and taken from there.
    Raises ``ValueError`` for an empty list, for frames of which only some have a modality or label, and for every file that
    cannot be used.
    """
    if not frames:
        raise ValueError("no frames to load; expected at least one; check the index and the split")
    samples = _empty(frames, input, label_map is not None)
    with ThreadPoolExecutor(workers) as pool:
        jobs = [pool.submit(_fill, samples, i, frame, label_map, keep) for i, frame in enumerate(frames)]
        try:
            for done, job in enumerate(jobs, 1):
                job.result()
                if progress:
                    progress(done, len(frames))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return samples


def _empty(frames: Sequence[Frame], input: Input, labelled: bool) -> Samples:
    """Samples to be filled; decides what all frames have."""
    shape = (len(frames), *input.network_size)
    has_label = labelled and _all_have(frames, "label")
    return Samples(
        input,
        tuple(frame.name for frame in frames),
        tuple(frame.drive for frame in frames),
        tuple(frame.domain for frame in frames),
        np.zeros((*shape, 3), np.uint8) if _all_have(frames, "rgb") else None,
        np.zeros(shape, np.uint16) if input.thermal and _all_have(frames, "thermal") else None,
        np.full(shape, IGNORE, np.uint8) if has_label else None,
        np.zeros(shape, np.uint8) if has_label and _all_have(frames, "confidence") else None,
    )


def _all_have(frames: Sequence[Frame], what: str) -> bool:
    """Whether all frames have a file; ``ValueError`` when only some do."""
    missing = [frame.name for frame in frames if getattr(frame, what) is None]
    if missing and len(missing) < len(frames):
        raise ValueError(f"{len(missing)} of {len(frames)} frames have no {what}, e.g. {missing[0]}; expected all or none; load them apart")
    return not missing


def _fill(samples: Samples, i: int, frame: Frame, label_map: LabelMap | None, keep: Path | None) -> None:
    """Decode one frame into its place, or take it from what is kept: first its images, then its label."""
    images = [part[i] for part in (samples.rgb, samples.thermal) if part is not None]
    first = frame.rgb if samples.rgb is not None else frame.thermal
    stored = np.zeros(2, np.int64)
    if images:
        files = [file for file in (frame.rgb, frame.thermal) if file]
        grey_too = frame.thermal is None and frame.label is not None  # a labelled photograph may be grey
        prepared(keep, files, (samples.input, grey_too), [stored, *images], lambda: _fill_images(samples, i, frame, grey_too, stored))
    if samples.label is not None and frame.label and label_map:
        seen = ((int(stored[0]), int(stored[1])), first) if images and first else None
        parts = [part[i] for part in (samples.label, samples.weight) if part is not None]
        files = [file for file in (frame.label, frame.confidence) if file]
        prepared(keep, files, (samples.input, label_map, seen), parts, lambda: _fill_labels(samples, i, frame, label_map, seen))


def _fill_images(samples: Samples, i: int, frame: Frame, grey_too: bool, size: Int64[np.ndarray, "2"]) -> None:
    """The images of one frame in their place, and the ``size`` (height, width) of the first as it is stored."""
    settings, stored = samples.input, None
    if samples.rgb is not None and frame.rgb:
        rgb = read_rgb(frame.rgb, grey_too)
        stored = rgb.shape[:2], frame.rgb
        fit = _fit(stored[0], settings)
        samples.rgb[i] = _columns(_rows(cv2.resize(rgb, fit[::-1], interpolation=interpolation(rgb.shape, fit)), settings, UNSEEN), settings)
    if samples.thermal is not None and frame.thermal and settings.thermal:
        counts = read_thermal(frame.thermal, settings.thermal.bits)
        stored = _checked(counts, frame.thermal, stored, settings)
        samples.thermal[i] = _columns(levelled(resized(counts, settings.size, settings.thermal), settings.thermal), settings)
    assert stored
    size[:] = stored[0]


def _fill_labels(samples: Samples, i: int, frame: Frame, label_map: LabelMap, stored: "Stored | None") -> None:
    """The label of one frame and its confidence in their place."""
    settings = samples.input
    if samples.label is not None and frame.label:
        samples.label[i] = _fitted(read_label(frame.label, label_map), frame.label, stored, settings, IGNORE)
    if samples.weight is not None and frame.confidence:
        samples.weight[i] = _fitted(read_confidence(frame.confidence), frame.confidence, stored, settings, 0)


Stored = tuple[tuple[int, ...], Path]


def _checked(image: Shaped[np.ndarray, "height width"], path: Path, stored: Stored | None, settings: Input) -> Stored:
    """The stored size, or ``ValueError`` where an image does not fit the RGB image."""
    if stored is None:
        return image.shape, path
    (height, width), (high, wide) = image.shape, stored[0]
    alike = abs(width * high / (height * wide) - 1) < ASPECT_TOLERANCE
    if (height, width) != (high, wide) and not (settings.stored == "same aspect" and alike):
        raise ValueError(
            f"{path}: {width}x{height} pixels but {stored[1]} has {wide}x{high}; expected the {settings.stored}; "
            "align the images, or set input.stored if one is only a smaller copy"
        )
    return stored


def _fitted(
    ids: UInt8[np.ndarray, "height width"], path: Path, stored: Stored | None, settings: Input, outside: int
) -> UInt8[np.ndarray, "new_height new_width"]:
    """Ids at the network's size by nearest neighbour.

    Pseudo-labels, which a network wrote at its own size (with the columns that are cut away, or without), are not resized.
    """
    if ids.shape == settings.network_size:
        return ids
    if ids.shape != settings.size:
        _checked(ids, path, stored, settings)
        ids = _rows(cv2.resize(ids, _fit(ids.shape, settings)[::-1], interpolation=cv2.INTER_NEAREST_EXACT), settings, outside)
    return _columns(ids, settings)


def _fit(stored: tuple[int, ...], settings: Input) -> tuple[int, int]:
    """The size (height, width) that an image is resized to, before rows are cut or filled up."""
    return settings.size if settings.fit == "stretch" else (max(1, round(stored[0] * settings.size[1] / stored[1])), settings.size[1])


def _rows(image: UInt8[np.ndarray, "height width *c"], settings: Input, outside: int) -> UInt8[np.ndarray, "new_height width *c"]:
    """As many rows as the network sees, about the middle ones; ``outside`` above and below an image that has fewer."""
    spare = settings.size[0] - image.shape[0]
    if spare <= 0:
        return image[-spare // 2 : -spare // 2 + settings.size[0]]
    above = spare // 2
    return np.pad(image, ((above, spare - above), *((0, 0),) * (image.ndim - 1)), constant_values=outside)


def _columns(image: UInt8[np.ndarray, "height width *c"] | UInt16[np.ndarray, "height width"], settings: Input) -> np.ndarray:
    """The columns that are kept."""
    return image if settings.crop_columns is None else image[:, slice(*settings.crop_columns)]
