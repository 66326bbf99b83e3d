"""FSx: file systems of its four types."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class FsxFileSystem(Parsed):
    """One file system of DescribeFileSystems; each type has a configuration of its own, and no other.

    https://docs.aws.amazon.com/fsx/latest/APIReference/API_FileSystem.html
    """

    kind: str | Unknown = read("FileSystemType", kinds.one_of("WINDOWS", "LUSTRE", "ONTAP", "OPENZFS"))
    lustre_deployment: str | Unknown = read(
        "LustreConfiguration.DeploymentType", kinds.one_of("SCRATCH_1", "SCRATCH_2", "PERSISTENT_1", "PERSISTENT_2")
    )
    lustre_tags_to_backups: bool | Unknown = read("LustreConfiguration.CopyTagsToBackups", kinds.flag)
    ontap_deployment: str | Unknown = read(
        "OntapConfiguration.DeploymentType", kinds.one_of("MULTI_AZ_1", "MULTI_AZ_2", "SINGLE_AZ_1", "SINGLE_AZ_2")
    )
    openzfs_deployment: str | Unknown = read(
        "OpenZFSConfiguration.DeploymentType",
        kinds.one_of("MULTI_AZ_1", "SINGLE_AZ_1", "SINGLE_AZ_2", "SINGLE_AZ_HA_1", "SINGLE_AZ_HA_2"),
    )
    openzfs_tags_to_backups: bool | Unknown = read("OpenZFSConfiguration.CopyTagsToBackups", kinds.flag)
    openzfs_tags_to_volumes: bool | Unknown = read("OpenZFSConfiguration.CopyTagsToVolumes", kinds.flag)
    windows_deployment: str | Unknown = read(
        "WindowsConfiguration.DeploymentType", kinds.one_of("MULTI_AZ_1", "SINGLE_AZ_1", "SINGLE_AZ_2")
    )
