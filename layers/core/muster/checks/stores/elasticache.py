"""Checks of ElastiCache."""

import re

from muster.facets.stores.elasticache import (
    MEMCACHED,
    REDIS,
    CacheBackups,
    CacheCluster,
    CacheClusters,
    ReplicationGroup,
)
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted

_WITH_USER_GROUPS = 6
"""The first major version of Redis OSS with role-based access control."""


@check(severity=Severity.HIGH, controls=("FSBP ElastiCache.1",))
def elasticache_redis_cluster_automatic_backup_check(backups: CacheBackups, *, days: int = 1) -> Verdict:
    """ElastiCache clusters of Valkey and Redis OSS should have automatic backups.

    Nodes of a replication group are checked with their group. Memcached has no backups.

    Problem: no automatic backups
    Why: Without a backup, the data of a failed cluster is lost, and the application starts with a cold cache.
    Fix: A replication group: `aws elasticache modify-replication-group --replication-group-id NAME
      --snapshot-retention-limit DAYS --apply-immediately` A cluster without a group: `aws elasticache
      modify-cache-cluster --cache-cluster-id NAME --snapshot-retention-limit DAYS --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-1
    """
    if backups.group:
        return not_applicable(f"Backups are those of replication group {backups.group}")
    if known(backups.engine) == MEMCACHED:
        return not_applicable("Memcached has no backups")
    own = known(backups.days)
    if own >= max(days, 1):
        return compliant(f"Automatic backups are kept for {counted(own, 'day')}")
    if not own:
        return non_compliant("Automatic backups are off", days=str(max(days, 1)))
    return non_compliant(f"Automatic backups are kept for {counted(own, 'day')}, {days} required", days=str(days))


@check(severity=Severity.HIGH, controls=("FSBP ElastiCache.2",))
def elasticache_auto_minor_version_upgrade_check(cluster: CacheCluster) -> Verdict:
    """ElastiCache clusters should upgrade to new minor versions automatically.

    Problem: no automatic minor version upgrades
    Why: Minor versions bring security fixes. Without automatic upgrades, a cluster keeps known vulnerabilities.
    Fix: `aws elasticache modify-cache-cluster --cache-cluster-id NAME --auto-minor-version-upgrade` For a node of a
      replication group, use modify-replication-group.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-2
    """
    if known(cluster.engine) == MEMCACHED:
        return not_applicable("The check does not apply to Memcached")
    if known(cluster.minor_upgrades):
        return compliant("Automatic minor version upgrades are on")
    return non_compliant("Automatic minor version upgrades are off")


@check(severity=Severity.MEDIUM, controls=("FSBP ElastiCache.3",))
def elasticache_repl_grp_auto_failover_enabled(group: ReplicationGroup) -> Verdict:
    """ElastiCache replication groups should have automatic failover enabled.

    Problem: no automatic failover
    Why: Without automatic failover, a failed primary node stops writes until you promote a replica.
    Fix: The group needs a replica. `aws elasticache modify-replication-group --replication-group-id NAME
      --automatic-failover-enabled --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-3
    """
    state = known(group.failover)
    if state in ("enabled", "enabling"):
        return compliant(f"Automatic failover is {state}")
    return non_compliant(f"Automatic failover is {state}")


@check(severity=Severity.MEDIUM, controls=("FSBP ElastiCache.4",))
def elasticache_repl_grp_encrypted_at_rest(group: ReplicationGroup) -> Verdict:
    """ElastiCache replication groups should be encrypted at rest.

    Problem: replication group is not encrypted
    Why: Data is written to disks for synchronization, swapping and backups. Without encryption it is there in plain
      text.
    Fix: Encryption cannot be enabled on an existing group. Restore a backup as a new group. `aws elasticache
      create-replication-group --replication-group-id NEW-NAME --replication-group-description DESCRIPTION
      --snapshot-name BACKUP --at-rest-encryption-enabled`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-4
    """
    if known(group.encrypted):
        return compliant("Encryption at rest is on")
    return non_compliant("Encryption at rest is off")


@check(severity=Severity.MEDIUM, controls=("FSBP ElastiCache.5",))
def elasticache_repl_grp_encrypted_in_transit(group: ReplicationGroup) -> Verdict:
    """ElastiCache replication groups should be encrypted in transit.

    Problem: no encryption in transit
    Why: Without TLS, keys, values and passwords travel in plain text.
    Fix: First accept connections with and without TLS: `aws elasticache modify-replication-group --replication-group-id
      NAME --transit-encryption-enabled --transit-encryption-mode preferred --apply-immediately` Move the clients to
      TLS, then require it: `aws elasticache modify-replication-group --replication-group-id NAME
      --transit-encryption-enabled --transit-encryption-mode required --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-5
    """
    if not known(group.encrypted_in_transit):
        return non_compliant("Encryption in transit is off")
    if group.transit_mode == "preferred":
        return compliant("Encryption in transit is on; connections in plain text are still accepted (mode preferred)")
    return compliant("Encryption in transit is on")


@check(severity=Severity.MEDIUM, controls=("FSBP ElastiCache.6",))
def elasticache_repl_grp_redis_auth_enabled(group: ReplicationGroup, clusters: CacheClusters) -> Verdict:
    """ElastiCache replication groups of Redis OSS before version 6.0 should require a password (AUTH).

    From version 6.0 on, and with Valkey, user groups replace AUTH: such replication groups are not checked.

    Problem: no password is required
    Why: Without AUTH, anyone who can connect to the port can read and change all data.
    Fix: The group must encrypt in transit. Add a token; clients without it can still connect: `aws elasticache
      modify-replication-group --replication-group-id NAME --auth-token TOKEN --auth-token-update-strategy ROTATE
      --apply-immediately` Let every client send the token, then require it: `aws elasticache modify-replication-group
      --replication-group-id NAME --auth-token TOKEN --auth-token-update-strategy SET --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-6
    """
    engine = known(group.engine)
    if engine != REDIS:
        return not_applicable(f"The check applies to Redis OSS only, and this is {engine}")
    members = [clusters.clusters[name] for name in group.members if name in clusters.clusters]
    if not members:
        return known(Unknown("AWS did not return a node of the replication group"))
    version = known(members[0].version)
    major = re.match(r"\d+", version)
    if major is None:
        return known(Unknown(f"AWS returned an engine version without a number: {version}"))
    if int(major[0]) >= _WITH_USER_GROUPS:
        return not_applicable(f"Redis OSS {version} has user groups")
    if known(group.authenticated):
        return compliant("AUTH is on")
    return non_compliant("AUTH is off")


@check(severity=Severity.HIGH, controls=("FSBP ElastiCache.7",))
def elasticache_custom_subnet_group(cluster: CacheCluster) -> Verdict:
    """ElastiCache clusters should not use the default subnet group.

    Problem: cluster uses the default subnet group
    Why: The default group has the subnets of the default VPC, which are public and shared with everything else.
    Fix: The subnet group of a cluster cannot be changed. Make a group of private subnets, and a new cluster in it.
      `aws elasticache create-cache-subnet-group --cache-subnet-group-name PRIVATE --cache-subnet-group-description
      private --subnet-ids SUBNET-ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-7
    """
    group = known(cluster.subnet_group)
    if group == "default":
        return non_compliant("Cluster is in the default subnet group")
    return compliant(f"Cluster is in subnet group {group}")
