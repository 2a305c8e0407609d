"""Networks in ONNX files, run by onnxruntime (extra ``onnx``): another's RGB network, or one of ours that ``heatnet export`` wrote."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from heatnet import config
from heatnet.models.files import NetworkFile
from heatnet.models.foreign import Stated, Translated, misfit, stated
from heatnet.models.heatnet import Modality
from heatnet.taxonomy import LabelMap

WIDTH_STEP = 32
"""An exported network's width is a multiple of this."""
STATED = "heatnet.stated"
"""The entry of a file's metadata that says what ``NAME.classes.json`` said beside the original."""


class OnnxNetwork(nn.Module):
    """An RGB segmentation network in an ONNX file: input (batch, 3, height, width), output logits of its classes.

    Its classes are those of ``label_map``; without one, those that the file ``NAME.classes.json`` beside it lists (``foreign.stated``; it
    may state a normalisation too), and without that Cityscapes' 19. Without a stated normalisation images are handed over in [0, 1].
    A fixed input size is met by resizing. Raises ``ValueError`` where the file is missing, does not load, or its classes do not map.
    """

    modalities: Sequence[Modality] = ("rgb",)

    def __init__(self, path: Path, label_map: LabelMap | None = None) -> None:
        """Open the file with onnxruntime (extra ``onnx``)."""
        super().__init__()
        self.session = session(path)
        self.input = self.session.get_inputs()[0]
        if len(self.input.shape) != 4 or self.input.shape[1] not in (3, None) and not isinstance(self.input.shape[1], str):
            raise ValueError(f"{path}: input of shape {self.input.shape}; expected (batch, 3, height, width); export it for RGB images")
        self.stated = Stated(label_map) if label_map else _stated(path, self.session)
        classes = self.session.get_outputs()[0].shape[1:2]
        if classes and isinstance(classes[0], int) and classes[0] != len(self.stated.label_map.targets):
            raise ValueError(f"{misfit(f'{path}: the network', classes[0], self.stated.label_map)}, or list them in {_beside(path)}")
        self.translate = Translated(self.stated.label_map)

    def forward(self, rgb: Tensor | None = None, thermal: Tensor | None = None) -> Tensor:
        """Logits over our classes at the size of ``rgb``; thermal is passed over."""
        if rgb is None:
            raise ValueError("this network reads rgb, but got no rgb image")
        image = self.stated.normalised(_fitting(rgb.cpu(), self.input.shape))
        logits = torch.from_numpy(self.session.run(None, {self.input.name: image.numpy()})[0]).to(rgb.device)
        return F.interpolate(self.translate(logits), rgb.shape[-2:], mode="bilinear", align_corners=False)


class ExportedNetwork(nn.Module):
    """A network of ours that ``heatnet export`` wrote: inputs ``rgb``, ``thermal`` in [-1, 1], output our logits.

    Images are brought to the height it was trained at and, where the file leaves the width open, the multiple of 32 nearest to their
    aspect. Where it fixes the width (pyramid pooling) wider images are seen through several overlapping windows of that width, whose
    logits are averaged, and narrower ones are filled up with 0, "nothing seen"; none is squeezed.
    """

    def __init__(self, path: Path) -> None:
        """Open the file with onnxruntime (extra ``onnx``); ``ValueError`` where it is not such a file."""
        super().__init__()
        self.session = session(path)
        self.about = _exported(path, self.session)
        self.inputs = {value.name: value.shape for value in self.session.get_inputs()}

    @property
    def modalities(self) -> Sequence[str]:
        """What the network reads."""
        return self.about.modalities

    def forward(self, rgb: Tensor | None = None, thermal: Tensor | None = None) -> Tensor:
        """Logits at the size of the images."""
        given = {name: image for name, image in (("rgb", rgb), ("thermal", thermal)) if image is not None and name in self.inputs}
        if missing := [name for name in self.inputs if name not in given]:
            raise ValueError(f"this network reads {' and '.join(self.inputs)}, but got no {missing[0]} image; pass both")
        size = next(image.shape[-2:] for image in given.values())
        _, _, height, fixed = next(iter(self.inputs.values()))
        natural = size[1] * height / size[0]
        width = max(1, round(natural)) if isinstance(fixed, int) else max(2, round(natural / WIDTH_STEP)) * WIDTH_STEP
        images = {name: _resized(image.cpu(), (height, width)) for name, image in given.items()}
        logits = self._windows(images, width, fixed) if isinstance(fixed, int) else self._run(images)
        return _resized(logits, size, antialias=False).to(next(iter(given.values())).device)

    def _run(self, images: dict[str, Tensor]) -> Tensor:
        """Logits of images of a size that the file takes."""
        return torch.from_numpy(self.session.run(None, {name: image.contiguous().numpy() for name, image in images.items()})[0])

    def _windows(self, images: dict[str, Tensor], width: int, fixed: int) -> Tensor:
        """Logits of images that are wider or narrower than the file's width."""
        if width <= fixed:
            return self._run({name: F.pad(image, (0, fixed - width)) for name, image in images.items()})[..., :width]
        total, seen = torch.zeros(()), torch.zeros(width)
        for left in windows(width, fixed):
            logits = self._run({name: image[..., left : left + fixed] for name, image in images.items()})
            total = total + F.pad(logits, (left, width - fixed - left))
            seen[left : left + fixed] += 1
        return total / seen


