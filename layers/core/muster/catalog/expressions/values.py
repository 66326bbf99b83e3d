"""Facets as conditions in JMESPath read them, and as reasons spell them: what is not known stops who looks at it."""

import dataclasses
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from muster.model.finding import Unavailable, UnknownField, known
from muster.model.text import shortened

Path = tuple[str, ...]

_LONG = 120
_NOTHING = object()


class Fields(dict[str, Any]):
    """A facet as JMESPath reads it: a field that is not known stops the evaluation.

    It holds nothing itself, yet is not the empty object, which JMESPath takes for false.
    """

    def __init__(self, facet: object) -> None:
        """Look at a facet; nothing of it is converted before it is asked for."""
        super().__init__()
        self._facet = facet

    def __eq__(self, other: object) -> bool:
        """Whether it is the same facet, or one that says the same."""
        return isinstance(other, Fields) and bool(self._facet == other._facet)

    def __ne__(self, other: object) -> bool:
        """Whether it is another: a dict has an answer of its own to this question."""
        return not self == other

    __hash__ = None

    def __bool__(self) -> bool:
        """Whether it is there, which it is: what is not there is null."""
        return True

    def get(self, key: str, __default: Any = None) -> Any:
        """Return a field or property in plain values; there is no default, for a name that is not there is a mistake.

        Raises:
            UnknownField: AWS did not say, or there is no such field.
        """
        value = getattr(self._facet, key, _NOTHING)
        if value is _NOTHING:
            raise UnknownField(Unavailable(None, f"{key} is not a field of {type(self._facet).__name__}"))
        return _plain(value)


def values_text(document: Mapping[str, Fields], paths: Sequence[Path]) -> str:
    """Return the values at the paths of an expression, for an auditor."""
    return ", ".join(f"{'.'.join(path)} is {_value_text(document, path)}" for path in paths)


def spelled(value: Any) -> str:
    """Spell a value of a facet, cut where it is long; of objects only how many there are."""
    if isinstance(value, Fields):
        return "an object"
    if isinstance(value, list) and any(isinstance(each, Fields) for each in value):
        return f"a list of {len(value)} object{'s' if len(value) > 1 else ''}"
    text = "missing" if value is None else repr(value)
    text = str(value).lower() if isinstance(value, bool) else text
    return shortened(text, _LONG)


def _value_text(document: Mapping[str, Any], path: Path) -> str:
    """Spell what stands at a path: the answer may not have needed all that the expression could look at."""
    value: Any = document
    try:
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        return spelled(value)
    except UnknownField as doubt:
        return f"not known ({doubt.unavailable.reason})"


def _plain(value: object) -> Any:
    value = known(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, AbstractSet):
        return sorted(_plain(inner) for inner in value)
    if isinstance(value, Sequence):
        return [_plain(inner) for inner in value]
    return Fields(value) if dataclasses.is_dataclass(value) else str(value)
