"""DynamoDB: the shape of a table and of its indexes, which a copy in another region must have too."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from muster.facets.fields import Answer

_READ = frozenset({
    "AttributeDefinitions", "BillingModeSummary", "DeletionProtectionEnabled", "GlobalSecondaryIndexes",
    "GlobalTableVersion", "GlobalTableWitnesses", "KeySchema", "LocalSecondaryIndexes", "MultiRegionConsistency",
    "OnDemandThroughput", "ProvisionedThroughput", "Replicas", "SSEDescription", "StreamSpecification",
    "TableClassSummary", "IndexName", "Projection",
})  # fmt: skip
_NO_CONFIGURATION = frozenset({
    "ArchivalSummary", "Backfilling", "CreationDateTime", "GlobalTableSettingsReplicationMode", "IndexArn",
    "IndexSizeBytes", "IndexStatus", "ItemCount", "LatestStreamArn", "LatestStreamLabel", "RestoreSummary", "TableArn",
    "TableId", "TableName", "TableSizeBytes", "TableStatus", "WarmThroughput",
})  # fmt: skip
"""The members that say what became of a table. Warm throughput grows by itself and cannot be lowered."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """Provisioned units of reads and writes; both are 0 where they are paid on demand."""

    read: int
    write: int


@dataclass(frozen=True, slots=True)
class Maximum:
    """The most request units that are served on demand; None: no maximum.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_OnDemandThroughput.html
    """

    read: int | None = None
    write: int | None = None

    def __str__(self) -> str:
        """Return both as a person reads them."""
        return f"{self.read or 'no'} read and {self.write or 'no'} write maximum"


@dataclass(frozen=True, slots=True)
class Index:
    """An index: its keys in order (`pk HASH S`), the attributes that it has besides, its units.

    `others` are members that Muster does not know.
    """

    name: str
    keys: tuple[str, ...]
    projection: str
    status: str
    capacity: Capacity
    maximum: Maximum
    others: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TableShape:
    """The keys, indexes and units of a table of DescribeTable.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
    """

    keys: tuple[str, ...]
    global_indexes: Mapping[str, Index]
    local_indexes: Mapping[str, Index]
    capacity: Capacity
    maximum: Maximum
    table_class: str
    others: Mapping[str, Any]

    @classmethod
    def parse(cls, response: Answer) -> Self:
        """Parse `Table` of DescribeTable; an index that is being deleted is none."""
        types = {str(each["AttributeName"]): str(each["AttributeType"]) for each in response["AttributeDefinitions"]}
        return cls(
            keys=_keys(response, types),
            global_indexes=_indexes(response, "GlobalSecondaryIndexes", types),
            local_indexes=_indexes(response, "LocalSecondaryIndexes", types),
            capacity=_capacity(response),
            maximum=_maximum(response),
            table_class=str((response.get("TableClassSummary") or {}).get("TableClass") or "STANDARD"),
            others=_others(response),
        )


def _keys(item: Answer, types: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{key['AttributeName']} {key['KeyType']} {types[key['AttributeName']]}" for key in item["KeySchema"])


def _indexes(response: Answer, member: str, types: Mapping[str, str]) -> Mapping[str, Index]:
    items = (item for item in response.get(member) or () if item.get("IndexStatus") != "DELETING")
    return MappingProxyType({str(item["IndexName"]): _index(item, types) for item in items})


def _index(item: Answer, types: Mapping[str, str]) -> Index:
    status = "BACKFILLING" if item.get("Backfilling") else str(item.get("IndexStatus") or "ACTIVE")
    return Index(
        str(item["IndexName"]), _keys(item, types), _projection(item), status, _capacity(item), _maximum(item),
        _others(item),
    )  # fmt: skip


def _projection(item: Answer) -> str:
    projection = item["Projection"]
    attributes = sorted(str(each) for each in projection.get("NonKeyAttributes") or ())
    return " ".join([str(projection["ProjectionType"]), ", ".join(attributes)]).strip()


def _capacity(item: Answer) -> Capacity:
    units = item.get("ProvisionedThroughput") or {}
    return Capacity(int(units.get("ReadCapacityUnits") or 0), int(units.get("WriteCapacityUnits") or 0))


def _maximum(item: Answer) -> Maximum:
    units = item.get("OnDemandThroughput") or {}

    def limit(member: str) -> int | None:
        value = int(units.get(member) or -1)
        return value if value > 0 else None

    return Maximum(limit("MaxReadRequestUnits"), limit("MaxWriteRequestUnits"))


def _others(item: Answer) -> Mapping[str, Any]:
    known = _READ | _NO_CONFIGURATION
    return MappingProxyType({name: value for name, value in item.items() if name not in known and value})
