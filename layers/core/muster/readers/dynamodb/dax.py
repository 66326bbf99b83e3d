"""Reading DynamoDB Accelerator: its clusters and their tags."""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.dynamodb.dax import DaxCluster
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Page, after, listed
from muster.model.readers import describes, lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_dax import DAXClient

CLUSTER = "AWS::DAX::Cluster"

_GONE = frozenset({"deleting", "deleted"})


@lists(CLUSTER, client="dax", permission="dax:DescribeClusters", facets=(DaxCluster,))
def clusters(dax: "DAXClient", shard: Shard, token: str | None) -> Page:
    """List the clusters of a region, 100 a page; those that are being deleted are left out.

    There are none where AWS does not offer DAX, which is not in all regions.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DescribeClusters.html
    """
    answer = _asked(dax, shard, token)
    items = (
        listed(
            Resource(
                CLUSTER,
                str(item["ClusterName"]),
                shard.account_id,
                shard.region,
                shard.partition,
                f"arn:{shard.partition}:dax:{shard.region}:{shard.account_id}:cache/{item['ClusterName']}",
            ),
            item,
            (DaxCluster,),
        )
        for item in answer.get("Clusters", ())
        if item.get("Status") not in _GONE
    )
    return Page(items, answer.get("NextToken") or None)


@describes(CLUSTER, client="dax", permission="dax:ListTags", on="arn:{partition}:dax:*:*:cache/*")
def tags(dax: "DAXClient", cluster: Resource) -> Tags:
    """Read the tags."""
    pages = dax.get_paginator("list_tags").paginate(ResourceName=cluster.key)
    return Tags.parse({"Tags": [tag for page in pages for tag in page.get("Tags", ())]})


def _asked(dax: "DAXClient", shard: Shard, token: str | None) -> Mapping[str, Any]:
    """Ask for a page of clusters; the answer is empty in a region that has no DAX."""
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
