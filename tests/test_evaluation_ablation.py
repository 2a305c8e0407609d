"""Spread over seeds, paired gains, and the distance between domains, each on numbers with a known answer."""

import numpy as np
import pytest
import torch
from scipy import stats

from heatnet.data import Batch
from heatnet.evaluation import Counts, Estimate, resample
from heatnet.evaluation.ablation import ablation_markdown, ablation_row, gain, gains_markdown, paired, spread, verdict
from heatnet.evaluation.shift import Sampled, principal, proxy_a_distance, sampled
from heatnet.figures.ablation import ablation_differences, ablation_dots
from heatnet.figures.features import domain_distances, feature_plane
from heatnet.taxonomy import IGNORE


def counts(right: float, images: int = 6) -> Counts:
    """Two classes of 1000 pixels an image, a share of them right."""
    one = np.zeros((images, 13, 13), np.int64)
    hit = round(1000 * right)
    one[:, 0, 0], one[:, 0, 1], one[:, 1, 1], one[:, 1, 0] = hit, 1000 - hit, hit, 1000 - hit
    return Counts(one, one.copy())


def iou(right: float) -> float:
    return right / (2 - right)


def test_spread_and_paired_differences_are_the_textbooks() -> None:
    assert spread([0.5, 0.6, 0.7]).deviation == pytest.approx(0.1)
    assert spread([0.5]).deviation == 0
    first, second = [0.5, 0.6, 0.55], [0.55, 0.63, 0.62]
    expected = stats.ttest_rel(second, first).confidence_interval(0.95)
    found = paired(first, second)
    assert (found.value, found.low, found.high) == pytest.approx((0.05, expected.low, expected.high))
    with pytest.raises(ValueError, match="at least two"):
        paired([0.5], [0.6])


def test_rows_and_gains_from_counts() -> None:
    resamples = resample(6, 6, 20, np.random.default_rng(0))
    weak, strong = [counts(share) for share in (0.5, 0.6, 0.7)], [counts(share) for share in (0.6, 0.7, 0.8)]
    row = ablation_row("weak", "a weak one", weak, resamples)
    assert row.night.values == pytest.approx([iou(0.5), iou(0.6), iou(0.7)])
    found = gain("what?", ("weak", "strong"), weak, strong, resamples)
    mean = np.mean([iou(b) - iou(a) for a, b in ((0.5, 0.6), (0.6, 0.7), (0.7, 0.8))])
    assert found.seeds["night"].value == pytest.approx(mean)
    assert found.images["night"].value == pytest.approx(mean)
    assert found.images["night"].high - found.images["night"].low == pytest.approx(0, abs=1e-9), "all images are alike"
    assert "a weak one | " in ablation_markdown([row])
    assert gains_markdown([found]).strip().endswith("better |")


def test_nothing_is_claimed_unless_all_intervals_exclude_zero() -> None:
    up, down, unclear = Estimate(1, 0.5, 2), Estimate(-1, -2, -0.5), Estimate(0.1, -1, 1)
    assert [verdict(up, up), verdict(down, down), verdict(up, unclear), verdict(up, down)] == ["better", "worse", "nothing shown", "nothing shown"]


def cloud(centre: float, seed: int, images: int = 40) -> Sampled:
    rng = np.random.default_rng(seed)
    return Sampled(rng.normal(centre, 1, (images * 50, 3)), np.zeros(images * 50, np.uint8), np.repeat(np.arange(images), 50).astype(float))


def test_domains_that_are_alike_have_no_distance_and_others_the_bayes_one() -> None:
    assert proxy_a_distance(cloud(0, 0), cloud(0, 1), np.random.default_rng(0)) < 0.15
    assert proxy_a_distance(cloud(0, 0), cloud(9, 1), np.random.default_rng(0)) == 2
    apart = 1.0
    error = stats.norm.cdf(-np.sqrt(3) * apart / 2)  # of two unit normals, sqrt(3) apart
    assert proxy_a_distance(cloud(0, 0), cloud(apart, 1), np.random.default_rng(0)) == pytest.approx(2 * (1 - 2 * error), abs=0.1)
    with pytest.raises(ValueError, match="at least four"):
        proxy_a_distance(cloud(0, 0, 2), cloud(0, 1), np.random.default_rng(0))


def test_principal_components_find_the_long_axes() -> None:
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(500, 1))
    features = np.hstack([hidden + 0.01 * rng.normal(size=(500, 4)), rng.normal(size=(500, 1))])
    points, shares = principal(features)
    assert abs(np.corrcoef(points[:, 0], hidden[:, 0])[0, 1]) > 0.99
    np.testing.assert_allclose(shares, [0.8, 0.2], atol=0.02)
    np.testing.assert_allclose(points.mean(0), 0, atol=1e-9)
    np.testing.assert_array_equal(principal(features)[0], points)


class Same(torch.nn.Module):
    """Its logits are the image's first channel."""

    def __init__(self) -> None:
        super().__init__()
        self.nothing = torch.nn.Parameter(torch.zeros(1))

    def forward(self, rgb: torch.Tensor, thermal: torch.Tensor) -> torch.Tensor:
        return rgb[:, :1]


def test_sampled_features_lie_where_their_class_does() -> None:
    label = torch.randint(0, IGNORE + 1, (3, 8, 8), generator=torch.Generator().manual_seed(0))
    network = Same().train()
    batch = Batch(label[:, None].float().repeat(1, 3, 1, 1), None, label, None)
    found = sampled(network, [batch], ["logits"], 10, np.random.default_rng(0))["logits"]
    assert network.training
    assert found.features.shape == (30, 1)
    np.testing.assert_array_equal(found.features[:, 0], found.classes)
    assert np.unique(found.images).tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="no images"):
        sampled(network, [], ["logits"], 10, np.random.default_rng(0))


def test_figures_show_every_seed_interval_and_point() -> None:
    dots = ablation_dots({"a": {"day": (0.5, 0.6), "night": (0.3, 0.4)}, "b": {"day": (0.5, 0.6), "night": (0.1, 0.2)}}).axes[0]
    assert [text.get_text() for text in dots.get_yticklabels()] == ["a", "b"]
    np.testing.assert_allclose(dots.lines[2].get_xdata(), [30, 40])
    whiskers = ablation_differences({"q": {"over seeds": (0.01, -0.02, 0.04), "over images": (0.01, 0.0, 0.02)}}).axes[0]
    np.testing.assert_allclose(whiskers.lines[0].get_xdata(), [-2, 4])
    plane = feature_plane(
        {"day": np.zeros((3, 2)), "night": np.ones((2, 2))},
        {"day": np.array([0, 1, IGNORE], np.uint8), "night": np.array([0, 8], np.uint8)},
        np.array([0.6, 0.2]),
    )
    left, right = plane.axes
    assert [len(one.get_offsets()) for one in left.collections] == [3, 2]
    assert [len(one.get_offsets()) for one in right.collections] == [2, 2]
    assert len(plane.legends[0].get_texts()) == 3
    lines = domain_distances({"before": {"logits": 1.0, "stage4": 1.5}}).axes[0].lines
    np.testing.assert_allclose(lines[0].get_ydata(), [1.0, 1.5])
