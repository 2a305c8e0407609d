"""How warm surfaces look to a thermal camera.

A surface's equilibrium with sun, sky and air is linear in its excess over the air's temperature T_a (Duffie and Beckman,
Solar Engineering of Thermal Processes, section 3):

    T_eq = T_a + (a G - e F h_r dT_sky) / (h_c + h_r),    G = v B max(0, n.l) + F D,    F = (1 + n_z) / 2

a: solar absorptance, e: emissivity, B and D: direct and diffuse irradiance, v: 1 in the sun, dT_sky: how far the sky lies below the
air, h_r = 4 s T_a^3, h_c = 5.7 + 3.8 wind (McAdams 1954). A material of lag tau follows it as T(t) = sum_k w_k T_eq(t - k), with
weights w_k ~ exp(-k / tau) over the hours before. A film of water on the share w of the ground evaporates
(Penman 1948; the exchange of vapour follows that of heat by Lewis' relation, with the psychrometric constant y = 66 Pa/K):

    E = w h_c / y (p(T_a) (1 - 0.85) + p'(T_a) (T - T_a)),    p(T) = 611.2 Pa exp(17.62 T / (243.12 + T))  (Magnus, WMO 2008)

which joins the balance as one more loss, linear in T. Plants transpire a share of the net radiation at the air's temperature, R (Priestley and
Taylor 1972, Monthly Weather Review 100: 1.26 over surfaces that lack no water):

    E = t 1.26 p'(T_a) / (p'(T_a) + y) max(0, R),    R = a G - e F h_r dT_sky,    none in frost and none by night, when R < 0

with t by material (``transpires``). The camera sees the radiance of its band, L by Planck's law (``planck``):

    L = c (e L(T) + (1 - e) L(T_mirrored)) + (1 - c) L(T_a),    c = exp(-distance / 1000 m)
"""

from functools import lru_cache

import numpy as np
from jaxtyping import Float32, Int

from heatnet.street import planck
from heatnet.street.hits import Surface
from heatnet.street.light import clouds
from heatnet.street.materials import PHYSICS, Material, column, figures
from heatnet.street.vectors import dot
from heatnet.street.weather import Moment

STEFAN_BOLTZMANN = 5.670374e-8
SKIN_C = 33.0
LAGS_H = (0.0, 1.0, 2.5, 5.0, 8.0, 12.0)
SEEN_BEFORE, SHADE_BEFORE, SUN_BEFORE = 0.6, 0.25, 0.85
"""Share of the past that the sun shone on a surface: where nothing is known, where looks back (``look_back``) find shade, where sun."""
PAINT_BLACK, PAINT_SLOPE = 0.98, 0.96
"""Solar absorptance of black paint, and how it falls with the albedo: to 0.26 for white, 0.75 (Incropera and DeWitt, table A.12)."""
HUMID, PSYCHROMETRIC = 0.85, 66.0
"""Relative humidity after rain (ours), and Pa/K at sea level (Monteith and Unsworth, Principles of Environmental Physics)."""
PRIESTLEY_TAYLOR = 1.26
"""Evaporation over its least, p' / (p' + y) of the net radiation, from wide surfaces that lack no water (Priestley and Taylor 1972)."""
WATER = 0.01
"""Reflectance of water at 10 um at normal incidence (n = 1.2; Hale and Querry 1973); rough, it stays below 0.6 at a grazing angle."""
EVEN = 0.7
"""Share of a road's texture in kelvin that a film of water evens out (ours)."""
INSIDE = 0.472
"""Probability that light leaving a ground under water is thrown back to it (Lekner and Dorf 1988; ``film``)."""
SIDES = ((0.0, 0.0, 1.0), (1.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, -1.0, 0.0), (0.0, 0.0, -1.0))
"""Up, right, left, ahead, back, down in the world's frame."""


def weights() -> Float32[np.ndarray, "lags materials"]:
    """w_k of each material: exp(-k / tau) times the hours that lag k stands for, normalised."""
    hours = np.gradient(np.array(LAGS_H))
    raw = np.exp(-np.array(LAGS_H)[:, None] / column("lag_h")[None]) * hours[:, None]
    return np.asarray(raw / raw.sum(0), np.float32)


