"""Reading the buckets that the configuration of other buckets names, each once in a region."""

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
from muster.model.readers import Describer, F, describes, reads, related
from muster.readers.answers import all_pages
from muster.readers.s3 import buckets
from muster.readers.s3.buckets import BUCKET, region_of

if typing.TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_s3 import S3Client

_GONE = "NoSuchBucket"


@describes(
    BUCKET, permission="s3:GetBucketLocation", absent=(_GONE,),
    of=BucketReplication, keys=lambda replication: replication.destinations,
)  # fmt: skip
def replica_place(s3: "S3Client", _bucket: Resource, name: str) -> ReplicaPlace:
    """Read in which region copies are; the bucket may be another account's."""
    return ReplicaPlace.parse({"BucketRegion": _region(s3, name)})


def _target(logging: BucketLogging) -> tuple[str, ...]:
    return (logging.target,) if logging.target else ()


def _of_log_target(describer: Describer, facet: type[F]) -> Describer:
    """Return a describer of the bucket that logs go to, made from a describer of any bucket."""
    return related(describer, facet, of=BucketLogging, keys=_target, gone=_GONE)


log_target_place = reads(
    BUCKET, LogTargetPlace, "s3:GetBucketLocation",
    lambda s3, _bucket, name: {"BucketRegion": region_of(s3, name)},
    absent=(_GONE,), of=BucketLogging, keys=_target,
)  # fmt: skip
"""The region of the bucket that logs go to, if it exists."""

log_target_policy = _of_log_target(buckets.policy, LogTargetPolicy)
log_target_acl = _of_log_target(buckets.acl, LogTargetAcl)
log_target_ownership = _of_log_target(buckets.ownership_controls, LogTargetOwnership)
log_target_lock = _of_log_target(buckets.object_lock, LogTargetLock)
log_target_encryption = _of_log_target(buckets.encryption, LogTargetEncryption)


def _undecided(sources: LogSources, bucket: Resource) -> tuple[str, ...]:
    """Return a key only where the page does not decide whether another bucket sends its logs to the bucket."""
    open_ = not sources.whole and bucket.id in sources.takers - sources.targets
    return ("every bucket",) if open_ else ()


@describes(BUCKET, permission="s3:GetBucketLogging", also=("s3:ListAllMyBuckets",), of=LogSources, keys_for=_undecided)
def all_log_targets(s3: "S3Client", bucket: Resource, _name: str) -> AllLogTargets:
    """Read where all buckets of a bucket's region send their logs: source and target are in one region.

    Only accounts with more buckets than one page of the listing need it. A bucket that cannot be read counts for none.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - the catalogue loads without the SDK

    listing = all_pages(s3, "list_buckets", "Buckets", page=1000, BucketRegion=bucket.region)
    targets = set()
    for name in (str(item["Name"]) for item in listing["Buckets"]):
        try:
            target = BucketLogging.parse(s3.get_bucket_logging(Bucket=name)).target
        except ClientError as error:
            if _code(error) not in ("AccessDenied", _GONE):
                raise
            continue
        targets.update({target} - {"", name})
    return AllLogTargets.parse({"Targets": targets})


def _region(s3: "S3Client", name: str) -> str:
    """Return a bucket's region; for a bucket of another account, which refuses its location, from HeadBucket.

    That answer has the region in a header whether or not the call is granted.
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
