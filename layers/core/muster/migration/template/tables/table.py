"""Target tables: the source's properties with scaled capacity, and what a target has besides. Pure."""

from collections.abc import Mapping
from typing import Any

from muster.migration.file import Factors, TableItem, Throughput, scaled
from muster.migration.relatives import TABLE
from muster.migration.sides import Source
from muster.migration.template.moving import Mover, carried_policy
from muster.migration.template.plan import PROTECTED, Parts, Plan, identifier, key_arn, named
from muster.migration.template.tables.scaling import Scaling, add_scaling, scaling_of
from muster.properties.consuming import without
from muster.properties.conversion import convert

_ON_DEMAND = "PAY_PER_REQUEST"
_OURS = (
    "TableName", "AttributeDefinitions", "ProvisionedThroughput", "OnDemandThroughput", "GlobalSecondaryIndexes",
    "PointInTimeRecoverySpecification", "DeletionProtectionEnabled", "ResourcePolicy", "KinesisStreamSpecification",
    "Tags",
)  # fmt: skip
"""Properties that are not simply those of the source."""
_REPLACED = ("table.SSEDescription", "key")
"""Settings of the source that a target does not take over, so that they are no matter."""
_KINDS = ("Read", "Write")


def add_tables(plan: Plan, parts: Parts) -> None:
    """Add the target tables with their autoscaling."""
    mover = Mover(plan)
    for item, source in named(plan, TableItem):
        if not source.own.exists:
            parts.gap(item.name, f"there is no such table in {plan.file.source.region}")
        elif "table" in source.own.unread:
            parts.gap(item.name, f"the table could not be read: {source.own.unread['table'].reason}")
        else:
            _add_table(item, source, mover, parts)


def _add_table(item: Any, source: Source, mover: Mover, parts: Parts) -> None:
    conversion = convert(source.own)
    for each in conversion.obstacles:
        if not each.setting.startswith(_REPLACED):
            say = parts.gap if each.setting in source.own.unread else parts.remark
            say(item.name, f"{each.setting} is not carried over: {each.reason}")
    given = next(each.properties for each in conversion.resources if each.type == TABLE)
    scaling = scaling_of(item, conversion.resources)
    table = identifier("Table", item.target)
    parts.add_kept_data(table, TABLE, _properties(given, _leaving(source), scaling, mover, parts))
    add_scaling(scaling, table, mover.plan, parts)


def _properties(
    given: Mapping[str, Any], leaving: frozenset[str], scaling: Scaling, mover: Mover, parts: Parts
) -> dict[str, Any]:
    item = scaling.item
    if "KinesisStreamSpecification" in given:
        parts.remark(item.name, "its Kinesis data stream is not carried over: a stream is of one region")
    if "ResourcePolicy" in given.get("StreamSpecification", {}):
        parts.remark(item.name, "the policy of its stream is not carried over")
    on_demand = given.get("BillingMode") == _ON_DEMAND
    indexes = [each for each in given.get("GlobalSecondaryIndexes") or () if each["IndexName"] not in leaving]
    protected = bool(given.get("DeletionProtectionEnabled"))
    recovery = given.get("PointInTimeRecoverySpecification") or {}
    return {
        "TableName": item.target,
        **{name: value for name, value in given.items() if name not in _OURS},
        **without(
            {
                "AttributeDefinitions": _attributes(given, indexes),
                "ProvisionedThroughput": None if on_demand else _capacity(given, "", item.factors_of(), scaling),
                "OnDemandThroughput": _maximum(item.maximum_of(), given) if on_demand else None,
                "GlobalSecondaryIndexes": [_index(index, scaling, on_demand=on_demand) for index in indexes],
            }
        ),
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn()},
        "PointInTimeRecoverySpecification": {**recovery, "PointInTimeRecoveryEnabled": True},
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
        "DeletionProtectionEnabled": {"Fn::If": [PROTECTED, True, False]} if protected else False,
        **_policy(item, given, mover, parts),
        "Tags": mover.plan.tags(given.get("Tags") or ()),
    }


def _leaving(source: Source) -> frozenset[str]:
    """Return the global indexes that are being deleted: a target does not have them."""
    indexes = source.own.answer("table").get("GlobalSecondaryIndexes") or ()
    return frozenset(str(each["IndexName"]) for each in indexes if each.get("IndexStatus") == "DELETING")


def _attributes(given: Mapping[str, Any], indexes: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the attributes that keys use: DynamoDB refuses others, for example of an index that is being deleted."""
    schemas = [given["KeySchema"], *(each["KeySchema"] for each in (*indexes, *given.get("LocalSecondaryIndexes", ())))]
    used = {key["AttributeName"] for schema in schemas for key in schema}
    for each in given.get("VectorIndexes", ()):
        used |= {key["AttributeName"] for key in each.get("SearchSchema") or ()}
    return [each for each in given["AttributeDefinitions"] if each["AttributeName"] in used]


def _index(index: Mapping[str, Any], scaling: Scaling, *, on_demand: bool) -> dict[str, Any]:
    name, item = str(index["IndexName"]), scaling.item
    kept = {key: value for key, value in index.items() if key not in ("ProvisionedThroughput", "OnDemandThroughput")}
    if on_demand:
        return {**kept, **without({"OnDemandThroughput": _maximum(item.maximum_of(name), index)})}
    return {**kept, "ProvisionedThroughput": _capacity(index, name, item.factors_of(name), scaling)}


def _maximum(wanted: Throughput | None, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the maximum throughput that the migration file asks for, or that of the source."""
    if wanted is None:
        return given.get("OnDemandThroughput") or {}
    return without({"MaxReadRequestUnits": wanted.read, "MaxWriteRequestUnits": wanted.write})


def _capacity(given: Mapping[str, Any], index: str, factors: Factors, scaling: Scaling) -> dict[str, int]:
    """Return the units of a table or index times the factors; where they are scaled, within the scaled range."""
    units = given.get("ProvisionedThroughput") or {}
    wanted = {
        kind: scaled(int(units.get(f"{kind}CapacityUnits") or 0), factor)
        for kind, factor in zip(_KINDS, (factors.read, factors.write), strict=True)
    }
    return {f"{kind}CapacityUnits": scaling.units(index, kind, number) for kind, number in wanted.items()}


def _policy(item: TableItem, given: Mapping[str, Any], mover: Mover, parts: Parts) -> dict[str, Any]:
    document = (given.get("ResourcePolicy") or {}).get("PolicyDocument")
    carried = carried_policy(document, mover, lambda text: parts.remark(item.name, text)) if document else None
    return {"ResourcePolicy": {"PolicyDocument": carried}} if carried else {}