def temperature(
    hit: Surface,
    moment: Moment,
    seen: Float32[np.ndarray, "n"],
    before: Float32[np.ndarray, "n"] | float = SEEN_BEFORE,
    correction: Float32[np.ndarray, "materials sides"] | None = None,
) -> Float32[np.ndarray, "n"]:
    """Surface temperatures in degrees Celsius; ``seen`` is 1 where the sun shines now, ``before`` the share of the past that it did.

    ``correction`` (``balance.correction``) makes up for what one lag a material leaves out.
    """
    open_sky = 0.5 + 0.5 * hit.normal[:, 2]
    absorptance, emissivity = absorbed_share(hit), figures("emissivity", hit.material)
    damp = np.float32(moment.wet) * figures("wets", hit.material) if moment.wet > 0 else 0.0
    absorptance = absorptance + damp * (soaked_share(absorptance) - absorptance)
    follow, plants, total = weights(), figures("transpires", hit.material), np.zeros(len(hit.ray), np.float32)
    for k, lag in enumerate(LAGS_H):
        share = seen if k == 0 else np.asarray(before, np.float32)
        beam = share * np.float32(moment.beam(lag)) * np.clip(dot(hit.normal, moment.sun(lag)), 0, 1)
        total += np.take(follow[k], hit.material) * equilibrium(
            moment, lag, absorptance * (beam + open_sky * np.float32(moment.diffuse(lag))), emissivity * open_sky, damp, plants
        )
    if correction is not None:
        total += correction[hit.material, sides(hit.normal)]
    total += figures("texture_k", hit.material) * (1 - EVEN * damp) * hit.grain + hit.warmth
    body = figures("body", hit.material)
    return total + body * (SKIN_C - total) + body * hit.warmth


def absorbed_share(hit: Surface) -> Float32[np.ndarray, "n"]:
    """Solar absorptance: of what is painted by its colour, black against white; of the rest by material."""
    figure = figures("absorptance", hit.material)
    red, green, blue = hit.albedo.T
    by_colour = np.float32(PAINT_BLACK) - np.float32(PAINT_SLOPE / 3) * (red + green + blue)
    return np.where(figures("painted", hit.material) > 0, np.maximum(by_colour, np.float32(0.2)), figure)


def soaked_share(dry: Float32[np.ndarray, "n"] | float) -> Float32[np.ndarray, "n"] | float:
    """Solar absorptance of a ground under water, from its dry one (Lekner and Dorf 1988)."""
    return dry / (1 - INSIDE * (1 - dry))


def drying(moment: Moment, lag_h: float) -> tuple[float, float]:
    """What water on all of a surface loses by evaporation at the air's temperature, W/m2, and more for every kelvin above."""
    pressure, slope = vapour(moment.air_c(lag_h))
    rate = (5.7 + 3.8 * moment.wind) / PSYCHROMETRIC
    return rate * (1 - HUMID) * pressure, rate * slope


def vapour(air_c: float) -> tuple[float, float]:
    """Pressure of saturated vapour, Pa, and its slope, Pa/K, by Magnus' formula."""
    pressure = 611.2 * float(np.exp(17.62 * air_c / (243.12 + air_c)))
    return pressure, pressure * 17.62 * 243.12 / (243.12 + air_c) ** 2


def transpired_share(moment: Moment, lag_h: float) -> float:
    """The share of their net radiation that plants with all the water they want spend on transpiration; 0 in frost."""
    air = moment.air_c(lag_h)
    slope = vapour(air)[1]
    return PRIESTLEY_TAYLOR * slope / (slope + PSYCHROMETRIC) if air > 0 else 0.0


def sky_loss(moment: Moment, lag_h: float) -> float:
    """What the cold sky takes, W/m2, from a black surface under all of it that is as warm as the air: h_r dT_sky."""
    return 4 * STEFAN_BOLTZMANN * (moment.air_c(lag_h) + 273.15) ** 3 * moment.sky_depression()


@lru_cache(16)
def look_back(moment: Moment) -> tuple[float, ...]:
    """How many hours ago the sun warmed what is still warm: the quartiles of its warmth, faded by 4 h; none when it did not shine within ``LAGS_H``.

    They move smoothly with the hour, and stay with the sun of the afternoon all night.
    """
    lags = np.arange(0.25, LAGS_H[-1], 0.25)
    warmth = np.cumsum([moment.beam(lag) * max(float(moment.sun(lag)[2]), 0.0) * float(np.exp(-lag / 4)) for lag in lags])
    return tuple(float(lag) for lag in np.interp((0.25, 0.75), warmth / warmth[-1], lags)) if warmth[-1] > 0 else ()


def sides(normal: Float32[np.ndarray, "n 3"]) -> Int[np.ndarray, "n"]:
    """Which of ``SIDES`` each surface faces most."""
    across = np.abs(normal[:, 0]) > np.abs(normal[:, 1])
    flat = np.where(across, np.where(normal[:, 0] > 0, 1, 2), np.where(normal[:, 1] > 0, 3, 4))
    return np.where(np.abs(normal[:, 2]) > 0.6, np.where(normal[:, 2] > 0, 0, 5), flat)


