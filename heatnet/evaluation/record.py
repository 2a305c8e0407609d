"""Scores as JSON text and back."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any, TypeVar

from heatnet import config

T = TypeVar("T")


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
