"""Rigs drawn at random and what they record on streets of their own: what ``benchmarks/calibration.py`` measures on.

``python benchmarks/calibration_rigs.py OUT [KIND,...]`` writes ``OUT/{dev,final,fresh}_NN/``: ``rig.yaml``, ``guess.yaml``, ``truth.yaml`` and the
folders ``day``, ``night`` (20 frames between them and ten more nights) with ``left/ right/ thermal/``. What is already there is kept, unless it
is of another seed. Tune on ``dev``
only; ``final`` has been looked at, ``fresh`` is for the published figures. ``OUT/drive_KIND_*`` are drives of consecutive frames: ``knocked``
turns the thermal camera by half a degree half-way, ``late`` exposes it late; ``speeds.csv`` says how fast the car went.
"""

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from heatnet import config
from heatnet.calibration.camera import Camera, Rig
from heatnet.calibration.files import write_rig
from heatnet.pipeline.profile import read_yaml
from heatnet.pipeline.workspace import write_text
from heatnet.street import recordings, rig
from heatnet.street.files import write_image
from heatnet.street.jobs import run
from heatnet.taxonomy import Domain

RIGS = {"dev": 10, "final": 10, "fresh": 10}
SEED = {"dev": 4100, "final": 9100, "fresh": 60100}
DRIVES = {Domain.DAY: 2, Domain.NIGHT: 4}
FRAMES = 5
DELAY_S = 0.02


def turn(axis: np.ndarray, degrees: float) -> np.ndarray:
    """The rotation about an axis."""
    return cv2.Rodrigues(np.radians(degrees) * axis / np.linalg.norm(axis))[0]


def drawn(street: config.Street, seed: int) -> tuple[Rig, Rig]:
    """A true rig at full scale and a guess of it: 2 degrees, 5 %, 5 cm off, no distortion, the centre in the image's middle."""
    rng = np.random.default_rng(seed)
    base = rig.build(street.rig)
    width, height = base.thermal.width, base.thermal.height
    middle = ((width - 1) / 2, (height - 1) / 2)
    while True:
        focal, aspect = rng.uniform(450, 800), rng.uniform(0.995, 1.005)
        k1, k2 = rng.uniform(-0.45, -0.15), rng.uniform(0.0, 0.3)
        centre = (middle[0] + rng.uniform(-10, 10), middle[1] + rng.uniform(-10, 10))
        bend = (k1, k2, *rng.normal(0, 0.001, 2))
        camera = Camera(width, height, (focal, focal * aspect), centre, bend)
        if one_to_one(camera):
            break
    pose = np.eye(4)
    pose[:3, :3] = turn(rng.normal(size=3), rng.uniform(0, 3))
    direction = rng.normal(size=3)
    pose[:3, 3] = rng.uniform(0.03, 0.15) * direction / np.linalg.norm(direction)
    truth = replace(base, thermal=camera, thermal_from_left=pose)
    return truth, off(truth, rng, 2.0, 0.05, 0.05)


def off(truth: Rig, rng: np.random.Generator, degrees: float, focal: float, shift_m: float) -> Rig:
    """A guess that is wrong by this much in a random direction; no distortion, the centre in the image's middle."""
    camera, pose = truth.thermal, truth.thermal_from_left.copy()
    f = float(np.mean(camera.focal_px)) * (1 + focal * rng.choice([-1, 1]))
    pose[:3, :3] = turn(rng.normal(size=3), degrees) @ pose[:3, :3]
    direction = rng.normal(size=3)
    pose[:3, 3] += shift_m * direction / np.linalg.norm(direction)
    guess = Camera(camera.width, camera.height, (f, f), ((camera.width - 1) / 2, (camera.height - 1) / 2))
    return replace(truth, thermal=guess, thermal_from_left=pose)


def one_to_one(camera: Camera) -> bool:
    """Whether the lens keeps its order beyond the image's corners: a real one does."""
    x = (np.array([0.0, camera.width - 1]) - camera.centre_px[0]) / camera.focal_px[0]
    y = (np.array([0.0, camera.height - 1]) - camera.centre_px[1]) / camera.focal_px[1]
    corner = np.hypot(np.abs(x).max(), np.abs(y).max())
    radius = np.linspace(0, 2, 2001)
    k1, k2 = camera.distortion[:2]
    slope = 1 + 3 * k1 * radius**2 + 5 * k2 * radius**4
    last = int(np.argmax(slope <= 0.1)) if (slope <= 0.1).any() else len(radius) - 1
    bent = radius * (1 + k1 * radius**2 + k2 * radius**4)
    return bool(bent[: last + 1].max() > 1.02 * corner)


