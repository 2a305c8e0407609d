"""Answers that ask more of a trained network: several scales, and the statistics of the night."""

import copy
from collections.abc import Iterable, Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from heatnet.data import Batch


class MultiScale(nn.Module):
    """The mean of a network's probabilities over scales, and over the mirror image, as their logarithm (Chen et al., DeepLab, 2018).

    A softmax of the result gives that mean again, so it can be used wherever logits can.
    """

    def __init__(self, network: nn.Module, scales: Sequence[float], mirror: bool) -> None:
        """Ask ``network`` at each of ``scales`` (1 is the image's own) and, with ``mirror``, at each of them flipped too."""
        super().__init__()
        if not scales or min(scales) <= 0:
            raise ValueError(f"multi-scale inference: expected positive scales, got {list(scales)}")
        self.network, self.scales, self.mirror = network, tuple(scales), mirror

    def forward(self, rgb: Tensor | None, thermal: Tensor | None) -> Float[Tensor, "batch classes height width"]:
        """Logits of the images' size."""
        height, width = next(part for part in (rgb, thermal) if part is not None).shape[-2:]
        total: list[Tensor] = []
        for scale in self.scales:
            size = (round(scale * height), round(scale * width))
            pair = [_resized(part, size) for part in (rgb, thermal)]
            total.append(_resized(self.network(*pair).float().softmax(1), (height, width)))
            if self.mirror:
                answer = self.network(*(None if part is None else part.flip(-1) for part in pair)).float().softmax(1)
                total.append(_resized(answer.flip(-1), (height, width)))
        return torch.stack(total).mean(0).clamp(min=1e-12).log()


def _resized(image: Tensor | None, size: tuple[int, int]) -> Tensor:
    """Bilinear, unchanged where the size is right."""
    if image is None or tuple(image.shape[-2:]) == size:
        return image  # type: ignore[return-value]
    return F.interpolate(image, size, mode="bilinear", align_corners=False, antialias=True)


def with_statistics_of(network: nn.Module, batches: Iterable[Batch]) -> nn.Module:
    """A copy of a network whose batch norm knows these images only: by night, the night's (Li et al., AdaBN, 2016).

    Needs no labels. The statistics are the mean over the batches; weights stay. Raises ``ValueError`` where there is no image.
    """
    adapted = copy.deepcopy(network).eval()
    norms = [module for module in adapted.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean over batches
        norm.train()
    count = 0
    with torch.no_grad():
        for batch in batches:
            moved = batch.to(next(adapted.parameters()).device)
            adapted(moved.rgb, moved.thermal)
            count += len(batch)
    if not count:
        raise ValueError("statistics of no images; give the unlabelled night frames")
    return adapted.eval()
