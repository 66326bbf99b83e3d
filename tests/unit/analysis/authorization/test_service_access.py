"""Whether a policy admits one request of an AWS service."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.authorization.service_access import ServiceRequest, admits
from muster.analysis.policies.document import Policy

US = "123456789012"
TOPIC = f"arn:aws:sns:eu-west-1:{US}:alerts"
ALARM = f"arn:aws:cloudwatch:eu-west-1:{US}:alarm:errors"
SERVICE = {"Service": "cloudwatch.amazonaws.com"}
REQUEST = ServiceRequest("cloudwatch.amazonaws.com", "sns:publish", TOPIC, ALARM, {"aws:sourceowner": US})


def statement(effect: str = "Allow", principal: Any = SERVICE, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": "sns:Publish", "Resource": TOPIC, **more}


def policy(*statements: dict[str, Any]) -> Policy:
    return Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": statements}))


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


@pytest.mark.parametrize(
    ("given_policy", "admitted"),
    [
        pytest.param(policy(statement()), True, id="the service"),
        pytest.param(policy(statement(principal="*")), True, id="everybody"),
        pytest.param(policy(statement(principal={"AWS": "*"})), True, id="everybody, spelled as AWS"),
        pytest.param(policy(statement(Action="SNS:*")), True, id="all actions, in other letters"),
        pytest.param(policy(statement(Action=["sns:Subscribe", "sns:Pub*"])), True, id="a pattern of actions"),
        pytest.param(policy(statement(Resource="*")), True, id="every resource"),
        pytest.param(policy(), False, id="no statement"),
        pytest.param(policy(statement(principal={"Service": "events.amazonaws.com"})), False, id="another service"),
        pytest.param(policy(statement(principal={"AWS": f"arn:aws:iam::{US}:root"})), False, id="the account"),
        pytest.param(policy(statement(Action="sns:Subscribe")), False, id="another action"),
        pytest.param(policy(statement(Resource=TOPIC + "-2")), False, id="another resource"),
        pytest.param(policy(statement(), statement("Deny")), False, id="denied"),
        pytest.param(policy(statement(), statement("Deny", principal="*", Action="sns:*")), False, id="denied to all"),
        pytest.param(
            policy(statement(), statement("Deny", principal="*", **when("Bool", "aws:SecureTransport", "false"))),
            True,
            id="denied without TLS",
        ),
        pytest.param(
            policy(statement(), statement("Deny", principal="*", **when("Bool", "aws:PrincipalIsAWSService", "false"))),
            True,
            id="denied to all but services",
        ),
        pytest.param(policy(statement(**when("StringEquals", "aws:SourceAccount", US))), True, id="our account"),
        pytest.param(
            policy(statement(**when("StringEquals", "aws:SourceAccount", "111122223333"))), False, id="another account"
        ),
        pytest.param(
            policy(statement(**when("StringEquals", "AWS:SourceAccount", "111122223333", US))), True, id="both accounts"
        ),
        pytest.param(
            policy(statement(**when("StringEquals", "aws:SourceAccount", "${aws:ResourceAccount}"))),
            True,
            id="the account of the resource, as a variable",
        ),
        pytest.param(
            policy(statement(**when("ArnLike", "aws:SourceArn", f"arn:aws:cloudwatch:*:{US}:alarm:*"))),
            True,
            id="our alarms",
        ),
        pytest.param(
            policy(statement(**when("ArnLike", "aws:SourceArn", f"arn:aws:cloudwatch:*:{US}:alarm:bills-*"))),
            False,
            id="other alarms",
        ),
        pytest.param(
            policy(statement(principal={"AWS": "*"}, **when("StringEquals", "AWS:SourceOwner", US))),
            True,
            id="the policy that SNS gives a new topic",
        ),
        pytest.param(
            policy(statement(principal="*", **when("StringEquals", "aws:PrincipalOrgID", "o-abc1234567"))),
            False,
            id="principals of an organization",
        ),
        pytest.param(
            policy(statement(principal="*", **when("IpAddress", "aws:SourceIp", "0.0.0.0/0"))), False, id="an address"
        ),
        pytest.param(
            policy(statement(principal="*", **when("StringEquals", "sns:Protocol", "email"))),
            False,
            id="a key of another action",
        ),
        pytest.param(
            policy(statement(**when("StringEquals", "aws:SourceOrgID", "o-abc1234567"))), None, id="our organization?"
        ),
        pytest.param(
            policy(statement(), statement("Deny", **when("StringNotEquals", "aws:SourceOrgID", "o-abc1234567"))),
            None,
            id="denied outside our organization?",
        ),
        pytest.param(
            policy(statement(), statement(**when("StringEquals", "aws:SourceOrgID", "o-abc1234567"))),
            True,
            id="one statement for certain",
        ),
        pytest.param(policy(statement(**when("StringLikes", "aws:SourceArn", "*"))), None, id="no operator of IAM"),
        pytest.param(
            policy({"Effect": "Allow", "NotPrincipal": SERVICE, "Action": "sns:*", "Resource": "*"}),
            False,
            id="everybody but the service",
        ),
        pytest.param(
            policy(
                statement(),
                {"Effect": "Deny", "NotPrincipal": {"AWS": f"arn:aws:iam::{US}:root"}, "Action": "*", "Resource": "*"},
            ),
            False,
            id="denied to everybody but the account",
        ),
        pytest.param(
            policy(statement(), {"Effect": "Deny", "Principal": "*", "NotAction": "sns:Publish", "Resource": "*"}),
            True,
            id="all other actions are denied",
        ),
        pytest.param(
            policy(statement(), {"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": TOPIC}),
            True,
            id="all other resources are denied",
        ),
    ],
)
def test_a_request_of_a_service(given_policy: Policy, admitted: bool | None) -> None:
    assert admits(given_policy, REQUEST) is admitted


PRINCIPALS = [SERVICE, {"AWS": "*"}, {"AWS": f"arn:aws:iam::{US}:root"}, {"Service": "sns.amazonaws.com"}]
CONDITIONS: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    (when("StringEquals", "aws:SourceAccount", US), True),
    (when("StringEquals", "aws:SourceAccount", "111122223333"), False),
    (when("ArnLike", "aws:SourceArn", "arn:aws:cloudwatch:*:*:alarm:*"), True),
    (when("Null", "aws:PrincipalOrgID", "false"), False),
]
ACTIONS = [("sns:Publish", True), ("sns:*", True), ("sns:Subscribe", False)]
POSSIBLE = [
    (statement(effect, principal, Action=action, **condition), effect, number < 2 and applies and meets)
    for effect in ("Allow", "Deny")
    for number, principal in enumerate(PRINCIPALS)
    for action, applies in ACTIONS
    for condition, meets in CONDITIONS
]


@given(st.lists(st.sampled_from(POSSIBLE), max_size=5))
def test_what_is_allowed_and_not_denied_is_admitted(drawn: list[tuple[dict[str, Any], str, bool]]) -> None:
    speaking = [effect for _, effect, holds in drawn if holds]
    wanted = "Allow" in speaking and "Deny" not in speaking
    assert admits(policy(*(said for said, _, _ in drawn)), REQUEST) is wanted


def test_the_order_of_statements_does_not_matter() -> None:
    said = [
        statement(),
        statement("Deny", **when("StringEquals", "aws:SourceAccount", "111122223333")),
        statement(**when("StringEquals", "aws:SourceOrgID", "o-abc1234567")),
    ]
    assert {admits(policy(*order), REQUEST) for order in itertools.permutations(said)} == {True}
