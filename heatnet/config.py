"""``params.yaml`` as frozen dataclasses, one per stage.

A number lives once, in ``params.yaml``, with its source beside it: nothing here has a default, and a key that is unknown,
missing or of the wrong type is refused by name.
"""

import dataclasses
import difflib
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def parse(cls: type[T], mapping: object, where: str) -> T:
    """Build the dataclass ``cls`` from a mapping; ``where`` names the place in errors, e.g. ``params.yaml: teacher``.

    Nested dataclasses, tuples, ``Literal``, ``X | None`` and plain scalars are understood; an integer is taken where a
    float is expected. Raises ``ValueError`` for an unknown or missing key and for a value of another type.
    """
    if not isinstance(mapping, Mapping):
        raise ValueError(f"{where}: expected keys and values, got {mapping!r}")
    hints = get_type_hints(cls)
    names = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    for key in mapping:
        if key not in names:
            near = difflib.get_close_matches(str(key), names, n=1)
            raise ValueError(f"{where}.{key}: unknown key" + (f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(names)}"))
    for name in names:
        if name not in mapping:
            raise ValueError(f"{where}.{name}: missing; add it (a profile lists every number, compare with the repository's params.yaml)")
    return cls(**{name: _value(hints[name], mapping[name], f"{where}.{name}") for name in names})


def _value(kind: Any, value: object, where: str) -> Any:
    """One value of the given type, or ``ValueError``."""
    if dataclasses.is_dataclass(kind):
        return parse(kind, value, where)  # type: ignore[arg-type]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else _value(next(a for a in arguments if a is not type(None)), value, where)
    if origin is Literal:
        if value not in arguments:
            raise ValueError(f"{where}: expected one of {', '.join(map(repr, arguments))}, got {value!r}")
        return value
    if origin is tuple:
        return _tuple(arguments, value, where)
    if origin in (dict, Mapping) or kind is Mapping:
        if not isinstance(value, Mapping):
            raise ValueError(f"{where}: expected keys and values, got {value!r}")
        return {str(k): _value(arguments[1], v, f"{where}.{k}") for k, v in value.items()}
    if kind is Any:
        return value
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise ValueError(f"{where}: expected {kind.__name__}, got {value!r}")
    return value


def _tuple(arguments: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    """A tuple of one kind (``tuple[X, ...]``) or of fixed kinds."""
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"{where}: expected a list, got {value!r}")
    kinds = [arguments[0]] * len(value) if arguments[1:] == (...,) else list(arguments)
    if len(kinds) != len(value):
        raise ValueError(f"{where}: expected {len(kinds)} entries, got {len(value)}: {value!r}")
    return tuple(_value(kind, item, f"{where}[{i}]") for i, (kind, item) in enumerate(zip(kinds, value, strict=True)))


# --- the stages; each class is filled from the section of its name ---


@dataclass(frozen=True)
class Encoder:
    """A timm convolutional encoder: its name, timm's own options, and where its weights come from.

    ``weights``: ``None`` for random ones, ``"timm"`` for timm's download, else a local file.
    """

    name: str
    options: Mapping[str, Any]
    weights: str | None
    output_stride: Literal[8, 16, 32]


@dataclass(frozen=True)
class Decoder:
    """What turns features into logits: ``psp`` as released, ``fpn`` a light one with skips for small images."""

    kind: Literal["psp", "fpn"]
    width: int
    dropout: float


@dataclass(frozen=True)
class Network:
    """An encoder, where two modalities meet (``fuse_after`` residual stages; 0 is early fusion), and a decoder."""

    encoder: Encoder
    fuse_after: int
    decoder: Decoder


@dataclass(frozen=True)
class Optimiser:
    """An optimiser and its polynomial schedule: ``learning_rate * (1 - step / steps) ** power`` after a linear warm-up."""

    name: Literal["adamw", "rmsprop"]
    learning_rate: float
    weight_decay: float
    warmup: int
    power: float


@dataclass(frozen=True)
class Training:
    """One training run: how long, how large a batch (images of each domain), how it descends, and its seed."""

    steps: int
    batch_size: int
    optimiser: Optimiser
    seed: int


@dataclass(frozen=True)
class Adversary:
    """The critic and the confusion term: width of its first layer, its loss, its optimiser, and the term's weight."""

    width: int
    criterion: Literal["lsgan", "bce"]
    optimiser: Optimiser
    weight: float


@dataclass(frozen=True)
class Pairs:
    """The RGB-thermal pairs: their layout, their folder, how they are read, and what is held out for testing.

    ``held_out``: ranges of image numbers (first, last) for layouts without a split of their own, with ``gap`` numbers
    dropped on either side because neighbouring frames look alike.
    """

    layout: Literal["freiburg", "msrs"]
    folder: str
    input: "Input"
    held_out: tuple[tuple[int, int], ...] | None
    gap: int | None


@dataclass(frozen=True)
class Cameras:
    """What the second notebook shows."""

    pairs: Pairs
    seed: int


@dataclass(frozen=True)
class Labelled:
    """A labelled RGB set for the teacher: its layout, its folder, how it is read."""

    layout: Literal["vistas", "camvid"]
    folder: str
    input: "Input"


@dataclass(frozen=True)
class Teacher:
    """The RGB teacher: trained on ``labelled``, or taken from ``file`` as it is."""

    pairs: Pairs
    labelled: Labelled | None
    file: str | None
    network: Network
    training: Training
    augmentation: "Augmentation"


@dataclass(frozen=True)
class ThermalTeacher:
    """The thermal teacher: day pairs with the RGB teacher's labels."""

    pairs: Pairs
    network: Network
    training: Training
    augmentation: "Augmentation"


@dataclass(frozen=True)
class HeatNet:
    """HeatNet RGB-T: stage 1 on both teachers' labels, stage 2 with the critic."""

    pairs: Pairs
    network: Network
    stage1: Training
    stage2: Training
    adversary: Adversary
    augmentation: "Augmentation"


@dataclass(frozen=True)
class Distillation:
    """HeatNet RGB-only: day labels of the RGB teacher, night labels of HeatNet RGB-T."""

    pairs: Pairs
    network: Network
    training: Training
    augmentation: "Augmentation"


@dataclass(frozen=True)
class Bounds:
    """What lies below and above: day labels only, and (where ``truth`` names a folder) true labels by day and night."""

    pairs: Pairs
    truth: str | None
    network: Network
    training: Training
    augmentation: "Augmentation"


@dataclass(frozen=True)
class Row:
    """A row of the results table: its key, its title, and the network's file."""

    key: str
    title: str
    network: str


@dataclass(frozen=True)
class Evaluation:
    """How networks are scored: on labels (``iou``) or on boxes (``boxes``), with bootstrap intervals over images."""

    pairs: Pairs
    protocol: Literal["iou", "boxes"]
    rows: tuple[Row, ...]
    claims: Mapping[str, float]
    resamples: int
    seed: int


@dataclass(frozen=True)
class Results:
    """What the last notebook publishes."""

    pairs: Pairs
    protocol: Literal["iou", "boxes"]
    columns: tuple[Row, ...]
    frames: int
    seed: int


@dataclass(frozen=True)
class Stereo:
    """Semi-global matching: nearest thing as disparity over width, block size (px), uniqueness (%), least texture (levels a px)."""

    nearest: float
    block: int
    uniqueness: int
    texture: float


@dataclass(frozen=True)
class Edges:
    """RGB edges (how many, over which grid, how strong, blur, where their depth is read) and thermal gradients (blur, what is weak, what is blank)."""

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

    ``width`` is the thermal image's in the search; ``focal``, ``centre`` are relative (to itself, to the width).
    """

    width: int
    blurs_px: tuple[float, ...]
    edges: int
    candidates: int
    elite: int
    rounds: int
    floor: float
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


STAGES: Mapping[str, type] = {
    "cameras": Cameras,
    "calibration": Calibration,
    "teacher": Teacher,
    "thermal_teacher": ThermalTeacher,
    "heatnet": HeatNet,
    "distillation": Distillation,
    "bounds": Bounds,
    "evaluation": Evaluation,
    "results": Results,
}
"""The section of ``params.yaml`` of every stage."""


@dataclass(frozen=True)
class ThermalCounts:
    """Thermal counts: bits a pixel in the file, the counts that become 0 and 1, and the count of pixels without a measurement.

    ``invalid`` is ``None`` where every pixel is measured.
    """

    bits: Literal[8, 16]
    low: float
    high: float
    invalid: int | None

    def __post_init__(self) -> None:
        """Refuse an empty range."""
        if not self.low < self.high:
            raise ValueError(f"thermal: low {self.low:g}, high {self.high:g}; expected low below high; correct the range of counts")


@dataclass(frozen=True)
class Input:
    """What a network sees of a frame: all of it resized to ``size`` (height, width), of which ``crop_columns`` [first, end) are kept.

    ``stored`` says how the files of a frame (RGB, thermal, label) may differ in size; ``thermal`` is ``None`` where none is read.
    """

    size: tuple[int, int]
    crop_columns: tuple[int, int] | None
    stored: Literal["same size", "same aspect"]
    thermal: ThermalCounts | None

    def __post_init__(self) -> None:
        """Refuse a size without pixels and columns outside the width."""
        if min(self.size) < 1:
            raise ValueError(f"input.size {self.size}: expected a height and a width of at least one pixel")
        if self.crop_columns and not 0 <= self.crop_columns[0] < self.crop_columns[1] <= self.size[1]:
            raise ValueError(f"input.crop_columns {self.crop_columns}: expected first < end within the width {self.size[1]} of input.size")

    @property
    def network_size(self) -> tuple[int, int]:
        """Height and width of what the network sees."""
        return self.size if self.crop_columns is None else (self.size[0], self.crop_columns[1] - self.crop_columns[0])


@dataclass(frozen=True)
class Block:
    """A hidden rectangle: how often (0 to 1), and its range of heights and of widths as fractions of the image's."""

    probability: float
    height: tuple[float, float]
    width: tuple[float, float]


@dataclass(frozen=True)
class Colour:
    """Colour jitter: the largest relative change of brightness, contrast (about mid-grey), gamma and each channel's gain."""

    brightness: float
    contrast: float
    gamma: float
    gain: float


@dataclass(frozen=True)
class Augmentation:
    """Random changes of a training frame; labels move with the images and are never hidden.

    ``crop`` is the size (height, width) that is cut out after scaling, ``None`` the frame's own; ``thermal_gain`` scales and
    ``thermal_offset`` shifts thermal in [-1, 1]. ``modality_dropout`` hides a block of one modality, ``cutout`` one of both.
    """

    crop: tuple[int, int] | None
    flip: float
    scale: tuple[float, float]
    rotation_deg: float
    colour: Colour
    thermal_gain: tuple[float, float]
    thermal_offset: float
    modality_dropout: Block
    cutout: Block

    def __post_init__(self) -> None:
        """Refuse probabilities outside [0, 1] and ranges upside down."""
        for name, value in (("flip", self.flip), ("modality_dropout", self.modality_dropout.probability), ("cutout", self.cutout.probability)):
            if not 0 <= value <= 1:
                raise ValueError(f"augmentation.{name}: probability {value:g}; expected 0 to 1")
        if not 0 < self.scale[0] <= self.scale[1]:
            raise ValueError(f"augmentation.scale {self.scale}: expected two positive numbers, the smaller first")


@dataclass(frozen=True)
class StreetRig:
    """The rig at full scale: a rectified RGB pair and a thermal camera, on a roof ``height_m`` above the road.

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
    thermal_from_left: tuple[tuple[float, float, float, float], tuple[float, float, float, float], tuple[float, float, float, float]]
    height_m: float
    focal_guess: float


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
    """Where and when: latitude, solar hours of day and of night drives, and the days of the year."""

    latitude_deg: float
    day_hours: tuple[float, float]
    night_hours: tuple[float, float]
    days: tuple[int, int]


@dataclass(frozen=True)
class StreetVistas:
    """The Vistas-like set: images of each split, their typical size (width, height), the cameras' horizontal view, rays per pixel at an edge."""

    training: int
    validation: int
    size: tuple[int, int]
    view_deg: tuple[float, float]
    edge_rays: Literal[1, 2, 4]


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
    """The simulator: its seed, the kinds of street in turn, and what it writes."""

    seed: int
    layouts: tuple[Literal["urban", "suburban", "rural"], ...]
    rig: StreetRig
    sensor: StreetSensor
    climate: StreetClimate
    vistas: StreetVistas
    train: StreetSplit
    test: StreetSplit
    calibration: StreetSplit
