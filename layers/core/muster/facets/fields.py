"""Fields of a facet, each declared with the member of AWS's answer that it is read from.

```python
@facet
class Snapshot(Parsed):
    id: str = read("SnapshotId", kinds.text)
    encrypted: bool | Unknown = read("Encrypted", kinds.flag)
```

`Snapshot.parse(item)` then reads both. The second argument of `read` says what kind of value the member has: it turns
AWS's value into the field's, or into an `Unknown` that says why there is none. A facet that needs more than this has a
`parse` of its own, and calls the kinds as functions: `kinds.flag(item.get("Encrypted"), "Encrypted")`.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, TypeVar, cast, dataclass_transform

from muster.facets.kinds import Kind

Answer = Mapping[str, Any]
T = TypeVar("T")
_EMPTY: Answer = {}


class Parsed:
    """The base of facets whose fields are all declared with `read` or `computed`."""

    __slots__ = ()
    readers: ClassVar[tuple[Callable[[Answer], Any], ...]]

    @classmethod
    def parse(cls, response: Answer) -> Self:
        """Read all fields of one answer, or of one item of a listing."""
        make: Callable[..., Self] = cls
        return make(*[reader(response) for reader in cls.readers])


def read(path: str, kind: Kind[T], noun: str = "", *, name: str = "", default: Any = dataclasses.MISSING) -> T:
    """Declare a field that is read from one member, whose `path` has a dot before each member of a structure.

    The Unknown of a missing value says `AWS did not return {noun}`, by default the last part of the path. `default` is
    for those who make the facet without an answer.
    """
    *outer, last = path.split(".")
    name = name or last

    def direct(response: Answer) -> T:
        return kind(response.get(last), name, noun)

    def nested(response: Answer) -> T:
        for member in outer:
            response = response.get(member) or _EMPTY
        return kind(response.get(last), name, noun)

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
