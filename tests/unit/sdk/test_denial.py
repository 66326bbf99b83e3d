"""Which policy denied a call, read from AWS's own words: documented ones, and those that people recorded."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.sdk.denial import SENTENCE, Clock, PolicyKind, clock, clock_by_date, denial

WHO = "arn:aws:iam::123456789012:user/John"
USER = f"User: {WHO} is not authorized to perform: "
SCP_ARN = "arn:aws:organizations::111122223333:policy/o-zmj0qsgu0z/service_control_policy/p-6v4y751d"
BOUNDARY_ARN = "arn:aws:iam::123456789012:policy/umak-lab-boundary"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A message, and what it says: the kind of policy, whether it is a Deny, the action, the policy's ARN."""

    message: str
    kind: PolicyKind | None
    explicit: bool | None
    action: str
    arn: str = ""


GUIDE = {
    "SCP, implicit": Recorded(
        f"{USER}codecommit:ListRepositories because no service control policy allows the codecommit:ListRespositories "
        "action",
        PolicyKind.SERVICE_CONTROL, False, "codecommit:ListRepositories",
    ),
    "SCP, explicit": Recorded(
        f"{USER}codecommit:ListRepositories with an explicit deny in a service control policy",
        PolicyKind.SERVICE_CONTROL, True, "codecommit:ListRepositories",
    ),
    "RCP, explicit": Recorded(
        f"{USER}secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-east-1:123456789012:secret:* with "
        "an explicit deny in a resource control policy",
        PolicyKind.RESOURCE_CONTROL, True, "secretsmanager:GetSecretValue",
    ),
    "VPC endpoint, implicit": Recorded(
        f"{USER}\ncodecommit:ListRepositories because no VPC endpoint policy allows the codecommit:ListRepositories "
        "action",
        PolicyKind.ENDPOINT, False, "codecommit:ListRepositories",
    ),
    "VPC endpoint, explicit": Recorded(
        f"{USER}codedeploy:ListDeployments on resource: arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:* "
        "with an explicit deny in a VPC endpoint policy",
        PolicyKind.ENDPOINT, True, "codedeploy:ListDeployments",
    ),
    "boundary, implicit": Recorded(
        f"{USER}codedeploy:ListDeployments on resource: arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:* "
        "because no permissions boundary allows the codedeploy:ListDeployments action",
        PolicyKind.BOUNDARY, False, "codedeploy:ListDeployments",
    ),
    "boundary, explicit": Recorded(
        f"{USER}sagemaker:ListModels with an explicit deny in a permissions boundary",
        PolicyKind.BOUNDARY, True, "sagemaker:ListModels",
    ),
    "session, implicit": Recorded(
        f"{USER}codecommit:ListRepositories because no session policy allows the codecommit:ListRepositories action",
        PolicyKind.SESSION, False, "codecommit:ListRepositories",
    ),
    "session, explicit": Recorded(
        f"{USER}codedeploy:ListDeployments on resource: arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:* "
        "with an explicit deny in a sessions policy",
        PolicyKind.SESSION, True, "codedeploy:ListDeployments",
    ),
    "resource, implicit": Recorded(
        f"{USER}secretsmanager:GetSecretValue because no resource-based policy allows the "
        "secretsmanager:GetSecretValue action",
        PolicyKind.RESOURCE, False, "secretsmanager:GetSecretValue",
    ),
    "resource, explicit": Recorded(
        f"{USER}secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:us-east-1:123456789012:secret:* "
        "with an explicit deny in a resource-based policy",
        PolicyKind.RESOURCE, True, "secretsmanager:GetSecretValue",
    ),
    "role trust, implicit": Recorded(
        f"{USER}sts:AssumeRole because no role trust policy allows the sts:AssumeRole action",
        PolicyKind.TRUST, False, "sts:AssumeRole",
    ),
    "role trust, implicit, as the guide spelled it in 2023": Recorded(
        f"{USER}sts:AssumeRole because the role trust policy allows the sts:AssumeRole action",
        PolicyKind.TRUST, False, "sts:AssumeRole",
    ),
    "role trust, explicit": Recorded(
        f"{USER}sts:AssumeRole with an explicit deny in the role trust policy",
        PolicyKind.TRUST, True, "sts:AssumeRole",
    ),
    "identity, implicit": Recorded(
        f"{USER}codecommit:ListRepositories because no identity-based policy allows the codecommit:ListRepositories "
        "action",
        PolicyKind.IDENTITY, False, "codecommit:ListRepositories",
    ),
    "identity, explicit": Recorded(
        f"{USER}codedeploy:ListDeployments on resource: arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:* "
        "with an explicit deny in an identity-based policy",
        PolicyKind.IDENTITY, True, "codedeploy:ListDeployments",
    ),
    "SCP, met on the way through a VPC endpoint": Recorded(
        f"{USER}\nSNS:Publish on resource: arn:aws:sns:us-east-1:444455556666:role-name-2\nwith an explicit deny in a "
        "VPC endpoint policy transitively through a service control policy",
        PolicyKind.SERVICE_CONTROL, True, "SNS:Publish",
    ),
    "no kind at all": Recorded(
        f"{USER}widgets:GetWidget on resource: my-example-widget", None, None, "widgets:GetWidget"
    ),
}  # fmt: skip
"""The examples of the IAM guide, "Troubleshoot access denied error messages", read on 2026-11-28."""
RECORDED = {
    "S3, SCP with its ARN": Recorded(
        f'{USER}s3:GetBucketObjectLockConfiguration on resource: "arn:aws:s3:::practica-devops-00" with an explicit '
        f"deny in a service control policy: {SCP_ARN}",
        PolicyKind.SERVICE_CONTROL, True, "s3:GetBucketObjectLockConfiguration", SCP_ARN,
    ),
    "EC2, boundary with its ARN and an encoded message": Recorded(
        f"You are not authorized to perform this operation. {USER}ec2:RunInstances on resource: "
        f"arn:aws:ec2:ap-southeast-1:123456789012:instance/* with an explicit deny in a permissions boundary: "
        f"{BOUNDARY_ARN}. Encoded authorization failure message: QN7w7t3DAbfvg8Glu6KVPjGh0L6qxL-DvWn7efnpsDylc9yJoFPJ7",
        PolicyKind.BOUNDARY, True, "ec2:RunInstances", BOUNDARY_ARN,
    ),
    "EC2, SCP without a resource": Recorded(
        f"You are not authorized to perform this operation. {USER}ec2:DescribeVpcs with an explicit deny in a service "
        f"control policy: {SCP_ARN}",
        PolicyKind.SERVICE_CONTROL, True, "ec2:DescribeVpcs", SCP_ARN,
    ),
    "S3, identity-based with a policy of AWS": Recorded(
        f'{USER}s3:GetObject on resource: "arn:aws:s3:::docs/company/Paulo.pdf" with an explicit deny in an '
        "identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3",
        PolicyKind.IDENTITY, True, "s3:GetObject", "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3",
    ),
    "S3's guide, with the ARN named": Recorded(
        f'{USER}s3:GetObject on resource: "arn:aws:s3:::amzn-s3-demo-bucket1/object-name" with an explicit deny in an '
        "identity-based policy, with policy ARN:\narn:aws:iam::123456789012:policy/ExampleIdentityBasedPolicy",
        PolicyKind.IDENTITY, True, "s3:GetObject", "arn:aws:iam::123456789012:policy/ExampleIdentityBasedPolicy",
    ),
    "KMS": Recorded(
        f"{USER}kms:GenerateDataKey on this resource because no identity-based policy allows the kms:GenerateDataKey "
        "action",
        PolicyKind.IDENTITY, False, "kms:GenerateDataKey",
    ),
    "IAM, of a user by name": Recorded(
        f"{USER}iam:ListAttachedUserPolicies on resource: user Adam because no permissions boundary allows the "
        "iam:ListAttachedUserPolicies action",
        PolicyKind.BOUNDARY, False, "iam:ListAttachedUserPolicies",
    ),
    "before 2021, a Deny without its kind": Recorded(
        f"{USER}lambda:GetFunction on resource: arn:aws:lambda:us-east-1:123456789012:function:x with an explicit deny",
        None, True, "lambda:GetFunction",
    ),
    "the phrase that the guide once gave for SCPs": Recorded(
        f"{USER}sqs:ListQueues due to an explicit deny in a Service Control Policy",
        PolicyKind.SERVICE_CONTROL, True, "sqs:ListQueues",
    ),
    "EC2, without any word": Recorded("You are not authorized to perform this operation.", None, None, ""),
    "S3, of another organization's bucket": Recorded("Access Denied", None, None, ""),
    "nothing": Recorded("", None, None, ""),
}  # fmt: skip
"""What public issues and logs show, with account ids of the documentation."""
CASES = {**GUIDE, **RECORDED}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("spelled", [str, str.upper, str.lower, lambda text: text.replace(" ", "\r\n  ")])
def test_a_message_says_which_kind_of_policy_denied_which_action(name: str, spelled: object) -> None:
    case = CASES[name]
    assert callable(spelled)
    told = denial(spelled(case.message))
    assert (told.kind, told.explicit, told.action.lower()) == (case.kind, case.explicit, case.action.lower())
    assert told.policy_arn.lower() == case.arn.lower()
    assert told.principal.lower() in ("", WHO.lower())
    assert told.more == ""


