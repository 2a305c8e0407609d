"""The critic: tells day features from night features, patch by patch; and where in a network it may look."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from heatnet.models.heatnet import HeatNet

LEVELS = ("logits", "stage4", "stage3", "stage2", "stage1", "stem")
"""What a critic can look at, in the released order: one critic sees the logits, two also the last residual stage, and so on.

Before fusion a level is the branches' features side by side. The released stem is taken after its pooling, ours before."""
LAYERS = 5


class Critic(nn.Sequential):
    """Five 4x4 convolutions, as in AdaptSegNet (Tsai et al., CVPR 2018); 2.775 M parameters at ``width`` 64.

    It scores a feature map or logits of ``channels`` channels; high means "day", low means "night". The score has a
    thirty-second of the input's size; the released network then enlarges it again, which changes no mean.
    """

    def __init__(self, channels: int, width: int, seed: int = 0, halvings: int = LAYERS) -> None:
        """Widths are ``width`` times 1, 2, 4, 8, then one score; random weights are drawn from ``seed``.

        Of the five convolutions ``halvings`` (the first ones) have stride 2, as all have in the released code; the others are 3x3 of
        stride 1, so that critics of coarse features score the same patches of the image as the critic of the logits does.
        """
        widths = [channels, width, 2 * width, 4 * width, 8 * width, 1]
        layers: list[nn.Module] = []
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            for i, (a, b) in enumerate(pairwise(widths)):
                layers += [nn.Conv2d(a, b, 4, 2, 1) if i < halvings else nn.Conv2d(a, b, 3, 1, 1), nn.LeakyReLU(0.2)]
        super().__init__(*layers[:-1])
        self.patch = 2**halvings
        self.to(memory_format=torch.channels_last)  # as what it looks at: a tenth faster on CPUs

    def forward(self, feature: Float[Tensor, "batch channels height width"]) -> Float[Tensor, "batch 1 rows columns"]:
        """Scores without a sigmoid; raises ``ValueError`` where the input is smaller than one patch (32 pixels of logits)."""
        if min(feature.shape[-2:]) < self.patch:
            raise ValueError(f"critic: input {tuple(feature.shape[-2:])} is smaller than its {self.patch}-pixel patch; train on larger crops")
        score: Tensor = super().forward(feature)  # type: ignore[no-untyped-call]
        return score.float()


class Critics(nn.ModuleDict):
    """A critic for each level that is looked at, by the level's name."""

    def forward(self, taps: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Every critic's scores of its own level."""
        return {level: critic(taps[level]) for level, critic in self.items()}


def taps(network: nn.Module, rgb: Tensor | None, thermal: Tensor | None, levels: Iterable[str]) -> dict[str, Tensor]:
    """One forward pass: the logits, and the features of those ``levels`` (of ``LEVELS``) that are asked for.

    Raises ``ValueError`` for a level that the network does not have; only the logits can be had of a network that is no ``HeatNet``.
    """
    wanted = set(levels) - {"logits"}
    if not wanted:
        return {"logits": network(rgb, thermal)}
    if not isinstance(network, HeatNet):
        raise ValueError(f"critics of {', '.join(sorted(wanted))}: only HeatNet shows its features; use a critic of the logits")
    features = network.features(rgb, thermal)
    found = dict(zip(LEVELS[1:], reversed(features), strict=False))
    if wanted - set(found):
        raise ValueError(f"critics: this network has the levels logits, {', '.join(found)}, not {', '.join(sorted(wanted - set(found)))}")
    image = cast(Tensor, rgb if rgb is not None else thermal)
    return {"logits": network.head(features, image.shape[-2:]), **{level: found[level] for level in found if level in wanted}}
