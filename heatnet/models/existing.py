"""Networks that others trained, made to speak our 13 classes: an ONNX file, the original MFNet weights.

Each takes images in [-1, 1] as HeatNet does and answers logits over our classes, so it can be a teacher or a row of a table.
"""

import json
import pickle
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from heatnet import config
from heatnet.models.baselines import Baseline, is_baseline, load_baseline
from heatnet.models.files import NetworkFile, load_network
from heatnet.models.heatnet import HeatNet, Modality
from heatnet.models.mfnet import MFNet
from heatnet.taxonomy import BACKGROUND, CITYSCAPES, IGNORE, MF, NAMES, NUM_CLASSES, LabelMap

WIDTH_STEP = 32
"""An exported network's width is a multiple of this."""


class Translated(nn.Module):
    """Logits over another set's classes turned into logits over ours: the probabilities of what we call one class are added."""

    def __init__(self, label_map: LabelMap) -> None:
        """Classes that we do not have count as background."""
        super().__init__()
        self.label_map = label_map
        table = torch.zeros(len(label_map.targets), NUM_CLASSES)
        for source, target in enumerate(label_map.targets):
            table[source, BACKGROUND if target == IGNORE else target] = 1
        self.register_buffer("table", table)

    def forward(self, logits: Float[Tensor, "batch theirs height width"]) -> Float[Tensor, "batch ours height width"]:
        """``log(sum of the softmax over each of our classes)``, floored where we have no counterpart."""
        if logits.shape[1] != len(self.label_map.targets):
            raise ValueError(
                f"the network gives {logits.shape[1]} classes, but {self.label_map.name} has {len(self.label_map.targets)}; "
                "choose the label map that belongs to it"
            )
        ours = torch.einsum("bshw,sc->bchw", logits.softmax(1), self.get_buffer("table"))
        return ours.clamp(min=1e-8).log()


class OnnxNetwork(nn.Module):
    """An RGB segmentation network in an ONNX file: input (batch, 3, height, width) in [0, 1], output logits of its classes.

    Its classes are those of ``label_map``; without one, those that the file ``NAME.classes.json`` beside it lists (our name of each of
    its classes in order, ``null`` for none), and without that Cityscapes' 19. A fixed input size is met by resizing.
    Raises ``ValueError`` where the file is missing, does not load, or its classes do not map.
    """

    modalities: Sequence[Modality] = ("rgb",)

    def __init__(self, path: Path, label_map: LabelMap | None = None) -> None:
        """Open the file with onnxruntime (extra ``onnx``)."""
        super().__init__()
        self.session = _session(path)
        self.input = self.session.get_inputs()[0]
        self.translate = Translated(label_map or _listed_classes(path.with_suffix(".classes.json")))

    def forward(self, rgb: Float[Tensor, "batch 3 height width"] | None = None, thermal: Tensor | None = None) -> Tensor:
        """Logits over our classes at the size of ``rgb``; thermal is passed over."""
        if rgb is None:
            raise ValueError("this network reads rgb, but got no rgb image")
        image = _fitting(rgb.cpu() / 2 + 0.5, self.input.shape)
        logits = torch.from_numpy(self.session.run(None, {self.input.name: image.clamp(0, 1).numpy()})[0])
        return F.interpolate(self.translate(logits), rgb.shape[-2:], mode="bilinear", align_corners=False)


class ExportedNetwork(nn.Module):
    """A network of ours that ``heatnet export`` wrote: inputs ``rgb``, ``thermal`` in [-1, 1], output our logits.

    Images are brought to the height it was trained at and, where the file leaves the width open, the multiple of 32 nearest to their aspect.
    """

    def __init__(self, path: Path) -> None:
        """Open the file with onnxruntime (extra ``onnx``); ``ValueError`` where it is not such a file."""
        super().__init__()
        self.session = _session(path)
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
        fed = {name: _fitting(image.cpu(), [*self.inputs[name][:3], self._width(name, size)]).numpy() for name, image in given.items()}
        logits = torch.from_numpy(self.session.run(None, fed)[0])
        return logits if logits.shape[-2:] == size else F.interpolate(logits, size, mode="bilinear", align_corners=False)

    def _width(self, name: str, size: Sequence[int]) -> int:
        """The width to bring an image of ``size`` to."""
        fixed, height = self.inputs[name][3], self.inputs[name][2]
        return fixed if isinstance(fixed, int) else max(2, round(size[1] * height / size[0] / WIDTH_STEP)) * WIDTH_STEP


def _session(path: Path) -> Any:
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


def _fitting(image: Tensor, shape: Sequence[int | str | None]) -> Tensor:
    """An image at the size that an ONNX input fixes, as it is where the input leaves the size open."""
    size = tuple(fixed if isinstance(fixed, int) else actual for fixed, actual in zip(shape[2:], image.shape[2:], strict=True))
    return image if image.shape[2:] == size else F.interpolate(image, size, mode="bilinear", align_corners=False, antialias=True)


