"""What must be known of a network by another hand: what its classes are in ours, and how it wants its images normalised."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from heatnet.taxonomy import BACKGROUND, CITYSCAPES, IGNORE, NAMES, NUM_CLASSES, LabelMap

Triple = tuple[float, float, float]


class Translated(nn.Module):
    """Logits over another set's classes turned into logits over ours: the probabilities of what we call one class are added."""

    def __init__(self, label_map: LabelMap) -> None:
        """Classes that we do not have count as background."""
        super().__init__()
        self.label_map = label_map
        table = torch.zeros(len(label_map.targets), NUM_CLASSES)
        for source, target in enumerate(label_map.targets):
            table[source, BACKGROUND if target == IGNORE else target] = 1
        self.register_buffer("table", table)

    def forward(self, logits: Float[Tensor, "batch theirs height width"]) -> Float[Tensor, "batch ours height width"]:
        """``log(sum of the softmax over each of our classes)``, floored where we have no counterpart."""
        if logits.shape[1] != len(self.label_map.targets):
            raise ValueError(misfit("the network", logits.shape[1], self.label_map))
        ours = torch.einsum("bshw,sc->bchw", logits.softmax(1), self.get_buffer("table"))
        return ours.clamp(min=1e-8).log()


def misfit(who: object, classes: int, label_map: LabelMap) -> str:
    """The message for a network with another number of classes than its label map."""
    return f"{who} gives {classes} classes, but {label_map.name} has {len(label_map.targets)}; choose the label map that belongs to it"


@dataclass(frozen=True)
class Stated:
    """What is stated of a network: our class of each of its classes, mean and deviation (of RGB in [0, 1]) by which it normalises."""

    label_map: LabelMap = CITYSCAPES
    mean: Triple = (0.0, 0.0, 0.0)
    std: Triple = (1.0, 1.0, 1.0)

    def normalised(self, rgb: Float[Tensor, "batch 3 height width"]) -> Float[Tensor, "batch 3 height width"]:
        """An image in [-1, 1] as the network wants it."""
        mean, std = (rgb.new_tensor(values).view(1, 3, 1, 1) for values in (self.mean, self.std))
        return ((rgb / 2 + 0.5).clamp(0, 1) - mean) / std

    def to_json(self) -> str:
        """As text that ``stated`` reads."""
        names = [None if target == IGNORE else NAMES[target] for target in self.label_map.targets]
        return json.dumps({"classes": names, "mean": self.mean, "std": self.std})


def stated(text: str, where: Path) -> Stated:
    """Read a JSON list of classes (our name of each in order, ``null`` for none), or an object with ``classes`` and, where the network
    normalises, ``mean`` and ``std`` (three numbers each, of RGB in [0, 1]).

    Raises ``ValueError`` for anything else; ``where`` names the file.
    """
    try:
        content = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{where}: not JSON ({error}); expected a list of class names") from error
    fields: Mapping[str, Any] = content if isinstance(content, dict) else {"classes": content}
    if unknown := sorted(set(fields) - {"classes", "mean", "std"}):
        raise ValueError(f"{where}: unknown key {unknown[0]!r}; expected classes, mean and std")
    names = fields.get("classes")
    if not isinstance(names, list) or (stray := [name for name in names if name not in (*NAMES, None)]):
        what = f"{stray[0]!r} is none of our classes" if isinstance(names, list) else "not a list"
        raise ValueError(f"{where}: {what}; expected, for each class of the network in order, one of {', '.join(NAMES)}, or null")
    targets = tuple(IGNORE if name is None else NAMES.index(name) for name in names)
    label_map = LabelMap(where.name, tuple(str(name) for name in names), targets)
    return Stated(label_map, triple(fields.get("mean", Stated.mean), "mean", where), triple(fields.get("std", Stated.std), "std", where))


def triple(values: Any, name: str, where: Path) -> Triple:
    """Three numbers, positive ones for a deviation; ``ValueError`` for others."""
    good = isinstance(values, Sequence) and len(values) == 3 and all(isinstance(value, (int, float)) for value in values)
    if not good or (name.endswith("std") and min(values) <= 0):
        raise ValueError(f"{where}: {name} {values!r}; expected three numbers, of red, green and blue in 0 to 1 (a deviation above 0)")
    return float(values[0]), float(values[1]), float(values[2])
