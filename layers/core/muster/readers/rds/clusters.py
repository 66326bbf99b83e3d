"""Reading DB clusters of all engines, and the parameter groups that matter."""

import typing

from muster.facets.rds.clusters import DbCluster, DbClusters
from muster.facets.rds.engines import AURORA_MYSQL, DOCDB, family
from muster.facets.rds.parameters import ClusterParameters
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION
from muster.model.listing import Listed, Page
from muster.model.paging import Pages
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages
from muster.readers.rds.listed import PAGE

if typing.TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

CLUSTER = "AWS::RDS::DBCluster"

_WITH_PARAMETERS = frozenset({AURORA_MYSQL, DOCDB})

region_clusters = reads(
    REGION, DbClusters, "rds:DescribeDBClusters",
    lambda rds, _region: all_pages(rds, "describe_db_clusters", "DBClusters", page=PAGE),
    page=Pages(CLUSTER, PAGE),
)  # fmt: skip
"""All clusters of a region: the settings of an instance's cluster apply to the instance."""


@lists(
    CLUSTER, permission="rds:DescribeDBClusters", facets=(DbCluster, Tags), of=DbClusters,
    arn="rds:{region}:{account}:cluster:{id}",
)  # fmt: skip
def clusters(_rds: "RDSClient", shard: Shard, _token: str | None, clusters: DbClusters) -> Page:
    """List the DB clusters of a region, those of DocumentDB and Neptune among them, out of what was read of them all.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html
    """
    return Page(
        Listed(shard.resource(CLUSTER, each.id, each.arn, each.tags.own), {DbCluster: each, Tags: each.tags})
        for each in clusters.clusters
    )


def _groups(cluster: DbCluster) -> tuple[str, ...]:
    if isinstance(cluster.engine, str) and family(cluster.engine) in _WITH_PARAMETERS and cluster.parameter_group:
        return (cluster.parameter_group,)
    return ()


cluster_parameters = reads(
    CLUSTER, ClusterParameters, "rds:DescribeDBClusterParameters",
    lambda rds, _cluster, group: all_pages(
        rds, "describe_db_cluster_parameters", "Parameters", page=PAGE, DBClusterParameterGroupName=group
    ),
    of=DbCluster, keys=_groups, on="arn:{partition}:rds:*:*:cluster-pg:*",
)  # fmt: skip
"""The parameters of the groups of Aurora MySQL and DocumentDB, the engine's defaults among them."""
