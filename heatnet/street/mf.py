"""A data set in the layout of MF (Ha et al., IROS 2017): a campus in Tokyo by day and by night, RGB and thermal in one file.

``images/00001D.png`` are RGBA, the fourth channel an 8-bit thermal image; ``labels/00001D.png`` hold class ids; the lists
``{train,val,test}{,_day,_night}.txt`` name the frames of each split.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float32, UInt8

from heatnet.calibration.camera import Camera
from heatnet.config import Street, StreetClimate
from heatnet.street import climate, ground, labels, light, render, rig, scenery, sensor
from heatnet.street.checks import check
from heatnet.street.files import claim, room, write_bytes, write_image
from heatnet.street.jobs import Progress, run
from heatnet.street.materials import Material, stuff
from heatnet.street.parts import Part, worlds
from heatnet.street.path import Layout
from heatnet.street.plants import Season
from heatnet.street.render import Shot
from heatnet.street.weather import Moment
from heatnet.street.world import Scene, Stretch, World, world
from heatnet.taxonomy import Domain

FULL = {"train": 784, "val": 392, "test": 393}
"""The released numbers of frames: half, a quarter and a quarter."""
DAY_SHARE = 820 / 1569
SIZE, VIEW_DEG, BETWEEN_M, MEETS_M = (640, 480), 32.0, 0.06, 20.0
"""InfReC R500 (data sheet: 640x480, 32 degrees, colour camera beside); the files lie on each other at ``MEETS_M`` (ours)."""
TOKYO = StreetClimate(latitude_deg=35.7, day_hours=(8.0, 15.5), night_hours=(19.0, 23.5), days=(260, 345), wet=0.0)
"""Autumn, as the leaves on the released images say; hours are ours, and dry roads."""
BRIGHTER, DARKER = (0.6, 1.1), (0.35, 0.9)
"""Exposure by day and by night against ``light.exposure``: the medians of real MF images (MSRS) are 94 and 17 of 255."""
PER_WORLD, SPAN_M = 4, 60.0
CLEAR_M, CLOSE, TRIES = 1.0, 0.3, 30
"""Nobody takes a picture with more than this share of it nearer than this, from within a hedge or a tree; after so many tries, the clearest."""
RANGE_K, BELOW = (30.0, 75.0), (0.2, 0.35)
"""Kelvin on 8 bits, and the share of them below the median: what the two released demo images look like (ours)."""


def names(part: Part) -> list[str]:
    """The frames' names, as MF's: five digits, then D or N."""
    return [f"{i:05d}{'D' if part.domain is Domain.DAY else 'N'}" for i in range(part.first, part.last)]


@dataclass(frozen=True)
class Thermal:
    """The thermal camera in one world: kelvin on 8 bits, the share of them below the median, and its fixed pattern."""

    span_k: float
    below: float
    pattern: Float32[np.ndarray, "columns"]


Classes = Literal["mf", "vistas"]
"""Whose ids the labels hold: MF's (five things of ours, nothing else), or those of Vistas, which name everything."""
TABLES = {"mf": labels.mf, "vistas": labels.vistas}


def parts(frames: int) -> list[Part]:
    """``frames`` frames over splits and domains in MF's proportions, a few to a world; ``ValueError`` for less than one in each."""
    sizes = {name: round(frames * count / sum(FULL.values())) for name, count in FULL.items()}
    sizes["test"] = frames - sizes["train"] - sizes["val"]
    if min(sizes.values()) < 2:
        raise ValueError(f"street.frames: {frames}; MF has three splits of day and night, give at least 8")
    found, number = [], 1
    for split, size in sizes.items():
        day = min(max(round(DAY_SHARE * size), 1), size - 1)
        for domain, count in ((Domain.DAY, day), (Domain.NIGHT, size - day)):
            found += worlds(split, domain, number, count, PER_WORLD)
            number += count
    return found


def write_mf(street: Street, frames: int, scale: float, folder: Path, workers: int, classes: Classes = "mf") -> Iterator[Progress]:
    """Write ``frames`` frames of ``SIZE`` times ``scale`` with the ids of ``classes``; finished ones are kept, so it resumes.

    ``ValueError`` for impossible parameters and a disk that is too small, before anything is rendered.
    """
    chosen, camera = parts(frames), cameras(scale)[0]
    check(street)
    climate.check(TOKYO)
    room(folder, frames * camera.width * camera.height * 4.2)
    claim(folder, repr(("mf", street.seed, street.sensor, frames, scale, *([] if classes == "mf" else [classes]))))
    for name, lines in lists(chosen).items():
        write_bytes(folder / f"{name}.txt", "".join(f"{line}\n" for line in lines).encode())
    yield from run([partial(_frames, street, folder, scale, classes, part) for part in chosen], frames, workers)


def lists(chosen: list[Part]) -> Mapping[str, list[str]]:
    """The names in each list file."""
    found: dict[str, list[str]] = {f"{split}{end}": [] for split in FULL for end in ("", "_day", "_night")}
    for part in chosen:
        for end in ("", f"_{part.domain.value}"):
            found[f"{part.split}{end}"] += names(part)
    return found


def cameras(scale: float) -> tuple[Camera, Camera]:
    """The colour and the thermal camera; ``ValueError`` when ``scale`` leaves no pixels."""
    width, height = (round(scale * size) for size in SIZE)
    if min(width, height) < 8:
        raise ValueError(f"street.scale: {scale} makes frames of {width}x{height} pixels; give a scale that leaves at least 8x8")
    focal = 0.5 * width / np.tan(np.radians(VIEW_DEG) / 2)
    colour = Camera(width, height, (float(focal), float(focal)), ((width - 1) / 2, (height - 1) / 2))
    return colour, replace(colour, centre_px=(colour.centre_px[0] + focal * BETWEEN_M / MEETS_M, colour.centre_px[1]))


