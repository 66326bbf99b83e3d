"""Reading DynamoDB Accelerator: its clusters and their tags."""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.dynamodb.dax import DaxCluster
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_dax import DAXClient

CLUSTER = "AWS::DAX::Cluster"

_GONE = frozenset({"deleting", "deleted"})


@lists(
    CLUSTER, permission="dax:DescribeClusters", facets=(DaxCluster,),
    arn="dax:{region}:{account}:cache/{id}", gone=("ClusterNotFoundFault",),
)  # fmt: skip
def clusters(dax: "DAXClient", shard: Shard, token: str | None) -> Page:
    """List the clusters of a region, 100 a page; those that are being deleted are left out.

    There are none where AWS does not offer DAX, which is not in all regions.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DescribeClusters.html
    """
    answer = _clusters(dax, shard, token)
    items = (
        _listed(str(item["ClusterName"]), item, shard)
        for item in answer.get("Clusters", ())
        if item.get("Status") not in _GONE
    )
    return Page(items, answer.get("NextToken") or None)


tags = reads(
    CLUSTER, Tags, "dax:ListTags",
    lambda dax, cluster: all_pages(dax, "list_tags", "Tags", ResourceName=cluster.key),
    on="arn:{partition}:dax:*:*:cache/*",
)  # fmt: skip


def _listed(name: str, item: Mapping[str, Any], shard: Shard) -> Listed:
    return listed(shard.resource(CLUSTER, name, shard.arn("dax", f"cache/{name}")), item, (DaxCluster,))


def _clusters(dax: "DAXClient", shard: Shard, token: str | None) -> Mapping[str, Any]:
    """Return a page of clusters; it is empty in a region that has no DAX."""
    import botocore.session  # noqa: PLC0415 - the catalogue loads without the SDK
    from botocore.exceptions import EndpointConnectionError  # noqa: PLC0415 - the same

    try:
        return dax.describe_clusters(MaxResults=100, **after(token))
    except dax.exceptions.InvalidParameterValueException as refused:
        # So AWS refuses everybody where it does not offer DAX: no permission changes that.
        if "Access Denied to API Version" not in str(refused):
            raise
    except EndpointConnectionError:
        if shard.endpoint_region in botocore.session.get_session().get_available_regions("dax", shard.partition):
            raise
    return {}
