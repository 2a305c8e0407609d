"""A network on a user's own images: a mask of class ids and a coloured overlay for each, and all overlays on a contact sheet."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np
from jaxtyping import UInt8

from heatnet.taxonomy import Domain, palette

if TYPE_CHECKING:
    from torch.nn import Module

    from heatnet.config import Input
    from heatnet.data import Samples

IMAGES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
SENSOR = re.compile(r"^(fl_rgb|fl_ir_aligned|fl_ir|rgb|ir|thermal)_|_(rgb|ir|thermal)$")
"""What a name says of the sensor; the rest pairs the files."""
MULTIPLE = 32
"""Network sizes are multiples of the largest stride of an encoder."""

THUMBNAIL, COLUMNS, GAP = 160, 8, 4
"""Of the contact sheet: pixels across a picture, pictures in a row, pixels between them."""

Mask = UInt8[np.ndarray, "height width"]
Picture = UInt8[np.ndarray, "height width 3"]


@dataclass(frozen=True)
class Job:
    """The files of one frame."""

    name: str
    rgb: Path | None
    thermal: Path | None


def predict(
    network: Path, rgb: Path | None, thermal: Path | None, out: Path, skip_broken: bool, thermal_range: tuple[float, float] | None = None
) -> int:
    """Write ``out/masks/NAME.png`` (class ids), ``out/overlays/NAME.png`` and ``out/contact.png``; 1 if files were skipped.

    ``thermal_range``: the counts of these thermal images that stand for cold and hot (``ranged``), where they are not the network's own.
    Raises ``ValueError`` for a network that needs what was not given, and for files that are unpaired, do not decode or do
    not fit each other (with ``skip_broken`` these are reported and left out).
    """
    from heatnet.models import open_network, reads
    from heatnet.pipeline.workspace import bar, device

    if out.exists() and not out.is_dir():
        raise ValueError(f"--out {out}: a file; expected a folder for masks and overlays, or a name that is free; name another")
    model = open_network(network).to(device())
    modalities: Sequence[str] = model.modalities  # type: ignore[assignment]
    given = {"rgb": rgb, "thermal": thermal}
    _check(network, modalities, given, thermal_range)
    jobs, broken = find_jobs(*(given[modality] if modality in modalities else None for modality in ("rgb", "thermal")))
    if broken and not skip_broken:
        raise ValueError(f"{broken[0]} ({len(broken)} such in all; --skip-broken leaves them out)")
    settings, small = reads(network, model) if thermal_range is None else ranged(reads(network, model), thermal_range), []
    for job in bar(jobs, len(jobs), "predict"):
        try:
            small.append(shrunk(write(job.name, out, *_answer(job, settings, model, device()))))
        except ValueError as error:
            if not skip_broken:
                raise ValueError(f"{error} (--skip-broken leaves such files out)") from error
            broken.append(str(error))
    if small:
        store(out / "contact.png", contact_sheet(small))
    for message in broken:
        print(f"skipped: {message}", file=sys.stderr)
    print(f"{len(jobs)} frames found, {len(broken)} skipped; masks, overlays and the contact sheet are in {out}")
    return int(bool(broken))


def _check(network: Path, modalities: Sequence[str], given: Mapping[str, Path | None], thermal_range: tuple[float, float] | None) -> None:
    """``ValueError`` where a network reads what is not given, or reads no thermal image whose range is given."""
    if missing := [modality for modality in modalities if given[modality] is None]:
        raise ValueError(f"{network}: reads {' and '.join(modalities)}; give --{missing[0]} as well")
    if thermal_range and "thermal" not in modalities:
        raise ValueError(f"{network}: reads no thermal image; leave --thermal-range out")


def ranged(settings: "Input", thermal_range: tuple[float, float]) -> "Input":
    """The input of a network for thermal images of another camera, whose counts ``low`` and ``high`` become -1 and 1.

    Counts up to 255 are those of 8-bit files, of which every pixel is measured. A network that levels its images by their median
    (``ThermalCounts.level``) still does: half of the given range on either side of the median then fills its own.
    """
    low, high = thermal_range
    assert settings.thermal is not None
    if not 0 <= low < high <= 65535:
        raise ValueError(f"--thermal-range {low:g} {high:g}: expected two counts, the lower one first, within 0 to 65535")
    bits: Literal[8, 16] = 8 if high <= 255 else 16
    level = None if settings.thermal.level is None else (high - low) / 2
    counts = replace(settings.thermal, bits=bits, low=low, high=high, level=level, invalid=None if bits == 8 else settings.thermal.invalid)
    return replace(settings, thermal=counts)


def find_jobs(rgb: Path | None, thermal: Path | None) -> tuple[list[Job], list[str]]:
    """The frames, paired by name, and messages about files without a partner; ``ValueError`` where two files of a folder are one frame by name."""
    folders = {modality: _images(path) for modality, path in (("rgb", rgb), ("thermal", thermal)) if path is not None}
    if rgb and thermal and rgb.is_file() and thermal.is_file():  # two single files are a pair whatever they are called
        return [Job(key(rgb), rgb, thermal)], []
    names = sorted({name for files in folders.values() for name in files})
    complete = [name for name in names if all(name in files for files in folders.values())]
    unpaired = [
        f"{files[name]}: no partner of that name among the {other} images; rename it or add the missing image"
        for modality, files in folders.items()
        for other in folders
        if other != modality
        for name in sorted(set(files) - set(complete))
    ]
    return [Job(name, folders.get("rgb", {}).get(name), folders.get("thermal", {}).get(name)) for name in complete], unpaired


def key(path: Path) -> str:
    """A file's name without what says which sensor took it."""
    return SENSOR.sub("", path.stem)


