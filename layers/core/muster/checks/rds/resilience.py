"""Checks of availability, backups and protection from deletion."""

from muster.checks.rds.engines import OF_OTHER_SERVICES, cited, member, only_rds
from muster.facets.rds.clusters import DbCluster
from muster.facets.rds.engines import AURORA_MYSQL, DOCDB, NEPTUNE, base, family, named
from muster.facets.rds.instances import DbInstance
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted

_PROTECTED = frozenset({"mariadb", "mysql", "postgres", "oracle", "sqlserver"})
_BACKUP_CONTROLS = {DOCDB: ("FSBP DocumentDB.2",), NEPTUNE: ("FSBP Neptune.5",)}
_COPY_CONTROLS = {"postgres": "FSBP RDS.47", "mysql": "FSBP RDS.48"}
_HOUR = 3600


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.5",))
def rds_multi_az_support(instance: DbInstance) -> Verdict:
    """RDS DB instances should be configured with multiple Availability Zones.

    Read replicas are checked too. Instances of clusters are not: `rds-cluster-multi-az-enabled` checks the cluster.

    Problem: DB instance is in one Availability Zone
    Why: An outage of the zone, and each patch of the host, stops a database that has no standby in another zone.
    Fix: `aws rds modify-db-instance --db-instance-identifier NAME --multi-az --apply-immediately` It doubles the price
      of the instance.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-5
    """
    if no := only_rds(instance) or member(instance, "Availability depends on the instances"):
        return no
    if known(instance.multi_az):
        return compliant("DB instance has a standby in another Availability Zone")
    return non_compliant("DB instance has no standby in another Availability Zone")


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.15",))
def rds_cluster_multi_az_enabled(cluster: DbCluster) -> Verdict:
    """RDS DB clusters should be configured for multiple Availability Zones.

    Problem: DB cluster is in one Availability Zone
    Why: If the zone fails, the cluster is down until the zone is back or a new instance has started.
    Fix: Add an instance in another zone. `aws rds create-db-instance --db-instance-identifier READER
      --db-cluster-identifier NAME --engine ENGINE --db-instance-class CLASS --availability-zone ZONE`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-15
    """
    engine = known(cluster.engine)
    if family(engine) in OF_OTHER_SERVICES:
        return not_applicable(f"The check does not apply to {named(engine)}")
    if cluster.mode == "serverless":
        return not_applicable("Aurora Serverless v1 has no instances in other Availability Zones")
    if known(cluster.multi_az):
        return compliant("DB cluster has instances in multiple Availability Zones")
    return non_compliant("DB cluster has instances in one Availability Zone only")


@check(severity=Severity.LOW, controls=("FSBP RDS.8",))
def rds_instance_deletion_protection_enabled(instance: DbInstance) -> Verdict:
    """RDS DB instances should have deletion protection enabled.

    Problem: no deletion protection
    Why: One mistaken call deletes the database, and the call can skip the final snapshot.
    Fix: `aws rds modify-db-instance --db-instance-identifier NAME --deletion-protection --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-8
    """
    if no := only_rds(instance) or member(instance, "Deletion protection is that"):
        return no
    engine = known(instance.engine)
    if base(engine) not in _PROTECTED or (engine.startswith("custom-") and engine != "custom-oracle-ee"):
        return not_applicable(f"The check does not apply to engine {engine}")
    if known(instance.deletion_protection):
        return compliant("Deletion protection is on")
    return non_compliant("Deletion protection is off")


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.7", "FSBP DocumentDB.5"))
def rds_cluster_deletion_protection_enabled(cluster: DbCluster) -> Verdict:
    """DB clusters of RDS and DocumentDB should have deletion protection enabled.

    For Neptune see `neptune-cluster-deletion-protection-enabled`.

    Problem: no deletion protection
    Why: One mistaken call deletes a cluster that has no instances, and the call can skip the final snapshot.
    Fix: `aws rds modify-db-cluster --db-cluster-identifier NAME --deletion-protection --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-7
    """
    engine = known(cluster.engine)
    if family(engine) == NEPTUNE:
        return not_applicable("neptune-cluster-deletion-protection-enabled checks Neptune").citing()
    return cited(_protected(cluster), engine, rds="FSBP RDS.7", docdb="FSBP DocumentDB.5")


@check(severity=Severity.LOW, controls=("FSBP Neptune.4",))
def neptune_cluster_deletion_protection_enabled(cluster: DbCluster) -> Verdict:
    """Neptune DB clusters should have deletion protection enabled.

    Problem: no deletion protection
    Why: One mistaken call deletes a cluster that has no instances, and the call can skip the final snapshot.
    Fix: `aws neptune modify-db-cluster --db-cluster-identifier NAME --deletion-protection --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/neptune-controls.html#neptune-4
    """
    if known(cluster.engine) != NEPTUNE:
        return not_applicable("The check applies to Neptune only")
    return _protected(cluster)