def _listed_classes(path: Path) -> LabelMap:
    """The label map that a list of our class names gives; Cityscapes' where there is no list."""
    if not path.is_file():
        return CITYSCAPES
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: not JSON ({error}); expected a list of class names") from error
    if not isinstance(names, list) or (stray := [name for name in names if name not in (*NAMES, None)]):
        what = f"{stray[0]!r} is none of our classes" if isinstance(names, list) else "not a list"
        raise ValueError(f"{path}: {what}; expected, for each class of the network in order, one of {', '.join(NAMES)}, or null")
    return LabelMap(path.name, tuple(str(name) for name in names), tuple(IGNORE if name is None else NAMES.index(name) for name in names))


def _exported(path: Path, session: Any) -> NetworkFile:
    """What an exported file says of itself."""
    metadata = session.get_modelmeta().custom_metadata_map
    if "heatnet" not in metadata:
        raise ValueError(f"{path}: holds no description of a HeatNet network; expected a file written by `heatnet export`")
    return config.parse(NetworkFile, json.loads(metadata["heatnet"]), f"{path} (metadata)")


class OriginalMFNet(nn.Module):
    """MFNet with the weights its authors' followers published, trained with labels on MF by day and night."""

    modalities: Sequence[Modality] = ("rgb", "thermal")

    def __init__(self, path: Path) -> None:
        """Load the weights name by name."""
        super().__init__()
        if not path.is_file():
            raise ValueError(f"{path}: no such file; run `heatnet fetch mfnet`")
        self.network = MFNet()
        try:
            self.network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        except (RuntimeError, pickle.UnpicklingError) as error:
            raise ValueError(f"{path}: not MFNet's weights ({str(error).splitlines()[0]}); expected a state dict of 228 tensors") from error
        self.translate = Translated(MF)

    def forward(self, rgb: Tensor | None = None, thermal: Tensor | None = None) -> Tensor:
        """Logits over our classes; the images are brought to 480x640, what the weights were trained on."""
        if rgb is None or thermal is None:
            raise ValueError("this network reads rgb and thermal; pass both")
        inputs = [F.interpolate(x / 2 + 0.5, (480, 640), mode="bilinear", align_corners=False) for x in (rgb, thermal)]
        return F.interpolate(self.translate(self.network(*inputs)), rgb.shape[-2:], mode="bilinear", align_corners=False)


class AtTrainedScale(nn.Module):
    """A network of ours that is shown images of another size: they are brought to the height it was trained at, its logits back."""

    def __init__(self, network: HeatNet | Baseline, height: int) -> None:
        """Keep the network and its height (pixels)."""
        super().__init__()
        self.network = network
        self.height = height

    @property
    def modalities(self) -> Sequence[str]:
        """What the network reads."""
        return self.network.modalities

    def forward(self, rgb: Tensor | None = None, thermal: Tensor | None = None) -> Tensor:
        """Logits at the size of the images."""
        size = next(image.shape[-2:] for image in (rgb, thermal) if image is not None)
        if size[0] == self.height:
            return self.network(rgb, thermal)
        small = (self.height, round(size[1] * self.height / size[0]))
        images = [image if image is None else F.interpolate(image, small, mode="bilinear", antialias=True) for image in (rgb, thermal)]
        return F.interpolate(self.network(*images), tuple(size), mode="bilinear", align_corners=False)


def _ours(path: Path) -> AtTrainedScale:
    """A network of ours, or a rival that we trained, from its file."""
    if is_baseline(path):
        rival, trained = load_baseline(path)
        return AtTrainedScale(Baseline(rival.network, Translated(MF)), trained.input.size[0])
    network, about = load_network(path)
    return AtTrainedScale(network, about.input.size[0])


def _onnx(path: Path) -> OnnxNetwork | ExportedNetwork:
    """A network from an ONNX file, ours or another's."""
    return ExportedNetwork(path) if "heatnet" in _session(path).get_modelmeta().custom_metadata_map else OnnxNetwork(path)


def open_network(path: Path) -> nn.Module:
    """A network from its file, in evaluation mode: ours (``.safetensors``, or exported ``.onnx``), another's ``.onnx``, MFNet's ``.pth``."""
    kinds: dict[str, Callable[[Path], nn.Module]] = {".onnx": _onnx, ".pth": OriginalMFNet, ".safetensors": _ours}
    if path.suffix not in kinds:
        raise ValueError(f"{path}: unknown kind of network; expected one of {', '.join(kinds)}")
    return kinds[path.suffix](path).eval()


MF_INPUT = config.Input((480, 640), None, "same aspect", config.ThermalCounts(8, 0, 255, None, None))
"""What MFNet reads: 8-bit thermal images, as in MF."""


def reads(path: Path, network: nn.Module) -> config.Input:
    """How the images for a network that ``open_network`` opened are read: the size it works at, its thermal counts."""
    if isinstance(network, OnnxNetwork):
        height, width = (side if isinstance(side, int) else fallback for side, fallback in zip(network.input.shape[2:], MF_INPUT.size, strict=True))
        return config.Input((height, width), None, "same aspect", None)
    if isinstance(network, ExportedNetwork):
        return network.about.input
    if isinstance(network, OriginalMFNet):
        return MF_INPUT
    return load_baseline(path)[1].input if is_baseline(path) else load_network(path)[1].input
