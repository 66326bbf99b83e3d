"""Checks of AWS Backup."""

from muster.facets.backup import RecoveryPoints
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted


@check(severity=Severity.MEDIUM, controls=("FSBP Backup.1",))
def backup_recovery_point_encrypted(points: RecoveryPoints) -> Verdict:
    """AWS Backup recovery points should be encrypted at rest.

    The check reports each vault once, because a vault may hold very many recovery points. Recovery points of EBS and
    some other services are encrypted only if their source is.

    Problem: vault has unencrypted recovery points
    Why: Anyone who gets access to the storage of an unencrypted backup can read it.
    Fix: Encrypt the source. Then copy the recovery point to a vault with a key, and delete the unencrypted one: `aws
      backup delete-recovery-point --backup-vault-name NAME --recovery-point-arn RECOVERY-POINT-ARN`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/backup-recovery-point-encrypted.html
    """
    if not points.count:
        return not_applicable("Vault has no recovery points")
    if points.unencrypted:
        reason = f"Recovery points that are not encrypted: {points.unencrypted} of {points.count}"
        return non_compliant(reason, recovery_point_arn=points.example)
    if points.unknown:
        known(Unknown(f"AWS did not return whether {counted(points.unknown, 'recovery point')} is encrypted"))
    return compliant(f"All recovery points are encrypted ({points.count})")
