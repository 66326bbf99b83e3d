"""Fields of a facet, each declared with the member of AWS's answer that it is read from.

```python
@facet
class Snapshot(Parsed):
    id: str = read("SnapshotId", text)
    encrypted: bool | Unknown = read("Encrypted", flag)
```

`Snapshot.parse(item)` then reads both. The second argument of `read` says what kind of value the member has: it turns
AWS's value into the field's, or into an `Unknown` that says why there is none. A facet that needs more than this has a
`parse` of its own, and calls the kinds as functions: `flag(item.get("Encrypted"), "Encrypted")`.
"""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Protocol, Self, TypeVar, cast, dataclass_transform

from muster.model.finding import Unknown

Answer = Mapping[str, Any]
T = TypeVar("T")
_EMPTY: Answer = {}
T_co = TypeVar("T_co", covariant=True)


class Kind(Protocol[T_co]):
    """Turns a member's value, None where AWS leaves it out, into the value of a field."""

    def __call__(self, value: Any, name: str, question: str = "", /) -> T_co:
        """Return the field's value; `name` and `question` are for the Unknown of a value that cannot be used."""
        ...


class Parsed:
    """The base of facets whose fields are all declared with `read` or `computed`."""

    __slots__ = ()
    readers: ClassVar[tuple[Callable[[Answer], Any], ...]]

    @classmethod
    def parse(cls, response: Answer) -> Self:
        """Read all fields of one answer, or of one item of a listing."""
        make: Callable[..., Self] = cls
        return make(*[reader(response) for reader in cls.readers])


def read(path: str, kind: Kind[T], question: str = "", *, name: str = "", default: Any = dataclasses.MISSING) -> T:
    """Declare a field that is read from one member, whose `path` has a dot before each member of a structure.

    The Unknown of a missing value says `AWS did not say {question}`, by default `what {name} is`, with the last part of
    the path as name. `default` is for those who make the facet without an answer.
    """
    *outer, last = path.split(".")
    name = name or last

    def direct(response: Answer) -> T:
        return kind(response.get(last), name, question)

    def nested(response: Answer) -> T:
        for member in outer:
            response = response.get(member) or _EMPTY
        return kind(response.get(last), name, question)

    return computed(nested if outer else direct, path, default=default)


def computed(reader: Callable[[Answer], T], *paths: str, default: Any = dataclasses.MISSING) -> T:
    """Declare a field that a function makes of the whole answer; `paths` are the members that it looks at."""
    return cast("T", dataclasses.field(default=default, metadata={"reader": reader, "paths": paths}))


@dataclass_transform(frozen_default=True, field_specifiers=(read, computed))
def facet(cls: type[T]) -> type[T]:
    """Make a frozen dataclass with slots of a class whose fields are declared."""
    made = cast("Any", dataclasses.dataclass(frozen=True, slots=True)(cls))
    made.readers = tuple(field.metadata["reader"] for field in dataclasses.fields(made))
    return cast("type[T]", made)


def members(declared: type[Parsed]) -> tuple[str, ...]:
    """Return the paths of the members that a facet reads of an answer, each once."""
    fields = dataclasses.fields(cast("Any", declared))
    return tuple(dict.fromkeys(path for field in fields for path in field.metadata["paths"]))


def silent(name: str, question: str = "") -> Unknown:
    """Return what stands for a value that AWS left out, or that has another type than it documents."""
    return Unknown(f"AWS did not say {question or f'what {name} is'}")


def as_is(value: Any, _name: str = "", _question: str = "") -> Any:
    """Take the value itself; None where there is none."""
    return value


def text(value: object, _name: str = "", _question: str = "") -> str:
    """Read a text that is empty where there is none."""
    return str(value or "")


def required(value: object, name: str, _question: str = "") -> str:
    """Read a text without which nothing of the answer can be used.

    Raises:
        KeyError: AWS left it out.
    """
    if value is None:
        raise KeyError(name)
    return str(value)


def stated(value: Any, name: str, question: str = "") -> str | Unknown:
    """Read a text that is there whenever AWS answers."""
    return value or silent(name, question)


def texts(value: Any, _name: str = "", _question: str = "") -> tuple[str, ...]:
    """Read a list of texts."""
    return tuple(str(each) for each in value or ())


def text_of_each(member: str) -> Kind[tuple[str, ...]]:
    """Read one text, which AWS never leaves out, of each item of a list."""
    return many(lambda item: str(item[member]))


def flag(value: object, name: str, question: str = "") -> bool | Unknown:
    """Read true or false."""
    return value if isinstance(value, bool) else silent(name, question)


def present(value: object, _name: str = "", _question: str = "") -> bool:
    """Read whether there is a value."""
    return value is not None


def is_true(value: object, _name: str = "", _question: str = "") -> bool:
    """Read a switch that is off where AWS leaves it out."""
    return value is True


def number(value: object, name: str, question: str = "") -> int | Unknown:
    """Read an integer."""
    return value if isinstance(value, int) else silent(name, question)


def count(default: int = 0) -> Kind[int]:
    """Read an integer for which AWS documents a default where it is left out."""
    return lambda value, _name, _question="": int(default if value in (None, "") else value)


def time(value: object, name: str, question: str = "") -> datetime | Unknown:
    """Read a time."""
    return value if isinstance(value, datetime) else silent(name, question)


def one_of(*words: str) -> Kind[str | Unknown]:
    """Read one of the words that AWS documents; another one is not known, for its meaning is not."""

    def kind(value: object, name: str, question: str = "") -> str | Unknown:
        if value is None:
            return silent(name, question)
        return str(value) if value in words else Unknown(f"{name} is {value!r}, a value Muster does not know")

    return kind


def equals(word: str) -> Kind[bool]:
    """Read whether a member is one word, as it is not where AWS leaves it out."""
    return lambda value, *_: value == word


def optional(kind: Kind[T]) -> Kind[T | None]:
    """Read a value of a kind, None where AWS leaves it out or empty."""

    def either(value: Any, name: str, question: str = "") -> T | None:
        return kind(value, name, question) if value else None

    return either


def defaulting(default: str, kind: Kind[T]) -> Kind[T]:
    """Read a value of a kind, for which AWS documents a default where it is left out or empty."""
    return lambda value, name, question="": kind(default if value in (None, "") else value, name, question)


def many(parse: Callable[[Any], T]) -> Kind[tuple[T, ...]]:
    """Read a list, each item with a function."""

    def items(value: Any, _name: str = "", _question: str = "") -> tuple[T, ...]:
        return tuple(parse(each) for each in value or ())

    return items