@pytest.mark.parametrize("kind", PolicyKind)
@pytest.mark.parametrize("explicit", [True, False])
def test_every_kind_is_named_in_the_reason_with_the_action(kind: PolicyKind, explicit: bool) -> None:
    clause = f"with an explicit deny in a {kind}" if explicit else f"because no {kind} allows the sqs:ListQueues action"
    told = denial(f"{USER}sqs:ListQueues {clause}")
    article = "an" if kind is PolicyKind.IDENTITY else "a"
    says = f"{article} {kind} denies sqs:ListQueues" if explicit else f"no {kind} allows sqs:ListQueues"
    assert (told.kind, told.explicit, told.reason("sqs:Other")) == (kind, explicit, says)
    assert told.of_organization is (kind in {PolicyKind.SERVICE_CONTROL, PolicyKind.RESOURCE_CONTROL})
    assert told.wants_permission is (kind is PolicyKind.IDENTITY and not explicit)


def test_no_permission_undoes_an_explicit_deny_of_a_policy_that_aws_does_not_name() -> None:
    assert not denial(RECORDED["before 2021, a Deny without its kind"].message).wants_permission
    assert denial(RECORDED["EC2, without any word"].message).wants_permission


def test_the_reason_names_the_policy_where_aws_does() -> None:
    told = denial(RECORDED["EC2, SCP without a resource"].message)
    assert told.reason("") == f"a service control policy denies ec2:DescribeVpcs ({SCP_ARN})"


