"""What the critic sees: how far day and night features lie apart, and a picture of them in two dimensions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor, nn

from heatnet.data import Batch
from heatnet.models.critic import taps
from heatnet.taxonomy import IGNORE

RIDGE = 1e-3
"""Of the mean feature variance: keeps the classifier defined where features are redundant."""


@dataclass(frozen=True)
class Sampled:
    """Features of some pixels, the class of each (``IGNORE`` where unknown), and the image it was taken from."""

    features: Float[np.ndarray, "points channels"]
    classes: UInt8[np.ndarray, " points"]
    images: Float[np.ndarray, " points"]


FIELDS = ("features", "classes", "images")


def sampled(network: nn.Module, batches: Iterable[Batch], levels: Sequence[str], per_image: int, rng: np.random.Generator) -> dict[str, Sampled]:
    """The features of each of ``levels`` (see ``heatnet.models.critic.LEVELS``) at ``per_image`` random places of every image, in one pass.

    In evaluation mode. A place is a cell of the level's grid; its class is that of the label's pixel in its middle. Raises
    ``ValueError`` where there is no image.
    """
    found: dict[str, list[Sampled]] = {level: [] for level in levels}
    training = network.training
    network.eval()
    for image, batch in enumerate(_one_by_one(batches)):
        with torch.no_grad():
            moved = batch.to(next(network.parameters()).device)
            seen = taps(network, moved.rgb, moved.thermal, levels)
        for level, parts in found.items():
            parts.append(_places(seen[level][0].float().cpu(), batch.label, image, per_image, rng))
    network.train(training)
    if not all(found.values()):
        raise ValueError("features of no images; give at least one batch")
    return {level: Sampled(*(np.concatenate([getattr(part, name) for part in parts]) for name in FIELDS)) for level, parts in found.items()}


def _one_by_one(batches: Iterable[Batch]) -> Iterator[Batch]:
    """Every image as a batch of its own."""
    for batch in batches:
        for i in range(len(batch)):
            yield Batch(*(None if part is None else part[i : i + 1] for part in (batch.rgb, batch.thermal, batch.label, batch.weight)))


def _places(feature: Tensor, label: Tensor | None, image: int, count: int, rng: np.random.Generator) -> Sampled:
    """Random cells of one image's feature (channels, height, width)."""
    height, width = feature.shape[-2:]
    cells = rng.choice(height * width, min(count, height * width), replace=False)
    return Sampled(feature.flatten(1).T.numpy()[cells], _classes(label, height, width)[cells], np.full(len(cells), float(image)))


def _classes(label: Tensor | None, height: int, width: int) -> UInt8[np.ndarray, " cells"]:
    """The class of every cell of the grid."""
    if label is None:
        return np.full(height * width, IGNORE, np.uint8)
    coarse = F.interpolate(label[:, None].float(), (height, width), mode="nearest-exact")
    return coarse.flatten().to(torch.uint8).cpu().numpy()


def proxy_a_distance(day: Sampled, night: Sampled, rng: np.random.Generator) -> float:
    """How well a linear classifier tells the domains apart: ``2 (1 - 2 e)``, 0 not at all, 2 perfectly (Ben-David et al., NIPS 2006).

    ``e`` is the classifier's balanced error on images that it was not fitted to (half of each domain's, drawn by ``rng``), with
    Fisher's linear discriminant; never below 0. Raises ``ValueError`` where a domain has fewer than four images.
    """
    halves = [_halves(part, rng) for part in (day, night)]
    means = [fitted.mean(0) for fitted, _ in halves]
    within = sum(np.cov(fitted, rowvar=False) for fitted, _ in halves) / 2
    within = np.atleast_2d(within) + RIDGE * np.trace(np.atleast_2d(within)) / len(means[0]) * np.eye(len(means[0])) + 1e-12 * np.eye(len(means[0]))
    axis = np.linalg.solve(within, means[0] - means[1])
    threshold = axis @ (means[0] + means[1]) / 2
    errors = [float((halves[0][1] @ axis <= threshold).mean()), float((halves[1][1] @ axis > threshold).mean())]
    return max(0.0, 2 * (1 - 2 * sum(errors) / 2))


def _halves(part: Sampled, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Features of one half of the images, and of the other."""
    images = rng.permutation(np.unique(part.images))
    if len(images) < 4:
        raise ValueError(f"proxy A-distance: {len(images)} images of a domain; expected at least four, half to fit and half to test")
    fitted = np.isin(part.images, images[: len(images) // 2])
    return part.features[fitted], part.features[~fitted]


def principal(features: Float[np.ndarray, "points channels"]) -> tuple[Float[np.ndarray, "points 2"], Float[np.ndarray, "2"]]:
    """The two principal components of standardised features, and the share of variance that each holds (Pearson 1901).

    A component's sign is such that its largest weight is positive, so that the picture is the same on every machine.
    """
    scaled = (features - features.mean(0)) / np.maximum(features.std(0), 1e-12)
    _, singular, axes = np.linalg.svd(scaled, full_matrices=False)
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(1)])
    return scaled @ (axes * signs[:, None])[:2].T, singular[:2] ** 2 / (singular**2).sum()
