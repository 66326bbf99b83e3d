"""How the load balancers of a service ask its tasks for their health."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.model.finding import Unknown


@dataclass(frozen=True, slots=True)
class TargetWindow:
    """In how many seconds a target group gives up a task that does not answer, and takes one back that does again.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    """

    gives_up: int | Unknown
    takes_back: int | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeTargetGroups."""
        return cls(_times(response, "UnhealthyThresholdCount"), _times(response, "HealthyThresholdCount"))


def _times(response: Mapping[str, Any], name: str) -> int | Unknown:
    interval, count = response.get("HealthCheckIntervalSeconds"), response.get(name)
    if isinstance(interval, int) and isinstance(count, int):
        return interval * count
    return Unknown(f"AWS did not say what HealthCheckIntervalSeconds and {name} of a target group are")
