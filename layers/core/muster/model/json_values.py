"""Values between JSON and Python: checks take tuples, JSON has lists."""

import json
from collections.abc import Mapping
from typing import Any


def loads(text: str | bytes) -> Any:
    """Parse JSON from outside Muster.

    Raises:
        ValueError: it is no JSON, or is nested more deeply than Python reads.
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def to_json(value: object) -> Any:
    """Return a value as JSON spells it: lists for tuples, dicts for mappings."""
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return value


def freeze(value: object) -> object:
    """Return a value as checks want it: tuples for lists, whatever JSON or a default made of it."""
    if isinstance(value, Mapping):
        return dict(freeze_items(value))
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value


def freeze_items(values: Mapping[str, object]) -> list[tuple[str, object]]:
    """Return the items of a mapping, each value as checks want it."""
    return [(key, freeze(item)) for key, item in values.items()]
