"""A field of a finding: where it stands, and how its values are spelled in JSON, in CSV and in the table."""

import enum
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from muster.model.finding import Finding
from muster.model.json_values import timestamp, to_json
from muster.model.text import shown


class Entry(NamedTuple):
    """A finding with the scan and the shard that it comes from; a scan of the command has no kind and no shard."""

    finding: Finding
    scan_id: str
    scan_kind: str = ""
    shard: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of values: its type in the table, its type in JSON, and how a value other than None is spelled in each.

    A function that is None leaves the value as it is. `to_csv` and `to_json` give JSON, and `to_csv` takes JSON.
    """

    glue: str
    json_type: str
    to_json: Callable[[Any], Any] | None = None
    to_cell: Callable[[Any], Any] | None = None
    from_cell: Callable[[Any], Any] | None = None
    to_csv: Callable[[Any], Any] | None = None

    @property
    def column_type(self) -> str:
        """The type in the table, as a document names it."""
        return f"{self.glue}, JSON text" if self.from_cell is json.loads else self.glue


class IdentityCache:
    """Spells a value, and gives the same text for the same object again: findings that follow each other share them.

    It holds the objects of at most `size` texts, so that the identity of one cannot pass to another.
    """

    def __init__(self, spell: Callable[[Any], str], size: int) -> None:
        """Hold at most `size` texts; at 1, that of the last object."""
        self._spell, self._size = spell, size
        self._known: dict[int, tuple[object, str]] = {}

    def __call__(self, value: Any) -> str:
        """Return the text of a value."""
        known = self._known.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        text = self._spell(value)
        # Threads share it: each puts a dictionary of its own in the place of the last.
        kept = self._known if self._size > 1 and len(self._known) < self._size else {}
        self._known = {**kept, id(value): (value, text)}
        return text


def _json_cell(value: object) -> str:
    if type(value) is dict and all(type(text) is str for text in value.values()):
        # Tags, which nearly all resources have: an encoder of JSON takes four times as long for them.
        quoted = json.encoder.encode_basestring
        return shown("{" + ", ".join([f"{quoted(key)}: {quoted(value[key])}" for key in sorted(value)]) + "}")
    return shown(_SORTED.encode(to_json(value)))


_SORTED = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
"""Made once: for options that are not its own, `json.dumps` makes another each time."""


def structure(json_type: str, *, texts: int = 1, to_csv: Callable[[Any], Any] | None = None) -> Kind:
    """Return the kind of a list or an object, which the table has as JSON text with sorted keys.

    `texts` is how many different objects the findings of several resources share.
    """
    return Kind("string", json_type, to_json, IdentityCache(_json_cell, texts), json.loads, to_csv)


def _time_of_cell(moment: datetime) -> str:
    return timestamp(moment.replace(tzinfo=UTC))


TEXT = Kind("string", "string")
INTEGER = Kind("int", "integer")
TIME = Kind("timestamp", "string, RFC 3339 in UTC", to_json=timestamp, from_cell=_time_of_cell)


class Of(enum.Enum):
    """What a value belongs to: this finding alone, its resource, or its rule and scan."""

    FINDING = "finding"
    RESOURCE = "resource"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a finding.

    `name` is its column in the table and in the CSV. `number` is its place among the table's columns: a new field takes
    the next one, because a table only grows at its end. `path` is where it stands in the JSON, with dots between keys;
    a field without one is in the table only. `get` returns its value, None for none. One that `may_be_left_out` has no
    key in the JSON when it has no value. `meaning` is one or more sentences for a user. `of` says what the value
    belongs to: what all findings of a rule have in common is spelled once for many rows of the table.
    """

    name: str
    kind: Kind
    number: int
    path: str
    get: Callable[[Entry], Any]
    meaning: str
    may_be_left_out: bool = False
    of: Of = Of.FINDING
    parents: tuple[str, ...] = field(init=False)
    key: str = field(init=False)

    def __post_init__(self) -> None:
        """Take the path apart once."""
        *parents, key = self.path.split(".")
        object.__setattr__(self, "parents", tuple(parents))
        object.__setattr__(self, "key", key)
