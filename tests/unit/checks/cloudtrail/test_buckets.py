"""The buckets that receive the log files of trails."""

from dataclasses import replace

import pytest

from muster.checks.cloudtrail.buckets import cloudtrail_bucket_access_logged, cloudtrail_bucket_not_public
from muster.facets.cloudtrail.event_selectors import DEFAULT, Selectors
from muster.facets.cloudtrail.trails import AccountTrail, AccountTrails
from muster.facets.s3.buckets import (
    AccountPublicAccessBlock,
    BucketAcl,
    BucketLogging,
    BucketOwnershipControls,
    BucketPolicyStatus,
    BucketPublicAccessBlock,
)
from muster.model.finding import Resource, Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
OWN, OTHER = "123456789012", "111122223333"
BUCKET = Resource("AWS::S3::Bucket", "trail-logs", OWN, "eu-west-1")
TRAIL = AccountTrail(
    "all", f"arn:aws:cloudtrail:eu-west-1:{OWN}:trail/all", OWN, "eu-west-1", "", True, Selectors.parse(DEFAULT),
    "trail-logs",
)  # fmt: skip
OF_ORGANIZATION = replace(TRAIL, name="org", arn=f"arn:aws:cloudtrail:eu-west-1:{OTHER}:trail/org", owner=OTHER)
ELSEWHERE = replace(TRAIL, bucket="other-logs")


@pytest.mark.parametrize(
    ("trails", "target", "status", "reason"),
    [
        pytest.param([TRAIL], "access-logs", C, "Access logs go to access-logs", id="logged"),
        pytest.param([TRAIL], "", N, "Server access logging is off, and the trail all writes to the bucket", id="not"),
        pytest.param([OF_ORGANIZATION], "", N, "the trail org writes", id="of the organization's trail"),
        pytest.param([TRAIL, OF_ORGANIZATION], "", N, "the trail all, org writes", id="of two trails"),
        pytest.param([replace(TRAIL, logging=False)], "", N, "", id="a trail that has stopped: its files are there"),
        pytest.param([ELSEWHERE], "", NA, "No multi-region trail", id="a bucket of no trail"),
        pytest.param([], "", NA, "No multi-region trail", id="no trail at all"),
    ],
)
def test_cloudtrail_bucket_access_logged(trails: list[AccountTrail], target: str, status: Status, reason: str) -> None:
    said = {"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "a/"}} if target else {}
    verdict = cloudtrail_bucket_access_logged(BUCKET, AccountTrails(tuple(trails)), BucketLogging.parse(said))
    assert verdict.status is status
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("trails", "public", "blocked", "status", "reason"),
    [
        pytest.param([TRAIL], True, False, N, "Bucket is public: its policy allows public access", id="public"),
        pytest.param([TRAIL], True, True, C, "RestrictPublicBuckets limits its public policy", id="limited"),
        pytest.param([OF_ORGANIZATION], False, False, C, "Bucket is not public", id="of the organization's trail"),
        pytest.param([ELSEWHERE], True, False, NA, "No multi-region trail", id="a bucket of no trail"),
    ],
)
def test_cloudtrail_bucket_not_public(
    trails: list[AccountTrail], public: bool, blocked: bool, status: Status, reason: str
) -> None:
    block = {"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": blocked}}
    verdict = cloudtrail_bucket_not_public(
        BUCKET,
        AccountTrails(tuple(trails)),
        BucketPolicyStatus(public),
        BucketAcl.parse({"Grants": []}),
        BucketOwnershipControls.parse({}),
        BucketPublicAccessBlock.parse(block),
        AccountPublicAccessBlock.parse({}),
    )
    assert verdict.status is status
    assert reason in verdict.reason


def test_a_bucket_of_which_s3_does_not_say_whether_it_is_public_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        cloudtrail_bucket_not_public(
            BUCKET,
            AccountTrails((TRAIL,)),
            BucketPolicyStatus(Unknown("S3 does not say")),
            BucketAcl.parse({"Grants": []}),
            BucketOwnershipControls.parse({}),
            BucketPublicAccessBlock.parse({}),
            AccountPublicAccessBlock.parse({}),
        )


def test_the_bucket_of_a_trail_is_in_the_answer() -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html."""
    item = {"TrailARN": TRAIL.arn, "Name": "all", "HomeRegion": "eu-west-1", "S3BucketName": "trail-logs"}
    found = AccountTrails.parse({"trailList": [{**item, "Status": {"IsLogging": True}, "Selectors": DEFAULT}]})
    assert found.writing_to("trail-logs") == ("all",)
    assert found.writing_to("") == ()