def windows(width: int, fixed: int) -> Iterator[int]:
    """Where windows of width ``fixed`` begin that cover ``width`` evenly: the fewest that overlap by half or touch both ends."""
    count = -(-(width - fixed) // max(fixed // 2, 1)) + 1
    return (round(i * (width - fixed) / max(count - 1, 1)) for i in range(count))


def session(path: Path) -> Any:
    """The file opened with onnxruntime; ``ValueError`` where that cannot be."""
    if not path.is_file():
        raise ValueError(f"{path}: no such network; fetch it or set the path in params.yaml")
    try:
        import onnxruntime
    except ImportError as error:
        raise ValueError(f"{path}: an ONNX file needs onnxruntime; install it: pip install 'heatnet[onnx]'") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ValueError(f"{path}: does not load as ONNX ({str(error).splitlines()[0]}); export or fetch the file again") from error


def open_onnx(path: Path) -> OnnxNetwork | ExportedNetwork:
    """A network from an ONNX file, ours or another's."""
    return ExportedNetwork(path) if "heatnet" in session(path).get_modelmeta().custom_metadata_map else OnnxNetwork(path)


def with_statement(path: Path) -> bytes:
    """The bytes of an ONNX file that carries, as metadata, what ``NAME.classes.json`` beside it states; as it is where there is none.

    Fields may be appended to a protobuf message: 14 of the model is a metadata entry, with a key (1) and a value (2).
    """
    content, beside = path.read_bytes(), _beside(path)
    if not beside.is_file():
        return content
    text = stated(beside.read_text(encoding="utf-8"), beside).to_json()
    return content + _field(14, _field(1, STATED.encode()) + _field(2, text.encode()))


def _field(number: int, payload: bytes) -> bytes:
    """A protobuf field of bytes."""
    return bytes([number << 3 | 2]) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    """A protobuf number, seven bits a byte."""
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + _varint(value >> 7)


def _beside(path: Path) -> Path:
    """Where the classes of a network by another hand are listed."""
    return path.with_suffix(".classes.json")


def _stated(path: Path, opened: Any) -> Stated:
    """What is stated beside the file, or in its metadata; Cityscapes' classes where nothing is."""
    beside, metadata = _beside(path), opened.get_modelmeta().custom_metadata_map
    if beside.is_file():
        return stated(beside.read_text(encoding="utf-8"), beside)
    return stated(metadata[STATED], path) if STATED in metadata else Stated()


def _exported(path: Path, opened: Any) -> NetworkFile:
    """What an exported file says of itself."""
    metadata = opened.get_modelmeta().custom_metadata_map
    if "heatnet" not in metadata:
        raise ValueError(f"{path}: holds no description of a HeatNet network; expected a file written by `heatnet export`")
    return config.parse(NetworkFile, json.loads(metadata["heatnet"]), f"{path} (metadata)")


def _fitting(image: Tensor, shape: Sequence[int | str | None]) -> Tensor:
    """An image at the size that an ONNX input fixes, as it is where the input leaves the size open."""
    fixed = [side if isinstance(side, int) else actual for side, actual in zip(shape[2:], image.shape[2:], strict=True)]
    return _resized(image, (fixed[0], fixed[1]))


def _resized(image: Tensor, size: Sequence[int], antialias: bool = True) -> Tensor:
    """Bilinear, as it is where the size is right."""
    if tuple(image.shape[-2:]) == tuple(size):
        return image
    return F.interpolate(image, tuple(size), mode="bilinear", align_corners=False, antialias=antialias)
