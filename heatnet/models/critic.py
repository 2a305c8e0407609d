"""The critic: tells day features from night features, patch by patch."""

from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Critic(nn.Sequential):
    """Five strided 4x4 convolutions, as in AdaptSegNet (Tsai et al., CVPR 2018); 2.775 M parameters at ``width`` 64.

    It scores a feature map or logits of ``channels`` channels; high means "day", low means "night". The score has a
    thirty-second of the input's size; the released network then enlarges it again, which changes no mean.
    """

    def __init__(self, channels: int, width: int, seed: int = 0) -> None:
        """Widths are ``width`` times 1, 2, 4, 8, then one score; random weights are drawn from ``seed``."""
        widths = [channels, width, 2 * width, 4 * width, 8 * width]
        layers: list[nn.Module] = []
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            for a, b in pairwise(widths):
                layers += [nn.Conv2d(a, b, 4, 2, 1), nn.LeakyReLU(0.2)]
            layers.append(nn.Conv2d(widths[-1], 1, 4, 2, 1))
        super().__init__(*layers)

    def forward(self, feature: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch 1 rows columns"]:
        """Scores without a sigmoid; raises ``ValueError`` where the input is smaller than one patch (32 pixels)."""
        if min(feature.shape[-2:]) < 32:
            raise ValueError(f"critic: input {tuple(feature.shape[-2:])} is smaller than its 32-pixel patch; train on larger crops")
        score: Tensor = super().forward(feature)  # type: ignore[no-untyped-call]
        return score
