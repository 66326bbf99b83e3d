"""Readers of JSON values: each checks a value and makes what the code works with, a field of a dataclass at a time.

A reader takes a value and its path. The annotation of a dataclass's field names its reader: `Annotated[str, text(…)]`,
or a plain type (`str`, `int` for counts, `float`, `bool`, `datetime`, `tuple[X, ...]`, `dict[str, X]`, `X | None`,
another dataclass). Decision 26 says why this is not a library.
"""

import dataclasses
import functools
import re
import types
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from muster.errors import Signal

T = TypeVar("T")
Reader = Callable[[object, str], T]
_SURROGATES = re.compile("[\ud800-\udfff]")
_SHOWN = 80
"""Characters of a wrong value that are shown."""
MOST = 2**53
"""The largest number that is read: what JSON has exactly everywhere, and a column of a table has room for."""
_LEAVES = frozenset({str, int, float, bool, types.NoneType})
"""Types of most values of a large document, which are JSON as they are."""
OMITTED: Mapping[str, bool] = types.MappingProxyType({"omitted": True})
"""Metadata of a field that is not written where it is empty, which is its default."""


class Malformed(Signal):
    """A JSON value does not have the form that is read; the message has its path, the form and the value."""


def text(pattern: str = "", like: str = "a string") -> Reader[str]:
    """Return the reader of a string that a regular expression matches as a whole; `like` describes it."""
    compiled = re.compile(pattern) if pattern else None

    def read(value: object, where: str) -> str:
        if isinstance(value, str) and _encodable(value) and (compiled is None or compiled.fullmatch(value)):
            return value
        raise _is_not(value, where, like)

    return read


def _encodable(value: str) -> bool:
    """Whether a string can be written: JSON may have half of a character that UTF-8 has not."""
    return value.isascii() or not _SURROGATES.search(value)


def number(value: object, where: str) -> float:
    """Read a number from 0 on, which true and false are not."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST:
        return value
    raise _is_not(value, where, "a number")


def count(value: object, where: str) -> int:
    """Read a whole number from 0 to MOST."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST:
        return value
    raise _is_not(value, where, "a count")


def truth(value: object, where: str) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    raise _is_not(value, where, "true or false")


def moment(value: object, where: str) -> datetime:
    """Read a time with its offset from UTC, as ISO 8601 writes it."""
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise _is_not(value, where, "a time like 2026-11-21T06:00:00Z")
    return time


def anything(value: object, _where: str) -> Any:
    """Read any value as it is."""
    return value


def optional(reader: Reader[T]) -> Reader[T | None]:
    """Return the reader of null or what another reader takes."""
    return lambda value, where: None if value is None else reader(value, where)


def listed(reader: Reader[T]) -> Reader[tuple[T, ...]]:
    """Return the reader of a list whose items all have one form."""

    def read(value: object, where: str) -> tuple[T, ...]:
        if not isinstance(value, list | tuple):
            raise _is_not(value, where, "a list")
        return tuple(reader(item, f"{where}[{place}]") for place, item in enumerate(value))

    return read


def keyed(reader: Reader[T]) -> Reader[dict[str, T]]:
    """Return the reader of an object whose values all have one form, whatever their keys."""

    def read(value: object, where: str) -> dict[str, T]:
        if not isinstance(value, Mapping):
            raise _is_not(value, where, "an object")
        return {str(key): reader(item, _in(where, key)) for key, item in value.items()}

    return read


def record(cls: type[T], *, complete: bool = False, **readers: Reader[Any]) -> Reader[T]:
    """Return the reader of a dataclass: of a field by `readers`, else by its annotation; other keys are ignored.

    A field with a default may be missing, unless the object must be `complete`.
    """
    kind: Any = cls

    def read(value: object, where: str) -> T:
        if not isinstance(value, Mapping):
            raise _is_not(value, where, "an object")
        found = {}
        for name, (reader, needed) in _fields_of(kind).items():
            if name in value:
                found[name] = readers.get(name, reader)(value[name], _in(where, name))
            elif needed or complete:
                raise Malformed(f"{_in(where, name)} is missing")
        return cls(**found)

    return read


def plain(value: object) -> Any:
    """Return a value as JSON: dataclasses and mappings as objects, sequences as lists, times as ISO 8601."""
    if type(value) in _LEAVES:
        return value
    if hasattr(value, "to_json"):
        return value.to_json()
    if dataclasses.is_dataclass(value):
        return plain_fields(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def plain_fields(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass as JSON, in their order, without those that are empty and may be `OMITTED`."""
    return {
        field.name: plain(item)
        for field in dataclasses.fields(value)
        if (item := getattr(value, field.name)) or not field.metadata.get("omitted")
    }


def only_field(cls: type[T]) -> Reader[T]:
    """Return the reader of a dataclass of one field: the value is that of the field."""
    kind: Any = cls
    ((name, (reader, _)),) = _fields_of(kind).items()
    return lambda value, where: cls(**{name: reader(value, where)})


@functools.cache
def _fields_of(cls: Any) -> Mapping[str, tuple[Reader[Any], bool]]:
    """Return the reader of each field of a dataclass, and whether it has no default."""
    hints = get_type_hints(cls, include_extras=True)
    missing = dataclasses.MISSING
    return {
        field.name: (_reader_of(hints[field.name]), field.default is missing and field.default_factory is missing)
        for field in dataclasses.fields(cls)
    }


_PLAIN: Mapping[object, Reader[Any]] = {
    str: text(), int: count, float: number, bool: truth, datetime: moment, object: anything,
}  # fmt: skip


def _reader_of(annotation: Any) -> Reader[Any]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        reader: Reader[Any] = arguments[1]
        return reader
    if origin is tuple:
        return listed(_reader_of(arguments[0]))
    if origin is dict:
        return keyed(_reader_of(arguments[1]))
    if origin in (Union, types.UnionType):
        return optional(_reader_of(next(each for each in arguments if each is not types.NoneType)))
    return _PLAIN.get(annotation) or record(annotation)


def _in(where: str, key: object) -> str:
    return f"{where}.{key}" if where else str(key)


def _is_not(value: object, where: str, like: str) -> Malformed:
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return Malformed(f"{where or 'it'} is not {like}: {shown}")
