"""Values between JSON and Python: checks take tuples, JSON has lists."""

import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, datetime
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
    """Return a value as JSON spells it: lists for tuples, dicts for mappings and dataclasses."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): item if type(item) is str else to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if dataclasses.is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value


def timestamp(moment: datetime) -> str:
    """Return a time as RFC 3339 in UTC, to the second, with a Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


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
