"""A DynamoDB table as properties.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

from collections.abc import Iterator
from typing import Any

from muster.properties.consuming import Part, Sections, document, own_tags, without
from muster.properties.conversion import Conversion, TemplateResource, converts
from muster.properties.dynamodb import indexes
from muster.properties.dynamodb.insights import Insights
from muster.properties.dynamodb.scaling import scaling
from muster.snapshots.snapshot import Snapshot

TABLE = "AWS::DynamoDB::Table"

_STATES = (
    "CreationDateTime", "TableSizeBytes", "ItemCount", "TableArn", "TableId", "LatestStreamLabel", "LatestStreamArn",
    "RestoreSummary", "ArchivalSummary", "GlobalTableVersion",
)  # fmt: skip
"""What is no setting. GlobalTableVersion may stay when the last replica is removed."""
_GLOBAL = "a global table: CloudFormation describes it as AWS::DynamoDB::GlobalTable"
_STEADY = frozenset({None, "ACTIVE", "UPDATING"})
_ON = frozenset({"ENABLED", "ENABLING"})
_STREAMING = frozenset({"ACTIVE", "ENABLING", "UPDATING"})
_BASE_READ, _BASE_WRITE = 12000, 4000
"""The warm throughput that every table has.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
"""


@converts(TABLE)
def table(snapshot: Snapshot) -> Conversion:
    """Return a table, its scalable targets and their policies."""
    sections = Sections(snapshot)
    part = sections.part("table")
    on_demand = _mode(part) == "PAY_PER_REQUEST"
    name = str(part.take("TableName") or snapshot.resource.id)
    made = TemplateResource(TABLE, name, _properties(sections, part, on_demand=on_demand), {"TableName": name})
    return sections.conversion(
        made, *scaling(sections, on_demand=on_demand), remarks=tuple(_remarks(sections, part, on_demand=on_demand))
    )


def _properties(sections: Sections, part: Part, *, on_demand: bool) -> dict[str, Any]:
    part.drop(*_STATES)
    if (status := part.take("TableStatus")) not in _STEADY:
        part.obstacle(f"the table is {status}", "TableStatus")
    _global(sections, part)
    classes = part.part("TableClassSummary")
    classes.drop("LastUpdateDateTime")
    insights = Insights(sections.part("contributor-insights"))
    properties = {
        "TableName": part.members.get("TableName"),
        **part.copy("AttributeDefinitions", "KeySchema"),
        "BillingMode": "PAY_PER_REQUEST" if on_demand else "PROVISIONED",
        **indexes.units(part, on_demand=on_demand),
        "GlobalSecondaryIndexes": indexes.of_the_whole_table(part, insights, on_demand=on_demand),
        "LocalSecondaryIndexes": indexes.of_a_partition(part),
        "VectorIndexes": indexes.of_vectors(part),
        "TableClass": classes.take("TableClass"),
        "DeletionProtectionEnabled": part.take("DeletionProtectionEnabled"),
        "StreamSpecification": _stream(sections, part),
        "SSESpecification": _encryption(sections, part.part("SSEDescription")),
        "PointInTimeRecoverySpecification": _recovery(sections.part("recovery")),
        "TimeToLiveSpecification": _expiry(sections.part("time-to-live")),
        "ContributorInsightsSpecification": insights.of(""),
        "KinesisStreamSpecification": _kinesis(sections.part("kinesis")),
        "ResourcePolicy": _policy(sections.part("resource-policy")),
        "Tags": own_tags(sections.part("tags").take("Tags")),
    }
    return without(properties)


def _mode(part: Part) -> str:
    """Return the billing mode; a table that never was on demand has no summary."""
    summary = part.part("BillingModeSummary")
    summary.drop("LastUpdateToPayPerRequestDateTime")
    return str(summary.take("BillingMode") or "PROVISIONED")


def _global(sections: Sections, part: Part) -> None:
    for name in ("Replicas", "GlobalTableWitnesses"):
        part.refuse(name, _GLOBAL)
    if part.take("MultiRegionConsistency") == "STRONG":
        part.obstacle(_GLOBAL, "MultiRegionConsistency")
    if part.take("GlobalTableSettingsReplicationMode") not in (None, "DISABLED"):
        part.obstacle(_GLOBAL, "GlobalTableSettingsReplicationMode")
    if part.take("DisassociationProtectionEnabled"):
        part.obstacle(_GLOBAL, "DisassociationProtectionEnabled")
    if sections.has("global-table"):
        sections.part("global-table").refuse("GlobalTableDescription", _GLOBAL)


def _stream(sections: Sections, part: Part) -> dict[str, Any]:
    stream = part.part("StreamSpecification")
    policy, tags = sections.part("stream-policy"), sections.part("stream-tags")
    found = {
        "StreamViewType": stream.take("StreamViewType"),
        "ResourcePolicy": _policy(policy),
        "Tags": own_tags(tags.take("Tags")),
    }
    return without(found) if stream.take("StreamEnabled") else {}


def _encryption(sections: Sections, part: Part) -> dict[str, Any]:
    """Return the key: without a key AWS owns it; an AWS managed one is chosen by not naming any."""
    manager = (sections.part("key").take("KeyMetadata") or {}).get("KeyManager")
    status, kind, arn = part.take("Status"), part.take("SSEType"), part.take("KMSMasterKeyArn")
    if part.take("InaccessibleEncryptionDateTime"):
        part.obstacle("the table cannot use its key", "InaccessibleEncryptionDateTime")
    if status in (None, "DISABLED", "DISABLING"):
        return {}
    if kind != "KMS":
        part.obstacle(f"CloudFormation does not take {kind}", "SSEType")
    if manager not in ("AWS", "CUSTOMER"):
        part.obstacle("it is not known whether the key is the customer's or AWS's", "KMSMasterKeyArn")
    return {"SSEEnabled": True, "SSEType": "KMS"} | ({"KMSMasterKeyId": arn} if manager == "CUSTOMER" else {})


def _recovery(part: Part) -> dict[str, Any]:
    """Return point-in-time recovery; continuous backups themselves are always enabled."""
    backups = part.part("ContinuousBackupsDescription")
    backups.drop("ContinuousBackupsStatus")
    recovery = backups.part("PointInTimeRecoveryDescription")
    recovery.drop("EarliestRestorableDateTime", "LatestRestorableDateTime")
    on, days = recovery.take("PointInTimeRecoveryStatus") == "ENABLED", recovery.take("RecoveryPeriodInDays")
    return without({"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}) if on else {}


def _expiry(part: Part) -> dict[str, Any]:
    expiry = part.part("TimeToLiveDescription")
    on, attribute = expiry.take("TimeToLiveStatus") in _ON, expiry.take("AttributeName")
    return {"AttributeName": attribute, "Enabled": True} if on else {}


def _kinesis(part: Part) -> dict[str, Any]:
    part.drop("TableName")
    streams = []
    for each in part.parts("KinesisDataStreamDestinations"):
        each.drop("DestinationStatusDescription")
        status = each.take("DestinationStatus")
        copied = each.copy("StreamArn", "ApproximateCreationDateTimePrecision")
        streams += [copied] if status in _STREAMING else []
    if len(streams) > 1:
        part.obstacle("CloudFormation takes one stream", "KinesisDataStreamDestinations")
    return streams[0] if streams else {}


def _policy(part: Part) -> dict[str, Any]:
    part.drop("RevisionId")
    found = document(part, "Policy")
    return {"PolicyDocument": found} if found else {}


def _remarks(sections: Sections, part: Part, *, on_demand: bool) -> Iterator[str]:
    warm = part.take("WarmThroughput") or {}
    above = (warm.get("ReadUnitsPerSecond") or 0) > _BASE_READ or (warm.get("WriteUnitsPerSecond") or 0) > _BASE_WRITE
    if above:
        yield "its warm throughput is left out: it grows by itself and cannot be lowered"
    targets = (sections.snapshot.sections.get("scaling-targets") or None) if sections.has("scaling-targets") else None
    if isinstance(targets, dict) and targets.get("ScalableTargets"):
        yield (
            "its scalable targets are left out: a table on demand is not scaled"
            if on_demand
            else "autoscaling sets its capacity: a later change of ProvisionedThroughput in the template sets it back"
        )
