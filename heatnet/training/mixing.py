"""New images from old ones, for self-training: classes of one pasted onto another, blocks hidden, a modality hidden."""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from heatnet.data import Batch
from heatnet.taxonomy import IGNORE


def pasted(labels: Tensor, rng: np.random.Generator) -> Bool[Tensor, "batch height width"]:
    """Where the pixels of half of each image's classes (rounded up, chosen at random) lie; never where there is no label."""
    masks = []
    for label in labels:
        present = [int(k) for k in torch.unique(label).tolist() if k != IGNORE]
        chosen: list[int] = rng.choice(present, (len(present) + 1) // 2, replace=False).tolist() if present else []
        masks.append(torch.isin(label, torch.tensor(chosen, dtype=torch.long, device=label.device)))
    return torch.stack(masks)


def class_mix(front: Batch, back: Batch, rng: np.random.Generator) -> Batch:
    """Half of the classes of each image of ``front``, pasted onto the image of ``back`` at the same place (ClassMix, Olsson et al., WACV 2021).

    Across domains as in DACS (Tranheden et al., WACV 2021): things by day, correctly labelled, in a street by night. RGB, thermal,
    label and weight of a pixel stay together. Raises ``ValueError`` where the batches are of two sizes or lack labels.
    """
    if front.label is None or back.label is None or front.label.shape != back.label.shape:
        raise ValueError("class-mix: expected two labelled batches of as many images of one size; give both sources the same batch size and crop")
    mask = pasted(front.label, rng)

    def mixed(a: Tensor | None, b: Tensor | None) -> Tensor | None:
        return None if a is None or b is None else torch.where(mask[:, None], a, b)

    weights = [torch.ones(mask.shape, device=mask.device) if part.weight is None else part.weight for part in (front, back)]
    label = torch.where(mask, front.label, back.label)
    return Batch(mixed(front.rgb, back.rgb), mixed(front.thermal, back.thermal), label, torch.where(mask, weights[0], weights[1]))


def masked(batch: Batch, block: int, ratio: float, rng: np.random.Generator) -> Batch:
    """The batch with a share ``ratio`` of its square blocks hidden in all modalities (Hoyer et al., MIC, CVPR 2023).

    Blocks measure ``block`` px a side; hidden is 0, the middle of the range. Labels stay: what is hidden is to be told from around it.
    """
    height, width = (batch.rgb if batch.rgb is not None else batch.thermal).shape[-2:]  # type: ignore[union-attr]
    coarse = rng.random((len(batch), 1, -(-height // block), -(-width // block))) >= ratio
    seen = torch.from_numpy(coarse.repeat(block, 2).repeat(block, 3)[..., :height, :width].copy())
    return replace(batch, **{name: None if part is None else part * seen.to(part.device) for name, part in images(batch).items()})


def one_modality(batch: Batch, rng: np.random.Generator) -> Batch:
    """Each image with one of its two modalities hidden whole, drawn at random. Raises ``ValueError`` where there is only one."""
    if batch.rgb is None or batch.thermal is None:
        raise ValueError("cross-modal consistency: expected RGB and thermal images; this network sees only one of them, set its weight to 0")
    keep = torch.from_numpy(rng.integers(0, 2, len(batch))).to(batch.rgb)[:, None, None, None]
    return replace(batch, rgb=batch.rgb * keep, thermal=batch.thermal * (1 - keep))


def images(batch: Batch) -> dict[str, Tensor | None]:
    """The images of a batch by modality."""
    return {"rgb": batch.rgb, "thermal": batch.thermal}
