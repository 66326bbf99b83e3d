"""CloudWatch: the share of its size that an ECS service used."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from muster.model.finding import Unknown


@dataclass(frozen=True, slots=True)
class ServiceUtilization:
    """The use of the busiest task of a service in each hour, in percent of the task's size.

    No datapoint says nothing: ECS sends these metrics only while a task runs.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html
    """

    hours: int
    cpu_p95: float | Unknown
    memory_maximum: float | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the hourly maxima by the name of their metric."""
        cpu, memory = response.get("CPUUtilization") or (), response.get("MemoryUtilization") or ()
        return cls(
            hours=min(len(cpu), len(memory)),
            cpu_p95=_rank("CPUUtilization", cpu, 95),
            memory_maximum=_rank("MemoryUtilization", memory, 100),
        )


def _rank(name: str, values: Sequence[float], percentile: int) -> float | Unknown:
    """Return the smallest value that so many percent of all do not exceed."""
    if not values:
        return Unknown(f"CloudWatch has no data points for {name} of the service")
    return sorted(values)[math.ceil(len(values) * percentile / 100) - 1]
