"""The shape of a source table as properties of its target: keys, indexes, class, expiry. Pure."""

from typing import Any

from muster.properties.consuming import Part, Sections, document, own_tags, without
from muster.properties.conversion import Obstacle
from muster.snapshots.snapshot import Snapshot

_STATES = (
    "TableName", "TableStatus", "CreationDateTime", "TableSizeBytes", "ItemCount", "TableArn", "TableId",
    "LatestStreamLabel", "LatestStreamArn", "RestoreSummary", "ArchivalSummary", "WarmThroughput",
    "GlobalTableSettingsReplicationMode", "SSEDescription", "StreamSpecification",
)  # fmt: skip
"""What is no setting, and what a target has of its own. Warm throughput grows by itself, and costs."""
_INDEX_STATES = (
    "IndexStatus", "Backfilling", "IndexSizeBytes", "ItemCount", "IndexArn", "WarmThroughput", "ProvisionedThroughput",
)  # fmt: skip
_GLOBAL = ("Replicas", "GlobalTableVersion", "GlobalTableWitnesses", "MultiRegionConsistency")
_OWN = (
    "scaling-targets", "scaling-policies", "scaling-schedules", "scaling-tags", "global-table", "stream-policy",
    "stream-tags", "key",
)  # fmt: skip
"""Sections that a target has of its own."""
_NO_LIMIT = -1


def table_shape(snapshot: Snapshot) -> tuple[dict[str, Any], tuple[Obstacle, ...]]:
    """Return a table's properties, and what cannot be written; the units are those of the source."""
    sections = Sections(snapshot)
    sections.skip(*_OWN)
    table = sections.part("table")
    table.drop(*_STATES)
    for name in _GLOBAL:
        table.refuse(name, "the target is no global table: add its replicas when it has taken over")
    billing = table.part("BillingModeSummary")
    billing.drop("LastUpdateToPayPerRequestDateTime")
    classes = table.part("TableClassSummary")
    classes.drop("LastUpdateDateTime")
    properties = {
        **table.copy("AttributeDefinitions", "KeySchema", "DeletionProtectionEnabled"),
        "BillingMode": billing.take("BillingMode") or "PROVISIONED",
        "ProvisionedThroughput": _units(table),
        "OnDemandThroughput": _limits(table),
        "TableClass": classes.take("TableClass"),
        "GlobalSecondaryIndexes": [each for index in table.parts("GlobalSecondaryIndexes") if (each := _index(index))],
        "LocalSecondaryIndexes": [_local(index) for index in table.parts("LocalSecondaryIndexes")],
        "TimeToLiveSpecification": _expiry(sections.part("time-to-live").part("TimeToLiveDescription")),
        "PointInTimeRecoverySpecification": _recovery(sections.part("recovery")),
        "ResourcePolicy": _policy(sections.part("resource-policy")),
        "Tags": own_tags(sections.part("tags").take("Tags")),
    }
    _besides(sections)
    return without(properties), sections.conversion().obstacles


def _index(index: Part) -> dict[str, Any]:
    """Return a global index; one that is being deleted is none."""
    status, units = index.members.get("IndexStatus"), _units(index)
    index.drop(*_INDEX_STATES)
    copied = index.copy("IndexName", "KeySchema", "Projection")
    return (
        {}
        if status == "DELETING"
        else without({**copied, "ProvisionedThroughput": units, "OnDemandThroughput": _limits(index)})
    )


def _local(index: Part) -> dict[str, Any]:
    index.drop(*_INDEX_STATES)
    return index.copy("IndexName", "KeySchema", "Projection")


def _units(part: Part) -> dict[str, int]:
    units = part.take("ProvisionedThroughput") or {}
    return {name: int(units.get(name) or 0) for name in ("ReadCapacityUnits", "WriteCapacityUnits")}


def _limits(part: Part) -> dict[str, int]:
    limits = part.take("OnDemandThroughput") or {}
    return {name: value for name, value in limits.items() if value is not None and value != _NO_LIMIT}


def _expiry(part: Part) -> dict[str, Any]:
    on = part.take("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    attribute = part.take("AttributeName")
    return {"AttributeName": attribute, "Enabled": True} if on else {}


def _recovery(part: Part) -> dict[str, Any]:
    backups = part.part("ContinuousBackupsDescription")
    backups.drop("ContinuousBackupsStatus")
    recovery = backups.part("PointInTimeRecoveryDescription")
    recovery.drop("PointInTimeRecoveryStatus", "EarliestRestorableDateTime", "LatestRestorableDateTime")
    return recovery.copy("RecoveryPeriodInDays")


def _policy(part: Part) -> dict[str, Any]:
    part.drop("RevisionId")
    found = document(part, "Policy")
    return {"PolicyDocument": found} if found else {}


def _besides(sections: Sections) -> None:
    """Take what a target does not have from its source, and say so where the source has it."""
    kinesis = sections.part("kinesis")
    kinesis.drop("TableName")
    if any(each.get("DestinationStatus") != "DISABLED" for each in kinesis.take("KinesisDataStreamDestinations") or ()):
        kinesis.obstacle("a Kinesis data stream is of one region")
    insights = sections.part("contributor-insights").take("ContributorInsights") or ()
    if any(each.get("ContributorInsightsStatus") in ("ENABLED", "ENABLING") for each in insights):
        sections.obstacle("contributor-insights", "they cost by use: enable them at the target where they are wanted")