def ground_share(material: Material, moment: Moment) -> float:
    """A material's solar absorptance, as wet as it then is."""
    dry, damp = PHYSICS[material].absorptance, moment.wet * PHYSICS[material].wets
    return dry + damp * (float(soaked_share(dry)) - dry)


def lagged(material: Material, moment: Moment, normal: tuple[float, float, float], seen: float) -> float:
    """The temperature of one plain surface that has the share ``seen`` of the sun, now and before."""
    figures, follow, open_sky = PHYSICS[material], weights()[:, material], 0.5 + 0.5 * normal[2]
    absorptance, damp, total = ground_share(material, moment), moment.wet * figures.wets, 0.0
    for share, lag in zip(follow, LAGS_H, strict=True):
        light = seen * moment.beam(lag) * max(0.0, float(np.dot(normal, moment.sun(lag)))) + open_sky * moment.diffuse(lag)
        absorbed, exposed = (np.array([value], np.float32) for value in (absorptance * light, figures.emissivity * open_sky))
        total += float(share) * float(equilibrium(moment, lag, absorbed, exposed, damp, figures.transpires)[0])
    return total


def equilibrium(
    moment: Moment,
    lag_h: float,
    absorbed: Float32[np.ndarray, "n"],
    exposed: Float32[np.ndarray, "n"],
    damp: Float32[np.ndarray, "n"] | float = 0.0,
    plants: Float32[np.ndarray, "n"] | float = 0.0,
) -> Float32[np.ndarray, "n"]:
    """T_eq at ``lag_h`` hours ago, from a G in W/m2, e F, the share ``damp`` under water, and how much it transpires."""
    loss, steeper = (np.float32(number) for number in drying(moment, lag_h))
    air = moment.air_c(lag_h)
    radiative = np.float32(4 * STEFAN_BOLTZMANN * (air + 273.15) ** 3)
    convective = np.float32(5.7 + 3.8 * moment.wind)
    gain = absorbed - exposed * np.float32(sky_loss(moment, lag_h))
    gain = gain - np.float32(transpired_share(moment, lag_h)) * plants * np.maximum(gain, 0)
    return np.asarray(np.float32(air) + (gain - damp * loss) / (convective + radiative + damp * steeper), np.float32)


def sky_c(moment: Moment, up: Float32[np.ndarray, "n"]) -> Float32[np.ndarray, "n"]:
    """Apparent temperature of the sky in the 8-14 um window at a sine of elevation: cold overhead, the air's at the horizon.

    The window lets through more than the whole spectrum does: the zenith lies 2.6 times Swinbank's depression below the
    air (Idso 1981, figure 3, in outline).
    """
    depth = np.float32(2.6 * moment.sky_depression() + 3.0)
    return np.asarray(np.float32(moment.air_c()) - depth * (1 - np.exp(-np.clip(up, 0, 1) / np.float32(0.28))), np.float32)


def radiance(hit: Surface, moment: Moment, surface_c: Float32[np.ndarray, "n"]) -> Float32[np.ndarray, "n"]:
    """L that reaches the camera, W/(m2 sr): emitted and mirrored, through air that dims and shines."""
    emissivity = figures("emissivity", hit.material)
    if moment.wet > 0:
        film = 0.5 * np.float32(moment.wet) * figures("wets", hit.material)
        emissivity = emissivity + film * (1 - WATER - (0.6 - WATER) * (1 - np.clip(-dot(hit.direction, hit.normal), 0, 1)) ** 5 - emissivity)
    up = hit.direction[:, 2] - 2 * dot(hit.direction, hit.normal) * hit.normal[:, 2]
    around = np.where(up > 0, sky_c(moment, up), np.float32(moment.air_c()))
    glass = (hit.material == Material.WINDOW) | (hit.material == Material.CAR_GLASS)
    around = np.where(glass, around, 0.5 * around + 0.5 * np.float32(moment.air_c()))
    seen = emissivity * planck.looked_up(surface_c) + (1 - emissivity) * planck.looked_up(around)
    clear, air = np.exp(-hit.distance / np.float32(1000)), planck.looked_up(np.array([moment.air_c()], np.float32))
    return np.asarray(clear * seen + (1 - clear) * air, np.float32)


def sky_radiance(moment: Moment, directions: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n"]:
    """L of the sky in given directions, with clouds."""
    return planck.looked_up(sky_c(moment, directions[:, 2]) + np.float32(0.3 + 1.5 * moment.cloud) * clouds(moment, directions))
