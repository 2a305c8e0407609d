"""From the keys and values of a file to a frozen dataclass, strictly."""

import dataclasses
import difflib
import types
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def parse(cls: type[T], mapping: object, where: str) -> T:
    """Build the dataclass ``cls`` from a mapping; ``where`` names the place in errors, e.g. ``params.yaml: teacher``.

    Nested dataclasses, tuples, ``Literal``, ``X | None`` and plain scalars are understood; an integer is taken where a
    float is expected. Raises ``ValueError`` for an unknown or missing key (a field with a default may be missing) and for a value of
    another type.
    """
    if not isinstance(mapping, Mapping):
        raise ValueError(f"{where}: expected keys and values, got {mapping!r}")
    hints = get_type_hints(cls)
    names = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    for key in mapping:
        if key not in names:
            near = difflib.get_close_matches(str(key), names, n=1)
            raise ValueError(f"{where}.{key}: unknown key" + (f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(names)}"))
    optional = {field.name for field in dataclasses.fields(cls) if field.default is not dataclasses.MISSING}  # type: ignore[arg-type]
    for name in names:
        if name not in mapping and name not in optional:
            raise ValueError(f"{where}.{name}: missing; add it (a profile lists every number, compare with the repository's params.yaml)")
    return cls(**{name: _value(hints[name], mapping[name], f"{where}.{name}") for name in names if name in mapping})


def _value(kind: Any, value: object, where: str) -> Any:
    """One value of the given type, or ``ValueError``."""
    if dataclasses.is_dataclass(kind):
        return parse(kind, value, where)  # type: ignore[arg-type]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if value is None else _value(next(a for a in arguments if a is not type(None)), value, where)
    if origin is Literal:
        return _choice(arguments, value, where)
    if origin is tuple:
        return _tuple(arguments, value, where)
    if origin is Mapping:
        return _mapping(arguments[1], value, where)
    return value if kind is Any else _scalar(kind, value, where)


def _scalar(kind: type, value: object, where: str) -> Any:
    """A number, a text or a truth value; an integer may stand for a float, nothing else for anything else."""
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise ValueError(f"{where}: expected {kind.__name__}, got {value!r}")
    return value


def _choice(options: tuple[Any, ...], value: object, where: str) -> Any:
    """One of a few values."""
    if value not in options:
        raise ValueError(f"{where}: expected one of {', '.join(map(repr, options))}, got {value!r}")
    return value


def _mapping(kind: Any, value: object, where: str) -> dict[str, Any]:
    """Values of one kind by name."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: expected keys and values, got {value!r}")
    return {str(key): _value(kind, item, f"{where}.{key}") for key, item in value.items()}


def _tuple(arguments: tuple[Any, ...], value: object, where: str) -> tuple[Any, ...]:
    """A tuple of one kind (``tuple[X, ...]``) or of fixed kinds."""
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"{where}: expected a list, got {value!r}")
    kinds = [arguments[0]] * len(value) if arguments[1:] == (...,) else list(arguments)
    if len(kinds) != len(value):
        raise ValueError(f"{where}: expected {len(kinds)} entries, got {len(value)}: {value!r}")
    return tuple(_value(kind, item, f"{where}[{i}]") for i, (kind, item) in enumerate(zip(kinds, value, strict=True)))
