"""Reading EFS: file systems, their backup policies, and access points.

What is being made or deleted, or could not be made, is left out.
"""

import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from muster.facets.management.file_systems import AccessPoint, BackupPolicy, FileSystem
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_efs import EFSClient

_FILE_SYSTEM = "AWS::EFS::FileSystem"
ACCESS_POINT = "AWS::EFS::AccessPoint"
_LIVE = ("available", "updating")


@lists(
    _FILE_SYSTEM, client="efs", permission="elasticfilesystem:DescribeFileSystems", facets=(FileSystem, Tags), page=100,
    on="arn:{partition}:elasticfilesystem:*:*:file-system/*",
    arn="elasticfilesystem:{region}:{account}:file-system/{id}", gone=("FileSystemNotFound",),
)  # fmt: skip
def file_systems(efs: "EFSClient", shard: Shard, token: str | None) -> Page:
    """List the file systems of a region, 100 a page.

    https://docs.aws.amazon.com/efs/latest/ug/API_DescribeFileSystems.html
    """
    answer = efs.describe_file_systems(MaxItems=100, **after(token, "Marker"))
    items = _items(shard, _FILE_SYSTEM, "FileSystem", answer.get("FileSystems", ()), FileSystem)
    return Page(items, answer.get("NextMarker"))


@lists(
    ACCESS_POINT, client="efs", permission="elasticfilesystem:DescribeAccessPoints", facets=(AccessPoint, Tags),
    page=1000, arn="elasticfilesystem:{region}:{account}:access-point/{id}", gone=("AccessPointNotFound",),
)  # fmt: skip
def access_points(efs: "EFSClient", shard: Shard, token: str | None) -> Page:
    """List the access points of all file systems of a region, 1000 a page.

    https://docs.aws.amazon.com/efs/latest/ug/API_DescribeAccessPoints.html
    """
    answer = efs.describe_access_points(MaxResults=1000, **after(token))
    items = _items(shard, ACCESS_POINT, "AccessPoint", answer.get("AccessPoints", ()), AccessPoint)
    return Page(items, answer.get("NextToken"))


backup_policy = reads(
    _FILE_SYSTEM, BackupPolicy, "elasticfilesystem:DescribeBackupPolicy",
    lambda efs, one: efs.describe_backup_policy(FileSystemId=one.id), client="efs", absent=("PolicyNotFound",),
)  # fmt: skip
"""Whether AWS Backup saves a file system automatically."""


def _items(shard: Shard, kind: str, prefix: str, items: Sequence[Mapping[str, Any]], facet: type) -> Iterator[Listed]:
    for item in items:
        if item.get("LifeCycleState") in _LIVE:
            name, arn = str(item[f"{prefix}Id"]), str(item[f"{prefix}Arn"])
            yield listed(shard.resource(kind, name, arn, Tags.parse(item).own), item, (facet, Tags))
