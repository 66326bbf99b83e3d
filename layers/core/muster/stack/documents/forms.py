"""What a JSON value must look like, checked field by field: events of functions, and objects of the bucket.

A form takes a value and where it stands, and returns what is wrong with it, or nothing.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

Form = Callable[[object, str], str]
_SHOWN = 80
"""Characters of a wrong value that are shown."""


def text(pattern: str = "", like: str = "a string") -> Form:
    """Return the form of a string that a regular expression matches as a whole; `like` says in words what it is."""
    wanted = re.compile(pattern) if pattern else None

    def wrong(value: object, where: str) -> str:
        fine = isinstance(value, str) and (wanted is None or wanted.fullmatch(value) is not None)
        return "" if fine else _is_not(value, where, like)

    return wrong


def number(value: object, where: str) -> str:
    """Check that a value is a number, which true and false are not."""
    fine = isinstance(value, int | float) and not isinstance(value, bool)
    return "" if fine else _is_not(value, where, "a number")


def count(value: object, where: str) -> str:
    """Check that a value is a whole number from 0 on."""
    fine = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return "" if fine else _is_not(value, where, "a count")


def truth(value: object, where: str) -> str:
    """Check that a value is true or false."""
    return "" if isinstance(value, bool) else _is_not(value, where, "true or false")


def moment(value: object, where: str) -> str:
    """Check that a value is a time with its offset from UTC, as ISO 8601 writes it."""
    try:
        fine = isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        fine = False
    return "" if fine else _is_not(value, where, "a time like 2026-11-21T06:00:00Z")


def anything(_value: object, _where: str) -> str:
    """Accept every value."""
    return ""


def maybe(form: Form) -> Form:
    """Return the form of null or what another form accepts."""
    return lambda value, where: "" if value is None else form(value, where)


def listed(form: Form) -> Form:
    """Return the form of a list whose items all have one form."""

    def wrong(value: object, where: str) -> str:
        if not isinstance(value, list | tuple):
            return _is_not(value, where, "a list")
        said = (form(item, f"{where}[{number}]") for number, item in enumerate(value))
        return next(filter(None, said), "")

    return wrong


def each(form: Form) -> Form:
    """Return the form of an object whose values all have one form, whatever their keys."""

    def wrong(value: object, where: str) -> str:
        if not isinstance(value, Mapping):
            return _is_not(value, where, "an object")
        return next(filter(None, (form(item, _in(where, key)) for key, item in value.items())), "")

    return wrong


def keyed(needed: Mapping[str, Form], optional: Mapping[str, Form] | None = None) -> Form:
    """Return the form of an object that has the needed keys; other keys are ignored."""

    def wrong(value: object, where: str) -> str:
        if not isinstance(value, Mapping):
            return _is_not(value, where, "an object")
        for key, form in needed.items():
            if key not in value:
                return f"{_in(where, key)} is missing"
            if said := form(value[key], _in(where, key)):
                return said
        for key, form in (optional or {}).items():
            if key in value and (said := form(value[key], _in(where, key))):
                return said
        return ""

    return wrong


def _in(where: str, key: object) -> str:
    return f"{where}.{key}" if where else str(key)


def _is_not(value: object, where: str, like: str) -> str:
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return f"{where or 'it'} is not {like}: {shown}"
