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
from muster.facets.s3.resilience import BucketObjectLock, BucketReplication
from muster.facets.tagging.tags import Tags
from muster.model.finding import ACCOUNT, Resource, Unavailable
from muster.model.listing import Listed, Page, after
from muster.model.readers import describes, lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3control import S3ControlClient

BUCKET = "AWS::S3::Bucket"

_OLD_NAMES = {"": "us-east-1", "EU": "eu-west-1"}
"""What GetBucketLocation says of the two oldest regions.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
"""


@lists(
    BUCKET,
    client="s3",
    permission="s3:ListAllMyBuckets",
    operation="ListBuckets",
    also=("s3:GetBucketLocation",),
    page=1000,
    once_per_account=True,
)
def buckets(s3: "S3Client", shard: Shard, token: str | None) -> Page:
    """List the account's buckets, 1000 a page, each with its region.

    Without a page size the call is refused in accounts with a quota over 10,000, and BucketRegion is left out.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
    """
    answer = s3.list_buckets(MaxBuckets=1000, **after(token, "ContinuationToken"))
    items = (_listed(s3, shard, str(item["Name"]), item.get("BucketRegion")) for item in answer.get("Buckets", ()))
    return Page(items, answer.get("ContinuationToken"))


@describes(BUCKET, client="s3", permission="s3:GetBucketVersioning")
def versioning(s3: "S3Client", bucket: Resource) -> BucketVersioning:
    """Read whether the bucket keeps versions."""
    return BucketVersioning.parse(s3.get_bucket_versioning(Bucket=bucket.id))


@describes(
    BUCKET,
    client="s3",
    permission="s3:GetEncryptionConfiguration",
    operation="GetBucketEncryption",
    absent=("ServerSideEncryptionConfigurationNotFoundError",),
)
def encryption(s3: "S3Client", bucket: Resource) -> BucketEncryption:
    """Read the default encryption."""
    return BucketEncryption.parse(s3.get_bucket_encryption(Bucket=bucket.id))


@describes(
    BUCKET,
    client="s3",
    permission="s3:GetLifecycleConfiguration",
    operation="GetBucketLifecycleConfiguration",
    absent=("NoSuchLifecycleConfiguration",),
)
def lifecycle(s3: "S3Client", bucket: Resource) -> BucketLifecycle:
    """Read the lifecycle rules."""
    return BucketLifecycle.parse(s3.get_bucket_lifecycle_configuration(Bucket=bucket.id))


@describes(
    BUCKET,
    client="s3",
    permission="s3:GetBucketPublicAccessBlock",
    operation="GetPublicAccessBlock",
    absent=("NoSuchPublicAccessBlockConfiguration",),
)
def public_access_block(s3: "S3Client", bucket: Resource) -> BucketPublicAccessBlock:
    """Read the bucket's own public-access block."""
    return BucketPublicAccessBlock.parse(s3.get_public_access_block(Bucket=bucket.id))


@describes(
    ACCOUNT,
    client="s3control",
    service="s3",
    permission="s3:GetAccountPublicAccessBlock",
    operation="GetPublicAccessBlock",
    absent=("NoSuchPublicAccessBlockConfiguration",),
)
def account_public_access_block(s3control: "S3ControlClient", account: Resource) -> AccountPublicAccessBlock:
    """Read the account's public-access block."""
    return AccountPublicAccessBlock.parse(s3control.get_public_access_block(AccountId=account.account_id))


@describes(BUCKET, client="s3", permission="s3:GetBucketPolicyStatus", absent=("NoSuchBucketPolicy",))
def policy_status(s3: "S3Client", bucket: Resource) -> BucketPolicyStatus:
    """Read whether S3 calls the policy public."""
    return BucketPolicyStatus.parse(s3.get_bucket_policy_status(Bucket=bucket.id))


@describes(BUCKET, client="s3", permission="s3:GetBucketAcl")
def acl(s3: "S3Client", bucket: Resource) -> BucketAcl:
    """Read the access control list."""
    return BucketAcl.parse(s3.get_bucket_acl(Bucket=bucket.id))


