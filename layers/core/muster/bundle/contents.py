"""The contents of a bundle: the resources that it imports, and those that it leaves out, with the reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from muster.bundle.kinds import TYPES, name_of
from muster.model.finding import Resource
from muster.properties.conversion import TemplateResource


@dataclass(frozen=True, slots=True)
class Imported:
    """A resource that can be imported: `parts` are the resources that describe it, itself first."""

    resource: Resource
    parts: tuple[TemplateResource, ...]
    remarks: tuple[str, ...] = ()
    region: str = ""
    """The region of the stack that it is imported into: the home region where no region owns the resource."""

    @property
    def name(self) -> str:
        """The resource's name for people."""
        return name_of(self.resource.type, self.resource.id)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A resource that is not imported. With `unread`, more permissions or another run may change that."""

    type: str
    name: str
    region: str
    reasons: tuple[str, ...]
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Contents:
    """What is imported and what is left out; `gaps` say which resources could not even be listed."""

    account_id: str
    partition: str
    imported: tuple[Imported, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    gaps: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything that was selected could be read."""
        return not self.gaps and not any(each.unread for each in self.left_out)

    def without(self, refused: "Refused") -> "Contents":
        """Return the contents with some resources left out that cannot be written."""
        kept = tuple(each for each in self.imported if each.resource.identity not in refused)
        return replace(self, imported=kept, left_out=tuple(sorted((*self.left_out, *refused.values()), key=_order)))


Refused = Mapping[tuple[str, str, str], LeftOut]
"""The resources that a tool cannot express, by their identities."""


def left_out(resource: Resource, *reasons: str, unread: bool = False) -> LeftOut:
    """Return a resource as left out for these reasons."""
    return LeftOut(resource.type, name_of(resource.type, resource.id), resource.region, reasons, unread)


def in_order(items: "list[LeftOut]") -> tuple[LeftOut, ...]:
    """Return what is left out by type, region and name."""
    return tuple(sorted(items, key=_order))


def _order(each: LeftOut) -> tuple[int, str, str, str]:
    rank = TYPES.index(each.type) if each.type in TYPES else len(TYPES)
    return rank, each.type, each.region, each.name
