"""Cache clusters and replication groups."""

from dataclasses import replace

import pytest

from muster.checks.stores.elasticache import (
    elasticache_auto_minor_version_upgrade_check,
    elasticache_custom_subnet_group,
    elasticache_redis_cluster_automatic_backup_check,
    elasticache_repl_grp_auto_failover_enabled,
    elasticache_repl_grp_encrypted_at_rest,
    elasticache_repl_grp_encrypted_in_transit,
    elasticache_repl_grp_redis_auth_enabled,
)
from muster.facets.stores.elasticache import CacheBackups, CacheCluster, CacheClusters, ReplicationGroup
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
LOST = Unknown("AWS did not say")
CLUSTER = CacheCluster(
    id="pages-001", arn="arn:aws:elasticache:eu-west-1:123456789012:cluster:pages-001", engine="redis", version="5.0.6",
    group="pages", minor_upgrades=True, subnet_group="private", snapshot_days=0,
)  # fmt: skip
GROUP = ReplicationGroup(
    engine="redis", members=("pages-001",), failover="enabled", encrypted=True, encrypted_in_transit=True,
    transit_mode="required", authenticated=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("backups", "days", "status"),
    [
        pytest.param(CacheBackups("redis", "", 1), 1, C, id="a day"),
        pytest.param(CacheBackups("valkey", "", 7), 7, C, id="Valkey, as many as required"),
        pytest.param(CacheBackups("redis", "", 6), 7, N, id="fewer than required"),
        pytest.param(CacheBackups("redis", "", 0), 1, N, id="none"),
        pytest.param(CacheBackups("redis", "pages", 0), 1, NA, id="a node of a group"),
        pytest.param(CacheBackups("memcached", "", 0), 1, NA, id="Memcached"),
    ],
)
def test_automatic_backups(backups: CacheBackups, days: int, status: Status) -> None:
    assert elasticache_redis_cluster_automatic_backup_check(backups, days=days).status is status


def test_the_reason_says_how_many_days_are_required() -> None:
    found = elasticache_redis_cluster_automatic_backup_check(CacheBackups("redis", "", 1), days=7)
    assert found.reason == "Automatic backups are kept for 1 day, 7 required"


@pytest.mark.parametrize(
    ("cluster", "status"),
    [
        pytest.param(CLUSTER, C, id="on"),
        pytest.param(replace(CLUSTER, minor_upgrades=False), N, id="off"),
        pytest.param(replace(CLUSTER, minor_upgrades=False, engine="memcached"), NA, id="Memcached"),
    ],
)
def test_minor_version_upgrades(cluster: CacheCluster, status: Status) -> None:
    assert elasticache_auto_minor_version_upgrade_check(cluster).status is status


@pytest.mark.parametrize(("state", "status"), [("enabled", C), ("enabling", C), ("disabled", N), ("disabling", N)])
def test_automatic_failover(state: str, status: Status) -> None:
    assert elasticache_repl_grp_auto_failover_enabled(replace(GROUP, failover=state)).status is status


def test_encryption() -> None:
    off = replace(GROUP, encrypted=False, encrypted_in_transit=False)
    assert elasticache_repl_grp_encrypted_at_rest(GROUP).status is C
    assert elasticache_repl_grp_encrypted_at_rest(off).status is N
    assert elasticache_repl_grp_encrypted_in_transit(GROUP).status is C
    assert elasticache_repl_grp_encrypted_in_transit(off).status is N
    both = elasticache_repl_grp_encrypted_in_transit(replace(GROUP, transit_mode="preferred"))
    assert both.status is C
    assert both.reason.endswith("connections in plain text are still accepted (mode preferred)")


@pytest.mark.parametrize(
    ("engine", "version", "authenticated", "status"),
    [
        pytest.param("redis", "5.0.6", True, C, id="AUTH"),
        pytest.param("redis", "5.0.6", False, N, id="no AUTH"),
        pytest.param("redis", "6.2", False, NA, id="user groups from 6.0 on"),
        pytest.param("redis", "7.1.0", False, NA, id="version 7"),
        pytest.param("valkey", "5.0", False, NA, id="Valkey"),
    ],
)
def test_auth(engine: str, version: str, authenticated: bool, status: Status) -> None:
    """The version is that of a node: a group has none."""
    group = replace(GROUP, engine=engine, authenticated=authenticated)
    clusters = CacheClusters({"pages-001": replace(CLUSTER, version=version)})
    assert elasticache_repl_grp_redis_auth_enabled(group, clusters).status is status


@pytest.mark.parametrize("clusters", [CacheClusters(), CacheClusters({"pages-001": replace(CLUSTER, version=LOST)})])
def test_a_version_that_is_not_known_is_no_verdict(clusters: CacheClusters) -> None:
    with pytest.raises(UnknownField):
        elasticache_repl_grp_redis_auth_enabled(GROUP, clusters)


def test_the_subnet_group() -> None:
    assert elasticache_custom_subnet_group(CLUSTER).status is C
    found = elasticache_custom_subnet_group(replace(CLUSTER, subnet_group="default"))
    assert (found.status, found.reason) == (N, "Cluster is in the default subnet group")
