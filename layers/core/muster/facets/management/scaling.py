"""EC2 Auto Scaling: groups and launch configurations. User data is never read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Parsed, computed, facet, read
from muster.model.finding import Unknown


@dataclass(frozen=True, slots=True)
class Group:
    """One Auto Scaling group.

    `balanced` says whether a load balancer or another source sends it traffic. `types` are the instance types of its
    mixed instances policy, `by_requirements` whether the policy names requirements instead. `launch_template` is
    empty where it has a launch configuration. `propagated` has the keys of the tags that new instances get.
    """

    balanced: bool
    health_checks: frozenset[str]
    zones: tuple[str, ...]
    mixed: bool
    types: frozenset[str]
    by_requirements: bool
    launch_template: str
    launch_configuration: str
    propagated: frozenset[str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeAutoScalingGroups.

        https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html
        """
        policy = response.get("MixedInstancesPolicy") or {}
        template = policy.get("LaunchTemplate") or {}
        overrides = template.get("Overrides") or ()
        named = response.get("LaunchTemplate") or template.get("LaunchTemplateSpecification") or {}
        return cls(
            balanced=any(response.get(name) for name in ("LoadBalancerNames", "TargetGroupARNs", "TrafficSources")),
            health_checks=frozenset(
                each.strip() for each in str(response.get("HealthCheckType") or "").split(",") if each.strip()
            ),
            zones=kinds.texts(response.get("AvailabilityZones")),
            mixed=bool(policy),
            types=frozenset(str(each["InstanceType"]) for each in overrides if each.get("InstanceType")),
            by_requirements=any(each.get("InstanceRequirements") for each in overrides),
            launch_template=kinds.text(named.get("LaunchTemplateName") or named.get("LaunchTemplateId")),
            launch_configuration=kinds.text(response.get("LaunchConfigurationName")),
            propagated=frozenset(
                str(each["Key"]) for each in response.get("Tags") or () if each.get("PropagateAtLaunch") is True
            ),
        )


def _public(item: Mapping[str, Any]) -> bool:
    """Return whether it asks for public addresses; AWS leaves it out where the subnet decides."""
    return item.get("AssociatePublicIpAddress") is True


@facet
class LaunchConfiguration(Parsed):
    """One launch configuration of DescribeLaunchConfigurations: without metadata options IMDSv1 is allowed.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchConfiguration.html
    """

    tokens: str | Unknown = read(
        "MetadataOptions.HttpTokens", kinds.defaulting("optional", kinds.one_of("optional", "required"))
    )
    endpoint: str | Unknown = read(
        "MetadataOptions.HttpEndpoint", kinds.defaulting("enabled", kinds.one_of("enabled", "disabled"))
    )
    public: bool = computed(_public, "AssociatePublicIpAddress")
