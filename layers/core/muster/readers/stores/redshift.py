"""Reading Redshift: clusters, their logs, parameters and security groups."""

import typing
from collections.abc import Mapping, Sequence
from typing import Any

from muster.facets.stores.redshift import (
    RedshiftCluster,
    RedshiftLogging,
    RedshiftParameters,
    RedshiftSecurityGroup,
)
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Listed, Page, after, parsed
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_redshift import RedshiftClient

_CLUSTER = "AWS::Redshift::Cluster"
_PAGE = 100
_NOT_THERE = frozenset({"creating", "deleting", "final-snapshot"})
"""https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html"""


@lists(
    _CLUSTER, permission="redshift:DescribeClusters", facets=(RedshiftCluster, Tags), page=_PAGE,
    arn="redshift:{region}:{account}:cluster:{id}", on="arn:{partition}:redshift:*:*:cluster:*",
)  # fmt: skip
def clusters(redshift: "RedshiftClient", shard: Shard, token: str | None) -> Page:
    """List the clusters of a region, 100 a page; those that are being made or deleted are left out.

    https://docs.aws.amazon.com/redshift/latest/APIReference/API_DescribeClusters.html
    """
    answer = redshift.describe_clusters(MaxRecords=_PAGE, **after(token, "Marker"))
    items = (
        _listed(typing.cast("Mapping[str, Any]", item), shard)
        for item in answer.get("Clusters", ())
        if item.get("ClusterStatus") not in _NOT_THERE
    )
    return Page(items, answer.get("Marker"))


def _listed(item: Mapping[str, Any], shard: Shard) -> Listed:
    name, tags = str(item["ClusterIdentifier"]), Tags.parse(item)
    resource = shard.resource(_CLUSTER, name, shard.arn("redshift", f"cluster:{name}"), tags.own)
    return Listed(resource, {RedshiftCluster: parsed(RedshiftCluster, item), Tags: tags})


logging_status = reads(
    _CLUSTER, RedshiftLogging, "redshift:DescribeLoggingStatus",
    lambda redshift, cluster: redshift.describe_logging_status(ClusterIdentifier=cluster.id),
)  # fmt: skip

cluster_parameters = reads(
    _CLUSTER, RedshiftParameters, "redshift:DescribeClusterParameters",
    lambda redshift, _cluster, group: all_pages(
        redshift, "describe_cluster_parameters", "Parameters", page=_PAGE, ParameterGroupName=group
    ),
    of=RedshiftCluster, keys=lambda cluster: cluster.parameter_groups,
    on="arn:{partition}:redshift:*:*:parametergroup:*",
)  # fmt: skip


@describes(
    _CLUSTER, client="ec2", permission="ec2:DescribeSecurityGroups", at_once=200, of=RedshiftCluster,
    keys=lambda cluster: cluster.security_groups, on={},
)  # fmt: skip
def security_groups(ec2: "EC2Client", _region: Resource, names: Sequence[str]) -> Mapping[str, RedshiftSecurityGroup]:
    """Read the security groups of clusters, 200 a call; by a filter, which does not refuse a group that is gone.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html
    """
    answer = ec2.describe_security_groups(Filters=[{"Name": "group-id", "Values": list(names)}])
    items = typing.cast("list[Mapping[str, Any]]", answer.get("SecurityGroups", ()))
    return {str(each["GroupId"]): RedshiftSecurityGroup.parse(each) for each in items}
