"""What is read, and how it is changed for training."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ThermalCounts:
    """Thermal counts: bits a pixel in the file, the counts that become 0 and 1, and the count of pixels without a measurement.

    ``invalid`` is ``None`` where every pixel is measured. With ``level`` every image is levelled first: its median
    comes to the middle of the range, and ``level`` counts on either side fill it. ``None`` keeps absolute counts, as released.
    """

    bits: Literal[8, 16]
    low: float
    high: float
    invalid: int | None
    level: float | None

    def __post_init__(self) -> None:
        """Refuse an empty range."""
        if not self.low < self.high:
            raise ValueError(f"thermal: low {self.low:g}, high {self.high:g}; expected low below high; correct the range of counts")


@dataclass(frozen=True)
class Input:
    """What a network sees of a frame: all of it resized to ``size`` (height, width), of which ``crop_columns`` [first, end) are kept.

    ``stored`` says how the files of a frame (RGB, thermal, label) may differ in size; ``thermal`` is ``None`` where none is read.
    ``fit`` is for sets of many cameras: ``stretch`` brings every image to ``size`` whatever its aspect, ``width`` to the width of ``size``
    at its own aspect; its rows are then cut, or filled up (grey, not labelled), evenly above and below.
    """

    size: tuple[int, int]
    crop_columns: tuple[int, int] | None
    stored: Literal["same size", "same aspect"]
    thermal: ThermalCounts | None
    fit: Literal["stretch", "width"] = "stretch"

    def __post_init__(self) -> None:
        """Refuse a size without pixels, columns outside the width, and thermal images of unknown aspect."""
        if self.fit == "width" and self.thermal is not None:
            raise ValueError("input.fit width: expected a set without thermal images, whose two cameras must be fitted alike; use stretch for pairs")
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
    ``thermal_offset`` shifts thermal in [-1, 1], ``thermal_tone`` bends its grey levels until, at more than 0.16, some change places.
    ``modality_dropout`` hides a block of one modality, ``cutout`` one of both.
    """

    crop: tuple[int, int] | None
    flip: float
    scale: tuple[float, float]
    rotation_deg: float
    colour: Colour
    thermal_gain: tuple[float, float]
    thermal_offset: float
    thermal_tone: float
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
class Pairs:
    """The RGB-thermal pairs: their layout, their folder, how they are read, and what is held out for testing.

    ``held_out``: ranges of image numbers (first, last) for layouts without a split of their own, with ``gap`` numbers
    dropped on either side because neighbouring frames look alike. ``guard``: what of the test set may not be trained on where frames have
    time stamps, whole ``drives`` that a test frame is from, or only its ``neighbours`` in time. ``keep``: prepared frames are kept on disk,
    beside the folder, for the stages and processes that read them later.
    """

    layout: Literal["freiburg", "msrs", "mf"]
    folder: str
    input: Input
    held_out: tuple[tuple[int, int], ...] | None
    gap: int | None
    guard: Literal["drives", "neighbours"] = "drives"
    keep: bool = False


@dataclass(frozen=True)
class Labelled:
    """A labelled RGB set for the teacher: its layout, its folder, how it is read."""

    layout: Literal["vistas", "vistas_v2", "cityscapes", "bdd", "camvid"]
    folder: str
    input: Input
