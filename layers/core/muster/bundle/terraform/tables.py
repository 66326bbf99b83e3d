"""The tables of DynamoDB tables and what belongs to them.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/dynamodb_table
"""

from collections.abc import Mapping
from typing import Any

from muster.bundle.terraform.hcl import Argument
from muster.bundle.terraform.shapes import (
    Entries,
    Ids,
    Inexpressible,
    Piece,
    Table,
    arn,
    block,
    blocks,
    by,
    json_in,
    merged,
    named,
    only,
    tags,
)

_UNITS = {"ReadCapacityUnits": named("read_capacity"), "WriteCapacityUnits": named("write_capacity")}
_LIMITS = block(
    "on_demand_throughput",
    {
        "MaxReadRequestUnits": named("max_read_request_units"),
        "MaxWriteRequestUnits": named("max_write_request_units"),
    },
)
_PROJECTION = {"ProjectionType": named("projection_type"), "NonKeyAttributes": named("non_key_attributes")}
_NO_INSIGHTS = only({"Enabled": False}, {})


def _keys(schema: list[Mapping[str, str]]) -> Entries:
    """Make the keys of a table or an index: Terraform's arguments take one of each kind."""
    kinds = [each["KeyType"] for each in schema]
    if kinds not in (["HASH"], ["HASH", "RANGE"]):
        raise Inexpressible("", "Muster's tables have no Terraform argument for several keys of a kind")
    names = {"HASH": "hash_key", "RANGE": "range_key"}
    return tuple(Argument(names[each["KeyType"]], each["AttributeName"]) for each in schema)


def _local_keys(schema: list[Mapping[str, str]]) -> Entries:
    """Make the range key of a local index: its hash key is the table's."""
    return tuple(each for each in _keys(schema) if isinstance(each, Argument) and each.name == "range_key")


def _with_stream(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"On": True, **value}


TABLE = Table(
    "aws_dynamodb_table",
    {
        "TableName": named("name"),
        "BillingMode": named("billing_mode"),
        "ProvisionedThroughput": merged(_UNITS),
        "KeySchema": _keys,
        "TableClass": named("table_class"),
        "DeletionProtectionEnabled": named("deletion_protection_enabled"),
        "StreamSpecification": merged(
            {"On": named("stream_enabled"), "StreamViewType": named("stream_view_type")}, before=_with_stream
        ),
        "AttributeDefinitions": blocks("attribute", {"AttributeName": named("name"), "AttributeType": named("type")}),
        "GlobalSecondaryIndexes": blocks(
            "global_secondary_index",
            {
                "IndexName": named("name"),
                "KeySchema": _keys,
                "Projection": merged(_PROJECTION),
                "ProvisionedThroughput": merged(_UNITS),
                "OnDemandThroughput": _LIMITS,
                "ContributorInsightsSpecification": _NO_INSIGHTS,
            },
        ),
        "LocalSecondaryIndexes": blocks(
            "local_secondary_index",
            {"IndexName": named("name"), "KeySchema": _local_keys, "Projection": merged(_PROJECTION)},
        ),
        "OnDemandThroughput": _LIMITS,
        "PointInTimeRecoverySpecification": block(
            "point_in_time_recovery",
            {
                "PointInTimeRecoveryEnabled": named("enabled"),
                "RecoveryPeriodInDays": named("recovery_period_in_days"),
            },
        ),
        "SSESpecification": block(
            "server_side_encryption",
            {"SSEEnabled": named("enabled"), "SSEType": only("KMS"), "KMSMasterKeyId": named("kms_key_arn")},
        ),
        "TimeToLiveSpecification": block(
            "ttl", {"AttributeName": named("attribute_name"), "Enabled": named("enabled")}
        ),
        "ContributorInsightsSpecification": _NO_INSIGHTS,
        "Tags": tags(),
    },
    by("TableName"),
    (
        Piece(
            "aws_dynamodb_resource_policy",
            "ResourcePolicy",
            {"resource_arn": arn},
            merged({"PolicyDocument": json_in("policy")}),
            id=lambda _properties, ids, _item: ids.arn,
        ),
        Piece(
            "aws_dynamodb_kinesis_streaming_destination",
            "KinesisStreamSpecification",
            {"table_name": by("TableName")},
            merged(
                {
                    "StreamArn": named("stream_arn"),
                    "ApproximateCreationDateTimePrecision": named("approximate_creation_date_time_precision"),
                }
            ),
            id=lambda properties, _ids, item: f"{properties['TableName']},{item['StreamArn']}",
        ),
    ),
)


def _scaling_id(properties: Mapping[str, Any], _ids: Ids) -> str:
    parts = ("ServiceNamespace", "ResourceId", "ScalableDimension")
    return "/".join(str(properties[each]) for each in parts)


def _policy_id(properties: Mapping[str, Any], ids: Ids) -> str:
    return f"{_scaling_id(properties, ids)}/{properties['PolicyName']}"


_SCALED = {
    "ServiceNamespace": named("service_namespace"),
    "ResourceId": named("resource_id"),
    "ScalableDimension": named("scalable_dimension"),
}
SCALABLE_TARGET = Table(
    "aws_appautoscaling_target",
    {
        **_SCALED,
        "MinCapacity": named("min_capacity"),
        "MaxCapacity": named("max_capacity"),
        "RoleARN": named("role_arn"),
        "SuspendedState": block(
            "suspended_state",
            {
                "DynamicScalingInSuspended": named("dynamic_scaling_in_suspended"),
                "DynamicScalingOutSuspended": named("dynamic_scaling_out_suspended"),
                "ScheduledScalingSuspended": named("scheduled_scaling_suspended"),
            },
        ),
        "Tags": tags(),
    },
    _scaling_id,
)
SCALING_POLICY = Table(
    "aws_appautoscaling_policy",
    {
        "PolicyName": named("name"),
        "PolicyType": named("policy_type"),
        **_SCALED,
        "TargetTrackingScalingPolicyConfiguration": block(
            "target_tracking_scaling_policy_configuration",
            {
                "TargetValue": named("target_value"),
                "DisableScaleIn": named("disable_scale_in"),
                "ScaleInCooldown": named("scale_in_cooldown"),
                "ScaleOutCooldown": named("scale_out_cooldown"),
                "PredefinedMetricSpecification": block(
                    "predefined_metric_specification",
                    {
                        "PredefinedMetricType": named("predefined_metric_type"),
                        "ResourceLabel": named("resource_label"),
                    },
                ),
            },
        ),
    },
    _policy_id,
)
