"""Checks of the buckets that receive the log files of trails."""

from muster.checks.s3.access import s3_bucket_public_access_prohibited
from muster.facets.cloudtrail.trails import AccountTrails
from muster.facets.s3.buckets import (
    AccountPublicAccessBlock,
    BucketAcl,
    BucketLogging,
    BucketOwnershipControls,
    BucketPolicyStatus,
    BucketPublicAccessBlock,
)
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, non_compliant, not_applicable

_OTHER = "No multi-region trail of the account or its organization writes to the bucket"


@check(severity=Severity.CRITICAL, controls=("Security Hub CloudTrail.6",))
def cloudtrail_bucket_not_public(  # noqa: PLR0913 - what decides whether a bucket is public
    bucket: Resource,
    trails: AccountTrails,
    status: BucketPolicyStatus,
    acl: BucketAcl,
    ownership: BucketOwnershipControls,
    own: BucketPublicAccessBlock,
    account: AccountPublicAccessBlock,
) -> Verdict:
    """S3 buckets that receive the log files of trails should not be public.

    The check applies to buckets that a multi-region trail of the account or its organization writes to.

    Problem: bucket of a trail is public
    Why: The log files show who can do what in the account, and which resources there are.
    Fix: `aws s3api put-public-access-block --bucket NAME --public-access-block-configuration
      BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-6
    """
    if not trails.writing_to(bucket.id):
        return not_applicable(_OTHER)
    return s3_bucket_public_access_prohibited(status, acl, ownership, own, account)


@check(severity=Severity.LOW, controls=("Security Hub CloudTrail.7",))
def cloudtrail_bucket_access_logged(bucket: Resource, trails: AccountTrails, logging: BucketLogging) -> Verdict:
    """S3 buckets that receive the log files of trails should have server access logging enabled.

    The check applies to buckets that a multi-region trail of the account or its organization writes to. The check
    `s3-bucket-logging-enabled` shows whether the access logs arrive.

    Problem: access to a trail's bucket is not logged
    Why: Without access logs, you cannot find out who read or deleted the log files of the trail.
    Fix: Use a log bucket in the same region and account. Its policy must allow logging.s3.amazonaws.com to call
      s3:PutObject. `aws s3api put-bucket-logging --bucket NAME --bucket-logging-status
      "LoggingEnabled={TargetBucket=LOG-BUCKET,TargetPrefix=NAME/}"`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-7
    """
    writing = trails.writing_to(bucket.id)
    if not writing:
        return not_applicable(_OTHER)
    if not logging.target:
        return non_compliant(f"Server access logging is off, and the trail {', '.join(writing)} writes to the bucket")
    return compliant(f"Access logs go to {logging.target}")