def _protected(cluster: DbCluster) -> Verdict:
    if known(cluster.deletion_protection):
        return compliant("Deletion protection is on")
    return non_compliant("Deletion protection is off")


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.11",))
def db_instance_backup_enabled(instance: DbInstance, *, min_days: int = 7) -> Verdict:
    """RDS DB instances should have automatic backups.

    Read replicas are not checked. For instances of clusters see `rds-cluster-backup-retention-check`.

    Problem: too few automatic backups
    Why: Deleted or wrong data can be restored only as far back as the backups go. Mistakes are often found days later.
    Fix: `aws rds modify-db-instance --db-instance-identifier NAME --backup-retention-period DAYS --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-11
    """
    if no := only_rds(instance) or member(instance, "Backups are those"):
        return no
    if instance.source:
        return not_applicable(f"DB instance is a read replica of {instance.source}")
    return _kept(known(instance.backup_days), min_days)


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.50", "FSBP DocumentDB.2", "FSBP Neptune.5"))
def rds_cluster_backup_retention_check(cluster: DbCluster, *, min_days: int = 7) -> Verdict:
    """DB clusters of RDS, DocumentDB and Neptune should keep automatic backups long enough.

    Problem: backups are kept too briefly
    Why: Deleted or wrong data can be restored only as far back as the backups go. Mistakes are often found days later.
    Fix: `aws rds modify-db-cluster --db-cluster-identifier NAME --backup-retention-period DAYS --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-50
    """
    verdict = _kept(known(cluster.backup_days), min_days)
    return verdict.citing("FSBP RDS.50", *_BACKUP_CONTROLS.get(family(known(cluster.engine)), ()))


def _kept(days: int, least: int) -> Verdict:
    if days == 0:
        return non_compliant("Automatic backups are off", days=str(least))
    kept = f"Automatic backups are kept for {counted(days, 'day')}"
    return compliant(kept) if days >= least else non_compliant(f"{kept}, {least} required", days=str(least))


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.14",))
def aurora_mysql_backtracking_enabled(cluster: DbCluster, *, hours: int = 0) -> Verdict:
    """Aurora MySQL clusters should have backtracking enabled.

    `hours` is the shortest backtrack window that passes; with 0 any does. Backtracking cannot be enabled on an existing
    cluster, and Aurora Serverless v1 and global clusters cannot have it: they fail too, as in Security Hub.

    Problem: backtracking is off
    Why: Backtracking undoes a wrong statement within minutes; restoring a backup makes a new cluster.
    Fix: Restore a snapshot as a new cluster with a backtrack window in seconds. `aws rds
      restore-db-cluster-from-snapshot --db-cluster-identifier NEW-NAME --snapshot-identifier SNAPSHOT --engine
      aurora-mysql --backtrack-window 86400`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-14
    """
    engine = known(cluster.engine)
    if family(engine) != AURORA_MYSQL:
        return not_applicable(f"Only Aurora MySQL has backtracking, and this is {named(engine)}")
    if not cluster.backtrack:
        return non_compliant("Backtracking is off; it cannot be enabled on an existing cluster")
    own = cluster.backtrack / _HOUR
    if own < hours:
        return non_compliant(f"Backtrack window is {own:g} hours; use {hours} or more")
    return compliant(f"Backtrack window is {own:g} hours")


@check(severity=Severity.LOW, controls=("FSBP RDS.17",))
def rds_instance_copy_tags_to_snapshots_enabled(instance: DbInstance) -> Verdict:
    """RDS DB instances should copy their tags to snapshots.

    Instances of clusters are not checked: the setting has no effect there.

    Problem: tags are not copied to snapshots
    Why: A snapshot without tags cannot be assigned to an owner or a cost center, and policies that use tags do not
      apply to it.
    Fix: `aws rds modify-db-instance --db-instance-identifier NAME --copy-tags-to-snapshot`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-17
    """
    if no := only_rds(instance) or member(instance, "Snapshots are those"):
        return no
    return _copied(known(instance.copies_tags))


@check(severity=Severity.LOW, controls=("FSBP RDS.16", "FSBP RDS.47", "FSBP RDS.48", "FSBP Neptune.8"))
def rds_cluster_copy_tags_to_snapshots_enabled(cluster: DbCluster) -> Verdict:
    """DB clusters of RDS and Neptune should copy their tags to snapshots.

    Problem: tags are not copied to snapshots
    Why: A snapshot without tags cannot be assigned to an owner or a cost center, and policies that use tags do not
      apply to it.
    Fix: `aws rds modify-db-cluster --db-cluster-identifier NAME --copy-tags-to-snapshot`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-16
    """
    engine = known(cluster.engine)
    if family(engine) == DOCDB:
        return not_applicable("DocumentDB does not copy tags to snapshots").citing()
    return cited(
        _copied(known(cluster.copies_tags)),
        engine,
        rds=_COPY_CONTROLS.get(family(engine), "FSBP RDS.16"),
        neptune="FSBP Neptune.8",
    )


def _copied(on: bool) -> Verdict:
    return compliant("Tags are copied to snapshots") if on else non_compliant("Tags are not copied to snapshots")
