"""Drives of the rig, recorded raw: a stereo pair and a distorted thermal image a moment, and the truth apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float, Float32, UInt8, UInt16

from heatnet.calibration.camera import Camera, Rig
from heatnet.config import Street, StreetSplit
from heatnet.street import climate, light, render, rig, sensor
from heatnet.street.checks import check
from heatnet.street.files import claim, room, write_image
from heatnet.street.jobs import Progress, run
from heatnet.street.materials import classes
from heatnet.street.path import Layout
from heatnet.street.weather import Moment
from heatnet.street.world import Scene, World, world
from heatnet.taxonomy import Domain

Split = Literal["train", "test", "calibration"]
APART_S = 10.0
"""How long before and after the test frames the frames of a shared training drive lie: beyond what the guard takes for neighbours in time."""
SPLITS: tuple[Split, ...] = ("train", "test", "calibration")


@dataclass(frozen=True)
class Drive:
    """One drive: a world, a moment at its start, and the thermal cameras' fixed patterns on that day."""

    world: World
    moment: Moment
    pattern: Float32[np.ndarray, "columns"]
    pattern_right: Float32[np.ndarray, "columns"]
    start: datetime


def write_recordings(street: Street, folder: Path, truth: Path, workers: int) -> Iterator[Progress]:
    """Write every drive below ``folder`` (and ``rig.yaml``, ``guess.yaml``), labels, depth and the true rig below ``truth``.

    Finished frames are kept, so it resumes. Raises ``ValueError`` for impossible parameters before anything is rendered.
    """
    jobs, total = [], 0
    whole = check(street)
    for split in SPLITS[::-1]:  # calibration first: its frames are large, and a long job at the end would leave workers idle
        numbers: StreetSplit = getattr(street, split)
        for domain, drives, frames in (
            (Domain.DAY, numbers.day_drives, numbers.day_frames),
            (Domain.NIGHT, numbers.night_drives, numbers.night_frames),
        ):
            drives += street.shared_drives if split == "train" and domain is Domain.DAY else 0
            for drive in range(drives):
                for first in range(0, frames, numbers.folder_frames):
                    jobs.append(partial(_folder, street, folder, truth, split, domain, drive, first, min(first + numbers.folder_frames, frames)))
            total += drives * frames
    room(folder, sum(_bytes(street, getattr(street, split)) for split in SPLITS))
    for place in (folder, truth):
        claim(place, repr(street))
    rig.write_known(folder, whole, street.rig.focal_guess)
    rig.write_truth(truth / "calibration.yaml", whole)
    if street.thermal_stereo:
        rig.write_camchain(truth / "thermal_stereo.yaml", {"thermal": (whole.thermal, np.eye(4)), "thermal_right": rig.thermal_right(street.rig)})
    yield from run(jobs, total, workers)


def _bytes(street: Street, numbers: StreetSplit) -> float:
    """What a split may take on the disk: two RGB images and one thermal image a frame, hardly compressed."""
    rgb, thermal = (
        np.prod(size) * scale**2 for size, scale in ((street.rig.rgb_size, numbers.rgb_scale), (street.rig.thermal_size, numbers.thermal_scale))
    )
    frames = (numbers.day_drives + street.shared_drives) * numbers.day_frames + numbers.night_drives * numbers.night_frames
    return float(frames * (6 * rgb + (4 if street.thermal_stereo else 2) * thermal))


def drive(street: Street, split: Split, domain: Domain, number: int) -> Drive:
    """A drive by its number, a world of its own; a shared one is a test drive's."""
    if _shared(street, split, domain, number):
        return drive(street, "test", domain, number - street.train.day_drives)
    key = (2, SPLITS.index(split), int(domain is Domain.NIGHT), number)
    rng = np.random.default_rng(np.random.SeedSequence(street.seed, spawn_key=key))
    moment = climate.draw(street.climate, domain, rng)
    place = world(rng, Layout(street.layouts[number % len(street.layouts)]), float(rng.uniform(0.08, 0.35)), climate.season(moment))
    pattern, right = (sensor.columns(one, street.rig.thermal_size[0], street.sensor) for one in (rng, rng.spawn(1)[0]))
    start = datetime(2019, 1, 1, tzinfo=UTC) + timedelta(days=moment.day - 1, hours=moment.hour, seconds=float(rng.uniform(0, 1)))
    return Drive(place, moment, pattern, right, start)


def _shared(street: Street, split: Split, domain: Domain, number: int) -> bool:
    """Whether a training drive is one that a test drive is from."""
    return split == "train" and domain is Domain.DAY and 0 <= number - street.train.day_drives < street.shared_drives


def instants(street: Street, split: Split, domain: Domain, number: int) -> Float[np.ndarray, "frames"]:
    """Seconds of a drive's frames since its start; a shared drive's lie before and behind the test frames, no neighbour of one (``APART_S``)."""
    numbers: StreetSplit = getattr(street, split)
    frame = np.arange(numbers.day_frames if domain is Domain.DAY else numbers.night_frames)
    if not _shared(street, split, domain, number):
        return frame * numbers.spacing_s
    since = frame - len(frame) // 2
    end = (street.test.day_frames - 1) * street.test.spacing_s
    return np.where(since < 0, (since + 1) * numbers.spacing_s - APART_S, since * numbers.spacing_s + end + APART_S)


