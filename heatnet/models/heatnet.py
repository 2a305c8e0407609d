"""HeatNet: one branch per modality, concatenation after the second residual stage, a shared trunk, a decoder.

The same class is every network of the paper; which one is a matter of its branches::

    late fusion    HeatNet([Branch(("rgb",)), Branch(("thermal",))], ...)      HeatNet RGB-T
    early fusion   HeatNet([Branch(("rgb", "thermal"))], ...)
    one modality   HeatNet([Branch(("rgb",))], ...)                            RGB teacher, HeatNet RGB-only
                   HeatNet([Branch(("thermal",))], ...)                        thermal teacher
"""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

import torch
from jaxtyping import Float
from torch import Tensor, nn

from heatnet import config
from heatnet.models.decoder import FPNDecoder, PSPDecoder, decoder
from heatnet.models.encoder import Stages, stages, widen

Modality = Literal["rgb", "thermal"]
RESIDUAL_STAGES = 4
CHANNELS: Mapping[Modality, int] = {"rgb": 3, "thermal": 1}


class Branch(nn.Module):
    """The stages before fusion: they read their modalities stacked as channels."""

    def __init__(self, modalities: Sequence[Modality], trunk: Stages) -> None:
        """Keep what this branch reads and its stages."""
        super().__init__()
        self.modalities = tuple(modalities)
        self.trunk = trunk

    def forward(self, images: Mapping[Modality, Tensor]) -> list[Tensor]:
        """The output of every stage, finest first."""
        return self.trunk(torch.cat([images[modality] for modality in self.modalities], 1))


class HeatNet(nn.Module):
    """Branches, a shared trunk that reads their concatenated features, and a decoder."""

    def __init__(self, branches: Sequence[Branch], shared: Stages, head: PSPDecoder | FPNDecoder) -> None:
        """Join the parts; ``shared`` must be widened to the branches' number (see ``build``)."""
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.shared = shared
        self.head = head

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """What the network needs as input."""
        return tuple(modality for branch in self.branches for modality in cast(Branch, branch).modalities)

    def features(self, rgb: Tensor | None, thermal: Tensor | None) -> list[Tensor]:
        """Features of every stage, finest first; those before fusion are the branches' concatenated."""
        given: dict[Modality, Tensor] = {}
        images: dict[Modality, Tensor | None] = {"rgb": rgb, "thermal": thermal}
        for modality, image in images.items():
            if modality in self.modalities:
                if image is None:
                    raise ValueError(f"this network reads {' and '.join(self.modalities)}, but got no {modality} image; pass both")
                given[modality] = image
        before = [torch.cat(features, 1) for features in zip(*(branch(given) for branch in self.branches), strict=True)]
        return before + self.shared(before[-1])

    def forward(
        self,
        rgb: Float[Tensor, "batch 3 height width"] | None = None,
        thermal: Float[Tensor, "batch 1 height width"] | None = None,
    ) -> Float[Tensor, "batch classes height width"]:
        """Logits for RGB and thermal images in [-1, 1]; a modality that the network does not read is passed over."""
        image = rgb if rgb is not None else thermal
        if image is None:
            raise ValueError("no image: pass rgb, thermal or both")
        return self.head(self.features(rgb, thermal), image.shape[-2:])


def build(network: config.Network, modalities: Sequence[Modality], seed: int = 0) -> HeatNet:
    """Compose the network that ``network`` describes for these modalities, its random weights drawn from ``seed``.

    With two modalities and ``fuse_after`` > 0 each has its own first stages (late fusion); otherwise one branch reads
    all channels. The shared stages come from the first branch's encoder, as they would in a network of one modality.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return _compose(network, modalities).to(memory_format=torch.channels_last)  # a third faster on CPUs


def _compose(network: config.Network, modalities: Sequence[Modality]) -> HeatNet:
    """Branches, shared stages and decoder, cut from one encoder a branch."""
    late = len(modalities) > 1 and network.fuse_after > 0
    groups = [(m,) for m in modalities] if late else [tuple(modalities)]
    whole = [stages(network.encoder, sum(CHANNELS[m] for m in group)) for group in groups]
    stem = len(whole[0]) - RESIDUAL_STAGES
    cut = stem + network.fuse_after if late else len(whole[0]) - 1
    parts = [trunk.cut(cut) for trunk in whole]
    shared = parts[0][1]
    if late:
        widen(shared[0], parts[0][0].channels[-1], len(groups))
    before = [sum(widths) for widths in zip(*(lower.channels for lower, _ in parts), strict=True)]
    branches = [Branch(group, lower) for group, (lower, _) in zip(groups, parts, strict=True)]
    return HeatNet(branches, shared, decoder(network.decoder, [*before, *shared.channels]))
