"""A migration file as frozen values: what is migrated from where to where, and what the target should be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """A region of an account. Without an account it is the caller's own; another is entered by its role."""

    region: str
    account_id: str = ""
    role: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One resource that is migrated: its name at the source, and the one that the target should have."""

    name: str
    target: str


@dataclass(frozen=True, slots=True)
class BucketItem(Item):
    """A bucket; `replicated` says whether the source's replication rule should copy its objects to the target."""

    replicated: bool = True


@dataclass(frozen=True, slots=True)
class Factors:
    """The factors of a capacity, exact: 100 times 1.1 is 110 here, and 111 with floats."""

    read: Decimal = Decimal(1)
    write: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Throughput:
    """The maximum throughput of an on-demand table in request units; None: no maximum."""

    read: int | None = None
    write: int | None = None


@dataclass(frozen=True, slots=True)
class TableItem(Item):
    """A table with the factors of its capacity, and of each index that has others than the table.

    `maximum` is the maximum throughput that an on-demand target should have; None: the source's. `index_maximums` are
    those of indexes.
    """

    factors: Factors = field(default_factory=Factors)
    indexes: Mapping[str, Factors] = field(default_factory=dict)
    maximum: Throughput | None = None
    index_maximums: Mapping[str, Throughput] = field(default_factory=dict)

    def maximum_of(self, index: str = "") -> Throughput | None:
        """Return the maximum throughput that an index, or the table, should have; None: the source's."""
        return self.index_maximums.get(index) if index else self.maximum

    def factors_of(self, index: str = "") -> Factors:
        """Return the factors of an index, or of the table."""
        return self.indexes.get(index, self.factors)


@dataclass(frozen=True, slots=True)
class FunctionItem(Item):
    """A function; `allowed_regions_in` are environment variables that may name the source region."""

    allowed_regions_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogGroupItem(Item):
    """A log group with the retention that the target should have in days; None: the source's."""

    retention_days: int | None = None


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """A whole migration file; names of targets are resolved by its naming rule."""

    batch: str
    environment: str
    source: Place
    target: Place
    suffix: str
    buckets: tuple[BucketItem, ...] = ()
    tables: tuple[TableItem, ...] = ()
    functions: tuple[FunctionItem, ...] = ()
    log_groups: tuple[LogGroupItem, ...] = ()
    expiry_days: int = 90
    notify: str = ""

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags that every target should have."""
        return {"Environment": self.environment, "MigrationBatch": self.batch, "SourceRegion": self.source.region}

    def items(self) -> Iterator[Item]:
        """Yield everything that is migrated."""
        yield from (*self.buckets, *self.tables, *self.functions, *self.log_groups)

    def target_of(self, name: str) -> str:
        """Return the name of the target of something that is migrated, or the name itself."""
        return next((item.target for item in self.items() if item.name == name), name)


def scaled(capacity: int, factor: Decimal) -> int:
    """Return a capacity times its factor, rounded up to what DynamoDB takes: whole units, at least one.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ProvisionedThroughput.html
    """
    return max(1, int((Decimal(capacity) * factor).to_integral_value(ROUND_CEILING)))
