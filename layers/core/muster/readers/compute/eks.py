"""Reading EKS: clusters and managed node groups, which are listed by name and described one by one.

Clusters that EKS Connector registers, self-managed nodes and Fargate profiles are not listed.
"""

import math
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from muster.facets.compute.eks import EksCluster, EksNodegroup, EksRegion
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page
from muster.model.paging import Held
from muster.model.readers import describes, lists
from muster.model.shard import Shard
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient

_CLUSTER = "AWS::EKS::Cluster"
_NODEGROUP = "AWS::EKS::Nodegroup"

_NOT_THERE = frozenset({"CREATING", "CREATE_FAILED", "DELETING", "FAILED", "PENDING"})
"""The states of a cluster or a node group that is being made or deleted, could not be made, or is no cluster of EKS."""

_AT_ONCE = 100
"""https://docs.aws.amazon.com/eks/latest/APIReference/API_ListClusters.html"""


class _RegionCalls:
    """The calls for the clusters and node groups of a region, the node groups taken to be spread evenly."""

    types: tuple[str, ...] = (_CLUSTER, _NODEGROUP)

    def calls(self, _operation: str, held: Held) -> Mapping[str, int]:
        """Return the calls of all four operations: names 100 a call, and one call for each cluster and node group."""
        nodegroups = held(_NODEGROUP)
        clusters = held(_CLUSTER) or min(nodegroups, 1)
        share, more = divmod(nodegroups, clusters or 1)
        spread = [(share + 1, more), (share, clusters - more)]
        return {
            "eks:ListClusters": max(1, math.ceil(clusters / _AT_ONCE)),
            "eks:DescribeCluster": clusters,
            "eks:ListNodegroups": sum(max(1, math.ceil(each / _AT_ONCE)) * count for each, count in spread),
            "eks:DescribeNodegroup": nodegroups,
        }


@describes(
    REGION,
    permission="eks:DescribeNodegroup",
    also=("eks:ListNodegroups", "eks:DescribeCluster", "eks:ListClusters"),
    on={
        "eks:DescribeNodegroup": "arn:{partition}:eks:*:*:nodegroup/*",
        "eks:ListNodegroups": "arn:{partition}:eks:*:*:cluster/*",
        "eks:DescribeCluster": "arn:{partition}:eks:*:*:cluster/*",
    },
    page=_RegionCalls(),
)
def region(eks: "EKSClient", _region: Resource) -> EksRegion:
    """Read all clusters and managed node groups of a region; what is deleted meanwhile is left out.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeNodegroup.html
    """
    clusters = [EksCluster.parse(each) for each in _there(_clusters(eks))]
    return EksRegion(
        tuple(clusters),
        tuple(EksNodegroup.parse(each) for one in clusters for each in _there(_nodegroups(eks, one.name))),
    )


def _clusters(eks: "EKSClient") -> Iterator[Mapping[str, Any]]:
    names = all_pages(eks, "list_clusters", "clusters", page=_AT_ONCE)["clusters"]
    return _described(eks, names, lambda name: _members(eks.describe_cluster(name=name)["cluster"]))


def _nodegroups(eks: "EKSClient", cluster: str) -> Iterator[Mapping[str, Any]]:
    names = all_pages(eks, "list_nodegroups", "nodegroups", page=_AT_ONCE, clusterName=cluster)["nodegroups"]

    def describe(name: str) -> Mapping[str, Any]:
        return _members(eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"])

    return _described(eks, names, describe)


def _members(item: object) -> Mapping[str, Any]:
    return typing.cast("Mapping[str, Any]", item)


def _there(items: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    return (each for each in items if each.get("status") not in _NOT_THERE)


def _described(
    eks: "EKSClient", names: Iterable[str], describe: Callable[[str], Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    """Yield what AWS answers about each name, without what was deleted meanwhile; so may the cluster of the names."""
    remaining = iter(names)
    while True:
        try:
            yield describe(next(remaining))
        except StopIteration:
            return
        except eks.exceptions.ResourceNotFoundException:
            continue


@lists(
    _CLUSTER, permission="eks:DescribeCluster", facets=(EksCluster, Tags), of=EksRegion,
    arn="eks:{region}:{account}:cluster/{id}",
)  # fmt: skip
def clusters(_eks: "EKSClient", shard: Shard, _token: str | None, found: EksRegion) -> Page:
    """List the clusters of a region."""
    return Page(_listed(shard, _CLUSTER, each.name, each) for each in found.clusters)


@lists(
    _NODEGROUP, permission="eks:DescribeNodegroup", facets=(EksNodegroup, Tags), of=EksRegion,
    arn="eks:{region}:{account}:nodegroup/{parent}/{id}/{}",
)  # fmt: skip
def nodegroups(_eks: "EKSClient", shard: Shard, _token: str | None, found: EksRegion) -> Page:
    """List the managed node groups of a region by cluster and name."""
    return Page(_listed(shard, _NODEGROUP, f"{each.cluster}/{each.name}", each) for each in found.nodegroups)


def _listed(shard: Shard, kind: str, name: str, each: EksCluster | EksNodegroup) -> Listed:
    return Listed(shard.resource(kind, name, each.arn, each.tags.own), {type(each): each, Tags: each.tags})
