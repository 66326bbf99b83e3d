"""Reading the buckets that the configuration of others names: each once in a region, however many name it."""

import typing

from muster.facets.s3.buckets import BucketLogging
from muster.facets.s3.related import (
    AllLogTargets,
    LogSources,
    LogTargetAcl,
    LogTargetEncryption,
    LogTargetLock,
    LogTargetOwnership,
    LogTargetPlace,
    LogTargetPolicy,
    ReplicaPlace,
)
from muster.facets.s3.resilience import BucketReplication
from muster.model.finding import Resource
from muster.model.listing import after
from muster.model.readers import describes
from muster.readers.s3.buckets import BUCKET, region_of

if typing.TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client

_GONE = "NoSuchBucket"


def _target(logging: BucketLogging) -> tuple[str, ...]:
    return (logging.target,) if logging.target else ()


def _destinations(replication: BucketReplication) -> tuple[str, ...]:
    return replication.destinations


@describes(
    BUCKET,
    client="s3",
    permission="s3:GetBucketLocation",
    absent=(_GONE,),
    of=BucketReplication,
    keys=_destinations,
)
def replica_place(s3: "S3Client", _bucket: Resource, name: str) -> ReplicaPlace:
    """Read in which region copies are; the bucket may be another account's."""
    return ReplicaPlace.parse({"BucketRegion": _region(s3, name)})


@describes(BUCKET, client="s3", permission="s3:GetBucketLocation", absent=(_GONE,), of=BucketLogging, keys=_target)
def log_target_place(s3: "S3Client", _bucket: Resource, name: str) -> LogTargetPlace:
    """Read in which region logs are, if the bucket exists."""
    return LogTargetPlace.parse({"BucketRegion": region_of(s3, name)})


@describes(
    BUCKET,
    client="s3",
    permission="s3:GetBucketPolicy",
    absent=("NoSuchBucketPolicy", _GONE),
    of=BucketLogging,
    keys=_target,
)
def log_target_policy(s3: "S3Client", _bucket: Resource, name: str) -> LogTargetPolicy:
    """Read the policy of the bucket that logs go to."""
    return LogTargetPolicy.parse(s3.get_bucket_policy(Bucket=name))


@describes(BUCKET, client="s3", permission="s3:GetBucketAcl", absent=(_GONE,), of=BucketLogging, keys=_target)
def log_target_acl(s3: "S3Client", _bucket: Resource, name: str) -> LogTargetAcl:
    """Read the access control list of the bucket that logs go to."""
    return LogTargetAcl.parse(s3.get_bucket_acl(Bucket=name))


@describes(
    BUCKET,
    client="s3",
    permission="s3:GetBucketOwnershipControls",
    absent=("OwnershipControlsNotFoundError", _GONE),
    of=BucketLogging,
    keys=_target,
)
def log_target_ownership(s3: "S3Client", _bucket: Resource, name: str) -> LogTargetOwnership:
    """Read whether the access control list of the bucket that logs go to is in force."""
    return LogTargetOwnership.parse(s3.get_bucket_ownership_controls(Bucket=name))


@describes(
    BUCKET,
    client="s3",
    permission="s3:GetBucketObjectLockConfiguration",
    operation="GetObjectLockConfiguration",
    absent=("ObjectLockConfigurationNotFoundError", _GONE),
    of=BucketLogging,
    keys=_target,
)
def log_target_lock(s3: "S3Client", _bucket: Resource, name: str) -> LogTargetLock:
    """Read whether objects in the bucket that logs go to can be locked."""
    return LogTargetLock.parse(s3.get_object_lock_configuration(Bucket=name))


@describes(
    BUCKET,
    client="s3",
    permission="s3:GetEncryptionConfiguration",
    operation="GetBucketEncryption",
    absent=("ServerSideEncryptionConfigurationNotFoundError", _GONE),
    of=BucketLogging,
    keys=_target,
)
def log_target_encryption(s3: "S3Client", _bucket: Resource, name: str) -> LogTargetEncryption:
    """Read with which key logs are encrypted in the bucket that they go to."""
    return LogTargetEncryption.parse(s3.get_bucket_encryption(Bucket=name))


def _undecided(sources: LogSources, bucket: Resource) -> tuple[str, ...]:
    """Ask about all buckets only where the page leaves open whether one of them sends its logs to a bucket."""
    open_ = not sources.whole and bucket.id in sources.takers - sources.targets
    return ("every bucket",) if open_ else ()


@describes(
    BUCKET,
    client="s3",
    permission="s3:GetBucketLogging",
    also=("s3:ListAllMyBuckets",),
    of=LogSources,
    keys_for=_undecided,
)
def all_log_targets(s3: "S3Client", bucket: Resource, _name: str) -> AllLogTargets:
    """Read where all buckets of a bucket's region send their logs: source and target are in one region.

    Only accounts with more buckets than one page of the listing need it. A bucket that cannot be read counts for none.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the catalogue loads without the SDK

    targets, token = set(), None
    while True:
        page = s3.list_buckets(MaxBuckets=1000, BucketRegion=bucket.region, **after(token, "ContinuationToken"))
        for name in (str(item["Name"]) for item in page.get("Buckets", ())):
            try:
                target = BucketLogging.parse(s3.get_bucket_logging(Bucket=name)).target
            except ClientError as error:
                if _code(error) not in ("AccessDenied", _GONE):
                    raise
                continue
            targets.update({target} - {"", name})
        token = page.get("ContinuationToken")
        if not token:
            return AllLogTargets.parse({"Targets": targets})


def _region(s3: "S3Client", name: str) -> str:
    """Ask for a bucket's region, and of a bucket of another account, whose location is not told, its head.

    That answer has the region in a header whether or not it is granted.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the catalogue loads without the SDK

    try:
        return region_of(s3, name)
    except ClientError as refused:
        if _code(refused) != "AccessDenied":
            raise
        try:
            return s3.head_bucket(Bucket=name).get("BucketRegion", "")
        except ClientError as error:
            headers = error.response["ResponseMetadata"].get("HTTPHeaders") or {}
            if "x-amz-bucket-region" not in headers:
                raise refused from error
            return str(headers["x-amz-bucket-region"])


def _code(error: "ClientError") -> str:
    return str(error.response["Error"].get("Code"))