def stem(start: datetime, frame: int, after_s: float) -> str:
    """The real set's file name: seconds, nanoseconds that are not padded with zeros, and the number in the burst (always 0).

    The trigger jitters by up to 16 ms, as the real one does.
    """
    jitter_ns = frame * 2654435761 % 16_000_000
    moment = start + timedelta(seconds=after_s)
    whole, nanoseconds = divmod(int(moment.timestamp()) * 10**9 + moment.microsecond * 1000 + jitter_ns, 10**9)
    return f"fl_rgb_{whole}_{nanoseconds}0"


def _folder(street: Street, folder: Path, truth: Path, split: Split, domain: Domain, number: int, first: int, last: int) -> int:
    """The frames of one folder of a drive."""
    numbers: StreetSplit = getattr(street, split)
    journey = drive(street, split, domain, number)
    place = Path(split) / f"seq_{number:02d}_{domain.value}" / f"{first // numbers.folder_frames:02d}"
    times = instants(street, split, domain, number)
    stems = {i: stem(journey.start, i, float(times[i])) for i in range(first, last)}
    todo = [i for i in stems if not (folder / place / "thermal" / f"{stems[i]}.png").is_file()]
    if todo:
        along = journey.world.speed * times
        stretch = journey.world.stretch(float(along[first]), float(along[last - 1]))
        scaled = rig.build(street.rig).scaled(numbers.rgb_scale, numbers.thermal_scale)
        for i in todo:
            key = (3, SPLITS.index(split), int(domain is Domain.NIGHT), number, i)
            rng = np.random.default_rng(np.random.SeedSequence(street.seed, spawn_key=key))
            recorded = record(street, journey, stretch.scene(float(along[i]), journey.world.lane), scaled, numbers, rng)
            recorded.write(folder / place, stems[i], truth, place, depth=split == "calibration" or i == first)
    return last - first


@dataclass(frozen=True)
class Recorded:
    """One moment of a drive: three images (four with thermal stereo), labels of our 13 classes and depth in centimetres (0: sky) of the left view."""

    left: UInt8[np.ndarray, "h w 3"]
    right: UInt8[np.ndarray, "h w 3"]
    thermal: UInt16[np.ndarray, "thermal_h thermal_w"]
    label: UInt8[np.ndarray, "h w"]
    depth_cm: UInt16[np.ndarray, "h w"]
    thermal_right: UInt16[np.ndarray, "thermal_h thermal_w"] | None = None

    def write(self, folder: Path, name: str, truth: Path, place: Path, depth: bool) -> None:
        """Write it; the thermal image is last and marks the moment done."""
        write_image(truth / "labels" / place / f"{name}.png", self.label)
        if depth:
            write_image(truth / "depth" / place / f"{name}.png", self.depth_cm)
        for camera in ("left", "right", *(("thermal_right",) if self.thermal_right is not None else ()), "thermal"):
            write_image(folder / camera / f"{name}.png", getattr(self, camera))


def record(street: Street, journey: Drive, scene: Scene, scaled: Rig, numbers: StreetSplit, rng: np.random.Generator) -> Recorded:
    """Expose the cameras at one instant; both RGB cameras share the left one's exposure."""
    left_pose = _left_pose(street, scene, rng)
    moment = journey.moment
    left = render.shoot(scene, scaled.left, left_pose)
    right = render.shoot(scene, scaled.right, left_pose @ np.linalg.inv(scaled.right_from_left))
    thermal_pose = left_pose @ np.linalg.inv(scaled.thermal_from_left)
    linear = [render.radiance(scene, shot, moment, street.sensor.night_glow, numbers.edge_rays) for shot in (left, right)]
    gain = light.exposure(linear[0].reshape(-1, 3), moment.dark)
    pictures = [sensor.develop(image, gain, street.sensor, rng) for image in linear]

    def warmth(camera: Camera, pose: Float[np.ndarray, "4 4"], pattern: Float32[np.ndarray, "columns"]) -> UInt16[np.ndarray, "h w"]:
        warm = render.temperature(scene, render.shoot(scene, camera, pose), moment, numbers.edge_rays, exact=True)
        return sensor.counts(warm, numbers.thermal_scale, pattern[: camera.width], street.sensor, rng)

    counts, counts_right = warmth(scaled.thermal, thermal_pose, journey.pattern), None
    if street.thermal_stereo:
        camera, right_from_thermal = rig.thermal_right(street.rig)
        counts_right = warmth(camera.scaled(numbers.thermal_scale), thermal_pose @ np.linalg.inv(right_from_thermal), journey.pattern_right)
    return Recorded(
        pictures[0],
        pictures[1],
        counts,
        classes()[render.label(left)],
        centimetres(render.depth(left)),
        counts_right,
    )


def centimetres(depth_m: Float32[np.ndarray, "h w"]) -> UInt16[np.ndarray, "h w"]:
    """Depth as it is stored: whole centimetres up to 655 m, 0 where there is none (sky)."""
    some = np.isfinite(depth_m)
    return np.where(some, np.clip(np.round(100 * np.where(some, depth_m, 0)), 1, 65535), 0).astype(np.uint16)


def _left_pose(street: Street, scene: Scene, rng: np.random.Generator) -> Float[np.ndarray, "4 4"]:
    """Where the left camera is: half a baseline left of the car's middle, on the roof, shaken a little."""
    x, y, heading = scene.ego
    shake = np.radians(rng.normal(0, (0.35, 0.25, 0.8)))
    half = 0.5 * street.rig.baseline_m
    return rig.pose(x - half * np.cos(heading), y - half * np.sin(heading), street.rig.height_m, heading + shake[2], float(shake[0]), float(shake[1]))
