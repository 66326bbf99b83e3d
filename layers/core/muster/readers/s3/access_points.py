"""Reading the access points of S3: names with rules of their own, by which buckets are reached."""

import typing
from collections.abc import Callable, Mapping
from typing import Any

from muster.facets.s3.access_points import AccessPoint, MultiRegionAccessPoint, MultiRegionAccessPoints
from muster.facets.tagging.tags import Tags
from muster.model.finding import ACCOUNT, Resource
from muster.model.listing import Listed, Page, after
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_s3control import S3ControlClient

ACCESS_POINT = "AWS::S3::AccessPoint"
_MULTI_REGION = "AWS::S3::MultiRegionAccessPoint"
_THEIR_REGION = "us-west-2"
"""Where AWS answers for Multi-Region Access Points, which only the partition `aws` has.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiRegionAccessPointRestrictions.html
"""


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


@describes(
    ACCOUNT, client="s3control", service="s3", permission="s3:ListMultiRegionAccessPoints", elsewhere=True,
)  # fmt: skip
def of_several_regions(
    _s3control: "S3ControlClient", account: Resource, *, clients: Callable[[str, str], Any]
) -> MultiRegionAccessPoints:
    """Read the Multi-Region Access Points of the account, 100 a page; boto3 has no paginator for them.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_ListMultiRegionAccessPoints.html
    """
    if account.partition != "aws":
        return MultiRegionAccessPoints(())
    client = clients("s3control", _THEIR_REGION)
    found: list[Any] = []
    token: str | None = None
    while True:
        page = client.list_multi_region_access_points(AccountId=account.account_id, **after(token))
        found += page.get("AccessPoints") or ()
        token = page.get("NextToken")
        if not token:
            return MultiRegionAccessPoints.parse({"AccessPoints": found})


@lists(
    _MULTI_REGION, client="s3", permission="s3:ListMultiRegionAccessPoints", facets=(MultiRegionAccessPoint,),
    of=MultiRegionAccessPoints, once_per_account=True, operation="s3control:ListMultiRegionAccessPoints",
    arn="s3::{account}:accesspoint/{id}",
)  # fmt: skip
def multi_region_access_points(_s3: Any, shard: Shard, _token: str | None, points: MultiRegionAccessPoints) -> Page:
    """List the Multi-Region Access Points of the account; their ARNs hold the alias, not the name."""
    prefix = f"arn:{shard.partition}:s3::{shard.account_id}:accesspoint"
    return Page(
        Listed(
            shard.resource(_MULTI_REGION, each.alias, f"{prefix}/{each.alias}"), {MultiRegionAccessPoint: each.facet}
        )
        for each in points.all
    )


def _listed(item: Mapping[str, Any], shard: Shard) -> Listed:
    name = item["Name"]
    return Listed(
        shard.resource(ACCESS_POINT, name, item.get("AccessPointArn") or shard.arn("s3", f"accesspoint/{name}"))
    )
