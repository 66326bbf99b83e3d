"""ECS: the clusters and services of a region, read once and listed from."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.facets.tagging.tags import Tags
from muster.model.arn import Arn
from muster.model.finding import Unknown

_IN_USE = frozenset({"PRIMARY", "ACTIVE"})
"""The states of a deployment or a task set while its tasks run; others are being replaced or have been."""

_INSIGHTS = kinds.one_of("enabled", "enhanced", "disabled")
_SWITCH = kinds.one_of("ENABLED", "DISABLED")
_PROPAGATED = kinds.one_of("TASK_DEFINITION", "SERVICE")
_BREAKER = "deploymentConfiguration.deploymentCircuitBreaker"


def tags_of(response: Answer) -> Tags:
    """Return the tags of an answer, whose keys ECS spells in lower case."""
    pairs = response.get("tags") or ()
    return Tags.parse({"Tags": [{"Key": pair["key"], "Value": pair.get("value") or ""} for pair in pairs]})


def _insights(settings: Any, _name: str, _question: str = "") -> str | Unknown:
    values = {each.get("name"): each.get("value") for each in settings or ()}
    return _INSIGHTS(values.get("containerInsights"), "containerInsights")


@facet
class Cluster(Parsed):
    """One cluster of DescribeClusters, asked for with settings and tags, and its Container Insights."""

    name: str = read("clusterName", kinds.required)
    arn: str = read("clusterArn", kinds.required)
    insights: str | Unknown = read("settings", _insights)
    tags: Tags = computed(tags_of, default=Tags())


def _public_ip(response: Answer) -> str | Unknown | None:
    vpc = (response.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    return _SWITCH(vpc.get("assignPublicIp"), "assignPublicIp") if vpc else None


@facet
class Launch(Parsed):
    """The launch of tasks by a service or a task set: a launch type or capacity providers, and the platform.

    `public_ip` is None where tasks have no network interface of their own.
    """

    launch_type: str | Unknown | None = read(
        "launchType", kinds.optional(kinds.one_of("EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES")), default=None
    )
    providers: tuple[str, ...] = read("capacityProviderStrategy", kinds.text_of_each("capacityProvider"), default=())
    platform_version: str = read("platformVersion", kinds.text, default="")
    platform_family: str = read("platformFamily", kinds.text, default="")
    public_ip: str | Unknown | None = computed(_public_ip, default=None)

    @property
    def version(self) -> tuple[int, ...] | Unknown | None:
        """The platform version as numbers; None where it is the latest, whichever that is, as it is without a word.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
        """
        if self.platform_version in {"", "LATEST"}:
            return None
        parts = self.platform_version.split(".")
        if not all(part.isdecimal() for part in parts):
            return Unknown(f"Unknown platform version: {self.platform_version!r}")
        return tuple(int(part) for part in parts)

    @property
    def fargate(self) -> bool | Unknown:
        """Whether the tasks run on Fargate: its capacity providers are called FARGATE and FARGATE_SPOT."""
        if isinstance(self.launch_type, Unknown):
            return self.launch_type
        if self.launch_type is None and not self.providers:
            return Unknown("AWS returned neither a launch type nor a capacity provider")
        return self.launch_type == "FARGATE" or any(name in {"FARGATE", "FARGATE_SPOT"} for name in self.providers)


def _task_sets(service: Answer) -> list[Answer]:
    return [each for each in service.get("taskSets") or () if each.get("status") in _IN_USE]


def _definitions(service: Answer) -> tuple[str, ...]:
    deployments = (each for each in service.get("deployments") or () if each.get("status") in _IN_USE)
    arns = (holder.get("taskDefinition") for holder in (service, *deployments, *_task_sets(service)))
    return tuple(dict.fromkeys(str(arn) for arn in arns if arn))


def _balanced(service: Answer) -> bool:
    """Whether a load balancer or VPC Lattice asks its tasks for their health."""
    lattice = (each.get("vpcLatticeConfigurations") for each in service.get("deployments") or ())
    return any((service.get("loadBalancers"), *(each.get("loadBalancers") for each in _task_sets(service)), *lattice))


def _target_groups(service: Answer) -> tuple[str, ...]:
    balancers = [each for holder in (service, *_task_sets(service)) for each in holder.get("loadBalancers") or ()]
    pairs = (
        (each.get("targetGroupArn"), (each.get("advancedConfiguration") or {}).get("alternateTargetGroupArn"))
        for each in balancers
    )
    return tuple(dict.fromkeys(str(arn) for pair in pairs for arn in pair if arn))


def _launches(service: Answer) -> tuple[Launch, ...]:
    return tuple(Launch.parse(each) for each in _task_sets(service) or (service,))


def _propagated(value: Any, name: str, _question: str = "") -> str | Unknown:
    return "" if value in (None, "", "NONE") else _PROPAGATED(value, name)


@facet
class Service(Parsed):
    """One service of DescribeServices, asked for with tags: how it starts, replaces and watches its tasks.

    `launches` are those of its task sets where another controller than ECS deploys it; `definitions` are the ARNs of
    the task definitions whose tasks run, the newest first, `target_groups` those of the groups that they are put into.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
    """

    name: str = read("serviceName", kinds.required)
    arn: str = read("serviceArn", kinds.required)
    cluster: str = computed(lambda service: Arn.of(service["clusterArn"]).name)
    launches: tuple[Launch, ...] = computed(_launches, default=())
    definitions: tuple[str, ...] = computed(_definitions, default=())
    controller: str | Unknown = read(
        "deploymentController.type",
        kinds.defaulting("ECS", kinds.one_of("ECS", "CODE_DEPLOY", "EXTERNAL")),
        name="deploymentController",
        default="ECS",
    )
    strategy: str | Unknown = read(
        "deploymentConfiguration.strategy",
        kinds.defaulting("ROLLING", kinds.one_of("ROLLING", "BLUE_GREEN", "LINEAR", "CANARY")),
        default="ROLLING",
    )
    scheduling: str | Unknown = read("schedulingStrategy", kinds.one_of("REPLICA", "DAEMON"), default="REPLICA")
    desired: int | Unknown = read("desiredCount", kinds.number, default=0)
    circuit_breaker: bool = read(f"{_BREAKER}.enable", kinds.is_true, default=False)
    rollback: bool = read(f"{_BREAKER}.rollback", kinds.is_true, default=False)
    minimum_healthy: int | Unknown = read("deploymentConfiguration.minimumHealthyPercent", kinds.number, default=100)
    maximum: int | Unknown = read("deploymentConfiguration.maximumPercent", kinds.number, default=200)
    balanced: bool = computed(_balanced, default=False)
    target_groups: tuple[str, ...] = computed(_target_groups, default=())
    grace_period: int = read("healthCheckGracePeriodSeconds", kinds.count(), default=0)
    managed_tags: bool = read("enableECSManagedTags", kinds.is_true, default=False)
    propagate_tags: str | Unknown = read("propagateTags", _propagated, default="")
    tags: Tags = computed(tags_of, default=Tags())


@dataclass(frozen=True)
class EcsRegion:
    """The clusters and services of a region, without what no check reads.

    About 1 KB a service: the quota of 5,000 services a cluster and what one scan has time for bound it, not AWS.
    """

    clusters: tuple[Cluster, ...] = ()
    services: tuple[Service, ...] = ()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeClusters and DescribeServices, all their answers joined."""
        return cls(
            tuple(Cluster.parse(each) for each in response.get("clusters") or ()),
            tuple(Service.parse(each) for each in response.get("services") or ()),
        )

    @property
    def in_use(self) -> tuple[str, ...]:
        """The task definitions that a service runs, each once."""
        return tuple(self._launches)

    def launches(self, definition: str) -> tuple[Launch, ...]:
        """Return how services start the tasks of a definition, named by its ARN."""
        return tuple(self._launches.get(definition, ()))

    @functools.cached_property
    def _launches(self) -> Mapping[str, Sequence[Launch]]:
        launches: dict[str, list[Launch]] = {}
        for service in self.services:
            for definition in service.definitions:
                launches.setdefault(definition, []).extend(service.launches)
        return launches
