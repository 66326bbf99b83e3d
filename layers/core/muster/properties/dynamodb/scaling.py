"""The autoscaling of a table as properties: scalable targets with their schedules, and policies.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-applicationautoscaling-scalabletarget.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from muster.properties.consuming import Part, Sections, own_tags, without
from muster.properties.conversion import TemplateResource
from muster.properties.shaped import Shape, shaped, whole

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"

_IDENTITY = ("ResourceId", "ScalableDimension", "ServiceNamespace")
_METRIC: Shape = {"Namespace": None, "MetricName": None, "Dimensions": whole("Name", "Value")}
_STAT: Shape = {"Metric": _METRIC, "Stat": None, "Unit": None}
_TRACKING: Shape = {
    "TargetValue": None,
    "ScaleInCooldown": None,
    "ScaleOutCooldown": None,
    "DisableScaleIn": None,
    "PredefinedMetricSpecification": whole("PredefinedMetricType", "ResourceLabel"),
    "CustomizedMetricSpecification": {
        **_METRIC, "Statistic": None, "Unit": None,
        "Metrics": {"Id": None, "Expression": None, "Label": None, "ReturnData": None, "MetricStat": _STAT},
    },
}  # fmt: skip
_ONLY_TRACKING = "DynamoDB takes target tracking only"
"""https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html"""


def scaling(sections: Sections, *, on_demand: bool) -> tuple[TemplateResource, ...]:
    """Return the scalable targets and their policies; none of a table on demand, which is not scaled.

    Targets and policies may outlive the time when the table was provisioned, and even an earlier table of this name.
    """
    if on_demand:
        sections.skip("scaling-targets", "scaling-policies", "scaling-schedules", "scaling-tags")
        return ()
    schedules: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for each in sections.part("scaling-schedules").parts("ScheduledActions"):
        schedules.setdefault(_identity(each), []).append(_schedule(each))
    tags = sections.part("scaling-tags").take("Tags") or {}
    targets = [_target(each, schedules, tags) for each in sections.part("scaling-targets").parts("ScalableTargets")]
    policies = [_policy(each) for each in sections.part("scaling-policies").parts("ScalingPolicies")]
    return (*targets, *policies)


def _target(
    part: Part, schedules: Mapping[tuple[str, ...], list[dict[str, Any]]], tags: Mapping[str, Mapping[str, str]]
) -> TemplateResource:
    # The role is always the service-linked one of DynamoDB, and CloudFormation cannot read it.
    part.drop("PredictedCapacity", "RoleARN", "CreationTime")
    identity = part.copy(*_IDENTITY)
    suspended = part.part("SuspendedState").copy(
        "DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"
    )
    own = tags.get(str(part.take("ScalableTargetARN")), {})
    properties = {
        **identity,
        **part.copy("MinCapacity", "MaxCapacity"),
        "SuspendedState": suspended if any(suspended.values()) else None,
        "ScheduledActions": schedules.get(_identity(part)),
        "Tags": own_tags([{"Key": key, "Value": value} for key, value in own.items()]),
    }
    return TemplateResource(TARGET, " ".join(_identity(part)), without(properties), identity)


def _policy(part: Part) -> TemplateResource:
    # Target tracking makes its alarms itself.
    part.drop("CreationTime", "Alarms")
    for name in ("StepScalingPolicyConfiguration", "PredictiveScalingPolicyConfiguration"):
        part.refuse(name, _ONLY_TRACKING)
    identity = part.copy(*_IDENTITY)
    tracking = shaped(part.part("TargetTrackingScalingPolicyConfiguration"), _TRACKING)
    properties = {
        **part.copy("PolicyName", "PolicyType"),
        **identity,
        "TargetTrackingScalingPolicyConfiguration": without(tracking),
    }
    named = {"Arn": part.take("PolicyARN"), "ScalableDimension": identity.get("ScalableDimension")}
    name = f"{part.members.get('PolicyName')} {' '.join(_identity(part))}"
    return TemplateResource(POLICY, name, without(properties), without(named))


def _schedule(part: Part) -> dict[str, Any]:
    part.drop("ScheduledActionARN", "CreationTime", *_IDENTITY)
    action = part.part("ScalableTargetAction").copy("MinCapacity", "MaxCapacity")
    times = {name: _time(part.take(name)) for name in ("StartTime", "EndTime")}
    copied = part.copy("ScheduledActionName", "Schedule", "Timezone")
    return without({**copied, **times, "ScalableTargetAction": action})


def _identity(part: Part) -> tuple[str, ...]:
    return tuple(str(part.members.get(name)) for name in _IDENTITY[:2])


def _time(value: object) -> str | None:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else None
