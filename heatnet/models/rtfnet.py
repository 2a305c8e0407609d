"""RTFNet (Sun, Zuo, Liu, IEEE RA-L 2019): two ResNets, thermal added into RGB at every scale; a baseline, supervised on MF.

Written from the paper. With ``resnet50`` it has 185.24 M parameters, with ``resnet152`` 254.51 M, as published; any timm
encoder whose stages ``heatnet.models.encoder`` can cut takes their place (a profile's choice): published are five stages, which make 15x20
places of an image of 480x640; an encoder of fewer stages leaves places enough of a smaller image. Input is RGB and thermal in [0, 1].
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from heatnet import config
from heatnet.models.encoder import stages


def _normed(convolution: nn.Conv2d | nn.ConvTranspose2d) -> nn.Sequential:
    """A convolution without bias, drawn as the paper says (Xavier), and batch norm."""
    nn.init.xavier_uniform_(convolution.weight)
    return nn.Sequential(convolution, nn.BatchNorm2d(convolution.out_channels))


class Upception(nn.Module):
    """The paper's Upception block: A keeps size and channels, B doubles the size and changes the channels.

    A 1x1 and a 3x3 convolution, then a 3x3 one (A) or a transposed 2x2 one at stride 2 (B); around them a shortcut, which in B is a
    transposed convolution of its own.
    """

    def __init__(self, channels: int, out_channels: int, doubles: bool) -> None:
        """Block B if ``doubles``, else block A (``channels`` equal to ``out_channels``)."""
        super().__init__()
        same = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        last = nn.ConvTranspose2d(out_channels, out_channels, 2, 2, bias=False) if doubles else same
        self.first = _normed(nn.Conv2d(channels, out_channels, 1, bias=False))
        self.second = _normed(nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False))
        self.third = _normed(last)
        self.shortcut = _normed(nn.ConvTranspose2d(channels, out_channels, 2, 2, bias=False)) if doubles else nn.Identity()

    def forward(self, feature: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch out new_height new_width"]:
        """The block."""
        return F.relu(self.third(F.relu(self.second(F.relu(self.first(feature))))) + self.shortcut(feature))


class RTFNet(nn.Module):
    """Two encoders that meet by addition after every stage, and a decoder of as many pairs of Upception blocks (published: five)."""

    modalities: Sequence[str] = ("rgb", "thermal")

    def __init__(self, encoder: config.Encoder, classes: int = 9) -> None:
        """Build both trunks from ``encoder``; the decoder halves the channels with every pair, and the last names the classes."""
        super().__init__()
        self.rgb, self.thermal = stages(encoder, 3), stages(encoder, 1)
        channels = self.rgb.channels[-1]
        widths = [channels // 2**k for k in range(len(self.rgb))]
        pairs = zip(widths, [*widths[1:], classes], strict=True)
        self.decoder = nn.Sequential(*(nn.Sequential(Upception(a, a, doubles=False), Upception(a, b, doubles=True)) for a, b in pairs))

    def forward(
        self, rgb: Float[Tensor, "batch 3 height width"], thermal: Float[Tensor, "batch 1 height width"]
    ) -> Float[Tensor, "batch classes height width"]:
        """Logits, which the last block's rectifier keeps from being negative, as published.

        Raises ``ValueError`` unless height and width are multiples of the encoder's stride (published: 32).
        """
        stride = 2 ** len(self.rgb)
        if rgb.shape[-2] % stride or rgb.shape[-1] % stride:
            raise ValueError(f"RTFNet: an image of {rgb.shape[-1]}x{rgb.shape[-2]}; expected multiples of {stride}; resize it")
        for of_rgb, of_thermal in zip(self.rgb, self.thermal, strict=True):
            thermal = of_thermal(thermal)
            rgb = torch.add(of_rgb(rgb), thermal)
        return self.decoder(rgb)
