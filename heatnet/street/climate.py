"""Moments drawn for drives: an hour, a day of the year, clouds, wind."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from heatnet.config import StreetClimate
from heatnet.street.plants import Season
from heatnet.street.weather import Moment
from heatnet.taxonomy import Domain

DAY_SINE, NIGHT_SINE = 0.05, 0.0
"""Sine of the sun's elevation: above 3 degrees it is day; below the horizon night, dusk and dawn included."""


def check(climate: StreetClimate) -> None:
    """Refuse hours by day when the sun is down on some day of the year in question, and hours by night when it is up."""
    if not -90 <= climate.latitude_deg <= 90:
        raise ValueError(f"street.climate.latitude_deg: {climate.latitude_deg}; give -90 to 90")
    if not 0 <= climate.wet <= 1:
        raise ValueError(f"street.climate.wet: {climate.wet}; give a share from 0 to 1")
    first, last = climate.days
    if not 1 <= first <= last <= 365:
        raise ValueError(f"street.climate.days: {climate.days}; give two days of the year, 1..365, the earlier first")
    for domain, name, hours in ((Domain.DAY, "day_hours", climate.day_hours), (Domain.NIGHT, "night_hours", climate.night_hours)):
        if not 0 <= min(hours) <= max(hours) <= 24:
            raise ValueError(f"street.climate.{name}: {hours}; give two hours from 0 to 24")
        for day in (*range(first, last, 5), last):
            for hour in _hours(hours):
                up = _moment(climate, float(hour) % 24, float(day)).sun()[2]
                if (up < DAY_SINE) if domain is Domain.DAY else (up > NIGHT_SINE):
                    state = f"{np.degrees(np.arcsin(up)):.1f} degrees high; " + ("day is above 3" if domain is Domain.DAY else "night is below 0")
                    raise ValueError(f"street.climate.{name}: on day {day} at {float(hour) % 24:.1f} h the sun is {state}; narrow it or the days")


def _hours(hours: tuple[float, float]) -> Float[np.ndarray, "9"]:
    """Hours across a span, which may pass midnight."""
    start, end = hours
    return np.linspace(start, end if end > start else end + 24, 9)


def _moment(climate: StreetClimate, hour: float, day: float) -> Moment:
    """A clear, calm moment."""
    return Moment(hour, day, climate.latitude_deg, 0.0, 2.0, 0.0)


def draw(climate: StreetClimate, domain: Domain, rng: np.random.Generator) -> Moment:
    """A moment by day or by night."""
    start, end = climate.day_hours if domain is Domain.DAY else climate.night_hours
    hour = float(rng.uniform(start, end if end > start else end + 24)) % 24
    cloud = float(np.clip(rng.beta(0.9, 1.3), 0, 1))
    moment = Moment(
        hour,
        float(rng.integers(climate.days[0], climate.days[1] + 1)),
        climate.latitude_deg,
        cloud,
        float(rng.gamma(2.0, 1.2)),
        float(rng.uniform(0, 2 * np.pi)),
    )
    return after_rain(moment, rng.spawn(1)[0]) if rng.spawn(1)[0].random() < climate.wet else moment


def after_rain(moment: Moment, rng: np.random.Generator) -> Moment:
    """The moment when it has just stopped raining: more cloud, roads wet or drying; unchanged in frost."""
    wet = replace(moment, cloud=max(moment.cloud, float(rng.uniform(0.3, 1))), wet=float(rng.uniform(0.5, 1)))
    return wet if min(moment.air_c(), wet.air_c()) > 0 else moment


def daylight(climate: StreetClimate, rng: np.random.Generator) -> Moment:
    """Any moment at which the sun is up, the low sun of morning and evening included (within the hours by day after 99 in vain)."""
    wide = replace(climate, day_hours=(5.0, 20.0))
    for _ in range(99):
        moment = draw(wide, Domain.DAY, rng)
        if moment.sun()[2] > DAY_SINE:
            return moment
    return draw(climate, Domain.DAY, rng)


def season(moment: Moment) -> Season:
    """Leaves turn from late September to mid November, brown ones stay until March; trees drop theirs in November and are green again by late
    April, all but the oaks and hornbeams that keep them brown (DWD's phenology of Freiburg, in outline)."""
    day = (moment.day + (0 if moment.latitude_deg >= 0 else 182)) % 365
    turned = np.interp(day, (0, 60, 100, 265, 315, 365), (0.7, 0.6, 0.0, 0.0, 0.9, 0.7))
    return Season(float(turned), float(np.interp(day, (0, 95, 115, 300, 335, 365), (0.85, 0.85, 0.0, 0.0, 0.85, 0.85))))
