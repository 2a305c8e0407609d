"""The night holds as many buildings as the day: a teacher's labels are bent until their classes are as frequent as they should be.

Distribution alignment (Berthelot et al., ReMixMatch, ICLR 2020), pixel by pixel.
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from heatnet.data import Batch
from heatnet.taxonomy import IGNORE, NUM_CLASSES

LIMIT = 3.0
"""Neither raised nor lowered by more: the night may after all hold fewer people than the day."""
LEAST = 1e-3
"""Added to every share, so that a class that hardly occurs is left alone."""


class Shares(nn.Module):
    """Running means of the classes' shares: of the day's labels, and of the teacher's answers by night."""

    day: Tensor
    night: Tensor

    def __init__(self) -> None:
        """All classes alike, until the first step."""
        super().__init__()
        for name in ("day", "night"):
            self.register_buffer(name, torch.full((NUM_CLASSES,), 1 / NUM_CLASSES))

    @torch.no_grad()
    def follow(self, day: Tensor, night: Tensor, decay: float, step: int) -> None:
        """``m <- a m + (1 - a) x`` with ``a = min(1 - 1 / (step + 1), decay)``, as the teacher follows its student."""
        a = min(1 - 1 / (step + 1), decay)
        for mean, value in ((self.day, day), (self.night, night)):
            mean.mul_(a).add_(value.to(mean), alpha=1 - a)

    def ratio(self) -> Float[Tensor, "13"]:
        """How much more frequent each class is by day than the teacher finds it by night: ``(d_k + e) / (n_k + e)``, within ``LIMIT``."""
        return ((self.day + LEAST) / (self.night + LEAST)).clamp(1 / LIMIT, LIMIT)


def labelled_shares(batch: Batch) -> Float[Tensor, "13"]:
    """The share of the labelled pixels that are of each class; all alike where no pixel has a label."""
    assert batch.label is not None, "a training source has labels"
    count = torch.bincount(batch.label[batch.label != IGNORE], minlength=NUM_CLASSES).float()
    return count / count.sum() if count.sum() else torch.full_like(count, 1 / NUM_CLASSES)


def bent(probability: Float[Tensor, "batch classes height width"], ratio: Float[Tensor, " classes"]) -> Float[Tensor, "batch classes height width"]:
    """``p'_k = p_k r_k / sum_j p_j r_j``."""
    raised = probability * ratio[:, None, None]
    return raised / raised.sum(1, keepdim=True)
