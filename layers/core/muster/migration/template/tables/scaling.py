"""The autoscaling of target tables: the source's ranges times the factors, its utilization and schedules. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from muster.migration.file import TableItem, scaled
from muster.migration.sides import Source
from muster.migration.template.plan import Parts, identifier
from muster.model.finding import UnknownField
from muster.properties.consuming import without

_TRACKED = ("DisableScaleIn", "PredefinedMetricSpecification", "ScaleInCooldown", "ScaleOutCooldown", "TargetValue")


def add_scaling(item: TableItem, source: Source, table: str, parts: Parts) -> None:
    """Add a scalable target for each dimension that the source scales, and its policy.

    They name the table by a reference, so that they are made after it and go before it.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html
    """
    policies = _answers(item, source, "scaling-policies", "ScalingPolicies", parts)
    schedules = _answers(item, source, "scaling-schedules", "ScheduledActions", parts)
    for target in _answers(item, source, "scaling-targets", "ScalableTargets", parts):
        made = _add_target(item, target, table, [each for each in schedules if _same(each, target)], parts)
        for policy in policies:
            if _same(policy, target):
                _add_policy(item, policy, made, parts)


def _add_target(
    item: TableItem, target: Mapping[str, Any], table: str, schedules: list[Mapping[str, Any]], parts: Parts
) -> str:
    dimension = str(target["ScalableDimension"])
    index = _index(target)
    made = identifier("Scaling", f"{item.target} {index} {dimension}")
    properties = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": {"Fn::Sub": f"table/${{{table}}}" + (f"/index/{index}" if index else "")},
        "ScalableDimension": dimension,
        "MinCapacity": _units(item, target, target["MinCapacity"]),
        "MaxCapacity": _units(item, target, target["MaxCapacity"]),
        "SuspendedState": {name: True for name, on in (target.get("SuspendedState") or {}).items() if on},
        "ScheduledActions": [_schedule(item, each) for each in schedules],
    }
    parts.add(made, "AWS::ApplicationAutoScaling::ScalableTarget", without(properties))
    return made


def _add_policy(item: TableItem, policy: Mapping[str, Any], target: str, parts: Parts) -> None:
    tracking = policy.get("TargetTrackingScalingPolicyConfiguration")
    if not tracking or "PredefinedMetricSpecification" not in tracking:
        parts.remark(item.name, f"the scaling policy {policy['PolicyName']} is not carried over: it tracks no target")
        return
    kind = str(policy["ScalableDimension"]).rpartition(":")[2]
    properties = {
        "PolicyName": f"{item.target}-{_index(policy) or 'table'}-{kind}",
        "PolicyType": "TargetTrackingScaling",
        "ScalingTargetId": {"Ref": target},
        "TargetTrackingScalingPolicyConfiguration": {
            name: tracking[name] for name in _TRACKED if tracking.get(name) is not None
        },
    }
    parts.add(f"{target}Policy", "AWS::ApplicationAutoScaling::ScalingPolicy", properties)


def _schedule(item: TableItem, action: Mapping[str, Any]) -> dict[str, Any]:
    limits = action.get("ScalableTargetAction") or {}
    return without(
        {
            "ScheduledActionName": action["ScheduledActionName"],
            "Schedule": action["Schedule"],
            "Timezone": action.get("Timezone"),
            "StartTime": _time(action.get("StartTime")),
            "EndTime": _time(action.get("EndTime")),
            "ScalableTargetAction": {
                name: _units(item, action, limits[name]) for name in ("MinCapacity", "MaxCapacity") if name in limits
            },
        }
    )


def _units(item: TableItem, scaled_by: Mapping[str, Any], units: int) -> int:
    factors = item.factors_of(_index(scaled_by))
    reads = str(scaled_by["ScalableDimension"]).endswith(":ReadCapacityUnits")
    return scaled(int(units), factors.read if reads else factors.write)


def _index(scaled_by: Mapping[str, Any]) -> str:
    return str(scaled_by["ResourceId"]).partition("/index/")[2]


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    names = ("ResourceId", "ScalableDimension")
    return all(one[name] == other[name] for name in names)


def _answers(item: TableItem, source: Source, section: str, member: str, parts: Parts) -> list[Mapping[str, Any]]:
    try:
        return list(source.own.answer(section).get(member) or ())
    except UnknownField as unknown:
        parts.gap(item.name, f"{section} could not be read: {unknown.unavailable.reason}")
        return []


def _time(value: Any) -> str | None:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value