def _images(path: Path) -> dict[str, Path]:
    """Files by name, of a folder or of one file."""
    if not path.exists():
        raise ValueError(f"{path}: no such file or folder; expected an image or a folder of images")
    files = [path] if path.is_file() else sorted(file for file in path.iterdir() if file.suffix.lower() in IMAGES)
    if not files:
        raise ValueError(f"{path}: holds no images; expected files ending in {', '.join(IMAGES)}")
    found: dict[str, Path] = {}
    for file in files:
        if (other := found.setdefault(key(file), file)) is not file:
            raise ValueError(
                f"{file}: the same frame as {other.name} (both are {key(file)!r} without the sensor and the suffix); "
                "expected one file per frame; rename one of them or move it away"
            )
    return found


def _answer(job: Job, settings: "Input", model: "Module", where: str) -> tuple[Mask, Picture]:
    """The mask at the size of the first image, and that image (thermal in grey)."""
    import torch

    from heatnet.data import evaluation_batches

    samples, picture = _read(job, settings)
    batch = next(iter(evaluation_batches(samples, 1))).to(where)
    with torch.inference_mode():
        logits = model(batch.rgb, batch.thermal)
        logits = torch.nn.functional.interpolate(logits, picture.shape[:2], mode="bilinear", align_corners=False)
    return logits.argmax(1)[0].to(torch.uint8).cpu().numpy(), picture


def _read(job: Job, settings: "Input") -> tuple["Samples", Picture]:
    """The frame at the height the network was trained on and its own aspect, and the picture to paint on."""
    from heatnet.data import Frame, load
    from heatnet.data.reading import read_rgb, read_thermal
    from heatnet.data.thermal import to_unit

    if job.rgb is not None:
        picture = read_rgb(job.rgb)
    else:
        assert job.thermal is not None
        assert settings.thermal is not None
        grey = np.rint(255 * to_unit(read_thermal(job.thermal, settings.thermal.bits), settings.thermal)).astype(np.uint8)
        picture = np.repeat(grey[..., None], 3, axis=2)
    height, width = picture.shape[:2]
    if settings.fit == "width":  # trained on images of one width and many heights
        size = (_multiple(settings.size[1] * height / width), settings.size[1])
    else:
        size = (settings.size[0], _multiple(settings.size[0] * width / height))
    frame = Frame(name=job.name, domain=Domain.DAY, drive="", rgb=job.rgb, thermal=job.thermal, label=None)
    return load([frame], replace(settings, size=size, crop_columns=None, fit="stretch"), None, 1), picture


def _multiple(side: float) -> int:
    """The nearest multiple of the largest stride."""
    return max(1, round(side / MULTIPLE)) * MULTIPLE


def write(name: str, out: Path, mask: Mask, picture: Picture) -> Picture:
    """Write the mask, and the picture half covered by the classes' colours, which is returned."""
    overlay = ((picture.astype(np.uint16) + palette()[mask]) // 2).astype(np.uint8)
    store(out / "masks" / f"{name}.png", mask)
    store(out / "overlays" / f"{name}.png", overlay)
    return overlay


def shrunk(picture: Picture) -> UInt8[np.ndarray, "small_height small_width 3"]:
    """A picture at the width of the contact sheet's."""
    height = max(1, round(THUMBNAIL * picture.shape[0] / picture.shape[1]))
    return cv2.resize(picture, (THUMBNAIL, height), interpolation=cv2.INTER_AREA)


def contact_sheet(pictures: Sequence[UInt8[np.ndarray, "_ _ 3"]]) -> Picture:
    """Small pictures in rows, left to right and down, on white."""
    columns = min(COLUMNS, len(pictures))
    height = max(picture.shape[0] for picture in pictures)
    sheet = np.full((-(-len(pictures) // columns) * (height + GAP), columns * (THUMBNAIL + GAP), 3), 255, np.uint8)
    for i, picture in enumerate(pictures):
        top, left = i // columns * (height + GAP), i % columns * (THUMBNAIL + GAP)
        sheet[top : top + picture.shape[0], left : left + THUMBNAIL] = picture
    return sheet[:-GAP, :-GAP]


def store(path: Path, image: Mask | Picture) -> None:
    """A PNG under a temporary name, then renamed; colour is given as RGB."""
    path.parent.mkdir(parents=True, exist_ok=True)
    done, encoded = cv2.imencode(".png", image[..., ::-1] if image.ndim == 3 else image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    assert done
    unfinished = path.with_suffix(".part")
    unfinished.write_bytes(encoded.tobytes())
    os.replace(unfinished, path)
