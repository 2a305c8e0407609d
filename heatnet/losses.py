"""One function per equation: weighted per pixel before it is reduced, reduced once; the training loop adds terms up."""

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64
from torch import Tensor

from heatnet.taxonomy import IGNORE, Domain


def segmentation_loss(
    logits: Float[Tensor, "batch classes height width"],
    label: Int64[Tensor, "batch height width"],
    weight: Float[Tensor, "batch height width"] | None = None,
) -> Float[Tensor, ""]:
    """Cross-entropy of a domain's pixels against its teacher's label y, each pixel x weighted by c(x) (HeatNet, eq. of L_seg).

    ``L = - 1/N sum_x c(x) log p(y(x) | x)`` over the N pixels that have a label; ``weight`` of ``None`` is c = 1.
    Zero where no pixel has a label.
    """
    per_pixel = F.cross_entropy(logits, label, ignore_index=IGNORE, reduction="none")
    if weight is not None:
        per_pixel = per_pixel * weight
    return per_pixel.sum() / (label != IGNORE).sum().clamp(min=1)


def confidence(logits: Float[Tensor, "batch classes height width"]) -> Float[Tensor, "batch height width"]:
    """The probability of the most likely class, ``c(x) = max_k softmax(logits)_k``: how far to trust a teacher's label.

    One softmax; the released code applies two, which squeezes c into [0.08, 0.19].
    """
    return logits.softmax(1).amax(1)


def lsgan_loss(
    score: Float[Tensor, "batch 1 height width"], domain: Domain, weight: Float[Tensor, "batch 1 height width"] | None = None
) -> Float[Tensor, ""]:
    """Least squares between the critic's score and a domain's target: day 1, night 0 (Mao et al., ICCV 2017).

    The critic descends it with the true domain, the segmentation network with the other one (domain confusion).
    """
    per_patch = (score - _target(domain)).square()
    return (per_patch if weight is None else per_patch * weight).mean()


def bce_loss(
    score: Float[Tensor, "batch 1 height width"], domain: Domain, weight: Float[Tensor, "batch 1 height width"] | None = None
) -> Float[Tensor, ""]:
    """Binary cross-entropy between the critic's score and a domain's target: day 1, night 0 (Goodfellow et al., NeurIPS 2014)."""
    per_patch = F.binary_cross_entropy_with_logits(score, torch.full_like(score, _target(domain)), reduction="none")
    return (per_patch if weight is None else per_patch * weight).mean()


def _target(domain: Domain) -> float:
    """What the critic should answer."""
    return 1.0 if domain is Domain.DAY else 0.0


DOMAIN_LOSSES = {"lsgan": lsgan_loss, "bce": bce_loss}
