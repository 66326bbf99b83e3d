"""What AWS's errors mean, and the words that an auditor reads."""

import botocore.exceptions
import botocore.parsers
import pytest

from muster.model import Unavailable
from muster.refusals import (
    AssumeRoleError,
    blocked,
    code_of,
    lost_credentials,
    throttled,
    token_expired,
    transient,
    unavailable,
)

SCP = "User is not authorized to perform: s3:ListAllMyBuckets with an explicit deny in a service control policy"
URL = "https://ec2.eu-west-1.amazonaws.com"


def answered(code: str, message: str = "no") -> botocore.exceptions.ClientError:
    return botocore.exceptions.ClientError({"Error": {"Code": code, "Message": message}}, "Describe")


def test_the_code_is_what_aws_answered_or_the_name_of_what_happened_instead() -> None:
    assert code_of(answered("SlowDown")) == "SlowDown"
    assert code_of(ConnectionResetError("peer")) == "ConnectionResetError"
    assert code_of(botocore.exceptions.ClientError({}, "Describe")) == "ClientError"


@pytest.mark.parametrize("code", ["Throttling", "RequestLimitExceeded", "SlowDown", "TooManyRequestsException"])
def test_what_is_throttled_may_succeed_a_moment_later(code: str) -> None:
    assert throttled(answered(code))
    assert transient(answered(code))


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(answered("InternalError"), id="AWS's own fault"),
        pytest.param(answered("503"), id="a fault without a body"),
        pytest.param(answered("ServiceUnavailable"), id="unavailable"),
        pytest.param(botocore.exceptions.EndpointConnectionError(endpoint_url=URL), id="no connection"),
        pytest.param(botocore.exceptions.ReadTimeoutError(endpoint_url=URL), id="no answer in time"),
        pytest.param(botocore.parsers.ResponseParserError("no XML"), id="an answer that is none"),
        pytest.param(ConnectionResetError("peer"), id="a lost connection"),
    ],
)
def test_a_bad_moment_may_pass_without_being_throttled(error: Exception) -> None:
    assert transient(error)
    assert not throttled(error)


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(answered("AccessDenied"), id="denied"),
        pytest.param(answered("NoSuchBucket"), id="gone"),
        pytest.param(answered("ExpiredToken"), id="expired"),
        pytest.param(answered("OptInRequired"), id="not enabled"),
        pytest.param(AssumeRoleError("no"), id="a shut account"),
        pytest.param(botocore.exceptions.NoCredentialsError(), id="no credentials"),
    ],
)
def test_what_stays_so_is_not_asked_again(error: Exception) -> None:
    assert not transient(error)


@pytest.mark.parametrize("code", ["AccessDenied", "UnauthorizedOperation", "403", "AllAccessDisabled"])
def test_a_denial_names_the_permission_that_is_missing(code: str) -> None:
    assert unavailable("s3:GetBucketPolicy", answered(code)) == Unavailable(
        "s3:GetBucketPolicy", f"access denied ({code})"
    )


def test_what_the_organization_denies_is_no_permission_that_the_role_lacks() -> None:
    error = answered("AccessDenied", SCP)
    assert blocked(error)
    says = "blocked by policy: a service control policy denies s3:ListAllMyBuckets"
    assert unavailable("s3:ListAllMyBuckets", error) == Unavailable(None, says)


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(answered("AccessDenied"), id="a plain denial"),
        pytest.param(answered("AccessDenied", "explicit deny in a resource-based policy"), id="another policy's"),
        pytest.param(answered("Throttling", SCP), id="the words without the denial"),
    ],
)
def test_any_other_denial_is_not_the_organizations(error: Exception) -> None:
    assert not blocked(error)


def test_a_shut_account_needs_the_role_whatever_was_to_be_read_there() -> None:
    assert unavailable("s3:GetBucketPolicy", AssumeRoleError("the role cannot be assumed")) == Unavailable(
        "sts:AssumeRole", "the role cannot be assumed"
    )


@pytest.mark.parametrize(
    ("error", "says"),
    [
        pytest.param(
            answered("ExpiredToken"), "the credentials expired or cannot be used (ExpiredToken)", id="expired"
        ),
        pytest.param(
            botocore.exceptions.NoCredentialsError(),
            "the credentials expired or cannot be used (NoCredentialsError)",
            id="no credentials",
        ),
        pytest.param(
            answered("OptInRequired"), "AWS does not accept the credentials here (OptInRequired)", id="not enabled"
        ),
        pytest.param(answered("SlowDown"), "throttled until the retries ran out (SlowDown)", id="throttled"),
        pytest.param(answered("NoSuchBucket"), "gone meanwhile (NoSuchBucket)", id="a bucket that is gone"),
        pytest.param(
            answered("InvalidVolume.NotFound"), "gone meanwhile (InvalidVolume.NotFound)", id="a volume that is gone"
        ),
        pytest.param(
            ConnectionResetError("peer\nand more"),
            "ec2:DescribeVolumes failed (ConnectionResetError: peer)",
            id="anything else, by its first line",
        ),
    ],
)
def test_what_is_no_denial_has_a_reason_and_no_permission(error: Exception, says: str) -> None:
    assert unavailable("ec2:DescribeVolumes", error) == Unavailable(None, says)


def test_a_reason_is_of_a_length_that_can_be_read() -> None:
    assert len(unavailable("ec2:DescribeVolumes", OSError("x" * 9_000)).reason) < 300


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        pytest.param(answered("ExpiredToken"), True, id="expired"),
        pytest.param(answered("InvalidClientTokenId"), True, id="not known to AWS"),
        pytest.param(botocore.exceptions.NoCredentialsError(), True, id="none"),
        pytest.param(answered("OptInRequired"), False, id="a region that is not enabled"),
        pytest.param(answered("AuthFailure"), False, id="the same, as EC2 says it"),
        pytest.param(answered("AccessDenied"), False, id="denied"),
        pytest.param(AssumeRoleError("no"), False, id="another account's role"),
    ],
)
def test_credentials_are_lost_when_no_later_call_can_succeed(error: Exception, lost: bool) -> None:
    assert lost_credentials(error) is lost


@pytest.mark.parametrize(
    ("error", "expired"),
    [
        pytest.param(answered("InvalidNextToken"), True, id="a code of its own"),
        pytest.param(
            answered("InvalidParameterValue", "Unable to parse pagination token"), True, id="EC2's word for it"
        ),
        pytest.param(
            answered("InvalidArgument", "The continuation token provided is incorrect"), True, id="S3's word for it"
        ),
        pytest.param(answered("InvalidParameterValue", "MaxResults is too large"), False, id="another parameter"),
        pytest.param(answered("ExpiredToken", "The provided token has expired"), False, id="the credentials' token"),
    ],
)
def test_the_token_of_a_page_is_told_from_other_values(error: Exception, expired: bool) -> None:
    assert token_expired(error) is expired
