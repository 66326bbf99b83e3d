"""Kinds of values: each turns a member of AWS's answer into the value of a field.

A kind is called with the value, which is None where AWS leaves the member out, and with the member's name. Where there
is no usable value it returns an `Unknown` that says so, or what AWS documents for a member that is left out.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar

from muster.model.finding import Unknown

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Kind(Protocol[T_co]):
    """Turns a member's value, None where AWS leaves it out, into the value of a field."""

    def __call__(self, value: Any, name: str, noun: str = "", /) -> T_co:
        """Return the field's value; `name` and `noun` are for the Unknown of a value that cannot be used."""
        ...


def silent(name: str, noun: str = "") -> Unknown:
    """Return the Unknown of a value that AWS left out, or that has another type than it documents."""
    return Unknown(f"AWS did not return {noun or name}")


def as_is(value: Any, _name: str = "", _noun: str = "") -> Any:
    """Take the value itself; None where there is none."""
    return value


def text(value: object, _name: str = "", _noun: str = "") -> str:
    """Read a text that is empty where there is none."""
    return str(value or "")


def required(value: object, name: str, _noun: str = "") -> str:
    """Read a text without which nothing of the answer can be used.

    Raises:
        KeyError: AWS left it out.
    """
    if value is None:
        raise KeyError(name)
    return str(value)


def stated(value: Any, name: str, noun: str = "") -> str | Unknown:
    """Read a text that is there whenever AWS answers."""
    return value or silent(name, noun)


def texts(value: Any, _name: str = "", _noun: str = "") -> tuple[str, ...]:
    """Read a list of texts."""
    return tuple(str(each) for each in value or ())


def text_of_each(member: str) -> Kind[tuple[str, ...]]:
    """Read one text, which AWS never leaves out, of each item of a list."""
    return many(lambda item: str(item[member]))


def flag(value: object, name: str, noun: str = "") -> bool | Unknown:
    """Read true or false."""
    return value if isinstance(value, bool) else silent(name, noun)


def present(value: object, _name: str = "", _noun: str = "") -> bool:
    """Read whether there is a value."""
    return value is not None


def is_true(value: object, _name: str = "", _noun: str = "") -> bool:
    """Read a switch that is off where AWS leaves it out."""
    return value is True


def number(value: object, name: str, noun: str = "") -> int | Unknown:
    """Read an integer."""
    return value if isinstance(value, int) else silent(name, noun)


def count(default: int = 0) -> Kind[int]:
    """Read an integer for which AWS documents a default where it is left out."""
    return lambda value, _name, _noun="": int(default if value in (None, "") else value)


def time(value: object, name: str, noun: str = "") -> datetime | Unknown:
    """Read a time."""
    return value if isinstance(value, datetime) else silent(name, noun)


def one_of(*words: str) -> Kind[str | Unknown]:
    """Read one of the words that AWS documents; another one is not known, for its meaning is not."""

    def kind(value: object, name: str, noun: str = "") -> str | Unknown:
        if value is None:
            return silent(name, noun)
        return str(value) if value in words else Unknown(f"AWS returned an unknown value for {name}: {value!r}")

    return kind


def equals(word: str) -> Kind[bool]:
    """Read whether a member is one word, as it is not where AWS leaves it out."""
    return lambda value, *_: value == word


def optional(kind: Kind[T]) -> Kind[T | None]:
    """Read a value of a kind, None where AWS leaves it out or empty."""

    def either(value: Any, name: str, noun: str = "") -> T | None:
        return kind(value, name, noun) if value else None

    return either


def defaulting(default: str, kind: Kind[T]) -> Kind[T]:
    """Read a value of a kind, for which AWS documents a default where it is left out or empty."""
    return lambda value, name, noun="": kind(default if value in (None, "") else value, name, noun)


def many(parse: Callable[[Any], T]) -> Kind[tuple[T, ...]]:
    """Read a list, each item with a function."""

    def items(value: Any, _name: str = "", _noun: str = "") -> tuple[T, ...]:
        return tuple(parse(each) for each in value or ())

    return items
