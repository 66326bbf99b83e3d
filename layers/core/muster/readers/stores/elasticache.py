"""Reading ElastiCache: cache clusters, replication groups and their tags."""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.stores.elasticache import CacheBackups, CacheCluster, CacheClusters, ReplicationGroup
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page, after, listed
from muster.model.paging import Pages
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_elasticache import ElastiCacheClient

_CLUSTER = "AWS::ElastiCache::CacheCluster"
_GROUP = "AWS::ElastiCache::ReplicationGroup"
_PAGE = 100
_NOT_THERE = frozenset({"creating", "create-failed", "deleting"})

region_clusters = reads(
    REGION, CacheClusters, "elasticache:DescribeCacheClusters",
    lambda elasticache, _region: all_pages(elasticache, "describe_cache_clusters", "CacheClusters", page=_PAGE),
    page=Pages(_CLUSTER, _PAGE),
)  # fmt: skip
"""All cache clusters of a region: they have the engine version of their replication groups."""


@lists(
    _CLUSTER, permission="elasticache:DescribeCacheClusters", facets=(CacheCluster, CacheBackups), of=CacheClusters,
    arn="elasticache:{region}:{account}:cluster:{id}",
)  # fmt: skip
def clusters(_elasticache: "ElastiCacheClient", shard: Shard, _token: str | None, found: CacheClusters) -> Page:
    """List the cache clusters of a region, nodes of replication groups among them, out of what was read of them all.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeCacheClusters.html
    """
    return Page(
        Listed(shard.resource(_CLUSTER, each.id, each.arn), {CacheCluster: each, CacheBackups: CacheBackups.of(each)})
        for each in found.clusters.values()
    )


@lists(
    _GROUP, permission="elasticache:DescribeReplicationGroups", facets=(ReplicationGroup, CacheBackups), page=_PAGE,
    arn="elasticache:{region}:{account}:replicationgroup:{id}",
)  # fmt: skip
def replication_groups(elasticache: "ElastiCacheClient", shard: Shard, token: str | None) -> Page:
    """List the replication groups of a region, 100 a page; those that are being made or deleted are left out.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DescribeReplicationGroups.html
    """
    answer = elasticache.describe_replication_groups(MaxRecords=_PAGE, **after(token, "Marker"))
    items = (
        listed(shard.resource(_GROUP, item["ReplicationGroupId"], item["ARN"]), item, (ReplicationGroup, CacheBackups))
        for item in typing.cast("list[Mapping[str, Any]]", answer.get("ReplicationGroups", ()))
        if item.get("Status") not in _NOT_THERE
    )
    return Page(items, answer.get("Marker"))


def _tags(elasticache: "ElastiCacheClient", resource: Resource) -> Mapping[str, Any]:
    return {"Tags": elasticache.list_tags_for_resource(ResourceName=resource.key).get("TagList")}


cluster_tags = reads(
    _CLUSTER, Tags, "elasticache:ListTagsForResource", _tags, on="arn:{partition}:elasticache:*:*:cluster:*",
)  # fmt: skip

group_tags = reads(
    _GROUP, Tags, "elasticache:ListTagsForResource", _tags, on="arn:{partition}:elasticache:*:*:replicationgroup:*",
)  # fmt: skip
