"""A global start: the cross-entropy method over the unknowns at a coarse scale."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from heatnet.calibration.alignment import Landscape, alignment, alignments
from heatnet.calibration.camera import Rig
from heatnet.calibration.unknowns import SIZE, moved
from heatnet.config import Search

DIMENSIONS = 10
"""Rotation (3), translation (3), one focal length, centre (2), one strength of distortion."""


def spread(rig: Rig, settings: Search) -> Float[np.ndarray, "10"]:
    """The standard deviation of the guess in each of the ten dimensions searched."""
    centre = settings.centre * rig.thermal.width
    return np.array([*[np.radians(settings.rotation_deg)] * 3, *[settings.translation_m] * 3, settings.focal, centre, centre, settings.distortion])


def step_of(rig: Rig, sample: Float[np.ndarray, "10"]) -> Float[np.ndarray, "14"]:
    """The step of all fourteen unknowns for a sample of ten: one focal length, and ``k2 = k1^2`` when k1 moves."""
    step = np.zeros(SIZE)
    step[:6], step[6:8], step[8:10] = sample[:6], sample[6], sample[7:9]
    k1, k2, _, _ = rig.thermal.distortion
    bent = float(np.clip(k1 + sample[9], -0.6, 0.2))
    step[10], step[11] = bent - k1, bent**2 - k1**2
    return step


def search(scenes: list[Landscape], guess: Rig, settings: Search, rng: np.random.Generator) -> Iterator[tuple[Rig, float]]:
    """The best rig so far after each round, and its score; the scenes go from blurred to sharp.

    Each round draws candidates from a Gaussian and fits the Gaussian anew to the best of them (Rubinstein 1999). The first is ``wide``
    times as wide as the guess is sure. The best align well and are not absurd as seen from the guess:
    ``alignment - prior * |sample / spread|^2 / 2``, the prior over the root of the number of frames, as chance alignments scatter, and
    weaker in the end, where few candidates are left to go astray.
    """
    sigma = spread(guess, settings)
    mean, covariance = np.zeros(DIMENSIONS), np.diag((settings.wide * sigma) ** 2)
    for number in range(settings.rounds):
        level = number * len(scenes) // settings.rounds
        scene, weight = scenes[level], settings.prior[level] / np.sqrt(len(scenes[level].tensor))
        candidates = np.concatenate([mean[None], rng.multivariate_normal(mean, covariance, settings.candidates, method="cholesky")])
        scores = alignments(scene, guess, np.stack([step_of(guess, candidate) for candidate in candidates]))
        scores -= weight * ((candidates / sigma) ** 2).sum(1) / 2
        elite = candidates[np.argsort(-scores)[: settings.elite]]
        mean = elite.mean(0)
        covariance = np.cov(elite.T) + np.diag((settings.floor * sigma) ** 2)
        best = moved(guess, step_of(guess, mean))
        yield best, alignment(scene, best) - weight * float(((mean / sigma) ** 2).sum()) / 2
