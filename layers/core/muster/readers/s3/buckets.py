"""Reading S3: buckets, what each is configured to do, and the account's own settings."""

import typing
from typing import Any

from muster.facets.s3.buckets import (
    AccountPublicAccessBlock,
    BucketAcl,
    BucketEncryption,
    BucketLogging,
    BucketMetrics,
    BucketOwnershipControls,
    BucketPolicy,
    BucketPolicyStatus,
    BucketPublicAccessBlock,
    BucketVersioning,
)
from muster.facets.s3.lifecycle import BucketLifecycle
from muster.facets.s3.notifications import BucketNotifications
from muster.facets.s3.resilience import BucketObjectLock, BucketReplication
from muster.facets.tagging.tags import Tags
from muster.model.finding import ACCOUNT, Resource, Unavailable
from muster.model.listing import Listed, Page, after, prefixed
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "AWS::S3::Bucket"

_OLD_NAMES = {"": "us-east-1", "EU": "eu-west-1"}
"""The answers of GetBucketLocation for the two oldest regions.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
"""


@lists(
    BUCKET, permission="s3:ListAllMyBuckets", operation="ListBuckets", also=("s3:GetBucketLocation",), page=1000,
    on="arn:{partition}:s3:::*", once_per_account=True,
    arn="s3:::{id}", only=prefixed("Prefix"), gone=("NoSuchBucket",),
)  # fmt: skip
def buckets(s3: "S3Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the account's buckets, 1000 a page, each with its region.

    Without a page size the call is refused in accounts with a quota over 10,000, and BucketRegion is left out.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
    """
    answer = s3.list_buckets(MaxBuckets=1000, **after(token, "ContinuationToken"), **only)
    items = (_listed(s3, shard, str(item["Name"]), item.get("BucketRegion")) for item in answer.get("Buckets", ()))
    return Page(items, answer.get("ContinuationToken"))


versioning = reads(
    BUCKET, BucketVersioning, "s3:GetBucketVersioning", lambda s3, bucket: s3.get_bucket_versioning(Bucket=bucket.id)
)

encryption = reads(
    BUCKET, BucketEncryption, "s3:GetEncryptionConfiguration",
    lambda s3, bucket: s3.get_bucket_encryption(Bucket=bucket.id),
    operation="GetBucketEncryption", absent=("ServerSideEncryptionConfigurationNotFoundError",),
)  # fmt: skip

lifecycle = reads(
    BUCKET, BucketLifecycle, "s3:GetLifecycleConfiguration",
    lambda s3, bucket: s3.get_bucket_lifecycle_configuration(Bucket=bucket.id),
    operation="GetBucketLifecycleConfiguration", absent=("NoSuchLifecycleConfiguration",),
)  # fmt: skip

public_access_block = reads(
    BUCKET, BucketPublicAccessBlock, "s3:GetBucketPublicAccessBlock",
    lambda s3, bucket: s3.get_public_access_block(Bucket=bucket.id),
    operation="GetPublicAccessBlock", absent=("NoSuchPublicAccessBlockConfiguration",),
)  # fmt: skip
"""The bucket's own public-access block."""

account_public_access_block = reads(
    ACCOUNT, AccountPublicAccessBlock, "s3:GetAccountPublicAccessBlock",
    lambda s3control, account: s3control.get_public_access_block(AccountId=account.account_id),
    client="s3control", service="s3", operation="GetPublicAccessBlock",
    absent=("NoSuchPublicAccessBlockConfiguration",),
)  # fmt: skip

policy_status = reads(
    BUCKET, BucketPolicyStatus, "s3:GetBucketPolicyStatus",
    lambda s3, bucket: s3.get_bucket_policy_status(Bucket=bucket.id),
    absent=("NoSuchBucketPolicy",),
)  # fmt: skip
"""Whether S3 calls the policy public."""

acl = reads(BUCKET, BucketAcl, "s3:GetBucketAcl", lambda s3, bucket: s3.get_bucket_acl(Bucket=bucket.id))

policy = reads(
    BUCKET, BucketPolicy, "s3:GetBucketPolicy",
    lambda s3, bucket: s3.get_bucket_policy(Bucket=bucket.id),
    absent=("NoSuchBucketPolicy",),
)  # fmt: skip

ownership_controls = reads(
    BUCKET, BucketOwnershipControls, "s3:GetBucketOwnershipControls",
    lambda s3, bucket: s3.get_bucket_ownership_controls(Bucket=bucket.id),
    absent=("OwnershipControlsNotFoundError",),
)  # fmt: skip
"""The owner of objects that other accounts write."""

logging = reads(
    BUCKET, BucketLogging, "s3:GetBucketLogging", lambda s3, bucket: s3.get_bucket_logging(Bucket=bucket.id)
)

object_lock = reads(
    BUCKET, BucketObjectLock, "s3:GetBucketObjectLockConfiguration",
    lambda s3, bucket: s3.get_object_lock_configuration(Bucket=bucket.id),
    operation="GetObjectLockConfiguration", absent=("ObjectLockConfigurationNotFoundError",),
)  # fmt: skip

replication = reads(
    BUCKET, BucketReplication, "s3:GetReplicationConfiguration",
    lambda s3, bucket: s3.get_bucket_replication(Bucket=bucket.id),
    operation="GetBucketReplication", absent=("ReplicationConfigurationNotFoundError",),
)  # fmt: skip

notifications = reads(
    BUCKET, BucketNotifications, "s3:GetBucketNotification",
    lambda s3, bucket: s3.get_bucket_notification_configuration(Bucket=bucket.id),
    operation="GetBucketNotificationConfiguration",
)  # fmt: skip
"""The topics, queues and functions that the bucket notifies."""

tags = reads(
    BUCKET, Tags, "s3:GetBucketTagging",
    lambda s3, bucket: s3.get_bucket_tagging(Bucket=bucket.id),
    absent=("NoSuchTagSet",),
)  # fmt: skip


@describes(BUCKET, permission="s3:GetMetricsConfiguration", operation="ListBucketMetricsConfigurations")
def metrics(s3: "S3Client", bucket: Resource) -> BucketMetrics:
    """Read all request-metrics configurations; boto3 has no paginator for them."""
    configurations: list[Any] = []
    token: str | None = None
    while True:
        page = s3.list_bucket_metrics_configurations(Bucket=bucket.id, **after(token, "ContinuationToken"))
        configurations.extend(page.get("MetricsConfigurationList", ()))
        token = page.get("NextContinuationToken")
        if not token:
            return BucketMetrics.parse({"MetricsConfigurationList": configurations})


def region_of(s3: "S3Client", name: str) -> str:
    """Return the region of a bucket."""
    constraint = s3.get_bucket_location(Bucket=name).get("LocationConstraint") or ""
    return _OLD_NAMES.get(constraint, constraint)


def _listed(s3: "S3Client", shard: Shard, name: str, region: str | None) -> Listed:
    arn = f"arn:{shard.partition}:s3:::{name}"
    gap = None
    if not region:
        region, gap = _located(s3, shard, name)
    return Listed(Resource(BUCKET, name, shard.account_id, region, shard.partition, arn), unavailable=gap)


def _located(s3: "S3Client", shard: Shard, name: str) -> tuple[str, Unavailable | None]:
    """Return a bucket's region where the listing has none, or why it could not be read."""
    from muster.sdk.failures import Failure, read  # noqa: PLC0415 - the catalogue loads without the SDK

    region = read(lambda: region_of(s3, name), ("s3:GetBucketLocation",), BUCKET)
    return (shard.region, region.unavailable) if isinstance(region, Failure) else (region, None)
