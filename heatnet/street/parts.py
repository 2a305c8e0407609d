"""Parts of a set that are written by themselves: the frames of one world."""

from dataclasses import dataclass

from heatnet.taxonomy import Domain


@dataclass(frozen=True)
class Part:
    """The frames of one world: their split, domain and numbers (``last`` is not among them)."""

    split: str
    domain: Domain
    first: int
    last: int


def worlds(split: str, domain: Domain, first: int, count: int, each: int) -> list[Part]:
    """``count`` frames from number ``first`` on, at most ``each`` of them in a world."""
    return [Part(split, domain, i, min(i + each, first + count)) for i in range(first, first + count, each)]
