"""A street of boxes with exact truth: rays against axis-aligned boxes, textures that RGB and thermal only partly share."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from heatnet.calibration.camera import Camera, Rig

RGB = Camera(480, 162, (249.25, 249.25), (239.5, 74.5))
THERMAL = Camera(320, 256, (254.2, 254.1), (156.5, 125.2), (-0.433, 0.187, 0.0020, 0.0003))
BASELINE_M = 0.5


def pose(rotation_deg: tuple[float, float, float], translation_m: tuple[float, float, float]) -> np.ndarray:
    """A 4x4 transform from a rotation vector in degrees and a translation in metres."""
    matrix = np.eye(4)
    matrix[:3, :3] = cv2.Rodrigues(np.radians(np.array(rotation_deg, np.float64)))[0]
    matrix[:3, 3] = translation_m
    return matrix


RIG = Rig(RGB, RGB, THERMAL, pose((0, 0, 0), (-BASELINE_M, 0, 0)), pose((-1.33, 0.6, -0.74), (-0.0615, 0.001, 0.0137)))


def data_sheet(rig: Rig, rotation_deg: tuple[float, float, float] = (1.2, -1.2, 1.0), focal: float = 1.05, shift_m: float = 0.03) -> Rig:
    """A guess: no distortion, centre in the middle, focal length, rotation and translation off by a known amount."""
    camera = rig.thermal
    f = camera.focal_px[0] * focal
    guess = Camera(camera.width, camera.height, (f, f), ((camera.width - 1) / 2, (camera.height - 1) / 2))
    moved = pose(rotation_deg, (0, 0, 0)) @ rig.thermal_from_left
    moved[:3, 3] = rig.thermal_from_left[:3, 3] + shift_m * np.array([0.6, -0.6, 0.5])
    return replace(rig, thermal=guess, thermal_from_left=moved)


@dataclass(frozen=True)
class Scene:
    """Boxes (n, 2, 3): low and high corners in the left camera's frame; their colours, warmth, and texture seeds."""

    boxes: np.ndarray
    colour: np.ndarray
    warmth: np.ndarray


def street(rng: np.random.Generator, objects: int = 14) -> Scene:
    """Ground, two rows of buildings with gaps, a far wall, and objects on the road."""
    boxes = [[(-60, 1.6, 0.5), (60, 2.0, 90)], [(-60, -14, 80), (60, 2, 81)]]
    for side in (-1, 1):
        z = 4.0
        while z < 70:
            depth, gap, near, height = rng.uniform(5, 12), rng.uniform(0.5, 4), rng.uniform(5.5, 9), rng.uniform(4, 11)
            x = sorted((side * near, side * (near + 10)))
            boxes.append([(x[0], -height, z), (x[1], 1.6, z + depth)])
            z += depth + gap
    for _ in range(objects):
        x, z, width, height = rng.uniform(-6, 6), rng.uniform(5, 35), rng.uniform(0.15, 2.0), rng.uniform(0.8, 2.8)
        boxes.append([(x, 1.6 - height, z), (x + width, 1.6, z + width)])
    n = len(boxes)
    return Scene(np.array(boxes, np.float64), rng.uniform(50, 200, n), rng.uniform(22400, 24000, n))


def cast(scene: Scene, origin: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance along each ray (in units of the ray) and the box hit, -1 for sky; slabs method."""
    nearest, hit = np.full(len(rays), np.inf, np.float32), np.full(len(rays), -1)
    with np.errstate(divide="ignore"):
        inverse = np.ascontiguousarray(1 / rays.T, np.float32)
    for index, (low, high) in enumerate((scene.boxes - origin).astype(np.float32)):
        a, b = low[:, None] * inverse, high[:, None] * inverse
        enter = np.maximum.reduce(np.minimum(a, b), axis=0)
        leave = np.minimum.reduce(np.maximum(a, b), axis=0)
        closer = (enter > 0) & (enter < leave) & (enter < nearest)
        nearest[closer], hit[closer] = enter[closer], index
    return nearest, hit


def tiles(points: np.ndarray, hit: np.ndarray, size_m: float, salt: int) -> np.ndarray:
    """A value in [-1, 1) for each cube of ``size_m`` of each box: an integer hash, constant inside the cube."""
    cell = np.floor(points / size_m + 0.37).astype(np.int64)
    key = (cell[:, 0] * 73856093) ^ (cell[:, 1] * 19349663) ^ (cell[:, 2] * 83492791) ^ ((hit + 7) * (2654435761 + salt * 97))
    key = (key ^ (key >> 13)) * 1274126177 & 0xFFFFFFFF
    return ((key ^ (key >> 16)) & 0xFFFF) / 32768.0 - 1


def render(scene: Scene, camera: Camera, camera_from_left: np.ndarray, thermal: bool) -> tuple[np.ndarray, np.ndarray]:
    """The image (float) and its depth (z in this camera's frame, inf for sky); four rays a pixel."""
    fine = camera.scaled(2)
    rotation, translation = camera_from_left[:3, :3], camera_from_left[:3, 3]
    rays = fine.rays().reshape(-1, 3) @ rotation
    origin = -rotation.T @ translation
    distance, hit = cast(scene, origin, rays)
    points = origin + rays * np.where(np.isfinite(distance), distance, 0)[:, None]
    if thermal:
        value = scene.warmth[hit] + 350 * tiles(points, hit, 1.5, 1) + 80 * tiles(points, hit, 0.7, 2)
        value = np.where(hit < 0, 21900, value)
    else:
        value = scene.colour[hit] + 25 * tiles(points, hit, 1.5, 3) + 18 * tiles(points, hit, 0.29, 4)
        value = np.where(hit < 0, 235, value)
    shape = (camera.height, 2, camera.width, 2)
    return value.reshape(shape).mean((1, 3)), distance.reshape(shape)[:, 0, :, 0]


def photograph(scene: Scene, rig: Rig, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the rig records: left and right (h, w, 3) uint8, thermal (h, w) uint16 with blur and noise."""
    left = render(scene, rig.left, np.eye(4), thermal=False)[0]
    right = render(scene, rig.right, rig.right_from_left, thermal=False)[0]
    warm = cv2.GaussianBlur(render(scene, rig.thermal, rig.thermal_from_left, thermal=True)[0], (0, 0), 0.7)
    grey = [np.clip(image + rng.normal(0, 2, image.shape), 0, 255).astype(np.uint8) for image in (left, right)]
    counts = np.clip(warm + rng.normal(0, 3, warm.shape), 0, 65535).astype(np.uint16)
    return np.repeat(grey[0][..., None], 3, 2), np.repeat(grey[1][..., None], 3, 2), counts
