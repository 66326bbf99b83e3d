"""Reading the access points of S3: names with rules of their own, by which buckets are reached."""

import typing

from muster.facets.s3.access_points import AccessPoint
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Listed, Page, after
from muster.model.readers import describes, lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_s3control import S3ControlClient

ACCESS_POINT = "AWS::S3::AccessPoint"

_POINTS = "arn:{partition}:s3:*:*:accesspoint/*"
_PAGE = 1000


@lists(ACCESS_POINT, client="s3control", permission="s3:ListAccessPoints", page=_PAGE)
def access_points(s3control: "S3ControlClient", shard: Shard, token: str | None) -> Page:
    """List the access points of a region, 1000 a page: those of buckets, not of file systems or directory buckets.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_ListAccessPoints.html
    """
    answer = s3control.list_access_points(AccountId=shard.account_id, MaxResults=_PAGE, **after(token))
    items = (
        Listed(
            Resource(
                ACCESS_POINT,
                item["Name"],
                shard.account_id,
                shard.region,
                shard.partition,
                item.get("AccessPointArn")
                or f"arn:{shard.partition}:s3:{shard.region}:{shard.account_id}:accesspoint/{item['Name']}",
            )
        )
        for item in answer.get("AccessPointList") or ()
    )
    return Page(items, answer.get("NextToken"))


@describes(ACCESS_POINT, client="s3control", permission="s3:GetAccessPoint")
def access_point(s3control: "S3ControlClient", point: Resource) -> AccessPoint:
    """Read the access point's own public-access block, and from where it answers."""
    return AccessPoint.parse(s3control.get_access_point(AccountId=point.account_id, Name=point.id))


@describes(ACCESS_POINT, client="s3control", permission="s3:ListTagsForResource", on=_POINTS)
def tags(s3control: "S3ControlClient", point: Resource) -> Tags:
    """Read the tags."""
    return Tags.parse(s3control.list_tags_for_resource(AccountId=point.account_id, ResourceArn=point.arn or ""))
