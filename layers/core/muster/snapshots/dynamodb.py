"""The whole configuration of DynamoDB tables, with their autoscaling."""

import typing
from collections.abc import Iterator, Mapping
from typing import Any

from muster.model.finding import Resource
from muster.readers.answers import all_pages
from muster.readers.dynamodb import tables
from muster.snapshots.form import Form
from muster.snapshots.section import Answer, read_as, section

if typing.TYPE_CHECKING:
    from mypy_boto3_application_autoscaling import ApplicationAutoScalingClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

_TABLE = "arn:{partition}:dynamodb:*:*:table/*"
_GLOBAL_TABLE = "arn:{partition}:dynamodb::*:global-table/*"
_KEY = "arn:{partition}:kms:*:*:key/*"
_TARGETS_AT_ONCE = 50
"""https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html"""


def _scaled_ids(table: Answer) -> tuple[str, ...]:
    """Return the names that Application Auto Scaling has for a table of DescribeTable and for each of its indexes.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
    """
    name = f"table/{table['TableName']}"
    return (name, *(f"{name}/index/{index}" for index in _indexes(table)))


def _indexes(table: Answer) -> tuple[str, ...]:
    return tuple(str(each["IndexName"]) for each in table.get("GlobalSecondaryIndexes") or ())


def _contributor_insights(dynamodb: "DynamoDBClient", resource: Resource, table: Answer) -> Answer:
    """Read the contributor insights of a table and of each index; only those of an index have an IndexName."""
    whole: dict[str, Any] = {"TableName": resource.id}
    named = [{**whole, "IndexName": index} for index in _indexes(table)]
    answers = [dynamodb.describe_contributor_insights(**each) for each in (whole, *named)]
    return {"ContributorInsights": [{k: v for k, v in each.items() if k != "ResponseMetadata"} for each in answers]}


def _stream_policy(dynamodb: "DynamoDBClient", _resource: Resource, table: Answer) -> Answer:
    """Read the policy of the stream, where one is on: that of an earlier stream went with it."""
    on = (table.get("StreamSpecification") or {}).get("StreamEnabled")
    return dynamodb.get_resource_policy(ResourceArn=table["LatestStreamArn"]) if on else {}


def _stream_tags(dynamodb: "DynamoDBClient", _resource: Resource, table: Answer) -> Answer:
    """Read the tags of the stream, which are not those of the table.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/streams-abac.html
    """
    on = (table.get("StreamSpecification") or {}).get("StreamEnabled")
    arn = table.get("LatestStreamArn")
    return all_pages(dynamodb, "list_tags_of_resource", "Tags", ResourceArn=arn) if on else {}


def _key(kms: "KMSClient", _resource: Resource, table: Answer) -> Answer:
    """Read whose key it is: its ARN does not distinguish aws/dynamodb from a customer's."""
    arn = (table.get("SSEDescription") or {}).get("KMSMasterKeyArn")
    return kms.describe_key(KeyId=arn) if arn else {}


def _scaling_targets(scaling: "ApplicationAutoScalingClient", _resource: Resource, table: Answer) -> Answer:
    found: list[Any] = []
    ids = _scaled_ids(table)
    for start in range(0, len(ids), _TARGETS_AT_ONCE):
        some = list(ids[start : start + _TARGETS_AT_ONCE])
        answer = all_pages(
            scaling, "describe_scalable_targets", "ScalableTargets", ServiceNamespace="dynamodb", ResourceIds=some
        )
        found.extend(answer["ScalableTargets"])
    return {"ScalableTargets": found}


def _scaling_policies(scaling: "ApplicationAutoScalingClient", _resource: Resource, targets: Answer) -> Answer:
    """Read the policies of the scalable targets; without a target there is no policy."""
    return {"ScalingPolicies": list(_each(scaling, "describe_scaling_policies", "ScalingPolicies", targets))}


def _scaling_schedules(scaling: "ApplicationAutoScalingClient", _resource: Resource, targets: Answer) -> Answer:
    return {"ScheduledActions": list(_each(scaling, "describe_scheduled_actions", "ScheduledActions", targets))}


def _scaling_tags(scaling: "ApplicationAutoScalingClient", _resource: Resource, targets: Answer) -> Answer:
    arns = [str(each["ScalableTargetARN"]) for each in targets["ScalableTargets"] if each.get("ScalableTargetARN")]
    return {"Tags": {arn: scaling.list_tags_for_resource(ResourceARN=arn).get("Tags") or {} for arn in arns}}


def _each(scaling: Any, operation: str, member: str, targets: Answer) -> Iterator[Mapping[str, Any]]:
    for name in dict.fromkeys(str(each["ResourceId"]) for each in targets["ScalableTargets"]):
        found = all_pages(scaling, operation, member, ServiceNamespace="dynamodb", ResourceId=name)[member]
        yield from (each for each in found if each["ResourceId"] == name)


form = Form(
    tables.TABLE,
    (
        read_as("table", tables.table),
        read_as("recovery", tables.point_in_time_recovery),
        read_as("time-to-live", tables.time_to_live),
        read_as("tags", tables.tags),
        read_as("resource-policy", tables.policy),
        section(
            "stream-policy", "dynamodb:GetResourcePolicy", _stream_policy,
            absent=("PolicyNotFoundException",), of="table", on=_TABLE,
        ),
        section("stream-tags", "dynamodb:ListTagsOfResource", _stream_tags, of="table", on=_TABLE),
        section("key", "kms:DescribeKey", _key, of="table", on=_KEY),
        section(
            "contributor-insights", "dynamodb:DescribeContributorInsights", _contributor_insights, of="table", on=_TABLE
        ),
        section(
            "kinesis", "dynamodb:DescribeKinesisStreamingDestination",
            lambda dynamodb, table: dynamodb.describe_kinesis_streaming_destination(TableName=table.id), on=_TABLE,
        ),
        section(
            "global-table", "dynamodb:DescribeGlobalTable",
            lambda dynamodb, table: dynamodb.describe_global_table(GlobalTableName=table.id),
            absent=("GlobalTableNotFoundException",), on=_GLOBAL_TABLE,
        ),
        section("scaling-targets", "application-autoscaling:DescribeScalableTargets", _scaling_targets, of="table"),
        section(
            "scaling-policies", "application-autoscaling:DescribeScalingPolicies", _scaling_policies,
            of="scaling-targets",
        ),
        section(
            "scaling-schedules", "application-autoscaling:DescribeScheduledActions", _scaling_schedules,
            of="scaling-targets",
        ),
        section(
            "scaling-tags", "application-autoscaling:ListTagsForResource", _scaling_tags, of="scaling-targets",
            on="arn:{partition}:application-autoscaling:*:*:scalable-target/*",
        ),
    ),
    tables.tables.gone,
)  # fmt: skip
"""A table. `global-table` is one of version 2017, which DescribeTable does not show; 2019's are replicas of the table.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeGlobalTable.html
"""
