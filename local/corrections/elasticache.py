"""Where moto's ElastiCache answers otherwise than AWS documents: nodes of replication groups, and defaults.

https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateCacheCluster.html
"""

from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_VERSIONS = {"redis": "7.1.0", "valkey": "8.0.1", "memcached": "1.6.22"}


def corrections() -> dict[str, Correction]:
    """Return what corrects ElastiCache, by operation."""
    return {
        "elasticache:CreateCacheCluster": _create_cluster,
        "elasticache:CreateReplicationGroup": _create_group,
        "elasticache:DescribeCacheClusters": _clusters,
    }


def _backend(request: Request) -> Any:
    from moto.elasticache.models import elasticache_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return elasticache_backends[account][region]


def _create_cluster(request: Request) -> Answer:
    """Set what AWS defaults: the version, minor upgrades, the subnet group of the default VPC."""
    status, body = request.ask()
    if status == HTTPStatus.OK:
        _complete(_backend(request).cache_clusters[request.parameters["CacheClusterId"]])
    return status, body


def _complete(cluster: Any) -> None:
    cluster.engine_version = cluster.engine_version or _VERSIONS[cluster.engine]
    cluster.cache_subnet_group_name = cluster.cache_subnet_group_name or "default"
    if cluster.auto_minor_version_upgrade is None:
        cluster.auto_minor_version_upgrade = True


def _create_group(request: Request) -> Answer:
    """Make a cache cluster of each node, as AWS does."""
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    given, backend = request.parameters, _backend(request)
    kept = ("CacheSubnetGroupName", "AutoMinorVersionUpgrade", "EngineVersion")
    for name in backend.replication_groups[given["ReplicationGroupId"]].member_clusters:
        request.client("elasticache", as_service=True).create_cache_cluster(
            CacheClusterId=name,
            ReplicationGroupId=given["ReplicationGroupId"],
            Engine=given.get("Engine", "redis"),
            CacheNodeType=given.get("CacheNodeType", "cache.t4g.micro"),
            NumCacheNodes=1,
            **{each: given[each] for each in kept if each in given},
        )
    return status, body


def _clusters(request: Request) -> Answer | None:
    """Say of each node which replication group it is in."""
    if request.parameters.get("Marker"):
        return None
    wanted = request.parameters.get("CacheClusterId")
    found = [
        {
            "CacheClusterId": each.cache_cluster_id,
            "CacheNodeType": each.cache_node_type,
            "Engine": each.engine,
            "EngineVersion": each.engine_version,
            "CacheClusterStatus": each.cache_cluster_status,
            "NumCacheNodes": getattr(each, "num_cache_nodes", 1),
            "CacheSubnetGroupName": each.cache_subnet_group_name,
            "AutoMinorVersionUpgrade": each.auto_minor_version_upgrade,
            "SnapshotRetentionLimit": each.snapshot_retention_limit,
            "ARN": each.arn,
            **({"ReplicationGroupId": group} if (group := getattr(each, "replication_group_id", None)) else {}),
        }
        for each in _backend(request).cache_clusters.values()
        if wanted in (None, each.cache_cluster_id)
    ]
    return request.answer({"CacheClusters": found}) if found or not wanted else None
