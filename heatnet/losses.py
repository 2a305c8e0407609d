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


def uncertainty(logits: Float[Tensor, "batch classes height width"], rows: int, columns: int) -> Float[Tensor, "batch 1 rows columns"]:
    """How unsure a network is of each of a critic's patches: the mean of ``1 - c(x)`` over the patch's pixels.

    HeatNet's weight of the confusion term: what is uncertain by night is pulled towards day, what is certain is left alone.
    A weight carries no gradient. (The released code reduces the map to one number: ``heatnet.training.released``.)
    """
    return F.adaptive_avg_pool2d(1 - confidence(logits.detach())[:, None], (rows, columns))


def distillation_loss(
    logits: Float[Tensor, "batch classes height width"],
    teacher: Float[Tensor, "batch classes height width"],
    temperature: float,
    weight: Float[Tensor, "batch height width"] | None = None,
) -> Float[Tensor, ""]:
    """Soft labels: the divergence of a student's softened answer from its teacher's (Hinton, Vinyals and Dean, 2015).

    ``L = T^2 / N sum_x c(x) KL(softmax(t(x) / T) || softmax(z(x) / T))`` over all N pixels, with logits z of the student and t of
    the teacher (no gradient flows there) and temperature T. Zero if and only if both answer alike where c > 0.
    """
    wanted = F.log_softmax(teacher.detach() / temperature, 1)
    per_pixel = F.kl_div(F.log_softmax(logits / temperature, 1), wanted, reduction="none", log_target=True).sum(1)
    return temperature**2 * (per_pixel if weight is None else per_pixel * weight).mean()


def cross_modal_loss(one: Float[Tensor, "batch classes height width"], both: Float[Tensor, "batch classes height width"]) -> Float[Tensor, ""]:
    """What a network says with one modality hidden should be what it says with both (Jaritz et al., xMUDA, CVPR 2020, eq. 3).

    ``L = 1/N sum_x KL(p_both(x) || p_one(x))``; no gradient flows into ``both``.
    """
    return distillation_loss(one, both, 1.0)


def confident_share(confidence: Float[Tensor, "batch height width"], threshold: float) -> Float[Tensor, "batch"]:
    """The share of an image's pixels whose confidence exceeds a threshold: how far to trust all of its labels.

    ``q = |{x : c(x) > tau}| / N`` (Tranheden et al., DACS, WACV 2021). Unlike a threshold per pixel it does not leave the learner with
    the easy pixels only.
    """
    return (confidence > threshold).float().mean((1, 2))


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
