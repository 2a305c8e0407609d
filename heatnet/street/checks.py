"""One look at the simulator's numbers before anything is rendered: what cannot be stops here, by its parameter's name."""

import math
from dataclasses import fields, is_dataclass

import numpy as np

from heatnet.calibration.camera import Rig
from heatnet.config import Street, StreetRig, StreetSensor, StreetSplit
from heatnet.street import climate, rig

SPLITS = ("train", "test", "calibration")


def check(street: Street) -> Rig:
    """The rig at full scale, if the parameters can be; ``ValueError`` names the one that cannot, what it is and what to give."""
    _finite(street, "street")
    if not street.layouts:
        raise ValueError("street.layouts: empty; name at least one kind of street")
    whole = _rig(street.rig)
    _sensor(street.sensor)
    climate.check(street.climate)
    _vistas(street)
    if not 0 <= street.shared_drives <= street.test.day_drives:
        raise ValueError(f"street.shared_drives: {street.shared_drives}; give 0 to {street.test.day_drives}, the number of test drives by day")
    if street.thermal_stereo:
        rig.thermal_right(street.rig)
    for split in SPLITS:
        _split(getattr(street, split), f"street.{split}", whole)
    return whole


def _finite(numbers: object, name: str) -> None:
    """Every number is one."""
    if is_dataclass(numbers):
        for field in fields(numbers):
            _finite(getattr(numbers, field.name), f"{name}.{field.name}")
    elif isinstance(numbers, tuple):
        for number in numbers:
            _finite(number, name)
    elif isinstance(numbers, float) and not math.isfinite(numbers):
        raise ValueError(f"{name}: {numbers}; give a finite number")


def _positive(numbers: object, name: str, keys: tuple[str, ...]) -> None:
    """Some numbers are above 0."""
    for key in keys:
        if not np.min(getattr(numbers, key)) > 0:
            raise ValueError(f"{name}.{key}: {getattr(numbers, key)}; give a number above 0")


def _rig(numbers: StreetRig) -> Rig:
    """The rig, whose colour cameras must share a view, as the left and the thermal camera must."""
    _positive(numbers, "street.rig", ("height_m", "baseline_m", "focal_guess", "rgb_size", "thermal_size", "rgb_focal_px", "thermal_focal_px"))
    return rig.build(numbers)


def _sensor(numbers: StreetSensor) -> None:
    """Noise is not negative, a count is worth something, and no temperature of a street leaves 16 bits."""
    _positive(numbers, "street.sensor", ("kelvin_per_count", "count_at_0c"))
    for name in ("shot_noise", "read_noise", "night_glow", "blur_px", "noise_k", "column_noise_k"):
        if not np.min(getattr(numbers, name)) >= 0:
            raise ValueError(f"street.sensor.{name}: {getattr(numbers, name)}; give 0 or more")
    if numbers.noise_k[0] > numbers.noise_k[1]:
        raise ValueError(f"street.sensor.noise_k: {numbers.noise_k}; give two numbers, the smaller first")


def _vistas(street: Street) -> None:
    """Images that hold something."""
    numbers = street.vistas
    if min(numbers.size) < 8:
        raise ValueError(f"street.vistas.size: {numbers.size}; give at least 8x8 pixels (width, height)")
    for name in ("training", "validation"):
        if getattr(numbers, name) < 1:
            raise ValueError(f"street.vistas.{name}: {getattr(numbers, name)}; give at least one image")
    if not 10 <= numbers.view_deg[0] <= numbers.view_deg[1] <= 150:
        raise ValueError(f"street.vistas.view_deg: {numbers.view_deg}; give two angles between 10 and 150 degrees, the smaller first")
    if not 0 <= numbers.abroad <= 1:
        raise ValueError(f"street.vistas.abroad: {numbers.abroad}; give a share from 0 to 1")
    if not numbers.layouts:
        raise ValueError("street.vistas.layouts: empty; name at least one kind of street")


def _split(numbers: StreetSplit, name: str, whole: Rig) -> None:
    """Drives that can be recorded."""
    _positive(numbers, name, ("rgb_scale", "thermal_scale", "spacing_s", "folder_frames", "day_frames", "night_frames"))
    if numbers.thermal_scale > 1:
        raise ValueError(f"{name}.thermal_scale: {numbers.thermal_scale:g}; give at most 1, the sensor has no more pixels")
    for key in ("day_drives", "night_drives"):
        if getattr(numbers, key) < 0:
            raise ValueError(f"{name}.{key}: {getattr(numbers, key)}; give 0 or more")
    try:
        whole.scaled(numbers.rgb_scale, numbers.thermal_scale)
    except ValueError as error:
        raise ValueError(f"{name}.rgb_scale or thermal_scale: {error}") from error
