"""What a role does not grant is refused while the embedded AWS runs, in each service's words."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.iam_policies import Decision, decide
from local.server import ACCOUNT, EmbeddedAws


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as embedded:
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        embedded.client("iam").create_role(
            RoleName="reader", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]})
        )
        for name in ("mine", "yours"):
            where = {"LocationConstraint": "eu-west-1"}
            embedded.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=where)
        yield embedded


def grant(aws: EmbeddedAws, *statements: dict[str, Any]) -> None:
    """Let the role do what the statements say, and no more."""
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    aws.client("iam").put_role_policy(RoleName="reader", PolicyName="grants", PolicyDocument=policy)


def client(aws: EmbeddedAws, service: str, role: str = "reader") -> Any:
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    key = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    made: Any = boto3.session.Session(
        key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"], region_name="eu-west-1"
    )
    return made.client(service, endpoint_url=aws.endpoint)


ALLOW = {"Effect": "Allow", "Action": "s3:GetBucketVersioning", "Resource": "arn:aws:s3:::mine"}


def refusal(call: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call()
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_grant_holds_for_its_action_and_its_resource(aws: EmbeddedAws) -> None:
    grant(aws, ALLOW)
    s3 = client(aws, "s3")
    assert s3.get_bucket_versioning(Bucket="mine")["ResponseMetadata"]["HTTPStatusCode"] == 200
    code, message = refusal(lambda: s3.get_bucket_versioning(Bucket="yours"))
    assert code == "AccessDenied"
    assert message == (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/reader/test is not authorized to perform: s3:GetBucketVersioning "
        "on resource: arn:aws:s3:::yours because no identity-based policy allows the s3:GetBucketVersioning action"
    )
    assert refusal(lambda: s3.get_bucket_tagging(Bucket="mine"))[0] == "AccessDenied"


def test_a_managed_policy_grants_what_its_default_version_says(aws: EmbeddedAws) -> None:
    grant(aws, {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"})
    iam = aws.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [ALLOW]})
    arn = iam.create_policy(PolicyName="versioning", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="reader", PolicyArn=arn)
    s3 = client(aws, "s3")
    try:
        assert s3.get_bucket_versioning(Bucket="mine")["ResponseMetadata"]["HTTPStatusCode"] == 200
        none = json.dumps({"Version": "2012-10-17", "Statement": [{**ALLOW, "Action": "s3:GetBucketAcl"}]})
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=none, SetAsDefault=True)
        assert refusal(lambda: s3.get_bucket_versioning(Bucket="mine"))[0] == "AccessDenied"
    finally:
        iam.detach_role_policy(RoleName="reader", PolicyArn=arn)


def test_a_deny_wins_and_says_so(aws: EmbeddedAws) -> None:
    grant(aws, ALLOW, {**ALLOW, "Effect": "Deny", "Action": "s3:*"})
    _, message = refusal(lambda: client(aws, "s3").get_bucket_versioning(Bucket="mine"))
    assert message.endswith("with an explicit deny in an identity-based policy")


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("ec2", lambda found: found.describe_instances(), "UnauthorizedOperation"),
        ("iam", lambda found: found.list_roles(), "AccessDenied"),
        ("dynamodb", lambda found: found.list_tables(), "AccessDeniedException"),
        ("lambda", lambda found: found.list_functions(), "AccessDeniedException"),
    ],
)
def test_each_service_refuses_in_its_own_words(aws: EmbeddedAws, service: str, call: Any, code: str) -> None:
    grant(aws, ALLOW)
    found, message = refusal(lambda: call(client(aws, service)))
    assert found == code
    assert "because no identity-based policy allows" in message


def test_a_region_that_an_scp_closes_is_closed_to_roles(aws: EmbeddedAws) -> None:
    grant(aws, {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"})
    aws.enforcement.closed.add("eu-west-1")
    try:
        code, message = refusal(lambda: client(aws, "ec2").describe_instances())
        assert aws.client("ec2").describe_instances()["Reservations"] == []
        assert client(aws, "sts").get_caller_identity()["Account"] == ACCOUNT
    finally:
        aws.enforcement.closed.clear()
    assert code == "UnauthorizedOperation"
    assert message.endswith("ec2:DescribeInstances with an explicit deny in a service control policy")


def test_who_i_am_needs_no_grant_and_a_role_that_was_never_made_is_an_administrator(aws: EmbeddedAws) -> None:
    grant(aws, ALLOW)
    assert client(aws, "sts").get_caller_identity()["Account"] == ACCOUNT
    assert client(aws, "ec2", "administrator").describe_instances()["Reservations"] == []


DOCUMENT = {
    "Effect": "Allow",
    "Action": ["s3:List*", "s3:Get?bject"],
    "Resource": "arn:aws:s3:::mine*",
}


@pytest.mark.parametrize(
    ("changed", "action", "resource", "context", "allowed"),
    [
        ({}, "s3:ListBucket", "arn:aws:s3:::mine", {}, True),
        ({}, "S3:listbucket", "arn:aws:s3:::mine", {}, True),
        ({}, "s3:GetObject", "arn:aws:s3:::mine/key", {}, True),
        ({}, "s3:PutObject", "arn:aws:s3:::mine/key", {}, False),
        ({}, "s3:ListBucket", "arn:aws:s3:::yours", {}, False),
        ({"Action": None, "NotAction": "s3:Put*"}, "s3:GetObject", "arn:aws:s3:::mine/key", {}, True),
        ({"Action": None, "NotAction": "s3:Put*"}, "s3:PutObject", "arn:aws:s3:::mine/key", {}, False),
        ({"Resource": None, "NotResource": "arn:aws:s3:::mine/*"}, "s3:ListBucket", "arn:aws:s3:::mine", {}, True),
        ({"Resource": None, "NotResource": "arn:aws:s3:::mine/*"}, "s3:GetObject", "arn:aws:s3:::mine/k", {}, False),
        ({"Condition": {"StringEquals": {"s3:prefix": ["a", "b"]}}}, "s3:ListBucket", "arn:aws:s3:::mine", {}, False),
        (
            {"Condition": {"StringEquals": {"s3:prefix": ["a", "b"]}}},
            "s3:ListBucket", "arn:aws:s3:::mine", {"s3:prefix": ("b",)}, True,
        ),
        (
            {"Condition": {"StringNotLike": {"s3:prefix": "a*"}}},
            "s3:ListBucket", "arn:aws:s3:::mine", {"s3:prefix": ("ab",)}, False,
        ),
        ({"Condition": {"StringNotLike": {"s3:prefix": "a*"}}}, "s3:ListBucket", "arn:aws:s3:::mine", {}, True),
        ({"Condition": {"StringLikeIfExists": {"s3:prefix": "a*"}}}, "s3:ListBucket", "arn:aws:s3:::mine", {}, True),
        ({"Condition": {"Null": {"s3:prefix": "true"}}}, "s3:ListBucket", "arn:aws:s3:::mine", {}, True),
        ({"Condition": {"Null": {"s3:prefix": "false"}}}, "s3:ListBucket", "arn:aws:s3:::mine", {}, False),
        (
            {"Condition": {"ForAllValues:StringEquals": {"aws:tagkeys": "a"}}},
            "s3:ListBucket", "arn:aws:s3:::mine", {"aws:tagkeys": ("a", "b")}, False,
        ),
        (
            {"Condition": {"ForAnyValue:StringEquals": {"aws:tagkeys": "a"}}},
            "s3:ListBucket", "arn:aws:s3:::mine", {"aws:tagkeys": ("a", "b")}, True,
        ),
        (
            {"Condition": {"ForAnyValue:StringEquals": {"aws:tagkeys": "a"}}},
            "s3:ListBucket", "arn:aws:s3:::mine", {}, False,
        ),
        ({"Condition": {"Bool": {"aws:SecureTransport": True}}}, "s3:ListBucket", "arn:aws:s3:::mine",
         {"aws:securetransport": ("true",)}, True),
    ],
)  # fmt: skip
def test_statements_by_example(
    changed: dict[str, Any], action: str, resource: str, context: dict[str, tuple[str, ...]], *, allowed: bool
) -> None:
    statement = {key: value for key, value in {**DOCUMENT, **changed}.items() if value is not None}
    assert decide([json.dumps({"Statement": statement})], action, resource, context) == Decision(allowed)


def test_an_operator_that_is_not_known_is_no_silent_pass() -> None:
    statement = {**DOCUMENT, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    with pytest.raises(NotImplementedError, match="IpAddress"):
        decide([json.dumps({"Statement": statement})], "s3:ListBucket", "arn:aws:s3:::mine", {})
