"""Batches as a pure function of (samples, seed, step): an interrupted run goes on with exactly the batches it would have had."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor

from heatnet.config import Augmentation
from heatnet.data.augment import View, augmented, plain
from heatnet.data.samples import Samples

ORDER, CHANGE = 0, 1
"""Streams of random numbers: the order of the frames, and their changes."""


@dataclass(frozen=True)
class Batch:
    """Images in [-1, 1] (0: nothing seen), our class ids, and how far to trust them (0 to 1); what there is not is ``None``."""

    rgb: Float[Tensor, "batch 3 height width"] | None
    thermal: Float[Tensor, "batch 1 height width"] | None
    label: Int64[Tensor, "batch height width"] | None
    weight: Float[Tensor, "batch height width"] | None

    def __len__(self) -> int:
        """How many frames."""
        return next(len(part) for part in (self.rgb, self.thermal, self.label) if part is not None)

    def to(self, device: torch.device | str) -> "Batch":
        """The batch on a device; from pinned memory the copy does not wait."""
        return Batch(*(None if part is None else part.to(device, non_blocking=True) for part in _parts(self)))


def _parts(batch: Batch) -> tuple[Tensor | None, ...]:
    return tuple(getattr(batch, field.name) for field in fields(Batch))


def cat(batches: Sequence[Batch]) -> Batch:
    """The batches as one; ``ValueError`` when only some have a modality, a label or a weight."""
    joined: list[Tensor | None] = []
    for field, parts in zip(fields(Batch), zip(*map(_parts, batches), strict=True), strict=True):
        present = [part for part in parts if part is not None]
        if present and len(present) < len(parts):
            raise ValueError(f"{len(present)} of {len(parts)} batches have a {field.name}; expected all or none; drop it from all or load it for all")
        joined.append(torch.cat(present) if present else None)
    return Batch(*joined)


def collate(views: Sequence[View]) -> Batch:
    """Views, which all have the same parts, as tensors; RGB stays in channels-last order, as the arrays are and convolutions like it."""
    rgb, heat, label, weight = ([getattr(view, part) for view in views] for part in ("rgb", "thermal", "label", "weight"))
    return Batch(
        None if rgb[0] is None else torch.from_numpy(np.stack(rgb)).permute(0, 3, 1, 2),
        None if heat[0] is None else torch.from_numpy(np.stack(heat)[:, None]),
        None if label[0] is None else torch.from_numpy(np.stack(label)).long(),
        None if weight[0] is None else torch.from_numpy(np.stack(weight)).float().div_(255),
    )


def batch_at(
    samples: Samples, step: int, batch_size: int, seed: Sequence[int], augmentation: Augmentation | None, share: tuple[int, int] = (0, 1)
) -> Batch:
    """The batch of a training step.

    Frames come in an endless shuffled order, each once per epoch. ``seed`` is a list of numbers, so that sources that are
    sampled side by side get their own (``[seed, 0]``, ``[seed, 1]``). ``share`` is (process, processes): each gets its part of
    the global batch, whose frames and changes do not depend on how many processes there are.
    Raises ``ValueError`` when the batch cannot be shared out evenly.
    """
    process, processes = share
    if batch_size % processes:
        raise ValueError(f"a batch of {batch_size} for {processes} processes; expected a multiple of {processes}; change the batch size")
    part = range(process * batch_size // processes, (process + 1) * batch_size // processes)
    order = indices_at(len(samples), step, batch_size, seed)
    return collate([_view(samples, order[k], augmentation, (*seed, CHANGE, step, k)) for k in part])


def _view(samples: Samples, i: int, augmentation: Augmentation | None, seed: Sequence[int]) -> View:
    return plain(samples, i) if augmentation is None else augmented(samples, i, augmentation, np.random.default_rng(seed))


def indices_at(count: int, step: int, batch_size: int, seed: Sequence[int]) -> list[int]:
    """Which of ``count`` frames make up the batch of a step; a batch may end one epoch and begin the next."""
    places = range(step * batch_size, (step + 1) * batch_size)
    return [int(_epoch(count, place // count, tuple(seed))[place % count]) for place in places]


@lru_cache(maxsize=16)
def _epoch(count: int, epoch: int, seed: tuple[int, ...]) -> Int64[np.ndarray, "count"]:
    """The order of an epoch."""
    return np.random.default_rng((*seed, ORDER, epoch)).permutation(count)


def evaluation_batches(samples: Samples, batch_size: int) -> Iterator[Batch]:
    """All frames once, in order, unchanged; the last batch may be smaller."""
    for start in range(0, len(samples), batch_size):
        yield collate([plain(samples, i) for i in range(start, min(start + batch_size, len(samples)))])


def ahead(source: Callable[[int], Batch]) -> Callable[[int], Batch]:
    """The same batches, the next step's prepared by a background thread while the current one is in use.

    The current one is kept as well: who asks for a step again gets the same batch, which nobody may change in place.
    An error in the thread is raised for the step that it belongs to.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="next batch")
    near: dict[int, Future[Batch]] = {}

    def at(step: int) -> Batch:
        for one in (step, step + 1):
            if one not in near:
                near[one] = pool.submit(source, one)
        for other in near.keys() - {step, step + 1}:
            del near[other]
        return near[step].result()

    return at
