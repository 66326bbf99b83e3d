"""A snapshot: a resource's whole configuration as AWS answered it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from muster.model.finding import Resource, Unavailable, UnknownField
from muster.model.listing import Facet, parsed
from muster.snapshots.section import Answer

F = TypeVar("F", bound=Facet)
_NONE: Answer = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A resource with the answer of each of its sections.

    A section is None where the resource has none of it, and `Unavailable` where it could not be read. `exists` is false
    where AWS says that there is no such resource; then there are no sections.
    """

    resource: Resource
    sections: Mapping[str, Answer | Unavailable | None] = field(default_factory=dict)
    exists: bool = True

    def has(self, name: str) -> bool:
        """Whether the resource has what a section reads.

        Raises:
            UnknownField: it could not be read.
        """
        return self._section(name) is not None

    def answer(self, name: str) -> Answer:
        """Return the answer of a section; empty where the resource has none of it.

        Raises:
            UnknownField: it could not be read.
        """
        answer = self._section(name)
        return _NONE if answer is None else answer

    def facet(self, name: str, facet: type[F]) -> F:
        """Parse the answer of a section.

        Raises:
            UnknownField: it could not be read, or has a shape that AWS does not document.
        """
        value = parsed(facet, self.answer(name))
        if isinstance(value, facet):
            return value
        raise UnknownField(value if isinstance(value, Unavailable) else Unavailable(None, f"{name} was not read"))

    @property
    def unread(self) -> Mapping[str, Unavailable]:
        """The sections that could not be read, with the reasons."""
        return {name: value for name, value in self.sections.items() if isinstance(value, Unavailable)}

    def _section(self, name: str) -> Answer | None:
        value = self.sections.get(name, Unavailable(None, f"{name} was not read"))
        if isinstance(value, Unavailable):
            raise UnknownField(value)
        return value
