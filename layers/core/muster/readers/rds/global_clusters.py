"""Reading global clusters."""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.rds.global_clusters import GlobalCluster
from muster.facets.tagging.tags import Tags
from muster.model.arn import Arn
from muster.model.listing import Listed, Page
from muster.model.readers import lists
from muster.model.shard import Shard
from muster.readers.rds.listed import PAGE, by_name, page_of, rds_listed

if typing.TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

_GLOBAL_CLUSTER = "AWS::RDS::GlobalCluster"

_BEING_MADE_OR_DELETED = frozenset({"creating", "deleting"})


@lists(
    _GLOBAL_CLUSTER, permission="rds:DescribeGlobalClusters", facets=(GlobalCluster, Tags), page=PAGE,
    arn="rds::{account}:global-cluster:{id}", only=by_name("GlobalClusterIdentifier"),
    gone=("GlobalClusterNotFoundFault",),
)  # fmt: skip
def global_clusters(rds: "RDSClient", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the global clusters whose primary cluster is in the region, 100 a page.

    A global cluster has no region: AWS returns it in other regions too. One without a primary cluster has no data, and
    is left out.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeGlobalClusters.html
    """
    answer = rds.describe_global_clusters(**page_of(token, only))
    found = (
        rds_listed(shard, _GLOBAL_CLUSTER, "GlobalClusterIdentifier", item, GlobalCluster)
        for item in typing.cast("list[Mapping[str, Any]]", answer.get("GlobalClusters", ()))
        if item.get("Status") not in _BEING_MADE_OR_DELETED
    )
    return Page((each for each in found if _primary_here(each, shard)), answer.get("Marker"))


def _primary_here(item: Listed, shard: Shard) -> bool:
    cluster = item.facets[GlobalCluster]
    if not isinstance(cluster, GlobalCluster):
        return True
    writer = Arn.parse(cluster.writer)
    return writer is not None and writer.region == shard.region
