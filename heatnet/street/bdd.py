"""A data set in the layout of BDD100K's semantic segmentation: dash cameras in North America, Cityscapes train ids.

``images/{train,val}/NAME.jpg``, ``labels/{train,val}/NAME_train_id.png`` (255: not scored), and ``bdd_night.txt``, which names
the images taken by night. There is no thermal camera.
"""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from heatnet.calibration.camera import Camera
from heatnet.config import Street, StreetClimate
from heatnet.street import climate, labels, light, render, rig, scenery, sensor
from heatnet.street.checks import check
from heatnet.street.files import claim, room, write_bytes, write_image
from heatnet.street.jobs import Progress, run
from heatnet.street.parts import Part, worlds
from heatnet.street.path import Layout
from heatnet.street.plants import Season
from heatnet.street.weather import Moment
from heatnet.street.world import Stretch, World, world
from heatnet.taxonomy import Domain

SIZE, VIEW_DEG = (1280, 720), (55.0, 80.0)
"""BDD100K's size; dash cameras' horizontal view (ours)."""
VAL_SHARE, NIGHT_SHARE = 1 / 8, 0.3
"""7000 and 1000 labelled images; ours: nights often enough to score."""
CLIMATE = StreetClimate(latitude_deg=40.0, day_hours=(8.0, 16.0), night_hours=(20.5, 3.5), days=(60, 330), wet=0.07)
"""New York and the Bay Area; hours and days are ours. 7 % of BDD100K is rainy (Yu et al., CVPR 2020)."""
PER_WORLD, SPAN_M = 4, 70.0
YELLOW, LAYOUTS = (0.60, 0.42, 0.04), (Layout.URBAN, Layout.SUBURBAN, Layout.CITY, Layout.RURAL, Layout.HIGHWAY)


def names(part: Part) -> list[str]:
    """Names that look like BDD100K's: two hexadecimal words."""
    return [f"{i:08x}-{zlib.crc32(f'{part.split}{i}'.encode()):08x}" for i in range(part.first, part.last)]


def parts(frames: int) -> list[Part]:
    """``frames`` images over splits and domains, a few to a world; ``ValueError`` for less than one in each."""
    if frames < 8:
        raise ValueError(f"street.frames: {frames}; BDD100K has two splits of day and night, give at least 8")
    val = max(round(VAL_SHARE * frames), 2)
    found, number = [], 0
    for split, size in (("train", frames - val), ("val", val)):
        night = max(round(NIGHT_SHARE * size), 1)
        for domain, count in ((Domain.DAY, size - night), (Domain.NIGHT, night)):
            found += worlds(split, domain, number, count, PER_WORLD)
            number += count
    return found


def write_bdd(street: Street, frames: int, scale: float, folder: Path, workers: int) -> Iterator[Progress]:
    """Write ``frames`` images of ``SIZE`` times ``scale``; finished ones are kept, so it resumes.

    ``ValueError`` for impossible parameters and a disk that is too small, before anything is rendered.
    """
    chosen, (width, height) = parts(frames), size(scale)
    check(street)
    climate.check(CLIMATE)
    room(folder, frames * width * height * 1.5)
    claim(folder, repr(("bdd", street.seed, street.sensor, frames, scale)))
    dark = [f"{name}.jpg\n" for part in chosen if part.domain is Domain.NIGHT for name in names(part)]
    write_bytes(folder / "bdd_night.txt", "".join(dark).encode())
    yield from run([partial(_images, street, folder, scale, part) for part in chosen], frames, workers)


def size(scale: float) -> tuple[int, int]:
    """Width and height; ``ValueError`` when ``scale`` leaves no pixels."""
    width, height = (round(scale * side) for side in SIZE)
    if min(width, height) < 8:
        raise ValueError(f"street.scale: {scale} makes images of {width}x{height} pixels; give a scale that leaves at least 8x8")
    return width, height


