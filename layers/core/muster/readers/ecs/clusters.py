"""Reading ECS: the clusters and services of a region in one go, and the task definitions that matter."""

import itertools
import json
import math
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from muster.facets.ecs.clusters import Cluster, EcsRegion, Service, tags_of
from muster.facets.ecs.targets import TargetWindow
from muster.facets.ecs.task_definition import RunDefinition, TaskDefinition
from muster.facets.ecs.utilization import ServiceUtilization
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Narrowing, Page, after
from muster.model.paging import Held
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages
from muster.readers.cloudwatch.metrics import AT_ONCE, Query, series

if typing.TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client

CLUSTER = "AWS::ECS::Cluster"
SERVICE = "AWS::ECS::Service"
TASK_DEFINITION = "AWS::ECS::TaskDefinition"

_GONE = frozenset({"INACTIVE", "DEPROVISIONING", "DRAINING"})
"""The statuses of a cluster or a service that is deleted, or about to be."""

_GROUPS_AT_ONCE = 20
"""Few enough to be answered in one page, of which 100 items are the default and the most is 400."""

_METRICS = ("CPUUtilization", "MemoryUtilization")
_WATCHED = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class _RegionPages:
    """The calls for clusters and their services, taken to be spread evenly."""

    types: tuple[str, ...] = (CLUSTER, SERVICE)

    def calls(self, _operation: str, held: Held) -> Mapping[str, int]:
        """Return the calls of all four operations: clusters 100 a call, services listed 100 and described 10 a call."""
        services = held(SERVICE)
        clusters = held(CLUSTER) or min(services, 1)
        share, more = divmod(services, clusters or 1)
        spread = [(share + 1, more), (share, clusters - more)]
        return {
            "ecs:ListClusters": max(1, math.ceil(clusters / 100)),
            "ecs:DescribeClusters": math.ceil(clusters / 100),
            "ecs:ListServices": sum(max(1, math.ceil(each / 100)) * count for each, count in spread),
            "ecs:DescribeServices": sum(math.ceil(each / 10) * count for each, count in spread),
        }


@describes(
    REGION,
    permission="ecs:DescribeServices",
    also=("ecs:ListServices", "ecs:DescribeClusters", "ecs:ListClusters"),
    on={
        "ecs:DescribeServices": "arn:{partition}:ecs:*:*:service/*",
        "ecs:DescribeClusters": "arn:{partition}:ecs:*:*:cluster/*",
    },
    page=_RegionPages(),
)
def region(ecs: "ECSClient", _region: Resource) -> EcsRegion:
    """Read all clusters and services of a region: clusters 100 a call, services listed 100 and described 10 a call.

    Those that are deleted, or about to be, are left out.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html
    """
    clusters = list(_clusters(ecs))
    return EcsRegion(
        tuple(Cluster.parse(each) for each in clusters),
        tuple(Service.parse(each) for cluster in clusters for each in _services(ecs, str(cluster["clusterArn"]))),
    )


@lists(
    CLUSTER, permission="ecs:DescribeClusters", facets=(Cluster, Tags), of=EcsRegion,
    arn="ecs:{region}:{account}:cluster/{id}",
)  # fmt: skip
def clusters(_ecs: "ECSClient", shard: Shard, _token: str | None, ecs_region: EcsRegion) -> Page:
    """List the clusters of a region, but those that are deleted or about to be."""
    return Page(_listed(CLUSTER, each.name, each.arn, shard, each) for each in ecs_region.clusters)


@lists(
    SERVICE, permission="ecs:DescribeServices", facets=(Service, Tags), of=EcsRegion,
    arn="ecs:{region}:{account}:service/{id...}",
)  # fmt: skip
def services(_ecs: "ECSClient", shard: Shard, _token: str | None, ecs_region: EcsRegion) -> Page:
    """List the services of a region by cluster and name, but those that are deleted or about to be."""
    return Page(_listed(SERVICE, f"{each.cluster}/{each.name}", each.arn, shard, each) for each in ecs_region.services)


@lists(
    TASK_DEFINITION, permission="ecs:ListTaskDefinitions", of=EcsRegion,
    arn="ecs:{region}:{account}:task-definition/{id...}",
    only=Narrowing(lambda ids: {"familyPrefix": ids[0].rpartition(":")[0] or ids[0]}),
)  # fmt: skip
def task_definitions(ecs: "ECSClient", shard: Shard, token: str | None, ecs_region: EcsRegion, **only: Any) -> Page:
    """List the latest active revision of each family, and those that a service runs, inactive ones too.

    In descending order the first of a family is its latest. A revision that a service runs and that no page
    has is inactive: it follows the last page. Other revisions run only in tasks without a service.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html
    """
    position = json.loads(token) if token else {"then": None, "family": "", "seen": []}
    answer = ecs.list_task_definitions(
        status="ACTIVE", sort="DESC", maxResults=100, **after(position["then"], "nextToken"), **only
    )
    in_use = dict.fromkeys(arn.rpartition("/")[2] for arn in ecs_region.in_use)
    names = [str(arn).rpartition("/")[2] for arn in answer.get("taskDefinitionArns") or ()]
    families = [position["family"], *(name.rpartition(":")[0] for name in names)]
    kept = [
        name
        for name, (before, family) in zip(names, itertools.pairwise(families), strict=True)
        if family != before or name in in_use
    ]
    seen = [*position["seen"], *(name for name in names if name in in_use)]
    then = answer.get("nextToken")
    if not then:
        passed = frozenset(seen)
        kept += [name for name in in_use if name not in passed]
    follow = json.dumps({"then": then, "family": families[-1], "seen": seen}) if then else None
    arns = ((name, shard.arn("ecs", f"task-definition/{name}")) for name in kept)
    return Page((Listed(shard.resource(TASK_DEFINITION, name, arn)) for name, arn in arns), follow)


