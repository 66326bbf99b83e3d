"""The embedded AWS keeps all that is put of scalable targets and policies, of tables and of indexes."""

from typing import Any

import botocore.exceptions
import pytest

from local.server import ACCOUNT, EmbeddedAws

TABLE, INDEX = "table/orders", "table/orders/index/by-id"
TRACKING = {
    "TargetValue": 70.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"},
    "ScaleInCooldown": 60,
    "ScaleOutCooldown": 30,
    "DisableScaleIn": True,
}


def where(resource: str, units: str = "Write") -> dict[str, str]:
    kind = "index" if "/index/" in resource else "table"
    dimension = f"dynamodb:{kind}:{units}CapacityUnits"
    return {"ServiceNamespace": "dynamodb", "ResourceId": resource, "ScalableDimension": dimension}


def targets(aws: EmbeddedAws, **how: Any) -> list[dict[str, Any]]:
    scaling = aws.client("application-autoscaling")
    found: list[dict[str, Any]] = scaling.describe_scalable_targets(ServiceNamespace="dynamodb", **how)[
        "ScalableTargets"
    ]
    return found


def test_a_target_keeps_what_an_update_does_not_name(aws: EmbeddedAws) -> None:
    scaling = aws.client("application-autoscaling")
    suspended = {"DynamicScalingInSuspended": True}
    scaling.register_scalable_target(
        **where(TABLE), MinCapacity=5, MaxCapacity=50, SuspendedState=suspended, Tags={"stage": "prod"}
    )
    scaling.register_scalable_target(**where(TABLE), MaxCapacity=60)
    (found,) = targets(aws)
    assert (found["MinCapacity"], found["MaxCapacity"]) == (5, 60)
    assert found["SuspendedState"] == {
        "DynamicScalingInSuspended": True,
        "DynamicScalingOutSuspended": False,
        "ScheduledScalingSuspended": False,
    }
    assert found["RoleARN"].startswith(f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/dynamodb.application-autoscaling")
    arn = found["ScalableTargetARN"]
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"stage": "prod"}
    scaling.tag_resource(ResourceARN=arn, Tags={"stage": "test", "team": "a"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"stage": "test"}


@pytest.mark.parametrize(
    "limits", [{"MinCapacity": 5}, {"MinCapacity": 6, "MaxCapacity": 5}], ids=["no maximum", "a minimum over it"]
)
def test_a_target_without_sensible_limits_is_refused(aws: EmbeddedAws, limits: dict[str, int]) -> None:
    scaling = aws.client("application-autoscaling")
    with pytest.raises(scaling.exceptions.ValidationException):
        scaling.register_scalable_target(**where(TABLE), **limits)


def test_targets_are_filtered_and_paged(aws: EmbeddedAws) -> None:
    scaling = aws.client("application-autoscaling")
    for resource in (TABLE, INDEX):
        for units in ("Read", "Write"):
            scaling.register_scalable_target(**where(resource, units), MinCapacity=1, MaxCapacity=2)
    pages = scaling.get_paginator("describe_scalable_targets").paginate(
        ServiceNamespace="dynamodb", PaginationConfig={"PageSize": 3}
    )
    listed = [(each["ResourceId"], each["ScalableDimension"]) for page in pages for each in page["ScalableTargets"]]
    assert (len(listed), len(set(listed))) == (4, 4)
    assert {each["ResourceId"] for each in targets(aws, ResourceIds=[INDEX])} == {INDEX}
    (found,) = targets(aws, ResourceIds=[TABLE], ScalableDimension="dynamodb:table:ReadCapacityUnits")
    assert found["ResourceId"] == TABLE


@pytest.mark.parametrize("resource", [TABLE, INDEX])
def test_a_policy_comes_back_as_it_was_put_with_alarms_on_what_it_scales(aws: EmbeddedAws, resource: str) -> None:
    scaling = aws.client("application-autoscaling")
    scaling.register_scalable_target(**where(resource), MinCapacity=1, MaxCapacity=9)
    policy = {"PolicyName": "writes", "PolicyType": "TargetTrackingScaling"}
    put = scaling.put_scaling_policy(
        **where(resource), **policy, TargetTrackingScalingPolicyConfiguration={**TRACKING, "TargetValue": 50.0}
    )
    again = scaling.put_scaling_policy(**where(resource), **policy, TargetTrackingScalingPolicyConfiguration=TRACKING)
    assert again["PolicyARN"] == put["PolicyARN"]
    (found,) = scaling.describe_scaling_policies(ServiceNamespace="dynamodb", ResourceId=resource)["ScalingPolicies"]
    assert found["TargetTrackingScalingPolicyConfiguration"] == TRACKING
    alarms = aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len(alarms) == 4
    assert {each["AlarmName"] for each in alarms} == {each["AlarmName"] for each in found["Alarms"]}
    assert {each["MetricName"] for each in alarms} == {"ConsumedWriteCapacityUnits", "ProvisionedWriteCapacityUnits"}
    names = {"TableName": "orders"} | ({"GlobalSecondaryIndexName": "by-id"} if resource == INDEX else {})
    for alarm in alarms:
        assert alarm["AlarmName"].startswith(f"TargetTracking-{resource}-")
        assert {each["Name"]: each["Value"] for each in alarm["Dimensions"]} == names


def test_the_policies_of_a_table_are_not_those_of_its_index(aws: EmbeddedAws) -> None:
    scaling = aws.client("application-autoscaling")
    for resource in (TABLE, INDEX):
        scaling.register_scalable_target(**where(resource), MinCapacity=1, MaxCapacity=9)
        scaling.put_scaling_policy(
            **where(resource),
            PolicyName="writes",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=TRACKING,
        )
    for resource in (TABLE, INDEX):
        listed = scaling.describe_scaling_policies(ServiceNamespace="dynamodb", ResourceId=resource)
        assert [each["ResourceId"] for each in listed["ScalingPolicies"]] == [resource]


def test_a_policy_needs_a_target_and_ends_with_it(aws: EmbeddedAws) -> None:
    scaling = aws.client("application-autoscaling")
    policy = {
        "PolicyName": "writes",
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": TRACKING,
    }
    with pytest.raises(botocore.exceptions.ClientError, match="No scalable target registered"):
        scaling.put_scaling_policy(**where(TABLE), **policy)
    scaling.register_scalable_target(**where(TABLE), MinCapacity=1, MaxCapacity=9)
    scaling.put_scaling_policy(**where(TABLE), **policy)
    scaling.deregister_scalable_target(**where(TABLE))
    assert scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"] == []
    assert aws.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
