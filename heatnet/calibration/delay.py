"""Clocks that differ: thermal images taken some milliseconds after their pairs, from a car that moves.

A car that goes ``v`` metres a second straight ahead has come ``v delay`` nearer to everything when the thermal image is taken. At one
speed that is a shift of the camera and cannot be told from one; frames at other speeds, or standing, tell them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from heatnet.calibration.camera import Rig
from heatnet.calibration.edges import View
from heatnet.calibration.refine import Prior, normal_equations
from heatnet.calibration.snapping import Matches, residuals, snap, tukey
from heatnet.calibration.uncertainty import sandwich
from heatnet.calibration.unknowns import SIZE, difference, differentiate, moved
from heatnet.config import Calibration


@dataclass(frozen=True)
class Delay:
    """How late (seconds) the thermal images are, its standard deviation, and the rig once that is taken into account."""

    seconds: float
    sigma_s: float
    rig: Rig
    covariance: Float[np.ndarray, "14 14"]


def estimate(views: Sequence[View], speeds: Mapping[str, float], rig: Rig, prior: Prior, settings: Calibration) -> Delay:
    """The delay as a fifteenth unknown, from the speed (m/s, ahead) of each view by its name, starting from a calibration without it.

    Gauss-Newton steps in the last windows; each moves the edges by the delay so far. The guess of the translation has no say: at one
    speed a tape measure would else pass for a clock.
    """
    missing = [view.name for view in views if view.name not in speeds]
    if missing:
        raise ValueError(f"{len(missing)} frames have no speed ({missing[0]} first); give the car's speed in m/s for each")
    speed, refinement, delay_s = np.array([speeds[view.name] for view in views]), settings.refinement, 0.0
    precision = np.zeros((SIZE + 1, SIZE + 1))
    precision[:SIZE, :SIZE], precision[SIZE, SIZE] = prior.precision, settings.uncertainty.delay_s**-2
    precision[3:6] = precision[:, 3:6] = 0
    for window_px in refinement.windows_px[-4:]:
        for _ in range(refinement.rounds):
            matches, value, jacobian = _linearised(views, speed, delay_s, rig, window_px, refinement.weakest)
            weight = matches.weight * tukey(value, window_px)
            normal = normal_equations(value, jacobian, weight, matches.group, (window_px / refinement.shift_px) ** 2)
            slope = normal.slope + window_px**2 * precision @ np.append(difference(rig, prior.rig), delay_s)
            step = -np.linalg.solve(normal.hessian + window_px**2 * precision, slope)
            rig, delay_s = moved(rig, step[:SIZE]), delay_s + float(step[SIZE])
    matches, value, jacobian = _linearised(views, speed, delay_s, rig, refinement.windows_px[-1], refinement.weakest)
    spread, _ = sandwich(matches, rig, value, jacobian, precision, refinement, settings.uncertainty)
    return Delay(delay_s, float(np.sqrt(spread[SIZE, SIZE])), rig, spread[:SIZE, :SIZE])


def _linearised(
    views: Sequence[View], speed: Float[np.ndarray, "frames"], delay_s: float, rig: Rig, window_px: float, weakest: float
) -> tuple[Matches, Float[np.ndarray, "n"], Float[np.ndarray, "n 15"]]:
    """Matches of edges moved by the delay, their distances (px), and the derivatives of these by the unknowns and the delay."""
    ahead = np.array([0.0, 0.0, 1.0])
    nearer = [replace(view, points=view.points - delay_s * v * ahead) for view, v in zip(views, speed, strict=True)]
    matches = snap(
        [replace(view, points=view.points[view.points[:, 2] > 0], along=view.along[view.points[:, 2] > 0]) for view in nearer],
        rig,
        window_px,
        weakest,
    )
    value, jacobian = residuals(matches, rig)
    by_shift = differentiate(rig, matches.points, 0).by_step[:, :, 3:6] @ rig.thermal_from_left[:3, :3] @ -ahead
    return matches, value, np.column_stack([jacobian, (matches.normals * by_shift).sum(1) * speed[matches.frame]])


def told(delay: Delay, settings: Calibration) -> bool:
    """Whether the frames tell a delay, and it is not nothing."""
    return delay.sigma_s <= settings.uncertainty.delay_known_s and abs(delay.seconds) > settings.uncertainty.surprise * delay.sigma_s


def words(delay: Delay, settings: Calibration) -> str:
    """What is to be said of a delay: none, so much, or that the frames cannot tell."""
    size = f"{1e3 * delay.seconds:+.1f} ms (standard deviation {1e3 * delay.sigma_s:.1f} ms)"
    if delay.sigma_s > settings.uncertainty.delay_known_s:
        return f"a delay of thermal cannot be told from its shift forward: {size}; give frames at other speeds, best some of a standing car"
    if told(delay, settings):
        return f"thermal images are late by {size}; the calibration takes it into account"
    return f"thermal and RGB are of the same time: late by {size}"
