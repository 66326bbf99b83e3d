"""What AWS's errors mean, and the words that an auditor reads."""

from typing import Any

import botocore.exceptions
import botocore.parsers
import botocore.session
import pytest
from botocore.retries import standard

from muster.model.finding import Unavailable
from muster.sdk.errors import (
    _CODES,
    BLOCKED,
    READ_ERRORS,
    AssumeRoleError,
    Meaning,
    code_of,
    lost_credentials,
    meaning_of,
    refuses_single_item,
    throttled,
    token_expired,
    transient,
    unavailable,
)

SCP = "User is not authorized to perform: s3:ListAllMyBuckets with an explicit deny in a service control policy"
URL = "https://ec2.eu-west-1.amazonaws.com"


def answered(code: str, message: str = "no", status: int = 400, operation: str = "Describe") -> Any:
    said = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return botocore.exceptions.ClientError(said, operation)


def blocked(error: Exception) -> bool:
    return unavailable("dynamodb:ListTables", error).reason.startswith(BLOCKED)


def test_the_code_is_what_aws_answered_or_the_name_of_what_happened_instead() -> None:
    assert code_of(answered("SlowDown")) == "SlowDown"
    assert code_of(ConnectionResetError("peer")) == "ConnectionResetError"
    assert code_of(botocore.exceptions.ClientError({}, "Describe")) == "ClientError"
    assert code_of(botocore.exceptions.ClientError({"ResponseMetadata": {}}, "Describe")) == ""
    assert code_of(botocore.exceptions.ClientError({"Error": {"Message": "no"}}, "Describe")) == ""


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("AccessDeniedException", Meaning.DENIED),
        ("RequestExpired", Meaning.EXPIRED),
        ("InvalidClientTokenId", Meaning.REFUSED),
        ("SlowDown", Meaning.THROTTLED),
        ("503", Meaning.FAILED),
        ("NoSuchBucket", Meaning.GONE),
        pytest.param("InvalidVolume.NotFound", Meaning.GONE, id="EC2 has a code for each type"),
        ("ValidationException", None),
        ("", None),
    ],
)
def test_an_error_code_means_one_thing(code: str, meaning: Meaning | None) -> None:
    assert meaning_of(code) is meaning


def test_no_error_code_has_two_meanings() -> None:
    codes = [code for each in _CODES.values() for code in each.split()]
    assert len(codes) == len(set(codes))
    assert _CODES.keys() == set(Meaning)


@pytest.mark.parametrize("code", standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES)
def test_what_is_throttled_may_succeed_a_moment_later(code: str) -> None:
    assert throttled(answered(code))
    assert transient(answered(code))


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(answered("InternalError"), id="AWS's own fault"),
        pytest.param(answered("503"), id="a fault without a body"),
        pytest.param(answered("ServiceUnavailable"), id="unavailable"),
        pytest.param(answered("ServiceUnavailableException"), id="unavailable, as Logs says it"),
        pytest.param(answered("InternalServerError"), id="AWS's own fault, as DynamoDB says it"),
        pytest.param(answered("ServiceException"), id="AWS's own fault, as Lambda says it"),
        pytest.param(answered("InternalServerErrorException"), id="AWS's own fault, spelled longest"),
        pytest.param(answered("InternalFailure"), id="AWS's own fault, as all services may say it"),
        pytest.param(answered("Unavailable"), id="unavailable, as EC2 says it"),
        pytest.param(answered("RequestTimeout"), id="S3 waited too long"),
        pytest.param(answered("RequestTimeoutException"), id="another service waited too long"),
        pytest.param(botocore.exceptions.EndpointConnectionError(endpoint_url=URL), id="no connection"),
        pytest.param(botocore.exceptions.ReadTimeoutError(endpoint_url=URL), id="no answer in time"),
        pytest.param(botocore.parsers.ResponseParserError("no XML"), id="an answer that is none"),
        pytest.param(ConnectionResetError("peer"), id="a lost connection"),
        pytest.param(botocore.exceptions.HTTPClientError(error="no"), id="anything that the network does"),
    ],
)
def test_a_bad_moment_may_pass_without_being_throttled(error: Exception) -> None:
    assert transient(error)
    assert not throttled(error)


