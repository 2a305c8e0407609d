"""The crown of a tree without leaves, as a template for ``solids``."""

import numpy as np
from jaxtyping import Float, Int

FORKS = ((9, 0.42, 0.020), (5, 0.24, 0.012), (4, 0.13, 0.008))
"""A bare crown, fork after fork: branches of each one before, their length, their thickness (ours; a twig stands for several)."""


def crown(rng: np.random.Generator) -> tuple[Float[np.ndarray, "corners 3"], Int[np.ndarray, "faces 3"]]:
    """Branches that fork within a ball of diameter 1, from a stem at its bottom: three-sided sticks."""
    start, end = np.array([[0.0, 0.0, -0.5]]), np.array([[0.0, 0.0, 0.15]])
    sticks = [(start, end, np.full(1, 0.04))]
    for count, length, thick in FORKS:
        base, way = np.repeat(start, count, 0), np.repeat(end - start, count, 0)
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        begin = base + rng.uniform(0.15, 1.0, (len(base), 1)) * (np.repeat(end, count, 0) - base)
        aside = rng.normal(size=base.shape)
        aside -= (aside * way).sum(1, keepdims=True) * way
        way = 0.65 * way + aside / np.linalg.norm(aside, axis=1, keepdims=True) * 0.75 + (0, 0, 0.15)
        tip = begin + rng.uniform(0.7, 1.1, (len(base), 1)) * length * way
        tip *= np.minimum(1, 0.5 / np.linalg.norm(tip, axis=1, keepdims=True))
        sticks.append((begin, tip, np.full(len(tip), thick)))
        start, end = begin, tip
    a, b, wide = (np.concatenate(column) for column in zip(*sticks, strict=True))
    across = np.cross(b - a, rng.normal(size=a.shape))
    across *= (wide / np.linalg.norm(across, axis=1))[:, None] / 2
    other = np.cross(b - a, across)
    other *= (wide / np.linalg.norm(other, axis=1))[:, None] / 2
    rim = [np.cos(angle) * across + np.sin(angle) * other for angle in 2 * np.pi * np.arange(3) / 3]
    corners = np.stack([*(a + edge for edge in rim), *(b + 0.6 * edge for edge in rim)], 1)
    faces = np.array([(i, (i + 1) % 3, 3 + (i + 1) % 3) for i in range(3)] + [(i, 3 + (i + 1) % 3, 3 + i) for i in range(3)])
    return corners.reshape(-1, 3), (6 * np.arange(len(a))[:, None, None] + faces).reshape(-1, 3)
