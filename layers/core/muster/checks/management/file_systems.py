"""Checks of EFS: encryption, backups, access points."""

from muster.facets.backup import ProtectedResources
from muster.facets.management.file_systems import AccessPoint, BackupPolicy, FileSystem
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, known, non_compliant


@check(severity=Severity.MEDIUM, controls=("FSBP EFS.1", "FSBP EFS.8"))
def efs_encrypted_check(file_system: FileSystem) -> Verdict:
    """EFS file systems should be encrypted at rest.

    Any KMS key counts. The encryption of a file system cannot be changed.

    Problem: file system is not encrypted
    Why: Without encryption, anyone who gets access to the storage or a copy of it can read the files.
    Fix: Create an encrypted file system, and copy the files with AWS DataSync: `aws efs create-file-system --encrypted
      --tags Key=Name,Value=NEW-NAME`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/efs-encrypted-check.html
    """
    if known(file_system.encrypted):
        return compliant(f"File system is encrypted with {file_system.kms_key or 'a KMS key'}")
    return non_compliant("File system is not encrypted")


@check(severity=Severity.MEDIUM, controls=("FSBP EFS.2",))
def efs_in_backup_plan(file_system: FileSystem, protected: ProtectedResources, resource: Resource) -> Verdict:  # noqa: ARG001 - it names the type
    """EFS file systems should be backed up by AWS Backup.

    A file system passes if AWS Backup has backed it up at least once.

    Problem: file system has no backup
    Why: Without a backup, deleted or overwritten files cannot be restored.
    Fix: `aws efs put-backup-policy --file-system-id ID --backup-policy Status=ENABLED`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/efs-in-backup-plan.html
    """
    if (resource.arn or "") not in protected.times:
        return non_compliant("AWS Backup has never backed up the file system")
    last = protected.last_backup(resource.arn or "")
    return compliant(f"AWS Backup last backed up the file system on {last:%Y-%m-%d}")


@check(severity=Severity.MEDIUM, controls=("FSBP EFS.7",))
def efs_automatic_backups_enabled(policy: BackupPolicy) -> Verdict:
    """EFS file systems should have automatic backups enabled.

    Problem: automatic backups are off
    Why: Without automatic backups, files that are deleted by mistake or by an attacker are lost, unless a backup plan
      covers the file system.
    Fix: `aws efs put-backup-policy --file-system-id ID --backup-policy Status=ENABLED`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/efs-automatic-backups-enabled.html
    """
    if policy.status is None:
        return non_compliant("Automatic backups were never enabled")
    status = known(policy.status)
    if status in ("ENABLED", "ENABLING"):
        return compliant(f"Automatic backups: {status}")
    return non_compliant(f"Automatic backups: {status}")


@check(severity=Severity.MEDIUM, controls=("FSBP EFS.3",))
def efs_access_point_enforce_root_directory(point: AccessPoint) -> Verdict:
    """EFS access points should enforce a root directory.

    An access point cannot be changed.

    Problem: access point shows the whole file system
    Why: A client of the access point sees every file, not only those of its application.
    Fix: `aws efs create-access-point --file-system-id FILE-SYSTEM-ID --root-directory Path=DIRECTORY` Then mount the
      new one, and delete the old one: `aws efs delete-access-point --access-point-id ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/efs-access-point-enforce-root-directory.html
    """
    if point.path == "/":
        return non_compliant("Root directory is /, the whole file system")
    return compliant(f"Root directory is {point.path}")


@check(severity=Severity.MEDIUM, controls=("FSBP EFS.4",))
def efs_access_point_enforce_user_identity(point: AccessPoint) -> Verdict:
    """EFS access points should enforce a user identity.

    An access point cannot be changed.

    Problem: access point enforces no user
    Why: A client chooses its own user and group, even root, and can read and change the files of all others.
    Fix: `aws efs create-access-point --file-system-id FILE-SYSTEM-ID --posix-user Uid=USER-ID,Gid=GROUP-ID` Then mount
      the new one, and delete the old one: `aws efs delete-access-point --access-point-id ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/efs-access-point-enforce-user-identity.html
    """
    if point.user:
        return compliant("Access point enforces a POSIX user")
    return non_compliant("Access point enforces no POSIX user")
