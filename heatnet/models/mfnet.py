"""MFNet (Ha et al., IROS 2017): the first RGB-thermal street network, 0.73 M parameters; a baseline, supervised on MF.

Modules are named so that the original weights load name by name. Input is RGB and thermal in [0, 1] at 480x640.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class ConvBlock(nn.Module):
    """A 3x3 convolution, batch norm, leaky ReLU."""

    def __init__(self, channels: int, out_channels: int, dilation: int = 1) -> None:
        """Keep the size whatever the dilation."""
        super().__init__()
        self.conv = nn.Conv2d(channels, out_channels, 3, padding=dilation, dilation=dilation)
        self.bn = nn.BatchNorm2d(out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """The block."""
        return F.leaky_relu(self.bn(self.conv(x)), 0.2)


class MiniInception(nn.Module):
    """Three pairs of a plain and a dilated convolution, concatenated."""

    def __init__(self, channels: int, out_channels: int) -> None:
        """Each half gives ``out_channels // 2``."""
        super().__init__()
        half = out_channels // 2
        for number, width in enumerate((channels, out_channels, out_channels), start=1):
            setattr(self, f"conv{number}_left", ConvBlock(width, half))
            setattr(self, f"conv{number}_right", ConvBlock(width, half, dilation=2))

    def forward(self, x: Tensor) -> Tensor:
        """The three pairs."""
        for number in (1, 2, 3):
            x = torch.cat([getattr(self, f"conv{number}_{side}")(x) for side in ("left", "right")], 1)
        return x


class MFNet(nn.Module):
    """Two encoders whose features are added to the decoder's at strides 8, 4 and 2, not at full size."""

    modalities: Sequence[str] = ("rgb", "thermal")

    def __init__(self, classes: int = 9, width: float = 1) -> None:
        """Widths as published, 16-48-48-96-96 for RGB and 16-16-16-36-36 for thermal, times ``width`` (a profile's choice)."""
        super().__init__()
        narrow, wide, deep, warm = (2 * round(width * channels / 2) for channels in (16, 48, 96, 36))
        self._encoder("rgb", 3, narrow, wide, deep)
        self._encoder("inf", 1, narrow, narrow, warm)
        self.decode4 = ConvBlock(deep + warm, wide + narrow)
        self.decode3 = ConvBlock(wide + narrow, wide + narrow)
        self.decode2 = ConvBlock(wide + narrow, 2 * narrow)
        self.decode1 = ConvBlock(2 * narrow, classes)

    def _encoder(self, suffix: str, first: int, narrow: int, wide: int, deep: int) -> None:
        """The layers of one modality with ``first`` channels."""
        setattr(self, f"conv1_{suffix}", ConvBlock(first, narrow))
        setattr(self, f"conv2_1_{suffix}", ConvBlock(narrow, wide))
        for name in ("conv2_2", "conv3_1", "conv3_2"):
            setattr(self, f"{name}_{suffix}", ConvBlock(wide, wide))
        setattr(self, f"conv4_{suffix}", MiniInception(wide, deep))
        setattr(self, f"conv5_{suffix}", MiniInception(deep, deep))

    def _encode(self, x: Tensor, suffix: str) -> list[Tensor]:
        """Features at strides 2, 4, 8, 16."""
        features: list[Tensor] = []
        x = getattr(self, f"conv1_{suffix}")(x)
        for layers in (("conv2_1", "conv2_2"), ("conv3_1", "conv3_2"), ("conv4",), ("conv5",)):
            x = F.max_pool2d(x, 2)
            for name in layers:
                x = getattr(self, f"{name}_{suffix}")(x)
            features.append(x)
        return features

    def forward(
        self, rgb: Float[Tensor, "batch 3 height width"], thermal: Float[Tensor, "batch 1 height width"]
    ) -> Float[Tensor, "batch 9 height width"]:
        """Logits; height and width must be multiples of 16."""
        *skips, x = (torch.cat(pair, 1) for pair in zip(self._encode(rgb, "rgb"), self._encode(thermal, "inf"), strict=True))
        for decode, skip in zip((self.decode4, self.decode3, self.decode2), reversed(skips), strict=True):
            x = decode(F.interpolate(x, scale_factor=2, mode="nearest") + skip)
        return self.decode1(F.interpolate(x, scale_factor=2, mode="nearest"))
