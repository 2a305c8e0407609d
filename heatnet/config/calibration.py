"""The calibration of the thermal camera."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stereo:
    """Semi-global matching: nearest thing as disparity over width, block size (px), uniqueness (%), least texture (levels a px),
    how many times smaller images are matched at night and online; then edges matched to a fraction of a pixel: half a window
    (px), damping (squared levels), furthest move (px).
    """

    nearest: float
    block: int
    uniqueness: int
    texture: float
    coarse: int
    edge_window: int
    edge_damping: float
    edge_reach_px: float


@dataclass(frozen=True)
class Edges:
    """RGB edges (how many, over which grid, how strong, tone curve, blur, where their depth is read) and thermal gradients (blur,
    what is weak, what is blank). ``gamma`` is the power of linear light that edges are located in, ``rgb_blur_px`` their blur, in a bright
    image and in one whose median level is below ``dark``.
    """

    per_frame: int
    grid: tuple[int, int]
    contrast: float
    gamma: tuple[float, float]
    dark: float
    rgb_blur_px: tuple[float, float]
    side_px: float
    jump_px: float
    thermal_blur_px: float
    weak_percentile: float
    blank_counts: int
    least: int


@dataclass(frozen=True)
class Search:
    """The global search: its scale and blurs, its size, and how wrong the guess may be (standard deviations).

    ``width`` is the thermal image's in the search, ``rgb_blur_px`` the blur of the RGB edges that it looks at; it begins ``wide`` times the
    guess's deviations; two searches are made at a time, at most ``tries`` times, until two end within ``agree_px`` of the result; ``prior``
    is what half a squared deviation costs in the alignment of one frame, for each blur; from the second time on they begin at these
    multiples (``focals``) of the guess's focal length, the prior ``loose`` times as strong; ``focal``, ``centre`` are relative (to itself,
    to the width); ``unknown_focals`` are tried (over the width) without a guess.
    """

    width: int
    blurs_px: tuple[float, ...]
    rgb_blur_px: float
    edges: int
    candidates: int
    elite: int
    rounds: int
    tries: int
    agree_px: float
    wide: float
    floor: float
    prior: tuple[float, ...]
    loose: float
    focals: tuple[float, float]
    rotation_deg: float
    translation_m: float
    focal: float
    centre: float
    distortion: float
    unknown_focals: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse a prior that does not say what each blur's alignment costs."""
        if len(self.prior) != len(self.blurs_px):
            raise ValueError(f"search.prior: {len(self.prior)} numbers for {len(self.blurs_px)} blurs; give one for each of search.blurs_px")


@dataclass(frozen=True)
class Refinement:
    """Edge snapping: its windows (px of the thermal image), from which of them on a search's end is refined at first, rounds in each,
    looks along normals a round, solver steps a round, how far a tone curve may shift edges (px, standard deviation), what the guess is
    worth (edges a squared deviation; with standard deviations of fy over fx, of k1 and k2 and of p1, p2, the others are the search's), and
    what is refused: weak edges, frames and recordings that match too little more than by chance.
    """

    windows_px: tuple[float, ...]
    narrow: int
    rounds: int
    samples: int
    steps: int
    damping: float
    shift_px: float
    prior: float
    aspect: float
    radial: float
    tangential: float
    weakest: float
    least_frame: float
    least_confidence: float

    def __post_init__(self) -> None:
        """Refuse a number of a window that there is not."""
        if not 0 <= self.narrow < len(self.windows_px):
            raise ValueError(f"refinement.narrow: {self.narrow}, but refinement.windows_px has {len(self.windows_px)}; count from 0")


@dataclass(frozen=True)
class Uncertainty:
    """Tiles (rows, columns) whose edges err together, the measured factor on the deviations, from what correlation on two
    unknowns cannot be told apart, how many deviations from the guess are said, how well the RGB pair's focal length is known
    (relative), how late (s, standard deviation) thermal may be and how well that must be found, and up to what expected error (px) and how
    many squared deviations from the guess in all a result is trusted.
    """

    tiles: tuple[int, int]
    inflation: float
    correlation: float
    surprise: float
    rgb_focal: float
    delay_s: float
    delay_known_s: float
    trust_px: float
    plausible: float


@dataclass(frozen=True)
class Checks:
    """The stereo pair's check: corners a frame, how many must be found in all, and how far (px) rows may be apart."""

    corners: int
    least: int
    rows_px: float


@dataclass(frozen=True)
class Online:
    """Online refinement of the rotation: its views' edges, its coarse search (scale, blur, standard deviation, size, how often it is
    tried, from how many times more matches than by chance, by day and by night, on it is not needed), how many of the last windows follow,
    with how many looks along normals and rounds, by how many standard errors more edges must match and how far (px, over the root of the
    frames) the image must move for a change (two refinements nearer than this, px, end in one place), and the watch: recent frames that
    decide, and what median turn is a knock.
    """

    per_frame: int
    width: int
    blur_px: float
    rotation_deg: float
    edges: int
    candidates: int
    elite: int
    rounds: int
    tries: int
    sure: tuple[float, float]
    windows: int
    samples: int
    refinements: int
    gain: float
    still_px: float
    frames: int
    noticed_deg: float


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
    """Calibration of the thermal camera (frames used by the stage, at most by the command on a user's folder; settings of each part),
    then the warping of every recording.
    """

    seed: int
    frames: int
    command_frames: int
    stereo: Stereo
    edges: Edges
    search: Search
    refinement: Refinement
    uncertainty: Uncertainty
    checks: Checks
    online: Online
    alignment: Alignment
