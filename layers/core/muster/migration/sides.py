"""The two sides of a pair as frozen values: a resource and what belongs to it, each as AWS answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from muster.migration.file import Item, MigrationFile
from muster.model.finding import Resource, Unavailable, UnknownField
from muster.snapshots.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Side:
    """One side: the resource's own snapshot, its region's (alarms, dashboards), and those of others that belong to it.

    `others` has them by the names that `muster.migration.relatives` gives them; None where the resource names none.
    """

    own: Snapshot
    region: Snapshot
    others: Mapping[str, Snapshot | Unavailable | None] = field(default_factory=dict)

    @property
    def resource(self) -> Resource:
        """The resource itself."""
        return self.own.resource

    def other(self, name: str) -> Snapshot | None:
        """Return another resource that belongs to this one; None where it names none.

        Raises:
            UnknownField: it could not be read which one.
        """
        value = self.others.get(name, Unavailable(None, f"{name} was not read"))
        if isinstance(value, Unavailable):
            raise UnknownField(value)
        return value


@dataclass(frozen=True, slots=True)
class Source(Side):
    """The side that is migrated."""


@dataclass(frozen=True, slots=True)
class Target(Side):
    """The side that it is migrated to."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The part of the migration file that is about a pair of resources, and the whole file."""

    file: MigrationFile
    item: Item
