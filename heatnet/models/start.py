"""Warm starts: a network begins with what trained ones know, instead of from nothing.

All networks here are cut from the same encoder, so stage i of one can be loaded into stage i of another whatever branch it
stands in. The rest is how to read fewer or more channels::

    RGB teacher            -> thermal teacher      one channel for three: the first convolution's kernels summed over R, G, B
    both teachers          -> HeatNet RGB-T        a branch from each; where features of both meet, both kernels, each halved
    RGB teacher            -> HeatNet RGB-only     as it is
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from heatnet.models.encoder import Stages
from heatnet.models.heatnet import HeatNet


def warm_start(model: HeatNet, starts: Sequence[HeatNet | None]) -> HeatNet:
    """Load trained networks into a new one, in place, and return it.

    ``starts`` holds a network for each branch of ``model`` (an RGB network for one that reads RGB, ...), ``None`` for a branch
    that stays as it was built; empty: nothing changes. The shared stages and the head come from the last one that is there;
    where they read the features of all branches, from each its own part. Raises ``ValueError`` for another number of networks
    and for networks of another architecture.
    """
    if starts and len(starts) != len(model.branches):
        raise ValueError(f"start: {len(starts)} networks for {len(model.branches)} branches (of {' and '.join(model.modalities)}); expected one each")
    present = [start for start in starts if start is not None]
    if not present:
        return model
    for branch, start in zip(_branches(model), starts, strict=True):
        if start is not None:
            for stage, trained in zip(branch, _stages(start), strict=False):
                _load(stage, [trained])
    sources = present if len(present) == len(starts) else present[-1:]
    before = len(_branches(model)[0])
    for i, stage in enumerate(model.shared, before):
        _load(stage, [_stages(start)[i] for start in sources])
    _load(model.head, [start.head for start in sources])
    return model


def warm_trunks(trunks: Sequence[Stages], start: HeatNet) -> None:
    """Load a trained network's stages into encoders of another network, in place; one that reads thermal sums the first kernels.

    An encoder may have fewer stages than the network. Raises ``ValueError`` for a network of several branches and for one of another
    architecture.
    """
    for trunk in trunks:
        known = _stages(start)
        if len(trunk) > len(known):
            raise ValueError(f"start: a network of {len(known)} stages for an encoder of {len(trunk)}; expected at least as many")
        for stage, trained in zip(trunk, known, strict=False):
            _load(stage, [trained])


def _branches(model: HeatNet) -> list[list[nn.Module]]:
    return [list(branch.trunk) for branch in model.branches]  # type: ignore[arg-type]


def _stages(model: HeatNet) -> list[nn.Module]:
    """The stages of a network of one branch, those before fusion and those after."""
    if len(model.branches) != 1:
        raise ValueError(f"start: a network that reads {' and '.join(model.modalities)} in branches of their own; expected one of a single branch")
    return [*_branches(model)[0], *model.shared]


def _load(module: nn.Module, sources: Sequence[nn.Module]) -> None:
    """Every tensor of ``module`` from those of the same name."""
    states = [source.state_dict() for source in sources]
    for name, own in module.state_dict().items():
        parts = [state[name] for state in states if name in state]
        if not parts:
            raise ValueError(f"start: a network of another architecture, it has no {name}; expected one trained with the same encoder and decoder")
        with torch.no_grad():
            own.copy_(_fitted(parts, own.shape, name))


def _fitted(parts: Sequence[Tensor], shape: torch.Size, name: str) -> Tensor:
    """The last tensor if it fits, all of them side by side (each divided by their number), or one summed over its input channels."""
    last = parts[-1]
    if last.shape == shape:
        return last
    if len(shape) == 4 and last.dim() == 4 and (last.shape[0], *last.shape[2:]) == (shape[0], *shape[2:]):
        if shape[1] % last.shape[1] == 0:
            copies = shape[1] // last.shape[1]
            return torch.cat(list(parts) if len(parts) == copies else [last] * copies, 1) / copies
        if shape[1] == 1:
            return last.sum(1, keepdim=True)
    raise ValueError(f"start: a network of another architecture: {name} has shape {tuple(last.shape)}, expected {tuple(shape)}")
