"""Reading DynamoDB Accelerator: its clusters and their tags."""

import typing

from muster.facets.dax import DaxCluster
from muster.facets.tags import Tags
from muster.model import Resource
from muster.reading import Page, Shard, after, describes, listed, lists

if typing.TYPE_CHECKING:
    from mypy_boto3_dax import DAXClient

CLUSTER = "AWS::DAX::Cluster"

_GONE = frozenset({"deleting", "deleted"})


@lists(CLUSTER, client="dax", permission="dax:DescribeClusters", facets=(DaxCluster,))
def clusters(dax: "DAXClient", shard: Shard, token: str | None) -> Page:
    """List the clusters of a region, 100 a page; those that are being deleted are left out.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_DescribeClusters.html
    """
    answer = dax.describe_clusters(MaxResults=100, **after(token))
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
