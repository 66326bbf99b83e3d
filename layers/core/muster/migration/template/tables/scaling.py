"""The autoscaling of target tables: the source's ranges and schedules times the factors, and its utilization. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.migration.file import TableItem, scaled
from muster.migration.template.plan import Parts, Plan, identifier
from muster.properties.conversion import TemplateResource
from muster.properties.dynamodb.scaling import POLICY, TARGET

Dimension = tuple[str, str]
"""An index, empty for the table itself, and the dimension of Application Auto Scaling."""
_LIMITS = ("MinCapacity", "MaxCapacity")


@dataclass(frozen=True, slots=True)
class Scaling:
    """The scalable targets of a table, with the properties of its source, and the factors of the migration file."""

    item: TableItem
    targets: Sequence[Mapping[str, Any]]
    policies: Sequence[Mapping[str, Any]]

    def units(self, index: str, kind: str, wanted: int) -> int:
        """Return units within the scaled range of a dimension; as they are where nothing scales it."""
        for target in self.targets:
            if _dimension(target) == (index, f"dynamodb:{'index' if index else 'table'}:{kind}CapacityUnits"):
                least, most = (_scaled(self.item, target, target[name]) for name in _LIMITS)
                return min(max(wanted, least), most)
        return wanted


def scaling_of(item: TableItem, resources: Sequence[TemplateResource]) -> Scaling:
    """Return the autoscaling among the resources that a source becomes."""
    targets, policies = ([each.properties for each in resources if each.type == kind] for kind in (TARGET, POLICY))
    return Scaling(item, targets, policies)


def add_scaling(scaling: Scaling, table: str, plan: Plan, parts: Parts) -> None:
    """Add a scalable target for each dimension that the source scales, and its policy.

    They name the table by a reference, so that they are made after it and go before it.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html
    """
    item = scaling.item
    for target in scaling.targets:
        index, dimension = _dimension(target)
        made = identifier("Scaling", f"{item.target} {index} {dimension}")
        resource = {"Fn::Sub": f"table/${{{table}}}" + (f"/index/{index}" if index else "")}
        properties = {
            **target,
            **{name: _scaled(item, target, target[name]) for name in _LIMITS},
            "ResourceId": resource,
            "Tags": plan.tags(target.get("Tags") or ()),
        }
        if "ScheduledActions" in target:
            properties["ScheduledActions"] = [_schedule(item, target, each) for each in target["ScheduledActions"]]
        parts.add(made, TARGET, properties)
        for policy in scaling.policies:
            if _dimension(policy) == (index, dimension):
                _add_policy(item, policy, made, parts)


def _add_policy(item: TableItem, policy: Mapping[str, Any], target: str, parts: Parts) -> None:
    tracking = policy.get("TargetTrackingScalingPolicyConfiguration") or {}
    if "PredefinedMetricSpecification" not in tracking:
        parts.remark(item.name, f"the scaling policy {policy['PolicyName']} is not carried over: it has its own metric")
        return
    index, dimension = _dimension(policy)
    properties = {
        "PolicyName": f"{item.target}-{index or 'table'}-{dimension.rpartition(':')[2]}",
        "PolicyType": "TargetTrackingScaling",
        "ScalingTargetId": {"Ref": target},
        "TargetTrackingScalingPolicyConfiguration": tracking,
    }
    parts.add(f"{target}Policy", POLICY, properties)


def _schedule(item: TableItem, target: Mapping[str, Any], action: Mapping[str, Any]) -> dict[str, Any]:
    limits = action.get("ScalableTargetAction") or {}
    scaled_limits = {name: _scaled(item, target, units) for name, units in limits.items()}
    return {**action, **({"ScalableTargetAction": scaled_limits} if scaled_limits else {})}


def _scaled(item: TableItem, target: Mapping[str, Any], units: int) -> int:
    index, dimension = _dimension(target)
    factors = item.factors_of(index)
    return scaled(int(units), factors.read if dimension.endswith(":ReadCapacityUnits") else factors.write)


def _dimension(properties: Mapping[str, Any]) -> Dimension:
    return str(properties["ResourceId"]).partition("/index/")[2], str(properties["ScalableDimension"])