task_definition = reads(
    TASK_DEFINITION, TaskDefinition, "ecs:DescribeTaskDefinition",
    lambda ecs, definition: ecs.describe_task_definition(taskDefinition=definition.id),
)  # fmt: skip
"""A revision of a task definition; AWS describes an inactive one too while a service runs it."""

definition_of_service = reads(
    SERVICE, RunDefinition, "ecs:DescribeTaskDefinition",
    lambda ecs, _service, arn: ecs.describe_task_definition(taskDefinition=arn),
    of=Service, keys=lambda service: service.definitions,
)  # fmt: skip
"""A task definition whose tasks a service runs."""


@describes(
    SERVICE, client="elbv2", permission="elasticloadbalancing:DescribeTargetGroups",
    at_once=_GROUPS_AT_ONCE, of=Service, keys=lambda service: service.target_groups,
)  # fmt: skip
def target_windows(
    elbv2: "ElasticLoadBalancingv2Client", _region: Resource, arns: Sequence[str]
) -> Mapping[str, TargetWindow]:
    """Read how the target groups of services ask for health; one that is gone lets AWS refuse the call.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html
    """
    groups = elbv2.describe_target_groups(TargetGroupArns=list(arns)).get("TargetGroups", ())
    return {str(each["TargetGroupArn"]): TargetWindow.parse(typing.cast("Mapping[str, Any]", each)) for each in groups}


@describes(TASK_DEFINITION, permission="ecs:ListTagsForResource", on="arn:{partition}:ecs:*:*:task-definition/*")
def tags(ecs: "ECSClient", definition: Resource) -> Tags:
    """Read the tags of a task definition."""
    return tags_of(typing.cast("Mapping[str, Any]", ecs.list_tags_for_resource(resourceArn=str(definition.arn))))


@describes(
    SERVICE, permission="cloudwatch:GetMetricData",
    at_once=AT_ONCE // len(_METRICS), of=Service,
    when=lambda service: all(launch.fargate is True for launch in service.launches), timed=True,
)  # fmt: skip
def utilization(
    cloudwatch: "CloudWatchClient", services: Sequence[Resource], *, at: datetime
) -> Mapping[str, ServiceUtilization]:
    """Read what the busiest task of each service used, hour by hour over 14 days; only sizes of Fargate are judged."""
    queries = [
        Query("AWS/ECS", metric, (("ClusterName", cluster), ("ServiceName", name)), "Maximum")
        for cluster, _, name in (each.id.partition("/") for each in services)
        for metric in _METRICS
    ]
    values = iter(series(cloudwatch, queries, at - _WATCHED, at))
    return {each.id: ServiceUtilization.parse({name: next(values).values for name in _METRICS}) for each in services}


def _clusters(ecs: "ECSClient") -> Iterator[Mapping[str, Any]]:
    for arns in _by(100, all_pages(ecs, "list_clusters", "clusterArns", page=100)["clusterArns"]):
        answer = ecs.describe_clusters(clusters=arns, include=["SETTINGS", "TAGS"])
        yield from _alive("cluster", typing.cast("Mapping[str, Any]", answer), "clusters")


def _services(ecs: "ECSClient", cluster: str) -> Iterator[Mapping[str, Any]]:
    arns = all_pages(ecs, "list_services", "serviceArns", page=100, cluster=cluster)["serviceArns"]
    try:
        for few in _by(10, arns):
            answer = ecs.describe_services(cluster=cluster, services=few, include=["TAGS"])
            yield from _alive("service", typing.cast("Mapping[str, Any]", answer), "services")
    except ecs.exceptions.ClusterNotFoundException:
        return  # it was deleted after it was described


def _alive(what: str, answer: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Yield what AWS described; what it found missing was deleted meanwhile, any other failure must not look so."""
    for failure in answer.get("failures") or ():
        if failure.get("reason") != "MISSING":
            raise ValueError(f"the {what} {failure.get('arn')} could not be described: {failure.get('reason')}")
    yield from (each for each in answer.get(name) or () if each.get("status") not in _GONE)


def _by(size: int, names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    return iter(lambda: list(itertools.islice(rest, size)), [])


def _listed(resource_type: str, name: str, arn: str, shard: Shard, facet: Cluster | Service) -> Listed:
    resource = shard.resource(resource_type, name, arn, facet.tags.own)
    return Listed(resource, {type(facet): facet, Tags: facet.tags})
