"""What ECS answers about the clusters and services of a region, read once and listed from."""

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from muster.facets.tagging.tags import Tags
from muster.model.arn import Arn
from muster.model.finding import Unknown

_IN_USE = frozenset({"PRIMARY", "ACTIVE"})
"""What a deployment or a task set is called while its tasks run; others are being replaced or have been."""

_LAUNCH_TYPES = frozenset({"EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"})


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cluster and what it says of Container Insights."""

    name: str
    arn: str
    insights: str | Unknown
    tags: Tags = field(default_factory=Tags)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeClusters that was asked for with its settings and tags."""
        settings = {each.get("name"): each.get("value") for each in response.get("settings") or ()}
        return cls(
            name=str(response["clusterName"]),
            arn=str(response["clusterArn"]),
            insights=_one_of(
                {"enabled", "enhanced", "disabled"}, "containerInsights", settings.get("containerInsights")
            ),
            tags=tags_of(response),
        )


@dataclass(frozen=True, slots=True)
class Launch:
    """How tasks of a service are started: by a launch type or by capacity providers, on which platform.

    `public_ip` is None where tasks have no network interface of their own.
    """

    launch_type: str | Unknown | None = None
    providers: tuple[str, ...] = ()
    platform_version: str = ""
    platform_family: str = ""
    public_ip: str | Unknown | None = None

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse what a service or a task set says of it."""
        vpc = (response.get("networkConfiguration") or {}).get("awsvpcConfiguration")
        said = response.get("launchType")
        address = _one_of({"ENABLED", "DISABLED"}, "assignPublicIp", vpc.get("assignPublicIp")) if vpc else None
        return cls(
            launch_type=_one_of(_LAUNCH_TYPES, "launchType", said) if said else None,
            providers=tuple(str(each["capacityProvider"]) for each in response.get("capacityProviderStrategy") or ()),
            platform_version=str(response.get("platformVersion") or ""),
            platform_family=str(response.get("platformFamily") or ""),
            public_ip=address,
        )

    @property
    def version(self) -> tuple[int, ...] | Unknown | None:
        """The platform version as numbers; None where it is the latest, whichever that is, as it is without a word.

        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
        """
        if self.platform_version in {"", "LATEST"}:
            return None
        parts = self.platform_version.split(".")
        if not all(part.isdecimal() for part in parts):
            return Unknown(f"{self.platform_version!r} is no platform version that Muster knows")
        return tuple(int(part) for part in parts)

    @property
    def fargate(self) -> bool | Unknown:
        """Whether the tasks run on Fargate: its capacity providers are called FARGATE and FARGATE_SPOT."""
        if isinstance(self.launch_type, Unknown):
            return self.launch_type
        if self.launch_type is None and not self.providers:
            return Unknown("AWS said neither a launch type nor a capacity provider")
        return self.launch_type == "FARGATE" or any(name in {"FARGATE", "FARGATE_SPOT"} for name in self.providers)


@dataclass(frozen=True, slots=True)
class Service:
    """One service: how it starts, replaces and watches its tasks.

    `launches` are those of its task sets where another controller than ECS deploys it; `definitions` are the ARNs of
    the task definitions whose tasks run, the newest first, `target_groups` those of the groups that they are put into.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
    """

    name: str
    arn: str
    cluster: str
    launches: tuple[Launch, ...] = ()
    definitions: tuple[str, ...] = ()
    controller: str | Unknown = "ECS"
    strategy: str | Unknown = "ROLLING"
    scheduling: str | Unknown = "REPLICA"
    desired: int | Unknown = 0
    circuit_breaker: bool = False
    rollback: bool = False
    minimum_healthy: int | Unknown = 100
    maximum: int | Unknown = 200
    balanced: bool = False
    target_groups: tuple[str, ...] = ()
    grace_period: int = 0
    managed_tags: bool = False
    propagate_tags: str | Unknown = ""
    tags: Tags = field(default_factory=Tags)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeServices that was asked for with its tags."""
        deployment = response.get("deploymentConfiguration") or {}
        breaker = deployment.get("deploymentCircuitBreaker") or {}
        controller = (response.get("deploymentController") or {}).get("type") or "ECS"
        propagated = response.get("propagateTags") or ""
        return cls(
            name=str(response["serviceName"]),
            arn=str(response["serviceArn"]),
            cluster=Arn.of(response["clusterArn"]).name,
            launches=tuple(Launch.parse(each) for each in _task_sets(response) or (response,)),
            definitions=tuple(dict.fromkeys(_definitions(response))),
            controller=_one_of({"ECS", "CODE_DEPLOY", "EXTERNAL"}, "deploymentController", controller),
            strategy=_one_of(_STRATEGIES, "strategy", deployment.get("strategy") or "ROLLING"),
            scheduling=_one_of({"REPLICA", "DAEMON"}, "schedulingStrategy", response.get("schedulingStrategy")),
            desired=_number("desiredCount", response.get("desiredCount")),
            circuit_breaker=breaker.get("enable") is True,
            rollback=breaker.get("rollback") is True,
            minimum_healthy=_number("minimumHealthyPercent", deployment.get("minimumHealthyPercent")),
            maximum=_number("maximumPercent", deployment.get("maximumPercent")),
            balanced=_balanced(response),
            target_groups=tuple(dict.fromkeys(_target_groups(response))),
            grace_period=int(response.get("healthCheckGracePeriodSeconds") or 0),
            managed_tags=response.get("enableECSManagedTags") is True,
            propagate_tags="" if propagated == "NONE" else _one_of(_PROPAGATED, "propagateTags", propagated),
            tags=tags_of(response),
        )


