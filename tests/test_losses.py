"""Every loss against its equation in plain loops."""

import math

import numpy as np
import pytest
import torch

from heatnet.losses import bce_loss, confidence, lsgan_loss, segmentation_loss
from heatnet.taxonomy import IGNORE, Domain


def tensors(seed: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(2, 13, 3, 4, generator=generator)
    label = torch.randint(0, IGNORE + 1, (2, 3, 4), generator=generator)
    label[0, 0, 0] = IGNORE
    return logits, label, torch.rand(2, 3, 4, generator=generator)


def cross_entropy_by_loops(logits: np.ndarray, label: np.ndarray, weight: np.ndarray) -> float:
    total, count = 0.0, 0
    for image in range(label.shape[0]):
        for row in range(label.shape[1]):
            for column in range(label.shape[2]):
                y = label[image, row, column]
                if y == IGNORE:
                    continue
                z = [math.exp(v) for v in logits[image, :, row, column]]
                total -= weight[image, row, column] * math.log(z[y] / sum(z))
                count += 1
    return total / count


def test_segmentation_loss_is_its_equation() -> None:
    logits, label, weight = tensors(0)
    assert segmentation_loss(logits, label, weight).item() == pytest.approx(
        cross_entropy_by_loops(logits.numpy(), label.numpy(), weight.numpy()), rel=1e-5
    )
    assert segmentation_loss(logits, label).item() == pytest.approx(
        cross_entropy_by_loops(logits.numpy(), label.numpy(), np.ones((2, 3, 4))), rel=1e-5
    )


def test_a_weight_acts_on_its_own_pixel() -> None:
    logits, label, weight = tensors(1)
    logits.requires_grad_()
    weight[0, 1, 2] = 0
    label[0, 1, 2] = 3
    segmentation_loss(logits, label, weight).backward()
    assert logits.grad is not None
    assert logits.grad[0, :, 1, 2].abs().max() == 0
    assert logits.grad[1, :, 1, 2].abs().max() > 0 or label[1, 1, 2] == IGNORE


def test_no_label_no_loss() -> None:
    logits, label, _ = tensors(2)
    assert segmentation_loss(logits, torch.full_like(label, IGNORE)).item() == 0


def test_confidence_is_the_largest_softmax_once() -> None:
    logits = torch.zeros(1, 13, 1, 1)
    assert confidence(logits).item() == pytest.approx(1 / 13)
    logits[0, 4] = math.log(9 * 12)  # p = 108 / (108 + 12) = 0.9
    assert confidence(logits).item() == pytest.approx(0.9, abs=1e-6)


@pytest.mark.parametrize(("domain", "target"), [(Domain.DAY, 1.0), (Domain.NIGHT, 0.0)])
def test_domain_losses_are_their_equations(domain: Domain, target: float) -> None:
    score = torch.randn(2, 1, 3, 4, generator=torch.Generator().manual_seed(3))
    weight = torch.rand(2, 1, 3, 4, generator=torch.Generator().manual_seed(4))
    pairs = list(zip(score.flatten().tolist(), weight.flatten().tolist(), strict=True))
    squares = sum(w * (s - target) ** 2 for s, w in pairs) / len(pairs)
    entropy = sum(-w * (target * math.log(1 / (1 + math.exp(-s))) + (1 - target) * math.log(1 - 1 / (1 + math.exp(-s)))) for s, w in pairs) / len(
        pairs
    )
    assert lsgan_loss(score, domain, weight).item() == pytest.approx(squares, rel=1e-5)
    assert bce_loss(score, domain, weight).item() == pytest.approx(entropy, rel=1e-4)


def test_a_perfect_critic_has_no_loss_and_full_confusion() -> None:
    day, night = torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2)
    assert lsgan_loss(day, Domain.DAY).item() == lsgan_loss(night, Domain.NIGHT).item() == 0
    assert lsgan_loss(night, Domain.DAY).item() == 1