@pytest.mark.parametrize("status", standard.TransientRetryableChecker._TRANSIENT_STATUS_CODES)
def test_the_status_says_that_the_service_is_at_fault_whatever_the_code(status: int) -> None:
    assert transient(answered("KMSInternalException", status=status))
    assert transient(answered(str(status)))


@pytest.mark.parametrize("status", [400, 403, 404, 501, 505])
def test_another_status_is_no_reason_to_ask_again(status: int) -> None:
    assert not transient(answered("KMSInvalidStateException", status=status))


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


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("AccessDenied", id="most services"),
        pytest.param("AccessDeniedException", id="services that speak JSON"),
        pytest.param("UnauthorizedOperation", id="EC2"),
        pytest.param("AuthorizationError", id="SNS"),
        pytest.param("AllAccessDisabled", id="S3, of what it closed itself"),
        pytest.param("403", id="an answer without a body"),
        pytest.param("Forbidden", id="an answer without a code"),
        pytest.param("UnauthorizedAccess", id="another spelling"),
        pytest.param("AuthorizationErrorException", id="services that speak JSON, as SNS"),
        pytest.param("NotAuthorized", id="one of the common errors of all services"),
        pytest.param("NotAuthorizedException", id="the same, of services that speak JSON"),
    ],
)
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


@pytest.mark.parametrize(
    ("clause", "says"),
    [
        ("because no service control policy allows the dynamodb:ListTables action", "no service control policy allows"),
        ("with an explicit deny in a service control policy", "a service control policy denies"),
        ("With an Explicit Deny in a Service Control Policy", "a service control policy denies"),
        ("with an explicit deny in a resource control policy", "a resource control policy denies"),
        (
            "because no resource control policy allows the dynamodb:ListTables action",
            "no resource control policy allows",
        ),
        (
            "with an explicit deny in a VPC endpoint policy transitively through a service control policy",
            "a service control policy denies",
        ),
    ],
)
@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
def test_every_wording_of_the_organizations_policies_is_blocked_by_policy(code: str, clause: str, says: str) -> None:
    error = answered(code, f"User: arn:aws:iam::123456789012:user/u is not authorized to perform: x:y {clause}")
    assert blocked(error)
    assert unavailable("dynamodb:ListTables", error) == Unavailable(None, f"blocked by policy: {says} x:y")


IMPLICIT = "because no identity-based policy allows the s3:GetBucketVersioning action"


@pytest.mark.parametrize(
    ("clause", "permission", "says"),
    [
        (IMPLICIT, "s3:GetBucketVersioning", "no identity-based policy allows s3:GetBucketVersioning"),
        ("", "s3:GetBucketVersioning", ""),
        ("with an explicit deny", None, "a policy denies s3:GetBucketVersioning explicitly"),
        ("with an explicit deny in an identity-based policy", None, "an identity-based policy denies s3:GetBucketV"),
        ("with an explicit deny in a resource-based policy", None, "a resource-based policy denies s3:GetBucketVers"),
        ("because no resource-based policy allows the s3:GetBucketVersioning action", None, "no resource-based policy"),
        ("because no permissions boundary allows the s3:GetBucketVersioning action", None, "no permissions boundary"),
        ("with an explicit deny in a permissions boundary", None, "a permissions boundary denies s3:GetBucketV"),
        ("because no session policy allows the s3:GetBucketVersioning action", None, "no session policy allows"),
        ("with an explicit deny in a session policy", None, "a session policy denies s3:GetBucketVersioning"),
        ("because no VPC endpoint policy allows the s3:GetBucketVersioning action", None, "no VPC endpoint policy"),
        ("with an explicit deny in a VPC endpoint policy", None, "a VPC endpoint policy denies s3:GetBucketVers"),
    ],
)
def test_the_reason_names_the_policy_and_a_permission_is_only_asked_for_where_one_may_be_missing(
    clause: str, permission: str | None, says: str
) -> None:
    message = f"User: arn:aws:iam::123456789012:user/u is not authorized to perform: s3:GetBucketVersioning {clause}"
    found = unavailable("s3:GetBucketVersioning", answered("AccessDenied", message))
    assert found.permission == permission
    assert found.reason.startswith(f"access denied (AccessDenied): {says}" if says else "access denied (AccessDenied)")
    assert bool(says) is (found.reason != "access denied (AccessDenied)")


