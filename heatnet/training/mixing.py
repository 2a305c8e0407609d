"""New images from old ones, for self-training: classes pasted, the day in the night's style, blocks hidden, a modality hidden."""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from heatnet.data import Batch
from heatnet.taxonomy import IGNORE
from heatnet.training.supervised import Source

LIGHT = 4
"""Stream of random numbers: which images of the day are relit, and their noise."""

LEAST = 30
"""Pixels of a class in an image below which its mean and spread say little."""

GAMMA = 2.2
"""Of an image's grey levels over linear light."""

CELL = 16
"""px over which light by night is taken to be even: a lamp's pool, not a thing's edge."""

SHOT, READ = 0.0008, 0.003
"""Noise of a camera that the night makes exposed as long as it can: variance per unit of light, and deviation in the dark."""


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


def styled(day: Batch, night: Batch, rng: np.random.Generator) -> Batch:
    """The day images as if by night: each class takes the mean and the spread that it has in the night image beside it.

    ``x' = x + a ((x - m_k) s'_k / s_k + m'_k - x)`` for every channel of RGB and thermal and every pixel x of class k, with mean and
    deviation ``m_k, s_k`` in the day image and ``m'_k, s'_k`` in the night image (Reinhard et al., Color transfer between images, 2001,
    by class), and a share ``a`` drawn for each image from [0, 1]. Only classes with ``LEAST`` pixels in both images, seen and labelled,
    change; shapes and labels stay. Raises ``ValueError`` where a batch lacks labels.
    """
    if day.label is None or night.label is None:
        raise ValueError("the day in the night's style: expected two labelled batches; give both sources labels")
    shares = rng.random(len(day)).tolist()
    made = {
        name: None if part is None else torch.stack([_styled(part, images(night)[name], day.label, night.label, i, a) for i, a in enumerate(shares)])
        for name, part in images(day).items()
    }
    return replace(day, **made)


def _styled(day: Tensor, night: Tensor | None, labels: Tensor, others: Tensor, i: int, share: float) -> Tensor:
    """Image ``i`` of ``day``, its classes by turns."""
    assert night is not None, "day and night are seen by the same cameras"
    image, other = day[i].clone(), night[i]
    for k in torch.unique(labels[i]).tolist():
        here, there = (labels[i] == k) & (image != 0).any(0), (others[i] == k) & (other != 0).any(0)
        if k != IGNORE and min(int(here.sum()), int(there.sum())) >= LEAST:
            old, new = image[:, here], other[:, there]
            scale = new.std(1, keepdim=True) / old.std(1, keepdim=True).clamp(min=1e-3)
            wanted = (old - old.mean(1, keepdim=True)) * scale + new.mean(1, keepdim=True)
            image[:, here] = (old + share * (wanted - old)).clamp(-1, 1)
    return image


def relit(day: Batch, night: Batch, rng: np.random.Generator) -> Batch:
    """The RGB images of the day under the light of the night images beside them: dark, where their headlights and lamps do not reach.

    Light falls smoothly, what it falls on has edges (Land and McCann, Lightness and Retinex theory, 1971): ``x' = x blur(y) / blur(x)``
    for linear light x by day and y by night (of all three channels; a share ``a`` of y's own colour, drawn from [0, 1]), then noise of
    variance ``SHOT x' + READ^2``. Thermal images, labels and weights stay. Raises ``ValueError`` where a batch lacks RGB.
    """
    if day.rgb is None or night.rgb is None:
        raise ValueError("the day under the light of the night: expected RGB images in both batches")
    seen = (day.rgb != 0).any(1, keepdim=True)
    linear, dark = (((part + 1) / 2).clamp(0, 1) ** GAMMA for part in (day.rgb, night.rgb))
    share = torch.from_numpy(rng.random((len(day), 1, 1, 1))).to(linear)
    light = _smooth(dark)
    light = share * light + (1 - share) * light.mean(1, keepdim=True)
    made = linear * light / (_smooth(linear.mean(1, keepdim=True)) + 1e-3)
    noise = torch.from_numpy(rng.standard_normal(made.shape, dtype=np.float32)).to(made)
    made = made + noise * (SHOT * made + READ**2).sqrt()
    return replace(day, rgb=torch.where(seen, 2 * made.clamp(0, 1) ** (1 / GAMMA) - 1, day.rgb))


def lit_by(day: Source, night: Source, share: float, seed: int) -> Source:
    """The batches of ``day``, each image with a chance of ``share`` under the light of the image beside it in the batch of ``night``.

    A pure function of the step, as the sources are. Raises ``ValueError`` where the share is none.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"the day under the light of the night: a share of {share}; expected 0 (never) to 1 (always)")

    def batch(step: int) -> Batch:
        plain, rng = day(step), np.random.default_rng([seed, LIGHT, step])
        dark = relit(plain, night(step), rng).rgb
        chosen = torch.from_numpy(rng.random(len(plain)) < share)[:, None, None, None]
        return replace(plain, rgb=torch.where(chosen, dark, plain.rgb))  # type: ignore[arg-type]

    return batch


def _smooth(image: Tensor) -> Tensor:
    """The image blurred over about ``CELL`` px: means of cells, linear in between."""
    height, width = image.shape[-2:]
    means = torch.nn.functional.adaptive_avg_pool2d(image, (max(1, height // CELL), max(1, width // CELL)))
    return torch.nn.functional.interpolate(means, (height, width), mode="bilinear", align_corners=False)


def images(batch: Batch) -> dict[str, Tensor | None]:
    """The images of a batch by modality."""
    return {"rgb": batch.rgb, "thermal": batch.thermal}
