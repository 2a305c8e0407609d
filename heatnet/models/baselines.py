"""The supervised rivals MFNet and RTFNet, which read images in [-1, 1] as HeatNet does, and their files."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from heatnet import config
from heatnet.models.files import load_tensors, read_tensors, write_tensors
from heatnet.models.mfnet import MFNet
from heatnet.models.rtfnet import RTFNet

STRIDE = 32
"""Both networks can restore a height and a width that are multiples of this."""


class Baseline(nn.Module):
    """A rival that reads what HeatNet reads: images in [-1, 1] become its [0, 1], sides are filled up to multiples of 32 by their border."""

    modalities: Sequence[str] = ("rgb", "thermal")

    def __init__(self, network: MFNet | RTFNet, translate: nn.Module | None = None) -> None:
        """Wrap a network that reads RGB and thermal in [0, 1]; ``translate`` turns its logits into those over other classes."""
        super().__init__()
        self.network = network
        self.translate = translate or nn.Identity()

    def forward(
        self, rgb: Float[Tensor, "batch 3 height width"] | None = None, thermal: Float[Tensor, "batch 1 height width"] | None = None
    ) -> Float[Tensor, "batch classes height width"]:
        """Logits at the size of the images, over the classes that it learned or those of ``translate``."""
        if rgb is None or thermal is None:
            raise ValueError("this network reads rgb and thermal; pass both")
        height, width = rgb.shape[-2:]
        margin = (0, -width % STRIDE, 0, -height % STRIDE)
        images = [F.pad(image / 2 + 0.5, margin, mode="replicate") for image in (rgb, thermal)]
        return self.translate(self.network(*images)[..., :height, :width])


def build_baseline(settings: config.Baseline, classes: int, seed: int) -> Baseline:
    """The network that ``settings`` describe for so many classes, its random weights drawn from ``seed``."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = RTFNet(settings.encoder, classes) if settings.encoder else MFNet(classes, settings.width or 1)
        return Baseline(network).to(memory_format=torch.channels_last)


@dataclass(frozen=True)
class BaselineFile:
    """What a rival's file says of it: how it is built, the input that it was trained on, the names of its classes."""

    baseline: config.Baseline
    input: config.Input
    classes: tuple[str, ...]


def save_baseline(path: Path, model: Baseline, about: BaselineFile) -> None:
    """Write the weights and what ``load_baseline`` needs."""
    write_tensors(path, model, "baseline", about)


def load_baseline(path: Path) -> tuple[Baseline, BaselineFile]:
    """Rebuild a rival from its file, in evaluation mode on the CPU.

    Raises ``ValueError`` where the file is missing, cut short, not a rival's, or of another architecture.
    """
    tensors, metadata = read_tensors(path)
    if "baseline" not in metadata:
        raise ValueError(f"{path}: holds no description of a baseline; expected a file of the stage elsewhere; for HeatNet use load_network")
    about = config.parse(BaselineFile, json.loads(metadata["baseline"]), f"{path} (metadata)")
    model = build_baseline(about.baseline, len(about.classes), 0)
    load_tensors(model, tensors, path)
    return model.eval(), about


def is_baseline(path: Path) -> bool:
    """Whether a safetensors file holds a rival."""
    return "baseline" in read_tensors(path)[1]
