"""Reading FSx: file systems.

What is being made or deleted, or could not be made, is left out.
"""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.management.fsx import FsxFileSystem
from muster.facets.tagging.tags import Tags
from muster.model.listing import Page, after, listed
from muster.model.readers import lists
from muster.model.shard import Shard

_FILE_SYSTEM = "AWS::FSx::FileSystem"
_PAGE = 100
_NOT_THERE = frozenset({"CREATING", "DELETING", "FAILED"})


@lists(
    _FILE_SYSTEM, permission="fsx:DescribeFileSystems", facets=(FsxFileSystem, Tags), page=_PAGE,
    arn="fsx:{region}:{account}:file-system/{id}", on="arn:{partition}:fsx:*:*:file-system/*",
)  # fmt: skip
def file_systems(fsx: Any, shard: Shard, token: str | None) -> Page:
    """List the file systems of a region, 100 a page.

    https://docs.aws.amazon.com/fsx/latest/APIReference/API_DescribeFileSystems.html
    """
    answer = fsx.describe_file_systems(MaxResults=_PAGE, **after(token))
    items = (
        listed(
            shard.resource(_FILE_SYSTEM, str(item["FileSystemId"]), str(item["ResourceARN"]), Tags.parse(item).own),
            item, (FsxFileSystem, Tags),
        )
        for item in typing.cast("list[Mapping[str, Any]]", answer.get("FileSystems", ()))
        if item.get("Lifecycle") not in _NOT_THERE
    )  # fmt: skip
    return Page(items, answer.get("NextToken"))
