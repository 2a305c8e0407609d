"""Sun, air and sky at a moment."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

SOLAR_CONSTANT = 1361.0


@dataclass(frozen=True)
class Moment:
    """A moment: solar hour, day of the year, latitude; cloud cover 0..1, wind in m/s; ``bearing`` of the world's y axis; how wet roads are, 0..1.

    ``bearing`` is in radians clockwise from north. Where it is (Freiburg) sets the climate in ``air_c``.
    """

    hour: float
    day: float
    latitude_deg: float
    cloud: float
    wind: float
    bearing: float
    wet: float = 0.0

    def __post_init__(self) -> None:
        """Refuse an hour, a day, a latitude, a cloud cover or a wind that cannot be."""
        spans = {"hour": (0, 24), "day": (1, 366), "latitude_deg": (-90, 90), "cloud": (0, 1), "wet": (0, 1), "wind": (0, 60)}
        for name, (low, high) in spans.items():
            if not low <= getattr(self, name) <= high:
                raise ValueError(f"moment.{name}: {getattr(self, name)} is not between {low} and {high}")

    def sun(self, lag_h: float = 0.0) -> Float[np.ndarray, "3"]:
        """Unit vector towards the sun, ``lag_h`` hours ago (declination by Cooper 1969, hour angle of 15 degrees an hour)."""
        declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + self.day) / 365)
        angle, latitude = np.radians(15 * (self.hour - lag_h - 12)), np.radians(self.latitude_deg)
        east = -np.cos(declination) * np.sin(angle)
        north = np.sin(declination) * np.cos(latitude) - np.cos(declination) * np.sin(latitude) * np.cos(angle)
        up = np.sin(declination) * np.sin(latitude) + np.cos(declination) * np.cos(latitude) * np.cos(angle)
        cos, sin = np.cos(self.bearing), np.sin(self.bearing)
        return np.array([cos * east - sin * north, sin * east + cos * north, up])

    @property
    def dark(self) -> bool:
        """Whether the sun is below the horizon."""
        return bool(self.sun()[2] <= 0)

    def beam(self, lag_h: float = 0.0) -> float:
        """Direct irradiance on a surface that faces the sun, W/m2: S 0.7^(m^0.678) (Meinel 1976), air mass m by Kasten and Young 1989."""
        elevation = np.degrees(np.arcsin(self.sun(lag_h)[2]))
        if elevation <= 0:
            return 0.0
        mass = 1 / (np.sin(np.radians(elevation)) + 0.50572 * (elevation + 6.07995) ** -1.6364)
        return float(SOLAR_CONSTANT * 0.7 ** (mass**0.678) * (1 - 0.95 * self.cloud))

    def diffuse(self, lag_h: float = 0.0) -> float:
        """Irradiance from the sky on level ground, W/m2: a tenth of a clear beam, more under cloud; at dusk what twilight leaves.

        400 lx at sunset, 3.4 lx at the end of civil twilight (-6 degrees), by 100 lm/W (Seidelmann 1992, in outline).
        """
        up = float(self.sun(lag_h)[2])
        dusk = 4.0 * 10 ** float(min(np.degrees(np.arcsin(up)), 0.0) / 2.9)
        return (110 + 180 * self.cloud) * max(up, 0.0) ** 0.6 + dusk

    def air_c(self, lag_h: float = 0.0) -> float:
        """The air's temperature: Freiburg's yearly mean and swing (DWD 1991-2020: 11.7 and 9 K), a daily swing with its peak at 15 h."""
        season = 11.7 + 9.0 * np.cos(2 * np.pi * (self.day - 201) / 365)
        return float(season + (5.0 - 3.5 * self.cloud) * np.cos(2 * np.pi * (self.hour - lag_h - 15) / 24))

    def sky_depression(self) -> float:
        """Kelvin that the sky's mean radiant temperature lies below the air: Swinbank 1963, T_sky = 0.0552 T^1.5, less under cloud."""
        kelvin = self.air_c() + 273.15
        return float((kelvin - 0.0552 * kelvin**1.5) * (1 - 0.85 * self.cloud))