def test_an_encoded_message_is_kept_and_shown_nowhere() -> None:
    told = denial(RECORDED["EC2, boundary with its ARN and an encoded message"].message)
    assert told.encoded.startswith("QN7w7t3DAbfvg8Glu6KVPjGh0L6q")
    assert told.encoded not in told.reason("x:Y") + told.more
    old = denial("You are not authorized to perform this operation. Encoded authorization failure message: 4GIOHlTkIaW")
    assert (old.encoded, old.more, old.wants_permission) == ("4GIOHlTkIaW", "", True)


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(
            "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you "
            "are not allowed to access.",
            id="KMS, of ciphertext",
        ),
        pytest.param(
            f"{USER}kms:Decrypt on this resource because the resource does not exist in this Region, no resource-based "
            "policies allow access, or a resource-based policy explicitly denies access",
            id="KMS, of a key in another account",
        ),
        pytest.param(
            "User has not been granted access to this feature by the provider of the service", id="a service of its own"
        ),
    ],
)
def test_unknown_words_are_kept_as_aws_said_them(message: str) -> None:
    told = denial(message)
    assert (told.kind, told.more, told.wants_permission) == (None, message, True)


def test_unknown_words_are_one_short_line_without_control_characters() -> None:
    told = denial(f"\x1b[31mThe moon\x00\nis\u202e full\u009b: {'very ' * 200}. Request ID: 1234-abcd")
    assert told.more.startswith("[31mThe moon is full : very very")
    assert len(told.more) == SENTENCE


