"""EFS: file systems, their automatic backups, and access points."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class FileSystem(Parsed):
    """One file system of DescribeFileSystems.

    https://docs.aws.amazon.com/efs/latest/ug/API_FileSystemDescription.html
    """

    encrypted: bool | Unknown = read("Encrypted", kinds.flag, "whether the file system is encrypted")
    kms_key: str = read("KmsKeyId", kinds.text)


@facet
class BackupPolicy(Parsed):
    """Whether a file system has automatic backups: its status, None where it never had a policy.

    https://docs.aws.amazon.com/efs/latest/ug/API_BackupPolicy.html
    """

    status: str | Unknown | None = read(
        "BackupPolicy.Status", kinds.optional(kinds.one_of("ENABLED", "ENABLING", "DISABLED", "DISABLING"))
    )


@facet
class AccessPoint(Parsed):
    """One access point of DescribeAccessPoints; without a root directory it is that of the file system.

    https://docs.aws.amazon.com/efs/latest/ug/API_AccessPointDescription.html
    """

    path: str = read("RootDirectory.Path", kinds.defaulting("/", kinds.text))
    user: bool = read("PosixUser", kinds.present)
