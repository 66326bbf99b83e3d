"""Reading S3 Express One Zone: the directory buckets of a region, by the regional endpoint.

The calls are S3's and S3 Control's; the permissions have a prefix of their own. None of them needs a session.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-security-iam.html
"""

import typing

from muster.facets.s3.directory_buckets import DirectoryBucketLifecycle, DirectoryBuckets
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION
from muster.model.listing import Listed, Page
from muster.model.paging import Pages
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_s3control import S3ControlClient

_BUCKET = "AWS::S3Express::DirectoryBucket"
_LIST = "s3express:ListAllMyDirectoryBuckets"
_ARNS = "arn:{partition}:s3express:*:*:bucket/*"

directory_buckets = reads(
    REGION, DirectoryBuckets, _LIST,
    lambda s3, _region: all_pages(s3, "list_directory_buckets", "Buckets", page=1000),
    client="s3", service="s3control", operation="ListDirectoryBuckets", page=Pages(_BUCKET, 1000),
)  # fmt: skip
"""The directory buckets of a region; ListBuckets, which the shard of S3 calls, has none of them.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListDirectoryBuckets.html
"""


@lists(
    _BUCKET, client="s3control", permission=_LIST, operation="s3:ListDirectoryBuckets", of=DirectoryBuckets, on=_ARNS,
    arn="s3express:{region}:{account}:bucket/{id}", gone=("NoSuchBucket",),
)  # fmt: skip
def listed_directory_buckets(
    _s3control: "S3ControlClient", shard: Shard, _token: str | None, buckets: DirectoryBuckets
) -> Page:
    """List the directory buckets of a region out of what was read of them all."""
    return Page(
        Listed(shard.resource(_BUCKET, each.name, each.arn or shard.arn("s3express", f"bucket/{each.name}")))
        for each in buckets.items
    )


lifecycle = reads(
    _BUCKET, DirectoryBucketLifecycle, "s3express:GetLifecycleConfiguration",
    lambda s3, bucket: s3.get_bucket_lifecycle_configuration(Bucket=bucket.id),
    client="s3", operation="GetBucketLifecycleConfiguration", absent=("NoSuchLifecycleConfiguration",),
)  # fmt: skip

tags = reads(
    _BUCKET, Tags, "s3express:ListTagsForResource",
    lambda s3control, bucket: s3control.list_tags_for_resource(AccountId=bucket.account_id, ResourceArn=bucket.arn),
    client="s3control", on=_ARNS,
)  # fmt: skip
