"""JMESPath's types for the values of facets, and the functions that take them."""

import dataclasses
import typing
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import NoneType, UnionType
from typing import Any

from muster.model.finding import Unknown

_WORDS: Mapping[str, str] = {
    "array": "a list",
    "boolean": "true or false",
    "number": "a number",
    "object": "a mapping",
    "string": "a text",
}


def refused(name: str, signature: Sequence[Mapping[str, Any]], given: Sequence[object]) -> str | None:
    """Return why a function can never take its arguments, whose annotations are given, or None.

    It is examined as far as annotations tell; what is null or not known is no matter of them.
    """
    for number, (wanted, hint) in enumerate(zip(signature, given, strict=False), 1):
        taken = {each.partition("-")[0] for each in wanted["types"]}
        kinds = _kinds(hint)
        if taken and kinds and not kinds & taken:
            words = " or ".join(sorted(_WORDS[each] for each in taken if each in _WORDS))
            found = " or ".join(sorted(_WORDS[each] for each in kinds))
            return f"{name} takes {words} as argument {number}, not {found}"
    return None


def options(hint: object) -> tuple[object, ...]:
    """Return the annotations that an annotation is one of."""
    if isinstance(hint, UnionType) or typing.get_origin(hint) is typing.Union:
        return typing.get_args(hint)
    return (hint,)


def _kinds(hint: object) -> frozenset[str]:
    """Return what JMESPath calls the values of an annotation; nothing where it cannot be told."""
    found = {_kind(each) for each in options(hint) if each not in (Unknown, NoneType)}
    return frozenset() if None in found else frozenset(str(each) for each in found)


def _kind(hint: object) -> str | None:
    kind = typing.get_origin(hint) or hint
    if not isinstance(kind, type) or kind is object:
        return None
    for name, types in _KINDS:
        if issubclass(kind, types):
            return name
    return "object" if dataclasses.is_dataclass(kind) else None


_KINDS: Sequence[tuple[str, tuple[type, ...]]] = (
    ("boolean", (bool,)),
    ("number", (int, float)),
    ("string", (str, datetime)),
    ("object", (Mapping,)),
    ("array", (Collection,)),
)
