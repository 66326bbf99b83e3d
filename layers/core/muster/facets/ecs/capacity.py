"""ECS: capacity providers, and the mode of log drivers that an account has chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown

_SETTING = "defaultLogDriverMode"
_GROUP = "autoScalingGroupProvider"
_SWITCH = kinds.one_of("ENABLED", "DISABLED")


def _of_group(response: Answer) -> bool:
    return bool(response.get(_GROUP))


@facet
class CapacityProvider(Parsed):
    """One capacity provider of DescribeCapacityProviders.

    `of_group` says whether it starts instances in an Auto Scaling group; only then it has the rest.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProvider.html
    """

    of_group: bool = computed(_of_group, _GROUP)
    termination_protection: str | Unknown = read(f"{_GROUP}.managedTerminationProtection", _SWITCH)
    scaling: str | Unknown = read(f"{_GROUP}.managedScaling.status", _SWITCH, name="managedScaling.status")


@dataclass(frozen=True, slots=True)
class LogDriverMode:
    """The mode of log drivers in a region for containers that state none: blocking or non-blocking."""

    mode: str | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse ListAccountSettings, called for the setting that is in force.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
        """
        values = (each.get("value") for each in response.get("settings") or () if each.get("name") == _SETTING)
        return cls(kinds.one_of("blocking", "non-blocking")(next(values, None), _SETTING))
