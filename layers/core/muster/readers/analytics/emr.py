"""Reading EMR: the block of public access of a region, running clusters, and security configurations."""

from typing import Any

from muster.facets.analytics.emr import EmrBlockPublicAccess, EmrPrimaryNodes, EmrSecurityConfiguration
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page, after
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

_CLUSTER = "AWS::EMR::Cluster"
_SECURITY_CONFIGURATION = "AWS::EMR::SecurityConfiguration"
_CLUSTERS = "arn:{partition}:elasticmapreduce:*:*:cluster/*"
_RUNNING = ["RUNNING", "WAITING"]
_NODES_THAT_ARE_THERE = ["BOOTSTRAPPING", "RUNNING"]

block_public_access = reads(
    REGION, EmrBlockPublicAccess, "elasticmapreduce:GetBlockPublicAccessConfiguration",
    lambda emr, _region: emr.get_block_public_access_configuration(), client="emr",
)  # fmt: skip
"""https://docs.aws.amazon.com/emr/latest/APIReference/API_GetBlockPublicAccessConfiguration.html"""


@lists(
    _CLUSTER, client="emr", permission="elasticmapreduce:ListClusters", page=50, on=_CLUSTERS,
    arn="elasticmapreduce:{region}:{account}:cluster/{id}",
)  # fmt: skip
def clusters(emr: Any, shard: Shard, token: str | None) -> Page:
    """List the running clusters of a region, 50 a page; EMR keeps terminated ones for two months.

    https://docs.aws.amazon.com/emr/latest/APIReference/API_ListClusters.html
    """
    answer = emr.list_clusters(ClusterStates=_RUNNING, **after(token, "Marker"))
    items = (
        Listed(shard.resource(_CLUSTER, str(item["Id"]), shard.arn("elasticmapreduce", f"cluster/{item['Id']}")))
        for item in answer.get("Clusters", ())
    )
    return Page(items, answer.get("Marker"))


@describes(
    _CLUSTER, client="emr", permission="elasticmapreduce:ListInstances", also=("elasticmapreduce:DescribeCluster",),
)  # fmt: skip
def primary_nodes(emr: Any, cluster: Resource) -> EmrPrimaryNodes:
    """Read the primary nodes of a cluster, which is made either of instance groups or of instance fleets.

    Nodes that were replaced are left out.
    https://docs.aws.amazon.com/emr/latest/APIReference/API_ListInstances.html
    """
    kind = emr.describe_cluster(ClusterId=cluster.id)["Cluster"].get("InstanceCollectionType")
    primary = {"InstanceFleetType": "MASTER"} if kind == "INSTANCE_FLEET" else {"InstanceGroupTypes": ["MASTER"]}
    return EmrPrimaryNodes.parse(
        all_pages(
            emr, "list_instances", "Instances",
            ClusterId=cluster.id, InstanceStates=_NODES_THAT_ARE_THERE, **primary,
        )
    )  # fmt: skip


cluster_tags = reads(
    _CLUSTER, Tags, "elasticmapreduce:DescribeCluster",
    lambda emr, cluster: emr.describe_cluster(ClusterId=cluster.id)["Cluster"], client="emr",
)  # fmt: skip


@lists(
    _SECURITY_CONFIGURATION, client="emr", permission="elasticmapreduce:ListSecurityConfigurations", page=50,
    arn="elasticmapreduce:{region}:{account}:security-configuration/{id...}",
)  # fmt: skip
def security_configurations(emr: Any, shard: Shard, token: str | None) -> Page:
    """List the security configurations of a region, 50 a page; AWS has no ARNs for them, so they get one here.

    https://docs.aws.amazon.com/emr/latest/APIReference/API_ListSecurityConfigurations.html
    """
    answer = emr.list_security_configurations(**after(token, "Marker"))
    items = (
        Listed(shard.resource(_SECURITY_CONFIGURATION, name, shard.arn("elasticmapreduce", _path(name))))
        for name in (str(item["Name"]) for item in answer.get("SecurityConfigurations", ()))
    )
    return Page(items, answer.get("Marker"))


def _path(name: str) -> str:
    return f"security-configuration/{name}"


security_configuration = reads(
    _SECURITY_CONFIGURATION, EmrSecurityConfiguration, "elasticmapreduce:DescribeSecurityConfiguration",
    lambda emr, configuration: emr.describe_security_configuration(Name=configuration.id), client="emr",
)  # fmt: skip
