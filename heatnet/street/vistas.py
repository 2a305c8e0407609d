"""A data set in the layout of Mapillary Vistas v1.2: many streets, many cameras, by daylight."""

import base64
import colorsys
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from heatnet.calibration.camera import Camera
from heatnet.config import Street
from heatnet.street import light, render, rig, sensor
from heatnet.street.bdd import american
from heatnet.street.checks import check
from heatnet.street.climate import daylight, season
from heatnet.street.files import claim, room, write_bytes, write_image
from heatnet.street.jobs import Progress, run
from heatnet.street.path import Layout
from heatnet.street.weather import Moment
from heatnet.street.world import Stretch, World, world
from heatnet.taxonomy import VISTAS, VISTAS_NAMES

PER_WORLD = 4
SPAN_M = 70.0
WHITE = (0.88, 1.14)
"""Red and blue against green: how cameras differ in their white balance (ours)."""
SPLITS = ("training", "validation")


def write_vistas(street: Street, folder: Path, workers: int) -> Iterator[Progress]:
    """Write ``config.json`` and ``{training,validation}/{images,labels}``; finished images are kept, so it resumes.

    Raises ``ValueError`` for impossible parameters before anything is rendered.
    """
    check(street)
    counts = {"training": street.vistas.training, "validation": street.vistas.validation}
    room(folder, sum(counts.values()) * np.prod(street.vistas.size) * 1.5)
    claim(folder, repr((street.seed, street.sensor, street.climate, street.vistas)))
    write_bytes(folder / "config.json", json.dumps(config(), indent=1).encode())
    jobs = [partial(_images, street, folder, name, i, min(i + PER_WORLD, n)) for name, n in counts.items() for i in range(0, n, PER_WORLD)]
    yield from run(jobs, sum(counts.values()), workers)


def config() -> dict[str, object]:
    """Vistas' own class list: name, readable name, whether it is scored, and a colour."""
    labels = []
    for i, (name, ours) in enumerate(zip(VISTAS_NAMES, VISTAS.targets, strict=True)):
        colour = [round(255 * c) for c in colorsys.hsv_to_rgb(i / len(VISTAS_NAMES), 0.4 + 0.5 * (i % 2), 0.9)]
        labels.append(
            {
                "color": colour,
                "instances": False,
                "readable": name,
                "name": f"class-{ours}--{name.lower().replace(' ', '-')}",
                "evaluate": name != "Unlabeled",
            }
        )
    return {"labels": labels, "version": "1.1", "mapping": "public", "folder_structure": "{split}/{content}/{image:s}.{extension:s}"}


def _images(street: Street, folder: Path, split: str, first: int, last: int) -> int:
    """The images of one world."""
    todo = [i for i in range(first, last) if not _paths(folder, split, i)[1].is_file()]
    if todo:
        key = (1, SPLITS.index(split), first)
        rng = np.random.default_rng(np.random.SeedSequence(street.seed, spawn_key=key))
        day = int(daylight(street.climate, rng).day)
        place = _place(street, Layout(street.vistas.layouts[first // PER_WORLD % len(street.vistas.layouts)]), day, rng)
        stretch = place.stretch(0.0, SPAN_M)
        for i in todo:
            own = np.random.default_rng(np.random.SeedSequence(street.seed, spawn_key=(*key, i)))
            moment = daylight(replace(street.climate, days=(day, day)), own)
            _image(street, _paths(folder, split, i), (place, stretch), moment, own)
    return last - first


def _place(street: Street, layout: Layout, day: int, rng: np.random.Generator) -> World:
    """A world; the share ``abroad`` of the towns and villages lies in North America."""
    leaves = season(Moment(12.0, float(day), street.climate.latitude_deg, 0.0, 0.0, 0.0))
    if rng.random() < street.vistas.abroad:
        return american(rng, layout, leaves)
    return world(rng, layout, season=leaves)


def _image(street: Street, paths: tuple[Path, Path], where: tuple[World, Stretch], moment: Moment, rng: np.random.Generator) -> None:
    """One image by a camera, at a place and a moment of its own; the label is written last and marks it done."""
    (place, stretch), camera = where, _camera(street, rng)
    s, lane = float(rng.uniform(0, SPAN_M)), place.lane + float(rng.normal(0, 0.4))
    (x, y), heading = stretch.course.place(np.array([s]), np.array([lane]))[0], stretch.course.heading(np.array([s]))[0]
    tilt = rng.normal(0, (0.03, 0.015, 0.08))
    world_from_camera = rig.pose(float(x), float(y), float(rng.uniform(1.2, 2.3)), float(heading + tilt[2]), float(tilt[0]), float(tilt[1]))
    scene = stretch.scene(s, lane)
    shot = render.shoot(scene, camera, world_from_camera)
    linear = render.radiance(scene, shot, moment, street.sensor.night_glow, street.vistas.edge_rays)
    gain = light.exposure(linear.reshape(-1, 3), dark=False) * float(rng.uniform(0.75, 1.35))
    balanced = linear * np.array([rng.uniform(*WHITE), 1.0, rng.uniform(*WHITE)], np.float32)
    write_image(paths[0], sensor.develop(balanced, gain, street.sensor, rng))
    write_image(paths[1], render.label(shot))


def _camera(street: Street, rng: np.random.Generator) -> Camera:
    """A pinhole with its own view; sizes vary by a few pixels as phones and dash cameras do."""
    width, height = street.vistas.size[0] + 8 * int(rng.integers(-2, 3)), street.vistas.size[1] + 8 * int(rng.integers(-1, 2))
    focal = 0.5 * width / np.tan(np.radians(rng.uniform(*street.vistas.view_deg)) / 2)
    centre = (0.5 * (width - 1) + float(rng.normal(0, 3)), 0.5 * (height - 1) + float(rng.normal(0, 0.06 * height)))
    return Camera(max(width, 8), max(height, 8), (float(focal), float(focal)), centre)


def _paths(folder: Path, split: str, number: int) -> tuple[Path, Path]:
    """The image and the label of a number; Vistas names files by random-looking keys of 22 letters and digits."""
    key = hashlib.sha256(f"{split} {number}".encode()).digest()[:16]
    stem = base64.urlsafe_b64encode(key).decode().rstrip("=")
    return folder / split / "images" / f"{stem}.jpg", folder / split / "labels" / f"{stem}.png"