def street_of(seed: int) -> config.Street:
    """The default profile's street with another seed."""
    params = read_yaml(Path(__file__).parents[1] / "params.yaml")
    return replace(config.parse(config.Street, params["street"], "params.yaml: street"), seed=seed)


def shoot(folder: Path, seed: int, domain: Domain, number: int, truth: Rig, depth: bool) -> int:
    """Record one drive of a rig."""
    street = street_of(seed)
    numbers = street.calibration
    place = folder / domain.value
    todo = [i for i in range(FRAMES) if not (place / "thermal" / f"{number}{i:02d}.png").is_file()]
    if todo:
        journey = recordings.drive(street, "calibration", domain, number)
        stride = journey.world.speed * numbers.spacing_s
        stretch = journey.world.stretch(0, FRAMES * stride)
        scaled = truth.scaled(numbers.rgb_scale, numbers.thermal_scale)
        for i in todo:
            rng = np.random.default_rng((seed, int(domain is Domain.NIGHT), number, i))
            one = recordings.record(street, journey, stretch.scene(i * stride, journey.world.lane), scaled, numbers, rng)
            if depth:
                write_image(place / "depth" / f"{number}{i:02d}.png", one.depth_cm)
            for camera in ("left", "right", "thermal"):
                write_image(place / camera / f"{number}{i:02d}.png", getattr(one, camera))
    return FRAMES


def drive(folder: Path, seed: int, domain: Domain, frames: int, first: Rig, second: Rig, delay_s: float) -> int:
    """Consecutive frames a second apart, with the car's speed; from half-way on with the second rig; thermal exposed ``delay_s`` late."""
    street = street_of(seed)
    numbers, journey = street.calibration, recordings.drive(street, "calibration", domain, 0)
    write_text(folder / "speeds.csv", "".join(f"{i:03d},{journey.world.speed}\n" for i in range(frames)))
    todo = [i for i in range(frames) if not (folder / "thermal" / f"{i:03d}.png").is_file()]
    if todo:
        stretch = journey.world.stretch(0, frames * journey.world.speed)
        for i in todo:
            truth = (first if i < frames // 2 else second).scaled(numbers.rgb_scale, numbers.thermal_scale)
            places = [(i + delay) * journey.world.speed for delay in (0.0, delay_s)]
            shots = [
                recordings.record(street, journey, stretch.scene(s, journey.world.lane), truth, numbers, np.random.default_rng((seed, 7, i)))
                for s in (places if delay_s else places[:1])
            ]
            for camera, one in (("left", shots[0]), ("right", shots[0]), ("thermal", shots[-1])):
                write_image(folder / camera / f"{i:03d}.png", getattr(one, camera))
    return frames


def main() -> None:
    """Write everything below a folder; a second argument limits it to some kinds."""
    out = Path(sys.argv[1])
    kinds = sys.argv[2].split(",") if len(sys.argv) > 2 else list(RIGS)
    jobs = []
    for kind in kinds:
        for number in range(RIGS[kind]):
            seed = SEED[kind] + number
            folder = out / f"{kind}_{number:02d}"
            truth, guess = drawn(street_of(seed), seed)
            mine(folder, SEED[kind])
            for name, one in (("truth", truth), ("rig", truth), ("guess", guess)):
                write_rig(folder / f"{name}.yaml", one)
            jobs += [partial(shoot, folder, seed, domain, i, truth, kind == "dev") for domain, drives in DRIVES.items() for i in range(drives)]
        truth, _ = drawn(street_of(SEED[kind]), SEED[kind])
        for number, domain in enumerate(Domain):
            knocked = replace(truth, thermal_from_left=knock(truth.thermal_from_left, number))
            seed, place = SEED[kind] + number, out / f"drive_{kind}"
            jobs.append(partial(drive, Path(f"{place}_knocked_{domain.value}"), seed + 400, domain, 40, truth, knocked, 0.0))
            jobs.append(partial(drive, Path(f"{place}_late_{domain.value}"), seed + 500, domain, 20, truth, truth, DELAY_S))
    for progress in run(jobs, len(jobs) * FRAMES, 1):
        print(f"{progress.done} frames", flush=True)


def mine(folder: Path, seed: int) -> None:
    """Mark a folder with the seed of its kind; ``ValueError`` where it was begun with another."""
    mark = folder / "seed"
    if mark.is_file() and mark.read_text() != str(seed):
        raise ValueError(f"{folder}: recorded with seed {mark.read_text()}, now {seed}; delete the folder, and the drives beside it")
    write_text(mark, str(seed))


def knock(pose: np.ndarray, number: int) -> np.ndarray:
    """The pose of a camera that was knocked by half a degree."""
    moved = pose.copy()
    moved[:3, :3] = turn(np.random.default_rng(number).normal(size=3), 0.5) @ pose[:3, :3]
    return moved


if __name__ == "__main__":
    main()
