"""Networks that others trained, made to speak our 13 classes: an ONNX file, the original MFNet weights.

Each takes images in [-1, 1] as HeatNet does and answers logits over our classes, so it can be a teacher or a row of a table.
"""

import pickle
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from heatnet.models.files import load_network
from heatnet.models.heatnet import HeatNet
from heatnet.models.mfnet import MFNet
from heatnet.taxonomy import BACKGROUND, CITYSCAPES, IGNORE, MF, NUM_CLASSES, LabelMap


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

    A fixed input size is met by resizing. Raises ``ValueError`` where the file is missing or its classes do not map.
    """

    modalities: Sequence[str] = ("rgb",)

    def __init__(self, path: Path, label_map: LabelMap = CITYSCAPES) -> None:
        """Open the file with onnxruntime (extra ``onnx``)."""
        super().__init__()
        if not path.is_file():
            raise ValueError(f"{path}: no such network; fetch it or set the path in params.yaml")
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0]
        self.translate = Translated(label_map)

    def forward(self, rgb: Float[Tensor, "batch 3 height width"] | None = None, thermal: Tensor | None = None) -> Tensor:
        """Logits over our classes at the size of ``rgb``; thermal is passed over."""
        if rgb is None:
            raise ValueError("this network reads rgb, but got no rgb image")
        size = tuple(given if isinstance(given, int) else actual for given, actual in zip(self.input.shape[2:], rgb.shape[2:], strict=True))
        image = F.interpolate(rgb.cpu() / 2 + 0.5, size, mode="bilinear", align_corners=False, antialias=True)
        logits = torch.from_numpy(self.session.run(None, {self.input.name: image.clamp(0, 1).numpy()})[0])
        return F.interpolate(self.translate(logits), rgb.shape[-2:], mode="bilinear", align_corners=False)


class OriginalMFNet(nn.Module):
    """MFNet with the weights its authors' followers published, trained with labels on MF by day and night."""

    modalities: Sequence[str] = ("rgb", "thermal")

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

    def __init__(self, network: HeatNet, height: int) -> None:
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
    """A network of ours from its file."""
    network, about = load_network(path)
    return AtTrainedScale(network, about.input.size[0])


def open_network(path: Path) -> nn.Module:
    """A network from its file, in evaluation mode: ours (``.safetensors``), ``.onnx`` with Cityscapes classes, or MFNet's ``.pth``."""
    kinds: dict[str, Callable[[Path], nn.Module]] = {".onnx": OnnxNetwork, ".pth": OriginalMFNet, ".safetensors": _ours}
    if path.suffix not in kinds:
        raise ValueError(f"{path}: unknown kind of network; expected one of {', '.join(kinds)}")
    return kinds[path.suffix](path).eval()
