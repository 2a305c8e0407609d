"""Every loss against its equation in plain loops."""

import math

import numpy as np
import pytest
import torch

from heatnet.losses import bce_loss, confidence, confident_share, cross_modal_loss, distillation_loss, lsgan_loss, segmentation_loss, uncertainty
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


def softmax_by_loops(z: list[float], temperature: float) -> list[float]:
    raised = [math.exp(v / temperature) for v in z]
    return [v / sum(raised) for v in raised]


def divergence_by_loops(student: np.ndarray, teacher: np.ndarray, weight: np.ndarray, temperature: float) -> float:
    total = 0.0
    for image, row, column in np.ndindex(*weight.shape):
        p = softmax_by_loops(teacher[image, :, row, column].tolist(), temperature)
        q = softmax_by_loops(student[image, :, row, column].tolist(), temperature)
        total += weight[image, row, column] * sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
    return temperature**2 * total / weight.size


@pytest.mark.parametrize("temperature", [1.0, 3.0])
def test_distillation_is_its_equation_and_zero_for_the_same_answer(temperature: float) -> None:
    (student, _, weight), (teacher, _, _) = tensors(5), tensors(6)
    expected = divergence_by_loops(student.numpy(), teacher.numpy(), weight.numpy(), temperature)
    assert distillation_loss(student, teacher, temperature, weight).item() == pytest.approx(expected, rel=1e-4)
    assert distillation_loss(student, student + 5, temperature).item() == pytest.approx(0, abs=1e-6)


def test_soft_labels_pull_the_student_only_and_its_gradient_does_not_fade_with_temperature() -> None:
    student, teacher = (tensors(seed)[0].requires_grad_() for seed in (5, 6))
    sizes = []
    for temperature in (1.0, 10.0):
        student.grad = None
        distillation_loss(student, teacher, temperature).backward()
        assert student.grad is not None
        sizes.append(student.grad.abs().mean().item())
    assert teacher.grad is None
    assert 0.2 < sizes[1] / sizes[0] < 5


def test_cross_modal_loss_is_the_divergence_from_both_to_one() -> None:
    one, both = tensors(7)[0], tensors(8)[0]
    expected = divergence_by_loops(one.numpy(), both.numpy(), np.ones((2, 3, 4)), 1.0)
    assert cross_modal_loss(one, both).item() == pytest.approx(expected, rel=1e-4)
    assert cross_modal_loss(both, one).item() != pytest.approx(expected, rel=1e-2)


def test_uncertainty_averages_within_patches_and_carries_no_gradient() -> None:
    logits = torch.randn(2, 13, 4, 6, generator=torch.Generator().manual_seed(9), requires_grad=True)
    found = uncertainty(logits, 2, 3)
    c = confidence(logits.detach())
    for image, row, column in np.ndindex(2, 2, 3):
        patch = [1 - c[image, y, x].item() for y in (2 * row, 2 * row + 1) for x in (2 * column, 2 * column + 1)]
        assert found[image, 0, row, column].item() == pytest.approx(sum(patch) / 4, abs=1e-6)
    assert not found.requires_grad


def test_the_confident_share_counts_pixels() -> None:
    c = torch.tensor([[[0.95, 0.5], [0.99, 0.2]], [[0.1, 0.1], [0.1, 0.91]]])
    assert confident_share(c, 0.9).tolist() == [0.5, 0.25]


def test_a_weight_of_confusion_acts_on_its_own_patch() -> None:
    score = torch.randn(1, 1, 2, 2, generator=torch.Generator().manual_seed(10), requires_grad=True)
    weight = torch.tensor([[[[0.0, 1.0], [2.0, 1.0]]]])
    for loss in (lsgan_loss, bce_loss):
        score.grad = None
        loss(score, Domain.DAY, weight).backward()
        assert score.grad is not None
        assert score.grad[0, 0, 0, 0] == 0
        assert score.grad[0, 0].count_nonzero() == 3
