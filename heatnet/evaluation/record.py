"""Scores as JSON text and back; the counts behind them as NPZ, so that a claim can be measured again."""

import dataclasses
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Int64

from heatnet import config
from heatnet.evaluation.bootstrap import Resamples

T = TypeVar("T")
RESAMPLES = "resamples"
"""Beside the networks' names in a file of counts."""


def to_json(records: Sequence[Any]) -> str:
    """Dataclasses (``Row``, ``BoxRow``, ``Claim``) as text, numbers to six places so that the text is the same everywhere."""
    return json.dumps([_rounded(dataclasses.asdict(record)) for record in records], indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(kind: type[T], text: str, where: str) -> list[T]:
    """Read back what ``to_json`` wrote; ``where`` names the file in errors.

    Raises ``ValueError`` where the text is not such a list.
    """
    try:
        items = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{where}: not JSON ({error}); run the evaluation stage again") from error
    if not isinstance(items, list):
        raise ValueError(f"{where}: expected a list of {kind.__name__}, got {type(items).__name__}; run the evaluation stage again")
    return [config.parse(kind, item, f"{where}[{place}]") for place, item in enumerate(items)]


def _rounded(value: Any) -> Any:
    """The same structure with floats to six places."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value


@dataclass(frozen=True)
class Recorded:
    """What an evaluation counted: counts by network (day, night), the bounds of its claims, and its resamples."""

    protocol: str
    networks: Mapping[str, tuple[Int64[np.ndarray, "day *counts"], Int64[np.ndarray, "night *counts"]]]
    bounds: Mapping[str, float]
    resamples: Resamples


def save_counts(path: Path, recorded: Recorded) -> None:
    """Write counts as one NPZ, the same bytes for the same counts; under a temporary name first."""
    about = {"protocol": recorded.protocol, "bounds": dict(recorded.bounds)}
    every = {**recorded.networks, RESAMPLES: (recorded.resamples.day, recorded.resamples.night)}
    arrays = {f"{name}/{split}": part for name, parts in every.items() for split, part in zip(("day", "night"), parts, strict=True)}
    smallest: dict[str, Any] = {name: part.astype(np.min_scalar_type(int(part.max(initial=0)))) for name, part in arrays.items()}
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("wb") as file:
        np.savez(file, about=np.array(json.dumps(about)), **smallest)
    os.replace(unfinished, path)


def load_counts(path: Path) -> Recorded:
    """Read back what ``save_counts`` wrote; ``ValueError`` where the file is missing or broken."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            about = json.loads(str(file["about"]))
            arrays = {name: file[name].astype(np.int64) for name in file.files if name != "about"}
        names = dict.fromkeys(name.rpartition("/")[0] for name in arrays)
        networks = {name: (arrays[f"{name}/day"], arrays[f"{name}/night"]) for name in names}
        return Recorded(about["protocol"], networks, about["bounds"], Resamples(*networks.pop(RESAMPLES)))
    except FileNotFoundError as error:
        raise ValueError(f"{path}: no such file; run the evaluation and results stages, which write it") from error
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path}: not the counts of an evaluation ({error}); run the evaluation and results stages again") from error
