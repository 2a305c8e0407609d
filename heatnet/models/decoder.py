"""Decoders: features in, logits at the size of the image out."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from heatnet import config
from heatnet.taxonomy import NUM_CLASSES


class PyramidPooling(nn.Module):
    """Pyramid pooling (Zhao et al., CVPR 2017): the scene at four scales beside every pixel.

    As released there is no channel reduction: each scale keeps all channels through one 1x1 convolution.
    """

    def __init__(self, channels: int, out_channels: int, sizes: tuple[int, ...] = (1, 2, 3, 6)) -> None:
        """Pool ``channels`` to each of ``sizes`` and reduce the stack to ``out_channels``."""
        super().__init__()
        self.sizes = sizes
        self.scales = nn.ModuleList(nn.Conv2d(channels, channels, 1, bias=False) for _ in sizes)
        self.bottleneck = nn.Conv2d(channels * (len(sizes) + 1), out_channels, 1)

    def forward(self, feature: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch out height width"]:
        """The feature with its surroundings."""
        shape = feature.shape[-2:]
        pooled = [scale(F.adaptive_avg_pool2d(feature, size)) for scale, size in zip(self.scales, self.sizes, strict=True)]
        stack = [F.interpolate(p, shape, mode="bilinear", align_corners=False) for p in pooled]
        return F.relu(self.bottleneck(torch.cat([*stack, feature], 1)))


class PSPDecoder(nn.Module):
    """The decoder of the released network: pyramid pooling, then three doublings (256, 64, 64 channels).

    ``width`` is that of the bottleneck (released: 1024); the doublings scale with it. Dropout of whole channels is
    ``dropout`` after the pyramid and half of it after each doubling (released: 0.3 and 0.15).
    """

    def __init__(self, channels: Sequence[int], width: int, dropout: float, classes: int = NUM_CLASSES) -> None:
        """Read the last of the features whose widths are ``channels``."""
        super().__init__()
        widths = [width, width // 4, width // 16, width // 16]
        self.pyramid = nn.Sequential(PyramidPooling(channels[-1], width), nn.Dropout2d(dropout))
        self.up = nn.Sequential(*(_doubling(a, b, dropout / 2) for a, b in zip(widths[:-1], widths[1:], strict=True)))
        self.head = nn.Conv2d(widths[-1], classes, 1)

    def forward(self, features: Sequence[Tensor], shape: Sequence[int]) -> Float[Tensor, "batch classes height width"]:
        """Logits of size ``shape`` (height, width)."""
        logits = self.head(self.up(self.pyramid(features[-1])))
        return F.interpolate(logits, tuple(shape), mode="bilinear", align_corners=False)


def _doubling(channels: int, out_channels: int, dropout: float) -> nn.Sequential:
    """Twice the size, a 3x3 convolution, batch norm, PReLU, dropout of channels."""
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
        nn.Conv2d(channels, out_channels, 3, padding=1),
        nn.BatchNorm2d(out_channels),
        nn.PReLU(),
        nn.Dropout2d(dropout),
    )


class FPNDecoder(nn.Module):
    """A light decoder with skips for small images (Lin et al., Feature Pyramid Networks, CVPR 2017).

    Every stage is projected to ``width`` channels and added to the coarser one doubled; a global average stands for
    the pyramid. Thin things (poles, curbs, people far away) survive in the finest stage.
    """

    def __init__(self, channels: Sequence[int], width: int, dropout: float, classes: int = NUM_CLASSES) -> None:
        """Read all features whose widths are ``channels``, finest first."""
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(c, width, 1) for c in channels)
        self.scene = nn.Conv2d(channels[-1], width, 1)
        self.smooth = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(), nn.Dropout2d(dropout))
        self.head = nn.Conv2d(width, classes, 1)

    def forward(self, features: Sequence[Tensor], shape: Sequence[int]) -> Float[Tensor, "batch classes height width"]:
        """Logits of size ``shape`` (height, width)."""
        summed = self.scene(F.adaptive_avg_pool2d(features[-1], 1))
        for lateral, feature in zip(reversed(self.lateral), reversed(features), strict=True):
            summed = lateral(feature) + F.interpolate(summed, feature.shape[-2:], mode="nearest")
        return F.interpolate(self.head(self.smooth(summed)), tuple(shape), mode="bilinear", align_corners=False)


def decoder(settings: config.Decoder, channels: Sequence[int]) -> PSPDecoder | FPNDecoder:
    """The decoder that ``settings`` name, for features of these widths."""
    kind = PSPDecoder if settings.kind == "psp" else FPNDecoder
    return kind(channels, settings.width, settings.dropout)
