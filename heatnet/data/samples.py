"""Decoded frames in memory, at the network's size."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Shaped, UInt8, UInt16

from heatnet.config import Input
from heatnet.taxonomy import Domain

Array = Shaped[np.ndarray, "n height width *channels"]


@dataclass(frozen=True)
class Samples:
    """Frames as contiguous arrays; a modality or label that the frames lack is ``None``.

    ``thermal`` holds counts (``input.thermal`` says how to read them); ``label`` our ids; ``weight`` how far to trust the label,
    0 to 255 (``None``: fully).
    """

    input: Input
    names: tuple[str, ...]
    drives: tuple[str, ...]
    domains: tuple[Domain, ...]
    rgb: UInt8[np.ndarray, "n height width 3"] | None
    thermal: UInt16[np.ndarray, "n height width"] | None
    label: UInt8[np.ndarray, "n height width"] | None
    weight: UInt8[np.ndarray, "n height width"] | None

    def __len__(self) -> int:
        """How many frames."""
        return len(self.names)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays in bytes: per pixel 3 (RGB) + 2 (thermal) + 1 (label) + 1 (weight)."""
        return sum(part.nbytes for part in (self.rgb, self.thermal, self.label, self.weight) if part is not None)

    def take(self, chosen: Sequence[int]) -> "Samples":
        """The frames at these places, copied, in this order."""
        where = list(chosen)

        def picked(part: Array | None) -> Shaped[np.ndarray, "chosen height width *channels"] | None:
            return None if part is None else part[where]

        return replace(
            self,
            names=tuple(self.names[i] for i in where),
            drives=tuple(self.drives[i] for i in where),
            domains=tuple(self.domains[i] for i in where),
            rgb=picked(self.rgb),
            thermal=picked(self.thermal),
            label=picked(self.label),
            weight=picked(self.weight),
        )

    def of(self, domain: Domain) -> "Samples":
        """The frames of one domain, copied."""
        return self.take([i for i, other in enumerate(self.domains) if other is domain])
