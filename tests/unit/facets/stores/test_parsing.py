"""Answers of ElastiCache and OpenSearch as facets."""

from muster.facets.stores.elasticache import CacheBackups, CacheClusters, ReplicationGroup
from muster.facets.stores.opensearch import SearchDomain, SearchDomains, tls_policies
from muster.model.finding import Unknown

CLUSTER = {"CacheClusterId": "a-001", "ARN": "arn:a", "Engine": "redis", "EngineVersion": "5.0.6",
           "ReplicationGroupId": "a", "SnapshotRetentionLimit": 0}  # fmt: skip
DOMAIN = {"DomainName": "products", "ARN": "arn:products", "EngineVersion": "OpenSearch_2.11"}


def test_cache_clusters_without_those_being_made_or_deleted() -> None:
    items = [{**CLUSTER, "CacheClusterStatus": "available"}, {**CLUSTER, "CacheClusterStatus": "deleting"}]
    (found,) = CacheClusters.parse({"CacheClusters": items}).clusters.values()
    assert (found.id, found.group, found.version) == ("a-001", "a", "5.0.6")
    assert isinstance(found.minor_upgrades, Unknown)
    assert CacheBackups.of(found) == CacheBackups.parse(CLUSTER) == CacheBackups("redis", "a", 0)


def test_a_replication_group_is_in_no_group() -> None:
    item = {"ReplicationGroupId": "a", "Engine": "valkey", "SnapshotRetentionLimit": 7, "MemberClusters": ["a-001"],
            "AutomaticFailover": "enabled"}  # fmt: skip
    assert CacheBackups.parse(item) == CacheBackups("valkey", "", 7)
    found = ReplicationGroup.parse(item)
    assert (found.members, found.failover) == (("a-001",), "enabled")


def test_a_domain() -> None:
    found = SearchDomain.parse(
        {
            **DOMAIN,
            "VPCOptions": {"VPCId": "vpc-1"},
            "LogPublishingOptions": {"AUDIT_LOGS": {"Enabled": True}},
            "ClusterConfig": {"InstanceCount": 3, "DedicatedMasterEnabled": False},
        }
    )
    assert (found.vpc, found.audit_log, found.error_log, found.nodes, found.master_count) == (
        "vpc-1",
        True,
        False,
        3,
        0,
    )
    assert isinstance(found.update_available, Unknown)


def test_domains_without_those_being_made_or_deleted() -> None:
    items = [
        {**DOMAIN, "Created": True, "Deleted": False, "DomainProcessingStatus": "Active"},
        {**DOMAIN, "Created": True, "Deleted": True},
        {**DOMAIN, "Created": True, "DomainProcessingStatus": "Creating"},
    ]
    assert SearchDomains.parse({"DomainStatusList": items}).domains == (SearchDomain.parse(DOMAIN),)


def test_the_list_of_tls_policies() -> None:
    read, accepted = tls_policies()
    assert read == "2026-10"
    assert "Policy-Min-TLS-1-2-PFS-2023-10" in accepted
    assert "Policy-Min-TLS-1-2-2019-07" not in accepted
