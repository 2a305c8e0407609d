"""Pixels and labels stay together, hidden blocks are hidden, averages are averages."""

import numpy as np
import pytest
import torch
from parts import AUGMENTATION, model, samples, source

from heatnet.data import Batch
from heatnet.taxonomy import IGNORE, NUM_CLASSES, Domain
from heatnet.training.averaging import averaged, follow_student
from heatnet.training.inference import MultiScale, with_statistics_of
from heatnet.training.mixing import GAMMA, READ, SHOT, class_mix, lit_by, masked, one_modality, relit, styled
from heatnet.training.sampling import class_odds, holders, rare_class_source


def marked(domain: float, seed: int) -> Batch:
    """Images whose every pixel says its domain and its class."""
    label = torch.randint(0, IGNORE + 1, (3, 8, 10), generator=torch.Generator().manual_seed(seed))
    value = domain + label.float() / 100
    return Batch(value[:, None].repeat(1, 3, 1, 1), value[:, None].clone(), label, torch.full(label.shape, domain))


def test_class_mix_keeps_pixels_and_labels_together() -> None:
    day, night = marked(1.0, 0), marked(-1.0, 1)
    mixed = class_mix(day, night, np.random.default_rng(0))
    from_day = mixed.weight == 1
    assert torch.equal(mixed.label, torch.where(from_day, day.label, night.label))
    for part, own in ((mixed.rgb, 3), (mixed.thermal, 1)):
        assert torch.allclose(part, (mixed.weight + mixed.label.float() / 100)[:, None].expand(-1, own, -1, -1))
    for image in range(3):
        present = set(day.label[image].flatten().tolist()) - {IGNORE}
        pasted = set(day.label[image][from_day[image]].tolist())
        assert len(pasted) == (len(present) + 1) // 2
        assert IGNORE not in pasted
        assert all(from_day[image][day.label[image] == k].all() for k in pasted)


def test_class_mix_of_unequal_batches_is_refused() -> None:
    day = marked(1.0, 0)
    with pytest.raises(ValueError, match="two labelled batches"):
        class_mix(day, Batch(day.rgb, day.thermal, None, None), np.random.default_rng(0))


def test_a_day_in_the_nights_style_has_its_means_and_spreads_by_class() -> None:
    """As plain loops say; too small a class, one that the night lacks and what nobody labelled or saw stay as they are."""
    generator = torch.Generator().manual_seed(0)
    day, night = (
        Batch(
            (0.2 * torch.randn(2, 3, 20, 20, generator=generator) + shade).clamp(-1, 1),
            (0.1 * torch.randn(2, 1, 20, 20, generator=generator) - shade).clamp(-1, 1),
            torch.zeros(2, 20, 20, dtype=torch.long),
            None,
        )
        for shade in (0.3, -0.4)
    )
    day.label[:, 8:], night.label[:, 11:] = 4, 4
    day.label[:, 18:], day.label[:, :1] = 7, IGNORE
    day.thermal[:, :, 5:9, 3] = 0
    before = (day.rgb.clone(), day.thermal.clone())
    made = styled(day, night, np.random.default_rng(3))
    shares = np.random.default_rng(3).random(2)
    for i in range(2):
        for name, old in zip(("rgb", "thermal"), before, strict=True):
            for channel in range(old.shape[1]):
                expected = old[i, channel].clone()
                for k in (0, 4):
                    here = (day.label[i] == k) & (old[i] != 0).any(0)
                    a, b = old[i, channel][here], getattr(night, name)[i, channel][night.label[i] == k]
                    expected[here] = (1 - shares[i]) * a + shares[i] * ((a - a.mean()) / a.std() * b.std() + b.mean())
                assert torch.allclose(getattr(made, name)[i, channel], expected.clamp(-1, 1), atol=1e-5)
    assert torch.equal(day.rgb, before[0]), "the day itself is left alone"
    assert torch.equal(made.label, day.label)
    with pytest.raises(ValueError, match="expected two labelled batches"):
        styled(day, Batch(night.rgb, night.thermal, None, None), np.random.default_rng(0))