def test_a_name_that_sounds_like_a_policy_is_none() -> None:
    named = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:with an explicit deny in a service control policy"
    told = denial(f"{USER}cloudwatch:ListTagsForResource on resource: {named} because no identity-based policy allows "
                  "the cloudwatch:ListTagsForResource action")  # fmt: skip
    assert (told.kind, told.explicit) == (PolicyKind.IDENTITY, False)


@given(st.text(max_size=400))
def test_any_text_is_read_without_an_error_and_shown_on_one_line(text: str) -> None:
    told = denial(text)
    assert told.more.isprintable()
    assert len(told.more) <= SENTENCE


BEHIND = "Signature expired: 20230822T072529Z is now earlier than 20230822T193257Z (20230822T194757Z - 15 min.)"
AHEAD = "Signature not yet current: 20180404T155030Z is still later than 20180404T070416Z (20180404T064916Z + 15 min.)"
SKEWED = "The difference between the request time and the current time is too large."


@pytest.mark.parametrize(
    ("code", "message", "beside", "ahead"),
    [
        pytest.param("SignatureDoesNotMatch", BEHIND, (), -timedelta(hours=12, minutes=22, seconds=28), id="behind"),
        pytest.param("InvalidSignatureException", AHEAD, (), timedelta(hours=9, minutes=1, seconds=14), id="ahead"),
        pytest.param(
            "InvalidSignatureException",
            "Signature expired: 20260609T133205Z is now earlier than 20260614T062525Z",
            (),
            -timedelta(days=4, hours=16, minutes=53, seconds=20),
            id="without the time of AWS",
        ),
        pytest.param(
            "RequestTimeTooSkewed",
            SKEWED,
            ("20091004T222113Z", "2009-10-04T21:21:13Z"),
            timedelta(hours=1),
            id="S3, with both times beside",
        ),
        pytest.param("RequestTimeTooSkewed", SKEWED, (), None, id="S3, without them"),
    ],
)
def test_a_refused_signature_says_how_wrong_the_clock_is(
    code: str, message: str, beside: tuple[str, ...], ahead: timedelta | None
) -> None:
    assert clock(code, message, *beside) == Clock(ahead)


@pytest.mark.parametrize(
    ("ahead", "says"),
    [
        (-timedelta(hours=12, minutes=22, seconds=28), "this machine's clock is 12 h 22 min behind AWS's"),
        (timedelta(days=4, hours=16), "this machine's clock is 4 d 16 h ahead of AWS's"),
        (timedelta(minutes=6), "this machine's clock is 6 min ahead of AWS's"),
        (None, "this machine's clock is wrong by more than AWS accepts"),
    ],
)
def test_it_is_half_a_sentence(ahead: timedelta | None, says: str) -> None:
    assert str(Clock(ahead)) == says


def test_a_wrong_secret_is_no_wrong_clock() -> None:
    message = "The request signature we calculated does not match the signature you provided."
    assert clock("SignatureDoesNotMatch", message) is None


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        ("Sat, 28 Nov 2026 10:00:00 GMT", timedelta(hours=2)),
        ("Sat, 28 Nov 2026 12:04:00 GMT", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_the_date_of_an_answer_shows_a_clock_that_is_off_by_more_than_aws_accepts(
    date: str, ahead: timedelta | None
) -> None:
    noon = 1795867200.0
    assert clock_by_date(date, noon) == (Clock(ahead) if ahead else None)
