"""An interrupted run goes on where it stopped, to the same weights."""

import dataclasses
import hashlib
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from heatnet.training.learner import Learner, Report


def fingerprint(*parts: str) -> str:
    """One name for code, parameters and data."""
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def resumable(learner: Learner, train: Callable[[], Iterator[Report]], path: Path, mark: str, every: int = 100) -> Iterator[Report]:
    """Run ``train`` and keep a checkpoint at ``path`` every so many steps; delete it at the end.

    A checkpoint there whose ``mark`` (see ``fingerprint``) is this one's is taken up first: its reports are yielded
    again, then training goes on. One with another mark, or one that cannot be read, is ignored.
    """
    history = _restore(learner, path, mark)
    yield from history
    for report in train():
        history.append(report)
        yield report
        if learner.step % every == 0:
            _save(learner, history, path, mark)
    path.unlink(missing_ok=True)


def _save(learner: Learner, history: list[Report], path: Path, mark: str) -> None:
    """Write under a temporary name, then rename."""
    state = {
        "mark": mark,
        "step": learner.step,
        "networks": {name: network.state_dict() for name, network in learner.networks.items()},
        "optimisers": {name: optimiser.state_dict() for name, optimiser in learner.optimisers.items()},
        "history": [dataclasses.asdict(report) for report in history],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    torch.save(state, unfinished)
    os.replace(unfinished, path)


def _restore(learner: Learner, path: Path, mark: str) -> list[Report]:
    """Take up a checkpoint that belongs to this run; the reports until then."""
    if not path.is_file():
        return []
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError):
        return []
    if not isinstance(state, dict) or state.get("mark") != mark:
        return []
    for name, network in learner.networks.items():
        network.load_state_dict(state["networks"][name])
    for name, optimiser in learner.optimisers.items():
        optimiser.load_state_dict(state["optimisers"][name])
    learner.step = state["step"]
    return [Report(**report) for report in state["history"]]
