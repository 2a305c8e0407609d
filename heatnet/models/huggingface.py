"""A segmentation checkpoint of Hugging Face's ``transformers`` (extra ``transformers``): a folder with its weights and its own words on them.

``config.json`` names its classes, ``preprocessor_config.json`` says how it wants its images; both are honoured, nothing is fetched.
"""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from heatnet.models.foreign import Stated, Translated, triple
from heatnet.models.heatnet import Modality
from heatnet.taxonomy import CAMVID, CITYSCAPES_IDS, IGNORE, NAMES, OURS, VISTAS, VISTAS2, LabelMap

CONFIG, PROCESSOR, CLASSES = "config.json", "preprocessor_config.json", "heatnet.classes.json"
KNOWN = (OURS, CITYSCAPES_IDS, VISTAS, VISTAS2, CAMVID)
"""The sets whose class names are understood; where two have one name, the first decides."""
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""What ``transformers`` takes where a processor that normalises does not say otherwise."""


class CheckpointNetwork(nn.Module):
    """An RGB segmentation network in a checkpoint's folder. Images are resized and normalised as its processor says.

    Its classes become ours by their names (``id2label``); a name that no known set has must be given in ``heatnet.classes.json`` in that
    folder, an object of our name (or ``null``) by its name. Raises ``ValueError`` where the folder is incomplete, ``transformers`` is
    missing, or a name does not map.
    """

    modalities: Sequence[Modality] = ("rgb",)

    def __init__(self, folder: Path) -> None:
        """Read what the folder says, then load the weights."""
        super().__init__()
        label_map = class_map(folder)
        processor = _json(folder / PROCESSOR)
        self.stated = _normalisation(label_map, processor, folder / PROCESSOR)
        self.wanted = _size(processor, folder / PROCESSOR)
        self.network = _load(folder)
        self.translate = Translated(label_map)

    def size(self, height: int, width: int) -> tuple[int, int]:
        """The size (height, width) at which the network sees an image."""
        if isinstance(self.wanted, int):
            scale = self.wanted / min(height, width)
            return round(scale * height), round(scale * width)
        return self.wanted or (height, width)

    def forward(self, rgb: Tensor | None = None, thermal: Tensor | None = None) -> Tensor:
        """Logits over our classes at the size of ``rgb``; thermal is passed over."""
        if rgb is None:
            raise ValueError("this network reads rgb, but got no rgb image")
        height, width = rgb.shape[-2:]
        seen = self.size(height, width)
        image = rgb if seen == (height, width) else F.interpolate(rgb, seen, mode="bilinear", align_corners=False, antialias=True)
        logits = self.translate(self.network(pixel_values=self.stated.normalised(image)).logits)
        return F.interpolate(logits, (height, width), mode="bilinear", align_corners=False)


def class_map(folder: Path) -> LabelMap:
    """Our class of each of a checkpoint's classes, by name; ``ValueError`` naming those that do not map."""
    labels = _json(folder / CONFIG).get("id2label")
    if not isinstance(labels, Mapping) or not labels or set(labels) != {str(number) for number in range(len(labels))}:
        raise ValueError(f"{folder / CONFIG}: no id2label with ids from 0; expected the class names of a segmentation checkpoint; add them")
    names = [str(labels[key]) for key in sorted(labels, key=int)]
    given = _given(folder / CLASSES)
    known = {_plain(name): target for label_map in reversed(KNOWN) for name, target in zip(label_map.sources, label_map.targets, strict=True)}
    known |= dict.fromkeys(("void", "ignore", "unlabelled"), IGNORE) | {_plain(name): target for name, target in given.items()}
    if unknown := [name for name in names if _plain(name) not in known]:
        raise ValueError(
            f"{folder / CONFIG}: {len(unknown)} of {len(names)} classes do not map by name: {', '.join(unknown[:8])}"
            f"{' ...' if len(unknown) > 8 else ''}; write {folder / CLASSES}, an object of one of {', '.join(NAMES)} (or null) by each such name"
        )
    return LabelMap(str(folder / CONFIG), tuple(names), tuple(known[_plain(name)] for name in names))


def _plain(name: str) -> str:
    """A class name without case, hyphens and brackets."""
    return " ".join(re.findall(r"[a-z0-9]+", name.lower()))


def _given(path: Path) -> dict[str, int]:
    """Our class by theirs, as the user wrote it; ``ValueError`` for a class that is not ours."""
    given = _json(path) if path.is_file() else {}
    if stray := [name for name in given.values() if name not in (*NAMES, None)]:
        raise ValueError(f"{path}: {stray[0]!r} is none of our classes; expected one of {', '.join(NAMES)}, or null")
    return {theirs: IGNORE if ours is None else NAMES.index(ours) for theirs, ours in given.items()}


def _normalisation(label_map: LabelMap, processor: Mapping[str, Any], where: Path) -> Stated:
    """Mean and deviation as the processor has them, for images in [0, 1]."""
    mean, std = Stated.mean, Stated.std
    scale = 255 * float(processor.get("rescale_factor", 1 / 255)) if processor.get("do_rescale", True) else 255.0
    if processor.get("do_normalize", True):
        mean = triple(processor.get("image_mean", IMAGENET_MEAN), "image_mean", where)
        std = triple(processor.get("image_std", IMAGENET_STD), "image_std", where)
    shrunk = [tuple(value / scale for value in values) for values in (mean, std)]
    return Stated(label_map, triple(shrunk[0], "image_mean", where), triple(shrunk[1], "image_std", where))


def _size(processor: Mapping[str, Any], where: Path) -> tuple[int, int] | int | None:
    """Height and width that images are brought to, or the length of their shorter side; ``None`` where they stay as they are."""
    size = processor.get("size")
    if not processor.get("do_resize", True) or size is None:
        return None
    if isinstance(size, int):
        return size, size
    if isinstance(size, Mapping) and {"height", "width"} <= set(size):
        return int(size["height"]), int(size["width"])
    if isinstance(size, Mapping) and "shortest_edge" in size:
        return int(size["shortest_edge"])
    raise ValueError(f"{where}: size {size!r}; expected height and width, or shortest_edge; set one of them, or do_resize to false")


def _load(folder: Path) -> nn.Module:
    """The network itself, from the folder alone."""
    try:
        from transformers import AutoModelForSemanticSegmentation
        from transformers.utils import logging
    except ImportError as error:
        raise ValueError(f"{folder}: a checkpoint needs transformers; install it: pip install 'heatnet[transformers]'") from error
    logging.disable_progress_bar()  # it counts seconds, which would make every executed notebook another
    try:
        network: nn.Module = AutoModelForSemanticSegmentation.from_pretrained(str(folder), local_files_only=True)
    except Exception as error:
        raise ValueError(
            f"{folder}: does not load as a checkpoint of semantic segmentation ({str(error).splitlines()[0]}); fetch it again, weights included"
        ) from error
    return network


def _json(path: Path) -> Mapping[str, Any]:
    """An object from a JSON file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValueError(f"{path}: no such file; expected a checkpoint that `save_pretrained` wrote; fetch it again") from error
    except ValueError as error:
        raise ValueError(f"{path}: not JSON ({error}); fetch the checkpoint again") from error
    if not isinstance(content, dict):
        raise ValueError(f"{path}: expected an object; fetch the checkpoint again")
    return content
