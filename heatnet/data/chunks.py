"""Frames that are read a few at a time, so that a test set of any size takes the memory of one chunk."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from heatnet.config import Input
from heatnet.data.frames import Frame
from heatnet.data.loading import load
from heatnet.data.samples import Samples
from heatnet.taxonomy import LabelMap


@dataclass(frozen=True)
class Chunks:
    """Frames to be read in chunks of ``size`` as often as they are gone through; a set that is one chunk is read once and kept.

    Prepared frames are kept in the folder ``keep`` and taken from there. While one chunk is in use the next is read, so two are in memory at most.
    """

    frames: Sequence[Frame]
    input: Input
    label_map: LabelMap | None
    workers: int
    size: int
    keep: Path | None = None
    kept: list[Samples] = field(default_factory=list, repr=False)

    def __len__(self) -> int:
        """How many frames."""
        return len(self.frames)

    @property
    def names(self) -> tuple[str, ...]:
        """The frames' names."""
        return tuple(frame.name for frame in self.frames)

    @property
    def drives(self) -> tuple[str, ...]:
        """The drive of each frame."""
        return tuple(frame.drive for frame in self.frames)

    def __iter__(self) -> Iterator[Samples]:
        """The chunks in order. Raises ``ValueError`` for no frames and for every file that cannot be used."""
        if len(self) <= self.size:
            self.kept[:] = self.kept or [self._read(0)]
            yield self.kept[0]
            return
        with ThreadPoolExecutor(1, thread_name_prefix="next chunk") as pool:
            coming = pool.submit(self._read, 0)
            for start in range(0, len(self), self.size):
                chunk = coming.result()
                if start + self.size < len(self):
                    coming = pool.submit(self._read, start + self.size)
                yield chunk
                del chunk

    def _read(self, start: int) -> Samples:
        """The chunk that begins at a frame."""
        return load(self.frames[start : start + self.size], self.input, self.label_map, self.workers, keep=self.keep)
