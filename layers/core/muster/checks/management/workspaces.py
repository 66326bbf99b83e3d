"""Checks of WorkSpaces."""

from muster.facets.management.workspaces import Workspace
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, non_compliant


@check(severity=Severity.MEDIUM, controls=("FSBP WorkSpaces.1",))
def workspaces_user_volume_encryption_enabled(workspace: Workspace) -> Verdict:
    """User volumes of WorkSpaces should be encrypted.

    Problem: user volume is not encrypted
    Why: Without encryption, anyone who gets access to the storage or a backup of the volume can read the files of the
      user.
    Fix: The volumes of a WorkSpace cannot be encrypted later. Make a new WorkSpace, move the files to it, then delete
      the old one. `aws workspaces create-workspaces --workspaces
      DirectoryId=DIRECTORY-ID,UserName=USER-NAME,BundleId=BUNDLE-ID,VolumeEncryptionKey=KEY,UserVolumeEncryptionEnabled=true,RootVolumeEncryptionEnabled=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/workspaces-controls.html#workspaces-1
    """
    if workspace.user_volume_encrypted:
        return compliant("User volume is encrypted")
    return non_compliant("User volume is not encrypted")


@check(severity=Severity.MEDIUM, controls=("FSBP WorkSpaces.2",))
def workspaces_root_volume_encryption_enabled(workspace: Workspace) -> Verdict:
    """Root volumes of WorkSpaces should be encrypted.

    Problem: root volume is not encrypted
    Why: The root volume holds caches, logs and credentials of programs. Without encryption, anyone who gets access to
      the storage or a backup of the volume can read them.
    Fix: The volumes of a WorkSpace cannot be encrypted later. Make a new WorkSpace, move the files to it, then delete
      the old one. `aws workspaces create-workspaces --workspaces
      DirectoryId=DIRECTORY-ID,UserName=USER-NAME,BundleId=BUNDLE-ID,VolumeEncryptionKey=KEY,UserVolumeEncryptionEnabled=true,RootVolumeEncryptionEnabled=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/workspaces-controls.html#workspaces-2
    """
    if workspace.root_volume_encrypted:
        return compliant("Root volume is encrypted")
    return non_compliant("Root volume is not encrypted")
