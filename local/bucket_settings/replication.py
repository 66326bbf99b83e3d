"""The replication of a bucket.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-replicationconfiguration.html
"""

from typing import Any

from local.provisioning.kinds import Properties, chosen


def replication(properties: Properties) -> dict[str, Any]:
    """Return the parameters of PutBucketReplication."""
    rules = [_rule(rule) for rule in properties["Rules"]]
    return {"ReplicationConfiguration": {"Role": properties["Role"], "Rules": rules}}


def _rule(rule: Properties) -> dict[str, Any]:
    made: dict[str, Any] = chosen(
        rule,
        "DeleteMarkerReplication",
        "Destination",
        "Prefix",
        "Priority",
        "SourceSelectionCriteria",
        "Status",
        ID="Id",
    )
    if "Filter" in rule:
        given = rule["Filter"]
        made["Filter"] = chosen(given, "Prefix", Tag="TagFilter")
        if "And" in given:
            made["Filter"]["And"] = chosen(given["And"], "Prefix", Tags="TagFilters")
    return made