def american(rng: np.random.Generator, layout: Layout, leaves: Season) -> World:
    """A North American world: wide lanes, a yellow line in the middle, dry grass, few people on foot."""
    place = world(rng, layout, float(rng.uniform(0.1, 0.4)), leaves)
    wide = replace(place.site.profile, step=0.15, middle=YELLOW)
    if layout not in (Layout.HIGHWAY, Layout.CITY):
        lane, parking, walk = float(rng.uniform(3.5, 4.6)), float(rng.choice([0.0, 2.5])), float(rng.uniform(1.6, 3.4))
        wide = replace(wide, lane=lane, parking=parking, walk=walk)
    site = replace(place.site, profile=wide, crowd=0.5 * place.site.crowd, lamps=True, scenery=(*place.site.scenery, scenery.american))
    grey = float(rng.uniform(0.10, 0.20))
    dry = float(rng.uniform(0, 1))
    surface = replace(place.surface, asphalt=(grey, grey, 0.98 * grey), grass=(0.10 + 0.14 * dry, 0.14 + 0.06 * dry, 0.04 + 0.05 * dry))
    return replace(place, site=site, surface=surface, speed=float(rng.uniform(8, 14)) if layout is not Layout.HIGHWAY else place.speed)


def _images(street: Street, folder: Path, scale: float, part: Part) -> int:
    """The images of one world on one day, each by a camera and at an hour of its own."""
    todo = [i for i, name in zip(range(part.first, part.last), names(part), strict=True) if not _paths(folder, part, name)[1].is_file()]
    if todo:
        key = (5, int(part.split == "val"), int(part.domain is Domain.NIGHT), part.first)
        rng = np.random.default_rng(np.random.SeedSequence(street.seed, spawn_key=key))
        day = climate.draw(CLIMATE, part.domain, rng)
        place = american(rng, LAYOUTS[int(rng.integers(len(LAYOUTS)))], climate.season(day))
        stretch = place.stretch(0.0, SPAN_M)
        for i in todo:
            own = np.random.default_rng(np.random.SeedSequence(street.seed, spawn_key=(*key, i)))
            moment = climate.draw(replace(CLIMATE, days=(int(day.day), int(day.day))), part.domain, own)
            _image(street, _paths(folder, part, names(part)[i - part.first]), scale, (place, stretch), moment, own)
    return part.last - part.first


def _image(street: Street, paths: tuple[Path, Path], scale: float, where: tuple[World, Stretch], moment: Moment, rng: np.random.Generator) -> None:
    """One image; the label is written last and marks it done."""
    place, stretch = where
    width, height = size(scale)
    focal = float(0.5 * width / np.tan(np.radians(rng.uniform(*VIEW_DEG)) / 2))
    camera = Camera(width, height, (focal, focal), ((width - 1) / 2, (height - 1) / 2 + float(rng.normal(0, 0.03 * height))))
    scene = stretch.scene(float(rng.uniform(0, SPAN_M)), place.lane + float(rng.normal(0, 0.3)))
    x, y, heading = scene.ego
    tilt = rng.normal(0, (0.02, 0.01, 0.04))
    shot = render.shoot(scene, camera, rig.pose(x, y, float(rng.uniform(1.15, 1.45)), heading + float(tilt[2]), float(tilt[0]), float(tilt[1])))
    linear = render.radiance(scene, shot, moment, street.sensor.night_glow, 2)
    gain = light.exposure(linear.reshape(-1, 3), moment.dark) * float(rng.uniform(0.85, 1.4))
    write_image(paths[0], sensor.develop(linear, gain, street.sensor, rng))
    write_image(paths[1], labels.cityscapes()[render.label(shot)])


def _paths(folder: Path, part: Part, name: str) -> tuple[Path, Path]:
    """The image and its label."""
    return folder / "images" / part.split / f"{name}.jpg", folder / "labels" / part.split / f"{name}_train_id.png"
