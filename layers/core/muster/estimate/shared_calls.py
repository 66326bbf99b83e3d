"""How often AWS is asked for what is read once of a region, as far as the number of its resources says."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from muster.facets.cloudwatch.alarms import Alarms
from muster.facets.ec2.ebs import NewestSnapshots
from muster.facets.ec2.images import LaunchTemplateVersions
from muster.facets.ec2.vpc import FunctionGroups, NetworkInterfaces
from muster.facets.ecs.clusters import EcsRegion
from muster.facets.elbv2.load_balancers import LoadBalancers
from muster.model.readers import Describer
from muster.readers.cloudwatch.alarms import ALARM
from muster.readers.ec2.ebs import SNAPSHOT
from muster.readers.ec2.images import LAUNCH_TEMPLATE
from muster.readers.ec2.vpc import INTERFACE
from muster.readers.ecs.clusters import CLUSTER, SERVICE
from muster.readers.elbv2.load_balancers import LOAD_BALANCER
from muster.readers.lambda_.functions import FUNCTION

PAGES: Mapping[type, tuple[str, int]] = MappingProxyType(
    {
        Alarms: (ALARM, 100),
        FunctionGroups: (FUNCTION, 50),
        LaunchTemplateVersions: (LAUNCH_TEMPLATE, 200),
        LoadBalancers: (LOAD_BALANCER, 400),
        NetworkInterfaces: (INTERFACE, 1000),
        NewestSnapshots: (SNAPSHOT, 1000),
    }
)
"""Of which resource type a facet of the region lists at least each, and how many a page; tests hold it to the readers.

Of the others nothing is known beforehand: they count as one page.
"""
_CLUSTERS, _LISTED, _DESCRIBED = 100, 100, 10
"""How many clusters ECS lists and describes a call, how many services it lists, and how many it describes."""

Held = Callable[[str], int]
"""How many resources of a type the region has."""


def counted(describer: Describer) -> tuple[str, ...]:
    """Return the resource types whose numbers say how often it calls."""
    if describer.facet is EcsRegion:
        return CLUSTER, SERVICE
    return (PAGES[describer.facet][0],) if describer.facet in PAGES else ()


def calls_once(describer: Describer, api: str, held: Held) -> Mapping[str, int]:
    """Return the calls by API with which a facet of an account or a region is read; `api` is what it calls."""
    if describer.facet is EcsRegion:
        return _containers(held(CLUSTER), held(SERVICE))
    if describer.facet not in PAGES:
        return {api: 1}
    kind, page = PAGES[describer.facet]
    return {api: max(1, math.ceil(held(kind) / page))}


def _containers(clusters: int, services: int) -> Mapping[str, int]:
    """Return the calls for clusters and their services, taken to be spread evenly."""
    clusters = clusters or min(services, 1)
    share, more = divmod(services, clusters or 1)
    spread = [(share + 1, more), (share, clusters - more)]
    return {
        "ecs:ListClusters": max(1, math.ceil(clusters / _CLUSTERS)),
        "ecs:DescribeClusters": math.ceil(clusters / _CLUSTERS),
        "ecs:ListServices": sum(max(1, math.ceil(each / _LISTED)) * count for each, count in spread),
        "ecs:DescribeServices": sum(math.ceil(each / _DESCRIBED) * count for each, count in spread),
    }
