"""The simulated street."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["urban", "suburban", "rural", "highway", "city"]


Rows = tuple[tuple[float, float, float, float], tuple[float, float, float, float], tuple[float, float, float, float]]


@dataclass(frozen=True)
class StreetThermalRight:
    """The right camera of a thermal stereo pair, of the left one's size; ``from_thermal`` holds the first three rows of the transform."""

    focal_px: tuple[float, float]
    centre_px: tuple[float, float]
    distortion: tuple[float, float, float, float]
    from_thermal: Rows


@dataclass(frozen=True)
class StreetRig:
    """The rig at full scale: a rectified RGB pair and a thermal camera (or two), on a roof ``height_m`` above the road.

    ``thermal_from_left`` holds the first three rows of the transform; ``focal_guess`` is the data sheet's focal length over the true one.
    """

    rgb_size: tuple[int, int]
    rgb_focal_px: float
    rgb_centre_px: tuple[float, float]
    baseline_m: float
    thermal_size: tuple[int, int]
    thermal_focal_px: tuple[float, float]
    thermal_centre_px: tuple[float, float]
    thermal_distortion: tuple[float, float, float, float]
    thermal_from_left: Rows
    height_m: float
    focal_guess: float
    thermal_right: StreetThermalRight | None = None


@dataclass(frozen=True)
class StreetSensor:
    """Noise and scale of both sensors, and how bright the town's glow is at night (1 = white in full sun, before exposure)."""

    shot_noise: float
    read_noise: float
    night_glow: float
    kelvin_per_count: float
    count_at_0c: float
    blur_px: float
    noise_k: tuple[float, float]
    column_noise_k: float


@dataclass(frozen=True)
class StreetClimate:
    """Where and when: latitude, solar hours of day and of night drives, the days of the year, and the share of moments with wet roads."""

    latitude_deg: float
    day_hours: tuple[float, float]
    night_hours: tuple[float, float]
    days: tuple[int, int]
    wet: float


@dataclass(frozen=True)
class StreetVistas:
    """The Vistas-like set: images of each split, their typical size (width, height), the cameras' horizontal view, rays per pixel at an edge.

    ``layouts`` are its kinds of street in turn, ``abroad`` the share of its worlds that lie in another country.
    """

    training: int
    validation: int
    size: tuple[int, int]
    view_deg: tuple[float, float]
    edge_rays: Literal[1, 2, 4]
    layouts: tuple[Kind, ...]
    abroad: float


@dataclass(frozen=True)
class StreetSplit:
    """Recordings: drives and frames a drive by day and by night, seconds between frames, frames a folder, image scales, rays per pixel at an edge."""

    day_drives: int
    day_frames: int
    night_drives: int
    night_frames: int
    spacing_s: float
    folder_frames: int
    rgb_scale: float
    thermal_scale: float
    edge_rays: Literal[1, 2, 4]


@dataclass(frozen=True)
class Street:
    """The simulator: its seed, the kinds of street in turn, and what it writes.

    ``shared_drives`` day drives are added to the training drives that were under way when the first test drives were recorded, as the real
    release has them; ``thermal_stereo`` records the rig's right thermal camera too.
    """

    seed: int
    layouts: tuple[Kind, ...]
    rig: StreetRig
    sensor: StreetSensor
    climate: StreetClimate
    vistas: StreetVistas
    train: StreetSplit
    test: StreetSplit
    calibration: StreetSplit
    shared_drives: int = 0
    thermal_stereo: bool = False
