"""The calibration of the thermal camera."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stereo:
    """Semi-global matching: nearest thing as disparity over width, block size (px), uniqueness (%), least texture (levels a px)."""

    nearest: float
    block: int
    uniqueness: int
    texture: float


@dataclass(frozen=True)
class Edges:
    """RGB edges (how many, over which grid, how strong, blur, where their depth is read) and thermal gradients (blur, what is
    weak, what is blank).
    """

    per_frame: int
    grid: tuple[int, int]
    contrast: float
    rgb_blur_px: float
    side_px: float
    jump_px: float
    thermal_blur_px: float
    weak_percentile: float
    blank_counts: int
    least: int


@dataclass(frozen=True)
class Search:
    """The global search: its scale and blurs, its size, and how wrong the guess may be (standard deviations).

    ``width`` is the thermal image's in the search; ``prior`` is what half a squared deviation costs in alignment;
    ``focal``, ``centre`` are relative (to itself, to the width).
    """

    width: int
    blurs_px: tuple[float, ...]
    edges: int
    candidates: int
    elite: int
    rounds: int
    tries: int
    floor: float
    prior: float
    rotation_deg: float
    translation_m: float
    focal: float
    centre: float
    distortion: float


@dataclass(frozen=True)
class Refinement:
    """Edge snapping: its windows (px of the thermal image), rounds in each, solver steps a round, and what is refused."""

    windows_px: tuple[float, ...]
    rounds: int
    steps: int
    damping: float
    weakest: float
    least_confidence: float


@dataclass(frozen=True)
class Alignment:
    """Warping: width (px) of the images that depth is matched on, recordings that give its prior, how fast a fill returns
    to the prior, and how much more parallax (px of thermal) a thing must have to hide another.
    """

    width: int
    frames: int
    fade: float
    tolerance_px: float


@dataclass(frozen=True)
class Calibration:
    """Calibration of the thermal camera (frames used, settings of each part), then the warping of every recording."""

    seed: int
    frames: int
    stereo: Stereo
    edges: Edges
    search: Search
    refinement: Refinement
    alignment: Alignment