def grey(linear: torch.Tensor) -> torch.Tensor:
    """RGB images in [-1, 1] of linear light (batch, height, width)."""
    return (2 * linear ** (1 / GAMMA) - 1)[:, None].repeat(1, 3, 1, 1)


def test_the_day_takes_the_nights_light_and_keeps_its_edges() -> None:
    stripes = torch.where(torch.arange(128) % 2 == 0, 0.2, 0.6).expand(2, 64, 128)
    dark = torch.full((2, 64, 128), 0.02)
    dark[1] = 0.1
    label = torch.zeros(2, 64, 128, dtype=torch.long)
    day, night = Batch(grey(stripes), torch.rand(2, 1, 64, 128), label, None), Batch(grey(dark), None, None, None)
    day.rgb[:, :, :, :16] = 0  # nothing was seen here
    made = relit(day, night, np.random.default_rng(0))
    assert torch.equal(made.thermal, day.thermal)
    assert made.label is label
    assert (made.rgb[..., :16] == 0).all()
    linear = ((made.rgb[..., 32:] + 1) / 2) ** GAMMA
    for i, light in enumerate((0.02, 0.1)):
        even, odd = linear[i, ..., ::2], linear[i, ..., 1::2]
        assert abs(linear[i].mean().item() / light - 1) < 0.02
        assert abs(odd.mean().item() / even.mean().item() - 3) < 0.1
        assert abs(odd.std().item() / (SHOT * odd.mean().item() + READ**2) ** 0.5 - 1) < 0.1


def test_a_share_of_the_day_is_relit_and_the_same_again() -> None:
    day, night = Batch(grey(torch.full((8, 32, 32), 0.5)), None, None, None), Batch(grey(torch.full((8, 32, 32), 0.01)), None, None, None)
    sources = (lambda step: day), (lambda step: night)
    dark = [(lit_by(*sources, share, 5)(3).rgb < 0).all(-1).all(-1).all(1).sum().item() for share in (0.0, 0.5, 1.0)]
    assert dark[0] == 0
    assert 0 < dark[1] < 8
    assert dark[2] == 8
    assert torch.equal(lit_by(*sources, 0.5, 5)(3).rgb, lit_by(*sources, 0.5, 5)(3).rgb)
    with pytest.raises(ValueError, match="share of 2"):
        lit_by(*sources, 2.0, 5)
    with pytest.raises(ValueError, match="RGB images in both"):
        relit(Batch(None, torch.zeros(1, 1, 8, 8), None, None), night, np.random.default_rng(0))


def test_masks_hide_whole_blocks_in_both_modalities_and_leave_labels() -> None:
    batch = Batch(torch.ones(4, 3, 70, 100), torch.ones(4, 1, 70, 100), torch.ones(4, 70, 100, dtype=torch.long), None)
    hidden = masked(batch, 16, 0.5, np.random.default_rng(0))
    assert torch.equal(hidden.label, batch.label)
    assert torch.equal(hidden.rgb[:, :1], hidden.thermal)
    blocks = hidden.thermal[..., :64, :96].unfold(2, 16, 16).unfold(3, 16, 16)
    assert ((blocks.sum((-1, -2)) == 0) | (blocks.sum((-1, -2)) == 256)).all()
    assert 0.3 < 1 - hidden.thermal.mean() < 0.7
    assert masked(batch, 16, 0.0, np.random.default_rng(0)).rgb.min() == 1


def test_one_modality_is_hidden_whole() -> None:
    batch = Batch(torch.ones(8, 3, 4, 4), torch.ones(8, 1, 4, 4), None, None)
    hidden = one_modality(batch, np.random.default_rng(0))
    sums = hidden.rgb.sum((1, 2, 3)) / 48 + hidden.thermal.sum((1, 2, 3)) / 16
    assert torch.equal(sums, torch.ones(8))
    assert 0 < hidden.thermal.mean() < 1
    with pytest.raises(ValueError, match="expected RGB and thermal"):
        one_modality(Batch(batch.rgb, None, None, None), np.random.default_rng(0))