def test_unknown_words_of_a_denial_stand_beside_it() -> None:
    found = unavailable("kms:DescribeKey", answered("AccessDeniedException", "The moon\x1b is full\n tonight"))
    assert found == Unavailable("kms:DescribeKey", "access denied (AccessDeniedException): The moon is full tonight")


def test_a_denial_that_says_why_only_encoded_says_how_to_decode_it() -> None:
    message = "You are not authorized to perform this operation. Encoded authorization failure message: QN7w7t3DAbfvg8"
    found = unavailable("ec2:DescribeVolumes", answered("UnauthorizedOperation", message))
    assert "decode-authorization-message" in found.reason
    assert "QN7w7t3DAbfvg8" not in found.reason


EARLY = "Signature expired: 20261128T072529Z is now earlier than 20261128T193257Z (20261128T194757Z - 15 min.)"


def test_a_wrong_clock_is_told_as_one_and_no_later_call_can_succeed() -> None:
    error = answered("InvalidSignatureException", EARLY)
    says = "AWS rejects the signature (InvalidSignatureException): this machine's clock is 12 h 22 min behind AWS's"
    assert unavailable("sqs:ListQueues", error) == Unavailable(None, says)
    assert lost_credentials(error)


def test_the_date_of_the_answer_shows_a_wrong_clock_where_the_service_says_only_that_it_does_not_know_us() -> None:
    error = answered("AuthFailure", "AWS was not able to validate the provided access credentials")
    error.response["ResponseMetadata"]["HTTPHeaders"] = {"date": "Thu, 01 Jan 2015 00:00:00 GMT"}
    assert "this machine's clock is" in unavailable("ec2:DescribeVpcs", error).reason
    assert lost_credentials(error)


