"""Target tables: the source's shape with scaled capacity, and what a target has besides. Pure."""

from collections.abc import Mapping
from typing import Any

from muster.facets.dynamodb.scaling import Range, ScalingRanges
from muster.migration.file import Factors, TableItem, Throughput, scaled
from muster.migration.relatives import TABLE
from muster.migration.sides import Source
from muster.migration.template.moving import Mover, carried_policy
from muster.migration.template.plan import PROTECTED, Parts, Plan, identifier, key_arn, named
from muster.migration.template.tables.scaling import add_scaling
from muster.migration.template.tables.shape import table_shape
from muster.model.finding import UnknownField
from muster.properties.consuming import without

_ON_DEMAND = "PAY_PER_REQUEST"
_OURS = (
    "TableName", "AttributeDefinitions", "ProvisionedThroughput", "OnDemandThroughput", "GlobalSecondaryIndexes",
    "PointInTimeRecoverySpecification", "DeletionProtectionEnabled", "ResourcePolicy", "Tags",
)  # fmt: skip
"""Properties that are not simply those of the source."""
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
    given, obstacles = table_shape(source.own)
    for each in obstacles:
        unread = each.setting in source.own.unread
        (parts.gap if unread else parts.remark)(item.name, f"{each.setting} is not carried over: {each.reason}")
    ranges = _ranges(given, source)
    if given["BillingMode"] != _ON_DEMAND and "scaling-targets" in source.own.unread:
        reason = source.own.unread["scaling-targets"].reason
        parts.gap(item.name, f"autoscaling could not be read: {reason}")
    table = identifier("Table", item.target)
    parts.add_kept_data(table, TABLE, _properties(item, given, ranges, mover, parts))
    if ranges:
        add_scaling(item, source, table, parts)


def _properties(
    item: TableItem, given: Mapping[str, Any], ranges: Mapping[Any, Range], mover: Mover, parts: Parts
) -> dict[str, Any]:
    plan = mover.plan
    recovery = dict(given.get("PointInTimeRecoverySpecification") or {})
    on_demand = given.get("BillingMode") == _ON_DEMAND
    protected = bool(given.get("DeletionProtectionEnabled"))
    return {
        "TableName": item.target,
        **{name: value for name, value in given.items() if name not in _OURS},
        **without(
            {
                "AttributeDefinitions": _attributes(given),
                "ProvisionedThroughput": None if on_demand else _capacity(given, "", item.factors_of(), ranges),
                "OnDemandThroughput": _maximum(item.maximum_of(), given) if on_demand else None,
                "GlobalSecondaryIndexes": [
                    _index(index, item, ranges, on_demand=on_demand)
                    for index in given.get("GlobalSecondaryIndexes") or ()
                ],
            }
        ),
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn()},
        "PointInTimeRecoverySpecification": {**recovery, "PointInTimeRecoveryEnabled": True},
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
        "DeletionProtectionEnabled": {"Fn::If": [PROTECTED, True, False]} if protected else False,
        **_policy(item, given, mover, parts),
        "Tags": plan.tags(given.get("Tags") or ()),
    }


def _attributes(given: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the attributes that keys use: DynamoDB refuses others, for example of an index that is being deleted."""
    indexed = (*(given.get("GlobalSecondaryIndexes") or ()), *(given.get("LocalSecondaryIndexes") or ()))
    used = {key["AttributeName"] for keyed in (given, *indexed) for key in keyed["KeySchema"]}
    return [each for each in given["AttributeDefinitions"] if each["AttributeName"] in used]


def _index(
    index: Mapping[str, Any], item: TableItem, ranges: Mapping[Any, Range], *, on_demand: bool
) -> dict[str, Any]:
    name = str(index["IndexName"])
    kept = {key: value for key, value in index.items() if key not in ("ProvisionedThroughput", "OnDemandThroughput")}
    if on_demand:
        return {**kept, **without({"OnDemandThroughput": _maximum(item.maximum_of(name), index)})}
    return {**kept, "ProvisionedThroughput": _capacity(index, name, item.factors_of(name), ranges)}


def _maximum(wanted: Throughput | None, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the maximum throughput that the migration file asks for, or that of the source."""
    if wanted is None:
        return given.get("OnDemandThroughput") or {}
    return without({"MaxReadRequestUnits": wanted.read, "MaxWriteRequestUnits": wanted.write})


def _capacity(given: Mapping[str, Any], index: str, factors: Factors, ranges: Mapping[Any, Range]) -> dict[str, int]:
    """Return the units of a table or index times the factors; where they are scaled, within the scaled range."""
    units = given.get("ProvisionedThroughput") or {}
    made = {}
    for kind, factor in zip(_KINDS, (factors.read, factors.write), strict=True):
        wanted = scaled(int(units.get(f"{kind}CapacityUnits") or 0), factor)
        limits = ranges.get((index, kind))
        if limits:
            wanted = min(max(wanted, scaled(limits.least, factor)), scaled(limits.most, factor))
        made[f"{kind}CapacityUnits"] = wanted
    return made


def _ranges(given: Mapping[str, Any], source: Source) -> Mapping[Any, Range]:
    """Return what is scaled; targets of autoscaling outlive the time when a table was provisioned."""
    if given.get("BillingMode") == _ON_DEMAND:
        return {}
    try:
        return source.own.facet("scaling-targets", ScalingRanges).ranges
    except UnknownField:
        return {}


def _policy(item: TableItem, given: Mapping[str, Any], mover: Mover, parts: Parts) -> dict[str, Any]:
    document = (given.get("ResourcePolicy") or {}).get("PolicyDocument")
    carried = carried_policy(document, mover, lambda text: parts.remark(item.name, text)) if document else None
    return {"ResourcePolicy": {"PolicyDocument": carried}} if carried else {}
