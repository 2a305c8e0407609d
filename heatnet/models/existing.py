"""Networks that come as a file, made to speak our 13 classes: ours, exported ones, another's ONNX file or checkpoint, the original MFNet.

Each takes images in [-1, 1] as HeatNet does and answers logits over our classes, so it can be a teacher or a row of a table.
"""

import os
import pickle
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from heatnet import config
from heatnet.models.baselines import Baseline, is_baseline, load_baseline
from heatnet.models.files import load_network
from heatnet.models.foreign import Translated
from heatnet.models.heatnet import HeatNet, Modality
from heatnet.models.huggingface import CONFIG, CheckpointNetwork
from heatnet.models.mfnet import MFNet
from heatnet.models.onnx_files import ExportedNetwork, OnnxNetwork, open_onnx, with_statement
from heatnet.taxonomy import MF

MF_WIDTH, MF_STEP = 640, 16
"""MF's images are 640 pixels wide; MFNet halves its images four times."""


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
        """Logits over our classes at the size of the images, which are seen at ``mf_size`` of it."""
        if rgb is None or thermal is None:
            raise ValueError("this network reads rgb and thermal; pass both")
        size = rgb.shape[-2:]
        inputs = [_resized(x / 2 + 0.5, mf_size(size[0], size[1])) for x in (rgb, thermal)]
        return _resized(self.translate(self.network(*inputs)), (size[0], size[1]))


def mf_size(height: int, width: int) -> tuple[int, int]:
    """The size at which MFNet sees an image: its own, enlarged to MF's 640 columns where it has fewer, sides to multiples of 16.

    So MF is seen at 480x640, and Freiburg Thermal at 320x704, as the authors score both (paper.md, 2.9).
    """
    scale = max(1.0, MF_WIDTH / width)
    return max(1, round(scale * height / MF_STEP)) * MF_STEP, max(1, round(scale * width / MF_STEP)) * MF_STEP


def _resized(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Bilinear, as it is where the size is right."""
    return image if tuple(image.shape[-2:]) == size else F.interpolate(image, size, mode="bilinear", align_corners=False)


class AtTrainedScale(nn.Module):
    """A network of ours that is shown images of another size: they are brought to the height it was trained at, its logits back.

    A network that was trained on images of many heights (``height`` is ``None``) sees them as they are.
    """

    def __init__(self, network: HeatNet | Baseline, height: int | None) -> None:
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
        if self.height in (None, size[0]):
            return self.network(rgb, thermal)
        assert self.height is not None
        small = (self.height, round(size[1] * self.height / size[0]))
        images = [image if image is None else F.interpolate(image, small, mode="bilinear", antialias=True) for image in (rgb, thermal)]
        return F.interpolate(self.network(*images), tuple(size), mode="bilinear", align_corners=False)


def _ours(path: Path) -> AtTrainedScale:
    """A network of ours, or a rival that we trained, from its file."""
    if is_baseline(path):
        rival, trained = load_baseline(path)
        return AtTrainedScale(Baseline(rival.network, Translated(MF)), trained.input.size[0])
    network, about = load_network(path)
    return AtTrainedScale(network, about.input.size[0] if about.input.fit == "stretch" else None)


def open_network(path: Path) -> nn.Module:
    """A network from its file, in evaluation mode: ours (``.safetensors``, or exported ``.onnx``), another's ``.onnx``, MFNet's ``.pth``, or
    a folder that holds a ``transformers`` checkpoint (``config.json``)."""
    if path.is_dir():
        return CheckpointNetwork(path).eval()
    kinds: dict[str, Callable[[Path], nn.Module]] = {".onnx": open_onnx, ".pth": OriginalMFNet, ".safetensors": _ours}
    if path.suffix not in kinds:
        raise ValueError(f"{path}: unknown kind of network; expected one of {', '.join(kinds)}, or a folder that holds {CONFIG}")
    return kinds[path.suffix](path).eval()


def keep_network(path: Path, target: Path) -> Path:
    """Copy a network that exists to ``target`` with its suffix, whole: an ONNX file with its list of classes inside, a checkpoint's folder.

    Raises ``ValueError`` where there is no such network.
    """
    if path.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        return Path(shutil.copytree(path, target))
    if not path.is_file():
        raise ValueError(f"{path}: no such network; fetch it or set the path in params.yaml")
    kept = target.with_name(target.name + path.suffix)
    unfinished = kept.with_name(kept.name + ".part")
    unfinished.write_bytes(with_statement(path) if path.suffix == ".onnx" else path.read_bytes())
    os.replace(unfinished, kept)
    return kept


MF_INPUT = config.Input((480, 640), None, "same aspect", config.ThermalCounts(8, 0, 255, None, None))
"""What MFNet reads: 8-bit thermal images, as in MF."""


def reads(path: Path, network: nn.Module) -> config.Input:
    """How the images for a network that ``open_network`` opened are read: the size it works at, its thermal counts."""
    if isinstance(network, OnnxNetwork):
        height, width = (side if isinstance(side, int) else fallback for side, fallback in zip(network.input.shape[2:], MF_INPUT.size, strict=True))
        return config.Input((height, width), None, "same aspect", None)
    if isinstance(network, CheckpointNetwork):
        return config.Input(network.size(*MF_INPUT.size), None, "same aspect", None)
    if isinstance(network, ExportedNetwork):
        return network.about.input
    if isinstance(network, OriginalMFNet):
        return MF_INPUT
    return load_baseline(path)[1].input if is_baseline(path) else load_network(path)[1].input