def test_the_teacher_is_the_average_in_closed_form() -> None:
    student = torch.nn.BatchNorm1d(2)
    teacher, decay, values = averaged(student), 0.8, [3.0, -1.0, 4.0, 1.0, 5.0, 9.0, 2.0]
    for step, value in enumerate(values):
        student.weight.data.fill_(value)
        student.running_mean.fill_(2 * value)
        student.num_batches_tracked.fill_(step)
        follow_student(teacher, student, decay, step)
    young = np.mean(values[:5])  # 1 - 1 / (step + 1) < 0.8 up to the fourth step, and equal at it
    expected = decay**2 * young + (1 - decay) * (decay * values[5] + values[6])
    assert teacher.weight[0].item() == pytest.approx(expected, rel=1e-6)
    assert teacher.running_mean[0].item() == pytest.approx(2 * expected, rel=1e-6)
    assert teacher.num_batches_tracked.item() == 6
    assert not teacher.weight.requires_grad
    assert student.weight.requires_grad


def test_rare_classes_are_asked_for_by_the_equation_and_found() -> None:
    part = samples(Domain.DAY, count=8)
    share = np.bincount(part.label.ravel(), minlength=NUM_CLASSES)[:NUM_CLASSES] / part.label.size
    weights = [np.exp((1 - f) / 0.3) if f > 0 else 0 for f in share]
    np.testing.assert_allclose(class_odds(part, 0.3), np.array(weights) / sum(weights))
    assert np.argmax(class_odds(part, 0.01)) == 9
    assert holders(part, 50)[:, 9].tolist() == [False] * 7 + [True]
    assert holders(part, 500)[:, 9].tolist() == [False] * 7 + [True]
    batch = rare_class_source(part, 4, AUGMENTATION, 1, 0.0, 0.01, 50)
    again = rare_class_source(part, 4, AUGMENTATION, 1, 0.0, 0.01, 50)
    first = batch(3)
    assert torch.equal(first.rgb, again(3).rgb)
    assert not torch.equal(first.rgb, batch(4).rgb)


def test_scale_one_is_the_network_itself_and_the_mirror_is_mirrored() -> None:
    network, image = model().eval(), source(0)(0)
    with torch.no_grad():
        plain = network(image.rgb, image.thermal).softmax(1)
        assert torch.allclose(MultiScale(network, [1.0], False)(image.rgb, image.thermal).softmax(1), plain, atol=1e-6)
        ours = MultiScale(network, [1.0], True)(image.rgb, image.thermal).softmax(1)
        flipped = network(image.rgb.flip(-1), image.thermal.flip(-1)).softmax(1).flip(-1)
        assert torch.allclose(ours, (plain + flipped) / 2, atol=1e-6)
        several = MultiScale(network, [0.5, 1.0, 1.5], True)
        mirrored = several(image.rgb.flip(-1), image.thermal.flip(-1)).flip(-1)
        assert torch.allclose(several(image.rgb, image.thermal), mirrored, atol=1e-3)
    with pytest.raises(ValueError, match="positive scales"):
        MultiScale(network, [], False)


def test_statistics_are_those_of_the_given_images_and_the_network_stays() -> None:
    norm = torch.nn.BatchNorm2d(4)

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = norm

        def forward(self, rgb: torch.Tensor, thermal: torch.Tensor) -> torch.Tensor:
            return self.norm(torch.cat([rgb, thermal], 1))

    images = [source(5, Domain.NIGHT)(step) for step in range(3)]
    adapted = with_statistics_of(Network(), images)
    stacked = torch.stack([torch.cat([one.rgb, one.thermal], 1) for one in images])
    assert torch.allclose(adapted.norm.running_mean, stacked.mean((0, 1, 3, 4)), atol=1e-5)
    assert norm.running_mean.abs().max() == 0
    assert not adapted.norm.training
    with pytest.raises(ValueError, match="no images"):
        with_statistics_of(Network(), [])