_PROPAGATED = frozenset({"", "TASK_DEFINITION", "SERVICE"})
_STRATEGIES = frozenset({"ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"})


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
        found: dict[str, list[Launch]] = {}
        for service in self.services:
            for definition in service.definitions:
                found.setdefault(definition, []).extend(service.launches)
        return found


def tags_of(response: Mapping[str, Any]) -> Tags:
    """Return the tags of an answer, whose keys ECS spells in lower case."""
    pairs = response.get("tags") or ()
    return Tags.parse({"Tags": [{"Key": pair["key"], "Value": pair.get("value") or ""} for pair in pairs]})


def _task_sets(service: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in service.get("taskSets") or () if each.get("status") in _IN_USE]


def _definitions(service: Mapping[str, Any]) -> Iterator[str]:
    deployments = (each for each in service.get("deployments") or () if each.get("status") in _IN_USE)
    for holder in (service, *deployments, *_task_sets(service)):
        if arn := holder.get("taskDefinition"):
            yield str(arn)


def _balanced(service: Mapping[str, Any]) -> bool:
    """Whether a load balancer or VPC Lattice asks its tasks for their health."""
    lattice = (each.get("vpcLatticeConfigurations") for each in service.get("deployments") or ())
    return any((service.get("loadBalancers"), *(each.get("loadBalancers") for each in _task_sets(service)), *lattice))


def _target_groups(service: Mapping[str, Any]) -> Iterator[str]:
    for holder in (service, *_task_sets(service)):
        for each in holder.get("loadBalancers") or ():
            other = (each.get("advancedConfiguration") or {}).get("alternateTargetGroupArn")
            yield from (str(arn) for arn in (each.get("targetGroupArn"), other) if arn)


def _one_of(values: Collection[str], name: str, value: object) -> str | Unknown:
    if value is None:
        return Unknown(f"AWS did not say what {name} is")
    return str(value) if value in values else Unknown(f"{name} is {value!r}, a value Muster does not know")


def _number(name: str, value: object) -> int | Unknown:
    return value if isinstance(value, int) else Unknown(f"AWS did not say what {name} is")
