"""The calls of ElastiCache."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    clusters = there.all("elasticache", "describe_cache_clusters", "CacheClusters")
    groups = there.all("elasticache", "describe_replication_groups", "ReplicationGroups")
    return {
        # Once for the clusters, and for the versions of the groups.
        "elasticache:DescribeCacheClusters": REGIONS,
        "elasticache:DescribeReplicationGroups": REGIONS,
        "elasticache:ListTagsForResource": len(clusters) + len(groups),
    }
