"""Checks of FSx: copied tags, and deployments in several Availability Zones."""

from muster.facets.management.fsx import FsxFileSystem
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.LOW, controls=("FSBP FSx.1",))
def fsx_openzfs_copy_tags_enabled(file_system: FsxFileSystem) -> Verdict:
    """FSx file systems of type OpenZFS should copy their tags to backups and volumes.

    Problem: tags are not copied
    Why: Backups and volumes without tags cannot be assigned to an owner or a project.
    Fix: `aws fsx update-file-system --file-system-id ID --open-zfs-configuration
      CopyTagsToBackups=true,CopyTagsToVolumes=true`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/fsx-openzfs-copy-tags-enabled.html
    """
    if other := _other(file_system, "OPENZFS"):
        return other
    copied = {"backups": file_system.openzfs_tags_to_backups, "volumes": file_system.openzfs_tags_to_volumes}
    if missing := [name for name, value in copied.items() if value is False]:
        return non_compliant(f"Tags are not copied to {' and '.join(missing)}")
    for value in copied.values():
        known(value)
    return compliant("Tags are copied to backups and volumes")


@check(severity=Severity.LOW, controls=("FSBP FSx.2",))
def fsx_lustre_copy_tags_to_backups(file_system: FsxFileSystem) -> Verdict:
    """FSx file systems of type Lustre should copy their tags to backups.

    The check applies to persistent file systems. Scratch file systems have no backups.

    Problem: tags are not copied to backups
    Why: Backups without tags cannot be assigned to an owner or a project.
    Fix: The setting cannot be changed. Restore a backup as a new file system with it, and delete the old one. `aws
      fsx create-file-system-from-backup --backup-id BACKUP-ID --subnet-ids SUBNET-ID --lustre-configuration
      DeploymentType=PERSISTENT_2,CopyTagsToBackups=true` `aws fsx delete-file-system --file-system-id ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/fsx-lustre-copy-tags-to-backups.html
    """
    if other := _other(file_system, "LUSTRE"):
        return other
    if known(file_system.lustre_deployment).startswith("SCRATCH"):
        return not_applicable(f"Deployment type {file_system.lustre_deployment} has no backups")
    if known(file_system.lustre_tags_to_backups):
        return compliant("Tags are copied to backups")
    return non_compliant("Tags are not copied to backups")


@check(severity=Severity.MEDIUM, controls=("FSBP FSx.3",))
def fsx_openzfs_multi_az_enabled(file_system: FsxFileSystem) -> Verdict:
    """FSx file systems of type OpenZFS should be in several Availability Zones.

    Problem: file system is in one zone
    Why: An outage of the zone makes the files unavailable.
    Fix: The deployment type cannot be changed. Restore a backup as a new file system, and delete the old one. `aws
      fsx create-file-system-from-backup --backup-id BACKUP-ID --subnet-ids SUBNET-ID OTHER-SUBNET-ID
      --open-zfs-configuration DeploymentType=MULTI_AZ_1,ThroughputCapacity=THROUGHPUT,PreferredSubnetId=SUBNET-ID`
      `aws fsx delete-file-system --file-system-id ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/fsx-openzfs-deployment-type-check.html
    """
    return _other(file_system, "OPENZFS") or _zones(file_system.openzfs_deployment)


@check(severity=Severity.MEDIUM, controls=("FSBP FSx.4",))
def fsx_ontap_multi_az_enabled(file_system: FsxFileSystem) -> Verdict:
    """FSx file systems of type ONTAP should be in several Availability Zones.

    Problem: file system is in one zone
    Why: An outage of the zone makes the files unavailable.
    Fix: The deployment type cannot be changed. Create a new file system, copy the volumes with SnapMirror, and
      delete the old one. `aws fsx create-file-system --file-system-type ONTAP --storage-capacity STORAGE
      --subnet-ids SUBNET-ID OTHER-SUBNET-ID --ontap-configuration
      DeploymentType=MULTI_AZ_2,HAPairs=1,PreferredSubnetId=SUBNET-ID` `aws fsx delete-file-system --file-system-id
      ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/fsx-ontap-deployment-type-check.html
    """
    return _other(file_system, "ONTAP") or _zones(file_system.ontap_deployment)


@check(severity=Severity.MEDIUM, controls=("FSBP FSx.5",))
def fsx_windows_multi_az_enabled(file_system: FsxFileSystem) -> Verdict:
    """FSx file systems of type Windows File Server should be in several Availability Zones.

    Problem: file system is in one zone
    Why: An outage of the zone makes the files unavailable.
    Fix: The deployment type cannot be changed. Restore a backup as a new file system, and delete the old one. `aws
      fsx create-file-system-from-backup --backup-id BACKUP-ID --subnet-ids SUBNET-ID OTHER-SUBNET-ID
      --windows-configuration DeploymentType=MULTI_AZ_1,ThroughputCapacity=THROUGHPUT,PreferredSubnetId=SUBNET-ID`
      `aws fsx delete-file-system --file-system-id ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/fsx-windows-deployment-type-check.html
    """
    return _other(file_system, "WINDOWS") or _zones(file_system.windows_deployment)


def _other(file_system: FsxFileSystem, kind: str) -> Verdict | None:
    """Return that a file system of another type is not judged."""
    found = known(file_system.kind)
    return None if found == kind else not_applicable(f"Type of the file system is {found}")


def _zones(deployment: str | Unknown) -> Verdict:
    found = known(deployment)
    if found.startswith("MULTI_AZ"):
        return compliant(f"Deployment type is {found}")
    return non_compliant(f"Deployment type is {found}: the file system is in one Availability Zone")