def test_a_reason_never_holds_a_signed_header() -> None:
    header = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE\r/20261128/eu-west-1/sts/aws4_request, Signature=0f3a"
    error = botocore.exceptions.HTTPClientError(error=ValueError(f"Invalid header value b'{header}'"))
    reason = unavailable("sqs:ListQueues", error).reason
    assert "Invalid header value" in reason
    assert not {"AKIA", "0f3a", "Credential"} & set(reason.replace("=", " ").split())
    assert "AKIAIOSFODNN7EXAMPLE" not in reason


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
        pytest.param(answered("OptInRequired"), "AWS rejects the credentials here (OptInRequired)", id="not enabled"),
        pytest.param(answered("AuthFailure"), "AWS rejects the credentials here (AuthFailure)", id="the same, by EC2"),
        pytest.param(answered("SlowDown"), "throttled by AWS, and all retries failed (SlowDown)", id="throttled"),
        pytest.param(
            answered("NoSuchBucket"), "the resource no longer exists (NoSuchBucket)", id="a bucket that is gone"
        ),
        pytest.param(
            answered("404"), "the resource no longer exists (404)", id="a bucket that is gone, without a body"
        ),
        pytest.param(
            answered("NoSuchAccessPoint"), "the resource no longer exists (NoSuchAccessPoint)", id="a gone access point"
        ),
        pytest.param(
            answered("InvalidVolume.NotFound"),
            "the resource no longer exists (InvalidVolume.NotFound)",
            id="a volume that is gone",
        ),
        pytest.param(
            answered("AWS.SimpleQueueService.NonExistentQueue"),
            "the resource no longer exists (AWS.SimpleQueueService.NonExistentQueue)",
            id="a queue that is gone, in the words of before SQS spoke JSON",
        ),
        pytest.param(
            ConnectionResetError("peer\nand\nmore"),
            "ec2:DescribeVolumes failed (ConnectionResetError: peer)",
            id="anything else, by its first line",
        ),
    ],
)
def test_what_is_no_denial_has_a_reason_and_no_permission(error: Exception, says: str) -> None:
    assert unavailable("ec2:DescribeVolumes", error) == Unavailable(None, says)


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        pytest.param("cloudwatch", "ListTagsForResource", "ResourceNotFoundException", id="an alarm"),
        pytest.param("dax", "ListTags", "ClusterNotFoundFault", id="a cluster of DAX"),
        pytest.param("dynamodb", "DescribeContinuousBackups", "TableNotFoundException", id="a table, of its backups"),
        pytest.param("dynamodb", "DescribeTable", "ResourceNotFoundException", id="a table"),
        pytest.param("ecs", "DescribeServices", "ClusterNotFoundException", id="a cluster of ECS"),
        pytest.param("elbv2", "DescribeListeners", "ListenerNotFound", id="a listener"),
        pytest.param("elbv2", "DescribeLoadBalancerAttributes", "LoadBalancerNotFound", id="a load balancer"),
        pytest.param("elbv2", "DescribeRules", "RuleNotFound", id="a rule"),
        pytest.param("elbv2", "DescribeTargetHealth", "TargetGroupNotFound", id="a target group"),
        pytest.param("iam", "ListPolicyTags", "NoSuchEntity", id="a policy"),
        pytest.param("kms", "GetKeyRotationStatus", "NotFoundException", id="a key"),
        pytest.param("lambda", "GetFunctionConcurrency", "ResourceNotFoundException", id="a function"),
        pytest.param("logs", "ListTagsForResource", "ResourceNotFoundException", id="a log group"),
        pytest.param("sns", "GetTopicAttributes", "NotFound", id="a topic"),
        pytest.param("sns", "ListTagsForResource", "ResourceNotFound", id="a topic, of its tags"),
        pytest.param("sqs", "GetQueueAttributes", "QueueDoesNotExist", id="a queue"),
    ],
)
def test_what_is_gone_is_told_as_gone_in_the_words_of_each_service(service: str, operation: str, code: str) -> None:
    """The codes that botocore's models give to operations we call; S3's and EC2's are in no model."""
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    # Services that speak JSON say the shape's name, whatever code the model (or moto, which adds one) gives it.
    named = model.service_model.resolved_protocol in ("json", "rest-json")
    codes = {error.name: error.metadata.get("error", {}).get("code") for error in model.error_shapes}
    assert code in {name if named else said or name for name, said in codes.items()}
    assert unavailable(f"{service}:{operation}", answered(code)) == Unavailable(
        None, f"the resource no longer exists ({code})"
    )


def test_what_is_not_of_the_kind_that_was_asked_for_is_not_gone() -> None:
    reason = unavailable("organizations:DescribeEffectivePolicy", answered("TargetNotFoundException")).reason
    assert reason.startswith("organizations:DescribeEffectivePolicy failed (TargetNotFoundException: ")


