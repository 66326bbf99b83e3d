"""Who can reach a Lambda function, and what its environment gives away."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.lambda_.access import (
    lambda_environment_without_secrets,
    lambda_function_public_access_prohibited,
    lambda_function_url_auth_required,
)
from muster.facets.lambda_.functions import Function, FunctionPolicy, FunctionUrls
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
ACCOUNT = "123456789012"
ARN = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders"
S3 = {"Service": "s3.amazonaws.com"}
OWNER = {"StringEquals": {"AWS:SourceAccount": ACCOUNT}}
BUCKET = {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::orders"}}


def statement(principal: Any, condition: Any = None, **more: Any) -> dict[str, Any]:
    said = {"Effect": "Allow", "Principal": principal, "Action": "lambda:InvokeFunction", "Resource": ARN, **more}
    return said | ({"Condition": condition} if condition else {})


def policy(*statements: dict[str, Any]) -> FunctionPolicy:
    return FunctionPolicy.parse({"Policy": json.dumps({"Version": "2012-10-17", "Statement": list(statements)})})


@pytest.mark.parametrize(
    ("statements", "status", "reason"),
    [
        pytest.param(
            [], C, "The function has no resource-based policy; only its own account can invoke it", id="no policy"
        ),
        pytest.param(
            [statement("*")],
            N,
            'Its policy is public: statement 1 allows lambda:InvokeFunction to everyone (Principal "*")',
            id="everybody",
        ),
        pytest.param([statement({"AWS": "*"})], N, "", id="everybody, spelled as accounts"),
        pytest.param([statement("*", OWNER)], C, "The policy allows no public access", id="everybody of one account"),
        pytest.param(
            [statement("*", {"StringLike": {"AWS:SourceAccount": "1234*"}})],
            N,
            "Its policy is public: statement 1 allows lambda:InvokeFunction to everyone (Principal "
            '"*") despite its condition (aws:SourceAccount names no account)',
            id="a wildcard",
        ),
        pytest.param(
            [
                statement(
                    "*", {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}, Action="lambda:InvokeFunctionUrl"
                )
            ],
            N,
            "",
            id="the statement that the console writes for a URL",
        ),
        pytest.param(
            [statement("*", {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}})],
            N,
            "",
            id="the other statement that the console writes for a URL",
        ),
        pytest.param(
            [statement("*", {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}})],
            C,
            "The policy allows no public access",
            id="a key that no invocation carries",
        ),
        pytest.param([statement({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})], C, "", id="an account"),
        pytest.param([statement({"Service": "sns.amazonaws.com"})], C, "", id="another service"),
        pytest.param(
            [statement(S3)],
            N,
            "Its policy is public: statement allows S3 buckets of any account (no condition on AWS:SourceAccount)",
            id="S3 without an account",
        ),
        pytest.param(
            [statement(S3, BUCKET)],
            N,
            "Its policy is public: statement allows S3 buckets of any account (no condition on AWS:SourceAccount)",
            id="the bucket alone names no account",
        ),
        pytest.param([statement(S3, OWNER)], C, "", id="S3 with the account"),
        pytest.param(
            [
                statement(S3),
                statement("*", {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, Effect="Deny", Action="lambda:*"),
            ],
            C,
            "",
            id="S3 with the account in a Deny",
        ),
        pytest.param(
            [statement(S3, {"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-abcdefghij/*"}})],
            C,
            "",
            id="S3 with a path of an organization",
        ),
        pytest.param([statement(S3, BUCKET | OWNER)], C, "", id="S3 with the bucket and the account"),
        pytest.param([statement(S3, {"StringEquals": {"aws:SourceOrgID": "o-abcdefghij"}})], C, "", id="an org"),
        pytest.param([statement(S3, {"StringLike": {"AWS:SourceAccount": "*"}})], N, "", id="any account"),
        pytest.param(
            [statement(S3, {"StringEqualsIfExists": {"AWS:SourceAccount": ACCOUNT}})],
            N,
            "",
            id="an account only if it is said",
        ),
        pytest.param([statement(S3, Effect="Deny")], C, "", id="a denial admits nobody"),
        pytest.param([statement(S3, Action="lambda:GetFunction")], C, "", id="S3 may not invoke"),
        pytest.param([statement(S3, Action="lambda:*")], N, "", id="S3 may do everything"),
        pytest.param([statement({"Service": "s3.amazonaws.com.cn"})], N, "", id="S3 as China spells it"),
        pytest.param([statement(S3, OWNER), statement("*")], N, "", id="one bad statement of two"),
    ],
)
def test_lambda_function_public_access_prohibited(
    statements: list[dict[str, Any]], status: Status, reason: str
) -> None:
    verdict = lambda_function_public_access_prohibited(policy(*statements) if statements else FunctionPolicy.parse({}))
    assert verdict.status is status
    assert reason in verdict.reason


def test_a_policy_that_cannot_be_understood_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="cannot be parsed"):
        lambda_function_public_access_prohibited(FunctionPolicy.parse({"Policy": "{"}))


@pytest.mark.parametrize(
    ("urls", "status", "reason"),
    [
        pytest.param((), NA, "The function has no function URL", id="no URL"),
        pytest.param((("$LATEST", "AWS_IAM"),), C, "AWS_IAM ($LATEST)", id="IAM"),
        pytest.param(
            (("$LATEST", "NONE"),),
            N,
            "The function URL of $LATEST has no authentication (AuthType NONE)",
            id="nobody is asked",
        ),
        pytest.param(
            (("$LATEST", "AWS_IAM"), ("live", "NONE")),
            N,
            "The function URL of live has no authentication (AuthType NONE)",
            id="the URL of an alias",
        ),
        pytest.param((("$LATEST", Unknown("x")), ("live", "NONE")), N, "", id="what is known decides"),
    ],
)
def test_lambda_function_url_auth_required(
    urls: tuple[tuple[str, str | Unknown], ...], status: Status, reason: str
) -> None:
    verdict = lambda_function_url_auth_required(FunctionUrls(urls))
    assert verdict.status is status
    assert reason in verdict.reason


def test_a_way_to_authenticate_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="AuthType"):
        lambda_function_url_auth_required(FunctionUrls.parse({"FunctionUrlConfigs": [{"AuthType": "OIDC"}]}))


def with_variables(**variables: str) -> Function:
    return Function.parse({"FunctionName": "orders", "Environment": {"Variables": variables}})


@pytest.mark.parametrize(
    ("function", "status", "reason"),
    [
        pytest.param(Function.parse({}), C, "No environment variables", id="no environment"),
        pytest.param(with_variables(), C, "", id="no variables"),
        pytest.param(
            with_variables(LOG_LEVEL="INFO"),
            C,
            "No environment variable looks like a secret (1 checked)",
            id="a setting",
        ),
        pytest.param(
            with_variables(LOG_LEVEL="INFO", DB_PASSWORD="hunter2"),
            N,
            "DB_PASSWORD looks like a secret (the name suggests a secret, and the value is not a reference to one)",
            id="a password",
        ),
        pytest.param(
            with_variables(DB_PASSWORD="arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"),
            C,
            "No environment variable looks like a secret (1 checked)",
            id="where the password is kept",
        ),
    ],
)
def test_lambda_environment_without_secrets(function: Function, status: Status, reason: str) -> None:
    verdict = lambda_environment_without_secrets(function)
    assert verdict.status is status
    assert reason in verdict.reason


def test_a_variable_may_be_accepted_by_name() -> None:
    function = with_variables(DB_PASSWORD="hunter2", API_KEY="a1b2c3d4e5")
    assert lambda_environment_without_secrets(function, accepted=("DB_PASSWORD", "API_KEY")).status is C
    verdict = lambda_environment_without_secrets(function, accepted=("DB_PASSWORD",))
    assert verdict.status is N
    assert "DB_PASSWORD" not in verdict.reason


def test_an_environment_that_aws_could_not_decrypt_is_no_verdict() -> None:
    function = Function.parse({"Environment": {"Error": {"ErrorCode": "AccessDeniedException", "Message": "no"}}})
    with pytest.raises(UnknownField, match="AccessDeniedException"):
        lambda_environment_without_secrets(function)


@given(st.text("abcdefghijkmnpqrstuvwxyz23456789", min_size=8, max_size=40))
def test_no_value_ever_gets_into_the_facet_or_the_reason(value: str) -> None:
    function = with_variables(DB_PASSWORD=value, TOKEN=f"Zq{value}")
    assert value not in repr(function)
    assert value not in lambda_environment_without_secrets(function).reason