def campus(rng: np.random.Generator, leaves: Season) -> World:
    """A world of MF's kind: narrow roads without parking, asphalt beside them, many people on foot."""
    place = world(rng, Layout.SUBURBAN if rng.random() < 0.6 else Layout.URBAN, lit=float(rng.uniform(0.2, 0.5)), season=leaves)
    profile = replace(place.site.profile, lane=float(rng.uniform(2.3, 2.9)), parking=0.0, walk=float(rng.uniform(1.2, 2.4)), step=0.12)
    site = replace(place.site, profile=profile, crowd=1.4 * place.site.crowd + 0.5, lamps=True, spacing=40.0, scenery=(scenery.campus,))
    grey = float(rng.uniform(0.07, 0.13))
    surface = replace(place.surface, asphalt=(grey, grey, grey), yard=stuff(Material.ASPHALT, "Parking", (grey, grey, grey)))
    return replace(place, site=site, surface=_level(surface))


def _level(surface: ground.Surface) -> ground.Surface:
    """A campus is level."""
    return replace(surface, hills=min(surface.hills, 2.0))


def _frames(street: Street, folder: Path, scale: float, classes: Classes, part: Part) -> int:
    """The frames of one world, all at one moment."""
    todo = [i for i, name in zip(range(part.first, part.last), names(part), strict=True) if not (folder / "labels" / f"{name}.png").is_file()]
    if todo:
        key = (4, list(FULL).index(part.split), int(part.domain is Domain.NIGHT), part.first)
        rng = np.random.default_rng(np.random.SeedSequence(street.seed, spawn_key=key))
        moment = climate.draw(TOKYO, part.domain, rng)
        place = campus(rng, climate.season(moment))
        stretch = place.stretch(0.0, SPAN_M)
        thermal = Thermal(float(rng.uniform(*RANGE_K)), float(rng.uniform(*BELOW)), sensor.columns(rng, cameras(scale)[1].width, street.sensor))
        for i in todo:
            own = np.random.default_rng(np.random.SeedSequence(street.seed, spawn_key=(*key, i)))
            image, scene = exposed(street, scale, (place, stretch), moment, thermal, own)
            name = names(part)[i - part.first]
            write_image(folder / "images" / f"{name}.png", image)
            write_image(folder / "labels" / f"{name}.png", TABLES[classes]()[scene])
    return part.last - part.first


def exposed(
    street: Street, scale: float, where: tuple[World, Stretch], moment: Moment, day: Thermal, rng: np.random.Generator
) -> tuple[UInt8[np.ndarray, "h w 4"], UInt8[np.ndarray, "h w"]]:
    """One frame: RGB and thermal in four channels, and the scene's ids."""
    colour, thermal = cameras(scale)
    beside = np.eye(4)
    beside[0, 3] = BETWEEN_M
    scene, shot = clearest(where, colour, rng)
    shots = shot, render.shoot(scene, thermal, shot.world_from_camera @ beside)
    linear = render.radiance(scene, shots[0], moment, street.sensor.night_glow, 2)
    gain = light.exposure(linear.reshape(-1, 3), moment.dark) * float(rng.uniform(*(DARKER if moment.dark else BRIGHTER)))
    picture = sensor.develop(linear, gain, street.sensor, rng)
    warm = render.temperature(scene, shots[1], moment, 2, exact=True)
    counts = sensor.counts(warm, scale, day.pattern, street.sensor, rng).astype(np.float32) * np.float32(street.sensor.kelvin_per_count)
    return np.dstack([picture, eight_bit(counts, day.span_k, day.below)]), render.label(shots[0])


def clearest(where: tuple[World, Stretch], camera: Camera, rng: np.random.Generator) -> tuple[Scene, Shot]:
    """The first of ``framed`` pictures that is clear (``CLOSE``), or the clearest of ``TRIES``."""
    tries = []
    for _ in range(TRIES):
        tries.append(framed(where, camera, rng))
        hidden = [np.count_nonzero(shot.hit.distance < CLEAR_M) / len(shot.directions) for _, shot in tries]
        if hidden[-1] <= CLOSE:
            return tries[-1]
    return tries[int(np.argmin(hidden))]


def framed(where: tuple[World, Stretch], camera: Camera, rng: np.random.Generator) -> tuple[Scene, Shot]:
    """A scene and what a hand-held camera sees of it."""
    place, stretch = where
    scene = stretch.scene(float(rng.uniform(0, SPAN_M)), place.lane + float(rng.normal(0, 0.7)))
    x, y, heading = scene.ego
    tilt = rng.normal(0, (0.02, 0.01, 0.10))
    pose = rig.pose(x, y, float(rng.uniform(1.3, 1.8)), heading + float(tilt[2]), float(tilt[0]) - 0.03, float(tilt[1]))
    return scene, render.shoot(scene, camera, pose)


def eight_bit(kelvin: Float32[np.ndarray, "h w"], span: float, below: float) -> UInt8[np.ndarray, "h w"]:
    """``span`` kelvin on 8 bits, the share ``below`` of them below the image's median; what is colder or hotter is clipped."""
    start = np.float32(np.median(kelvin)) - np.float32(below * span)
    return np.clip((kelvin - start) * np.float32(255 / span) + np.float32(0.5), 0, 255).astype(np.uint8)
