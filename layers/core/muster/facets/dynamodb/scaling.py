"""Application Auto Scaling of a table: the range of each dimension, and the utilization that it aims at."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

Dimension = tuple[str, str]
"""An index, empty for the table itself, and `Read` or `Write`."""


@dataclass(frozen=True, slots=True)
class Range:
    """The least and the most units that autoscaling sets; `suspended` says that it sets none for now."""

    least: int
    most: int
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class ScalingRanges:
    """The ranges of a table's dimensions, of DescribeScalableTargets.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_ScalableTarget.html
    """

    ranges: Mapping[Dimension, Range]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse `ScalableTargets`, all pages joined."""
        return cls(
            MappingProxyType(
                {
                    _dimension(item): Range(int(item["MinCapacity"]), int(item["MaxCapacity"]), _suspended(item))
                    for item in response.get("ScalableTargets") or ()
                }
            )
        )


@dataclass(frozen=True, slots=True)
class ScalingAims:
    """The utilization in percent that target tracking aims at, by dimension, of DescribeScalingPolicies."""

    aims: Mapping[Dimension, float]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse `ScalingPolicies`, all pages joined; a policy of another kind has no aim."""
        policies = response.get("ScalingPolicies") or ()
        tracking = ((each, each.get("TargetTrackingScalingPolicyConfiguration")) for each in policies)
        return cls(
            MappingProxyType({_dimension(each): float(found["TargetValue"]) for each, found in tracking if found})
        )


def _dimension(item: Mapping[str, Any]) -> Dimension:
    """Return the dimension of `table/NAME/index/INDEX` and `dynamodb:index:ReadCapacityUnits`."""
    _, _, index = str(item["ResourceId"]).partition("/index/")
    kind = str(item["ScalableDimension"]).rpartition(":")[2]
    return index, kind.removesuffix("CapacityUnits")


def _suspended(item: Mapping[str, Any]) -> bool:
    state = item.get("SuspendedState") or {}
    return any(bool(state.get(name)) for name in ("DynamicScalingInSuspended", "DynamicScalingOutSuspended"))
