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


def joined(first: Samples, second: Samples) -> Samples:
    """The labelled frames of both; where only one has weights, the other is fully trusted.

    Raises ``ValueError`` where the two are read differently, or a modality or a label is in one of them alone.
    """
    if first.input != second.input:
        raise ValueError(f"{second.names[0]}: read as {second.input}, but {first.names[0]} as {first.input}; give both sets the same input")

    def both(name: str) -> Shaped[np.ndarray, "n height width *channels"] | None:
        parts = [getattr(one, name) for one in (first, second)]
        if all(part is None for part in parts):
            return None
        if name == "weight":
            parts = [np.full_like(one.label, 255) if part is None else part for one, part in zip((first, second), parts, strict=True)]
        if any(part is None for part in parts):
            raise ValueError(f"{first.names[0]} and {second.names[0]}: only one of them has {name}; give both sets the same")
        return np.concatenate(parts)

    names, drives, domains = first.names + second.names, first.drives + second.drives, first.domains + second.domains
    return Samples(first.input, names, drives, domains, both("rgb"), both("thermal"), both("label"), both("weight"))
