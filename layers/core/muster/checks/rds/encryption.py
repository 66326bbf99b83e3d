"""Checks of encryption at rest, and of public snapshots."""

from muster.checks.rds.engines import cited, only_rds
from muster.facets.rds.clusters import DbCluster
from muster.facets.rds.engines import DOCDB, NEPTUNE, family
from muster.facets.rds.instances import DbInstance
from muster.facets.rds.snapshots import DbSnapshot, SnapshotSharing
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable

_CLUSTER_CONTROLS = {DOCDB: ("FSBP DocumentDB.1",), NEPTUNE: ("FSBP Neptune.1",)}


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.3",))
def rds_storage_encrypted(instance: DbInstance) -> Verdict:
    """RDS DB instances should be encrypted at rest.

    Problem: DB instance is not encrypted
    Why: Without encryption, anyone who gets access to the storage or a snapshot can read the data.
    Fix: Encryption cannot be enabled on an existing instance. Copy a snapshot with a key: `aws rds copy-db-snapshot
      --source-db-snapshot-identifier SNAPSHOT --target-db-snapshot-identifier ENCRYPTED-SNAPSHOT --kms-key-id
      alias/aws/rds` Then restore the copy: `aws rds restore-db-instance-from-db-snapshot --db-instance-identifier
      NEW-NAME --db-snapshot-identifier ENCRYPTED-SNAPSHOT`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-3
    """
    if no := only_rds(instance):
        return no
    if known(instance.encrypted):
        return compliant("Storage is encrypted")
    return non_compliant("Storage is not encrypted")


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.27", "FSBP DocumentDB.1", "FSBP Neptune.1"))
def rds_cluster_encrypted_at_rest(cluster: DbCluster) -> Verdict:
    """DB clusters of RDS, DocumentDB and Neptune should be encrypted at rest.

    Problem: DB cluster is not encrypted
    Why: Without encryption, anyone who gets access to the storage or a snapshot can read the data.
    Fix: Encryption cannot be enabled on an existing cluster. Restore a snapshot as an encrypted cluster, move the
      application to it, then delete the old one. `aws rds restore-db-cluster-from-snapshot --db-cluster-identifier
      NEW-NAME --snapshot-identifier SNAPSHOT --engine ENGINE --kms-key-id alias/aws/rds`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-27
    """
    on = known(cluster.encrypted)
    verdict = compliant("Storage is encrypted") if on else non_compliant("Storage is not encrypted")
    return verdict.citing("FSBP RDS.27", *_CLUSTER_CONTROLS.get(family(known(cluster.engine)), ()))


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.4", "FSBP Neptune.6"))
def rds_snapshot_encrypted(snapshot: DbSnapshot) -> Verdict:
    """Snapshots of RDS and Neptune should be encrypted.

    Snapshots of DocumentDB are checked too.

    Problem: DB snapshot is not encrypted
    Why: A snapshot holds all data of the database, often longer than the database exists.
    Fix: Copy it with a key, then delete the original. A snapshot of an instance: `aws rds copy-db-snapshot
      --source-db-snapshot-identifier ARN --target-db-snapshot-identifier NEW-NAME --kms-key-id alias/aws/rds` For a
      cluster, encrypt the cluster: its new snapshots are encrypted then.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-4
    """
    on = known(snapshot.encrypted)
    verdict = compliant("Snapshot is encrypted") if on else non_compliant("Snapshot is not encrypted")
    neptune = ("FSBP Neptune.6",) if snapshot.engine == NEPTUNE else ()
    return verdict.citing("FSBP RDS.4", *neptune)


@check(severity=Severity.CRITICAL, controls=("FSBP RDS.1", "FSBP DocumentDB.3", "FSBP Neptune.3"))
def rds_snapshots_public_prohibited(snapshot: DbSnapshot, sharing: SnapshotSharing) -> Verdict:
    """Snapshots of RDS, DocumentDB and Neptune should not be public.

    Only manual snapshots without encryption can be public. The check does not apply to others.

    Problem: DB snapshot is public
    Why: Anyone with an AWS account can restore a public snapshot and read all data in it.
    Fix: A snapshot of an instance: `aws rds modify-db-snapshot-attribute --db-snapshot-identifier NAME --attribute-name
      restore --values-to-remove all` A snapshot of a cluster: `aws rds modify-db-cluster-snapshot-attribute
      --db-cluster-snapshot-identifier NAME --attribute-name restore --values-to-remove all`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-1
    """
    verdict = _public(snapshot, sharing)
    return cited(verdict, known(snapshot.engine), rds="FSBP RDS.1", docdb="FSBP DocumentDB.3", neptune="FSBP Neptune.3")


def _public(snapshot: DbSnapshot, sharing: SnapshotSharing) -> Verdict:
    if known(snapshot.kind) == "automated":
        return not_applicable("Automated snapshots cannot be public")
    if snapshot.encrypted is True:
        return not_applicable("Encrypted snapshots cannot be public")
    restorers = known(Unknown("AWS did not return who may restore the snapshot")
                      if sharing.restorers is None else sharing.restorers)  # fmt: skip
    if "all" in restorers:
        return non_compliant("Everyone may restore the snapshot (attribute restore: all)")
    if restorers:
        return compliant(f"Accounts that may restore the snapshot: {len(restorers)}")
    return compliant("No other account may restore the snapshot")
