"""WorkSpaces: virtual desktops."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read


@facet
class Workspace(Parsed):
    """Which volumes of a WorkSpace of DescribeWorkspaces are encrypted; AWS leaves out what is not.

    https://docs.aws.amazon.com/workspaces/latest/api/API_Workspace.html
    https://docs.aws.amazon.com/code-library/latest/ug/workspaces_example_workspaces_DescribeWorkspaces_section.html
    """

    user_volume_encrypted: bool = read("UserVolumeEncryptionEnabled", kinds.is_true)
    root_volume_encrypted: bool = read("RootVolumeEncryptionEnabled", kinds.is_true)
