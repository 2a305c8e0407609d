"""``params.yaml`` is read strictly, and every profile fits."""

from dataclasses import dataclass
from typing import Literal

import pytest

from heatnet.config import parse


@dataclass(frozen=True)
class Inner:
    rate: float
    kind: Literal["a", "b"]


@dataclass(frozen=True)
class Outer:
    inner: Inner
    size: tuple[int, int]
    names: tuple[str, ...]
    folder: str | None
    flag: bool
    mode: Literal["x", "y"] = "x"


GOOD = {"inner": {"rate": 1, "kind": "a"}, "size": [1, 2], "names": ["x"], "folder": None, "flag": False}


def test_a_section_becomes_a_dataclass() -> None:
    assert parse(Outer, GOOD, "p") == Outer(Inner(1.0, "a"), (1, 2), ("x",), None, False)
    assert parse(Outer, {**GOOD, "mode": "y"}, "p").mode == "y"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"flagg": True}, r"p\.flagg: unknown key; did you mean 'flag'"),
        ({"inner": {"rate": 1}}, r"p\.inner\.kind: missing"),
        ({"inner": {"rate": "1e-4", "kind": "a"}}, r"p\.inner\.rate: expected float, got '1e-4'"),
        ({"inner": {"rate": 1, "kind": "c"}}, r"p\.inner\.kind: expected one of 'a', 'b', got 'c'"),
        ({"flag": "false"}, r"p\.flag: expected bool"),
        ({"size": [1]}, r"p\.size: expected 2 entries"),
        ({"size": [1, True]}, r"p\.size\[1\]: expected int"),
        ({"names": "x"}, r"p\.names: expected a list"),
    ],
)
def test_what_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(Outer, {**GOOD, **change}, "p")
