"""ElastiCache: cache clusters and replication groups."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

MEMCACHED = "memcached"
REDIS = "redis"

_NOT_THERE = frozenset({"creating", "create-failed", "deleting", "deleted"})


@facet
class CacheCluster(Parsed):
    """One cluster of DescribeCacheClusters; `group` is the replication group that it is a node of, if any.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CacheCluster.html
    """

    id: str = read("CacheClusterId", kinds.required)
    arn: str = read("ARN", kinds.required)
    engine: str | Unknown = read("Engine", kinds.stated, "the engine")
    version: str | Unknown = read("EngineVersion", kinds.stated, "the engine version")
    group: str = read("ReplicationGroupId", kinds.text)
    minor_upgrades: bool | Unknown = read("AutoMinorVersionUpgrade", kinds.flag)
    subnet_group: str | Unknown = read("CacheSubnetGroupName", kinds.stated, "the subnet group")
    snapshot_days: int | Unknown = read("SnapshotRetentionLimit", kinds.number)


@dataclass(frozen=True, slots=True)
class CacheClusters:
    """The cache clusters of a region, some 500 bytes each: 300 nodes by AWS's default quota.

    Those that are being made or deleted are left out.
    """

    clusters: Mapping[str, CacheCluster] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeCacheClusters, all pages joined."""
        items = response.get("CacheClusters") or ()
        found = (CacheCluster.parse(each) for each in items if each.get("CacheClusterStatus") not in _NOT_THERE)
        return cls({each.id: each for each in found})


@facet
class ReplicationGroup(Parsed):
    """One group of DescribeReplicationGroups; its nodes are the cache clusters `members`.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ReplicationGroup.html
    """

    engine: str | Unknown = read("Engine", kinds.stated, "the engine")
    members: tuple[str, ...] = read("MemberClusters", kinds.texts)
    failover: str | Unknown = read("AutomaticFailover", kinds.one_of("enabled", "disabled", "enabling", "disabling"))
    encrypted: bool | Unknown = read("AtRestEncryptionEnabled", kinds.flag)
    encrypted_in_transit: bool | Unknown = read("TransitEncryptionEnabled", kinds.flag)
    transit_mode: str = read("TransitEncryptionMode", kinds.text)
    authenticated: bool | Unknown = read("AuthTokenEnabled", kinds.flag)


@dataclass(frozen=True, slots=True)
class CacheBackups:
    """How many days automatic backups of a cluster or a replication group are kept; 0 where there are none.

    `group` is the replication group whose node a cluster is: the group's setting counts then.
    """

    engine: str | Unknown
    group: str
    days: int | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeCacheClusters or DescribeReplicationGroups."""
        group = response.get("ReplicationGroupId") if response.get("CacheClusterId") else None
        return cls(
            kinds.stated(response.get("Engine"), "Engine", "the engine"),
            str(group or ""),
            kinds.number(response.get("SnapshotRetentionLimit"), "SnapshotRetentionLimit"),
        )

    @classmethod
    def of(cls, cluster: CacheCluster) -> Self:
        """Take what is known of a cluster."""
        return cls(cluster.engine, cluster.group, cluster.snapshot_days)
