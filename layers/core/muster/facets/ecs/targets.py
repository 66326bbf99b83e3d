"""Elastic Load Balancing: the health checks of the tasks of an ECS service."""

from muster.facets.fields import Answer, Parsed, computed, facet
from muster.model.finding import Unknown


def _times(response: Answer, name: str) -> int | Unknown:
    interval, count = response.get("HealthCheckIntervalSeconds"), response.get(name)
    if isinstance(interval, int) and isinstance(count, int):
        return interval * count
    return Unknown(f"AWS did not return HealthCheckIntervalSeconds and {name} of a target group")


@facet
class TargetWindow(Parsed):
    """A target group of DescribeTargetGroups: after how many seconds it gives up a task, and takes it back.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    """

    gives_up: int | Unknown = computed(lambda group: _times(group, "UnhealthyThresholdCount"))
    takes_back: int | Unknown = computed(lambda group: _times(group, "HealthyThresholdCount"))
