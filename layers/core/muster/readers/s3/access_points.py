"""Reading the access points of S3: names with rules of their own, by which buckets are reached."""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.s3.access_points import AccessPoint
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_s3control import S3ControlClient

ACCESS_POINT = "AWS::S3::AccessPoint"


@lists(
    ACCESS_POINT, client="s3control", permission="s3:ListAccessPoints", page=1000,
    arn="s3:{region}:{account}:accesspoint/{id}", gone=("NoSuchAccessPoint",),
)  # fmt: skip
def access_points(s3control: "S3ControlClient", shard: Shard, token: str | None) -> Page:
    """List the access points of a region, 1000 a page: those of buckets, not of file systems or directory buckets.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_ListAccessPoints.html
    """
    answer = s3control.list_access_points(AccountId=shard.account_id, MaxResults=1000, **after(token))
    return Page((_listed(item, shard) for item in answer.get("AccessPointList") or ()), answer.get("NextToken"))


access_point = reads(
    ACCESS_POINT, AccessPoint, "s3:GetAccessPoint",
    lambda s3control, point: s3control.get_access_point(AccountId=point.account_id, Name=point.id),
    client="s3control",
)  # fmt: skip
"""The access point's own public-access block, and from where it answers."""

tags = reads(
    ACCESS_POINT, Tags, "s3:ListTagsForResource",
    lambda s3control, point: s3control.list_tags_for_resource(AccountId=point.account_id, ResourceArn=point.arn),
    client="s3control", on="arn:{partition}:s3:*:*:accesspoint/*",
)  # fmt: skip


def _listed(item: Mapping[str, Any], shard: Shard) -> Listed:
    name = item["Name"]
    return Listed(
        shard.resource(ACCESS_POINT, name, item.get("AccessPointArn") or shard.arn("s3", f"accesspoint/{name}"))
    )
