"""The sun of the hours before: what stood in it is still warm."""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float32

from heatnet.street import heat, light
from heatnet.street.hits import Surface
from heatnet.street.rays import Tracer
from heatnet.street.vectors import dot
from heatnet.street.weather import Moment
from heatnet.street.world import Scene

NOTHING = Tracer(np.zeros((0, 3), np.float32), np.zeros((0, 3), np.int32))
TOGETHER, NEAR, ALIKE = 4, 0.03, 0.9
"""So many surfaces in a row share a look back when they are of one thing, nearer to each other than this share of their distance, and face
alike (cosine). A shadow's edge moves by a quarter of its thing's height an hour, so that what it leaves is blurred more than this."""


def sunny(scene: Scene, hit: Surface, moment: Moment) -> Float32[np.ndarray, "n"] | float:
    """The share of the past that the sun shone on surfaces, from looks back (``heat.look_back``) past what stands still."""
    if not (lags := heat.look_back(moment)):
        return heat.SEEN_BEFORE
    still, alone = replace(scene, moving=NOTHING), leaders(hit)
    leading, of = hit.picked(np.flatnonzero(alone)), np.cumsum(alone) - 1
    found = np.zeros(len(hit.ray), np.float32)
    for lag in lags:
        known = np.float32(heat.SHADE_BEFORE) + np.float32(heat.SUN_BEFORE - heat.SHADE_BEFORE) * light.shadow(still, leading, moment, lag)
        found += np.where(dot(hit.normal, moment.sun(lag)) > 0, known[of], np.float32(heat.SEEN_BEFORE))
    return found / np.float32(len(lags))


def leaders(hit: Surface) -> Bool[np.ndarray, "n"]:
    """Which surfaces look back themselves; each other one is like the last of these before it."""
    count = len(hit.ray) // TOGETHER * TOGETHER
    point, normal = (column[:count].reshape(-1, TOGETHER, 3) for column in (hit.point, hit.normal))
    part, distance = hit.part[:count].reshape(-1, TOGETHER), hit.distance[:count].reshape(-1, TOGETHER)
    away, cos = point - point[:, :1], np.zeros(part.shape, np.float32)
    square = np.zeros(part.shape, np.float32)
    for k in range(3):
        square += away[..., k] ** 2
        cos += normal[..., k] * normal[:, :1, k]
    alike = (part == part[:, :1]) & (square < (np.float32(NEAR) * distance) ** 2) & (cos > np.float32(ALIKE))
    alone = np.ones(len(hit.ray), bool)
    alone[:count] = ~np.logical_and.accumulate(alike, axis=1).ravel()
    alone[:count:TOGETHER] = True
    return alone
