"""The indexes of a table and its units as properties. Pure."""

from typing import Any

from muster.properties.consuming import Part, without
from muster.properties.dynamodb.insights import Insights
from muster.properties.shaped import Shape, shaped, whole

_STATES = ("Backfilling", "IndexSizeBytes", "ItemCount", "IndexArn")
_STEADY = frozenset({None, "ACTIVE", "UPDATING"})
_NO_LIMIT = -1
_COMMON: Shape = {
    "IndexName": None,
    "KeySchema": whole("AttributeName", "KeyType"),
    "Projection": whole("ProjectionType", "NonKeyAttributes"),
}
_VECTORS: Shape = {
    "IndexName": None,
    "SearchSchema": whole("AttributeName", "SearchSchemaElementType"),
    "Projection": whole("ProjectionType", "NonKeyAttributes"),
    "VectorAttribute": whole("AttributeName"),
    "Dimensions": None,
    "DistanceFunction": None,
}


def of_the_whole_table(table: Part, insights: Insights, *, on_demand: bool) -> list[dict[str, Any]]:
    """Return the global secondary indexes."""
    found = []
    for each in table.parts("GlobalSecondaryIndexes"):
        _states(each)
        each.drop("WarmThroughput")
        index = {**_common(each), **units(each, on_demand=on_demand)}
        insight = insights.of(str(each.members.get("IndexName") or ""))
        found.append(without({**index, "ContributorInsightsSpecification": insight}))
    return found


def of_a_partition(table: Part) -> list[dict[str, Any]]:
    """Return the local secondary indexes."""
    parts = table.parts("LocalSecondaryIndexes")
    for each in parts:
        _states(each)
    return [_common(each) for each in parts]


def of_vectors(table: Part) -> list[dict[str, Any]]:
    """Return the vector indexes."""
    parts = table.parts("VectorIndexes")
    for each in parts:
        _states(each)
    return [without(shaped(each, _VECTORS)) for each in parts]


def units(part: Part, *, on_demand: bool) -> dict[str, Any]:
    """Return the capacity of a table or index, or its maximum where it is paid on demand.

    A table on demand answers a capacity of 0; -1 is no maximum.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_OnDemandThroughput.html
    """
    provisioned = part.part("ProvisionedThroughput")
    provisioned.drop("LastIncreaseDateTime", "LastDecreaseDateTime", "NumberOfDecreasesToday")
    capacity = provisioned.copy("ReadCapacityUnits", "WriteCapacityUnits")
    limits = part.part("OnDemandThroughput").copy("MaxReadRequestUnits", "MaxWriteRequestUnits")
    if on_demand:
        maximum = {name: value for name, value in limits.items() if value != _NO_LIMIT}
        return {"OnDemandThroughput": maximum} if maximum else {}
    return {"ProvisionedThroughput": capacity} if capacity else {}


def _common(part: Part) -> dict[str, Any]:
    index = shaped(part, _COMMON)
    return {**index, "Projection": without(index.get("Projection") or {})}


def _states(part: Part) -> None:
    part.drop(*_STATES)
    if (status := part.take("IndexStatus")) not in _STEADY:
        part.obstacle(f"the index is {status}", "IndexStatus")