@describes(BUCKET, client="s3", permission="s3:GetBucketPolicy", absent=("NoSuchBucketPolicy",))
def policy(s3: "S3Client", bucket: Resource) -> BucketPolicy:
    """Read the bucket's policy."""
    return BucketPolicy.parse(s3.get_bucket_policy(Bucket=bucket.id))


@describes(BUCKET, client="s3", permission="s3:GetBucketOwnershipControls", absent=("OwnershipControlsNotFoundError",))
def ownership_controls(s3: "S3Client", bucket: Resource) -> BucketOwnershipControls:
    """Read who owns objects that others write."""
    return BucketOwnershipControls.parse(s3.get_bucket_ownership_controls(Bucket=bucket.id))


@describes(BUCKET, client="s3", permission="s3:GetBucketLogging")
def logging(s3: "S3Client", bucket: Resource) -> BucketLogging:
    """Read where access logs go."""
    return BucketLogging.parse(s3.get_bucket_logging(Bucket=bucket.id))


@describes(
    BUCKET,
    client="s3",
    permission="s3:GetBucketObjectLockConfiguration",
    operation="GetObjectLockConfiguration",
    absent=("ObjectLockConfigurationNotFoundError",),
)
def object_lock(s3: "S3Client", bucket: Resource) -> BucketObjectLock:
    """Read whether objects are locked, and for how long by default."""
    return BucketObjectLock.parse(s3.get_object_lock_configuration(Bucket=bucket.id))


@describes(
    BUCKET,
    client="s3",
    permission="s3:GetReplicationConfiguration",
    operation="GetBucketReplication",
    absent=("ReplicationConfigurationNotFoundError",),
)
def replication(s3: "S3Client", bucket: Resource) -> BucketReplication:
    """Read where objects are copied to."""
    return BucketReplication.parse(s3.get_bucket_replication(Bucket=bucket.id))


@describes(BUCKET, client="s3", permission="s3:GetMetricsConfiguration", operation="ListBucketMetricsConfigurations")
def metrics(s3: "S3Client", bucket: Resource) -> BucketMetrics:
    """Read all request-metrics configurations; boto3 has no paginator for them."""
    found: list[Any] = []
    token: dict[str, str] = {}
    while True:
        page = s3.list_bucket_metrics_configurations(Bucket=bucket.id, **token)
        found.extend(page.get("MetricsConfigurationList", ()))
        if not page.get("NextContinuationToken"):
            return BucketMetrics.parse({"MetricsConfigurationList": found})
        token = {"ContinuationToken": page["NextContinuationToken"]}


@describes(BUCKET, client="s3", permission="s3:GetBucketTagging", absent=("NoSuchTagSet",))
def tags(s3: "S3Client", bucket: Resource) -> Tags:
    """Read the tags."""
    return Tags.parse(s3.get_bucket_tagging(Bucket=bucket.id))


def region_of(s3: "S3Client", name: str) -> str:
    """Ask for the region of a bucket."""
    said = s3.get_bucket_location(Bucket=name).get("LocationConstraint") or ""
    return _OLD_NAMES.get(said, said)


def _listed(s3: "S3Client", shard: Shard, name: str, region: str | None) -> Listed:
    arn = f"arn:{shard.partition}:s3:::{name}"
    gap = None
    if not region:
        region, gap = _located(s3, shard, name)
    return Listed(Resource(BUCKET, name, shard.account_id, region, shard.partition, arn), unavailable=gap)


def _located(s3: "S3Client", shard: Shard, name: str) -> tuple[str, Unavailable | None]:
    """Ask for a bucket's region where the listing did not say it; one that will not tell is unread, not lost."""
    from muster.sdk.errors import READ_ERRORS, unavailable  # noqa: PLC0415 - the catalogue loads without the SDK

    try:
        return region_of(s3, name), None
    except READ_ERRORS as error:
        return shard.region, unavailable("s3:GetBucketLocation", error)