def test_a_reason_is_of_a_length_that_can_be_read() -> None:
    assert len(unavailable("ec2:DescribeVolumes", OSError("x" * 9_000)).reason) < 300


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        pytest.param(answered("ExpiredToken"), True, id="expired"),
        pytest.param(answered("ExpiredTokenException"), True, id="expired, as services that speak JSON say it"),
        pytest.param(answered("RequestExpired"), True, id="expired, as EC2 says it"),
        pytest.param(answered("TokenRefreshRequired"), True, id="expired, as S3 says it"),
        pytest.param(answered("InvalidClientTokenId"), True, id="not known to AWS"),
        pytest.param(answered("InvalidAccessKeyId"), True, id="not known to S3"),
        pytest.param(answered("InvalidToken"), True, id="a token that is none"),
        pytest.param(answered("SignatureDoesNotMatch"), True, id="another secret"),
        pytest.param(answered("UnrecognizedClientException"), True, id="not known to services that speak JSON"),
        pytest.param(botocore.exceptions.NoCredentialsError(), True, id="none"),
        pytest.param(
            botocore.exceptions.PartialCredentialsError(provider="env", cred_var="secret"), True, id="half of them"
        ),
        pytest.param(
            botocore.exceptions.CredentialRetrievalError(provider="process", error_msg="no"), True, id="not to be had"
        ),
        pytest.param(
            botocore.exceptions.TokenRetrievalError(provider="sso", error_msg="no"), True, id="no token to be had"
        ),
        pytest.param(botocore.exceptions.UnauthorizedSSOTokenError(), True, id="an SSO session that is over"),
        pytest.param(botocore.exceptions.SSOTokenLoadError(error_msg="no"), True, id="no SSO session"),
        pytest.param(botocore.exceptions.NoAuthTokenError(), True, id="no token"),
        pytest.param(botocore.exceptions.RefreshWithMFAUnsupportedError(), True, id="a role that asks for MFA again"),
        pytest.param(botocore.exceptions.LoginRefreshRequired(), True, id="a login that is over"),
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
        pytest.param(answered("InvalidNextTokenException"), True, id="another code of its own"),
        pytest.param(answered("InvalidPaginationToken"), True, id="a pagination token"),
        pytest.param(answered("InvalidPaginationTokenException"), True, id="a pagination token, spelled longer"),
        pytest.param(answered("ExpiredNextTokenException"), True, id="expired"),
        pytest.param(answered("ExpiredPaginationToken"), True, id="an expired pagination token"),
        pytest.param(answered("ExpiredIteratorException"), True, id="an expired iterator"),
        pytest.param(answered("ValidationException", "Invalid NextToken"), True, id="a validation of its name"),
        pytest.param(answered("ValidationError", "Invalid marker"), True, id="a marker, as ELB and IAM call it"),
        pytest.param(answered("InvalidParameterValue", "The next token is wrong"), True, id="in two words"),
        pytest.param(answered("AccessDenied", "no nextToken for you"), False, id="a denial that speaks of it"),
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


@pytest.mark.parametrize(
    ("error", "one"),
    [
        pytest.param(answered("InvalidInstanceID.NotFound"), True, id="one is gone"),
        pytest.param(answered("ClusterNotFoundException"), True, id="one is gone, in other words"),
        pytest.param(answered("AccessDenied"), False, id="who asks may not"),
        pytest.param(answered("ExpiredToken"), False, id="the credentials expired"),
        pytest.param(answered("OptInRequired"), False, id="the credentials are not taken here"),
        pytest.param(answered("Throttling"), False, id="too much was asked"),
        pytest.param(answered("ServerException", status=500), False, id="the service's own fault"),
        pytest.param(ConnectionResetError("peer"), False, id="the network's fault"),
        pytest.param(botocore.exceptions.ParamValidationError(report="no"), False, id="AWS was never asked"),
        pytest.param(AssumeRoleError("no"), False, id="a shut account"),
    ],
)
def test_one_of_many_makes_aws_refuse_when_it_is_not_who_asks_nor_the_moment(error: Exception, one: bool) -> None:
    assert refuses_single_item(error) is one


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(AssumeRoleError("no"), id="a shut account"),
        pytest.param(answered("AccessDenied"), id="an answer that refuses"),
        pytest.param(botocore.exceptions.ReadTimeoutError(endpoint_url=URL), id="no answer"),
        pytest.param(botocore.parsers.ResponseParserError("no XML"), id="an answer that is none"),
        pytest.param(ConnectionResetError("peer"), id="a lost connection"),
        pytest.param(botocore.exceptions.NoCredentialsError(), id="nothing to ask with"),
    ],
)
def test_whatever_keeps_from_reading_is_told_and_ends_no_scan(error: Exception) -> None:
    assert isinstance(error, READ_ERRORS)
