"""What strangers may do by a policy, against a small evaluation of it for strangers of each kind."""

import ipaddress
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.policy_access import covers, foreign, public
from muster.resource_policy import Condition, Policy, Statement

OWN, OTHER, STRANGE = "123456789012", "111122223333", "444455556666"
ACTIONS = ("s3:getobject", "s3:putobject", "s3:putbucketpolicy")
RESOURCES = ("arn:aws:s3:::b", "arn:aws:s3:::b/a", "arn:aws:s3:::b/s/x")

Request = Mapping[str, str]
"""The keys of a request; without aws:PrincipalAccount nobody signed it."""

PLAIN = {"aws:sourceip": "203.0.113.9", "aws:securetransport": "false"}
STRANGERS: tuple[Request, ...] = (
    PLAIN,
    {**PLAIN, "aws:principalaccount": STRANGE},
    {**PLAIN, "aws:principalaccount": STRANGE, "aws:principalorgid": "o-9", "aws:securetransport": "true"},
)


def met(condition: Condition, request: Request) -> bool:
    """Evaluate a condition as IAM documents it, for keys with one value.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    many, _, operator = condition.operator.rpartition(":")
    said, negated = request.get(condition.key), "not" in operator
    if operator == "null":
        return any((value == "true") is (said is None) for value in condition.values)
    if said is None:
        return condition.if_exists or many == "forallvalues" or (negated and not many)
    return any(equal(operator.replace("not", ""), value, said) for value in condition.values) is not negated


def equal(operator: str, value: str, said: str) -> bool:
    if operator == "ipaddress":
        return ipaddress.ip_address(said) in ipaddress.ip_network(value)
    return covers(value, said) if operator == "stringlike" else value == said


def concerns(statement: Statement, request: Request, action: str, resource: str) -> bool:
    account = f"aws:{request.get('aws:principalaccount', 'nobody')}"
    named = {"*", account} & {*(statement.not_principals or statement.principals)}
    done = any(covers(each, action) for each in statement.not_actions or statement.actions)
    where = any(covers(each, resource) for each in statement.not_resources or statement.resources)
    return (
        bool(named) is not bool(statement.not_principals)
        and done is not bool(statement.not_actions)
        and where is not bool(statement.not_resources)
        and all(met(condition, request) for condition in statement.conditions)
    )


def allowed(policy: Policy, request: Request, action: str, resource: str) -> bool:
    effects = {each.allow for each in policy.statements if concerns(each, request, action, resource)}
    return effects == {True}


OPERATORS = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIfExists",
    "StringNotEqualsIfExists",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringNotEquals",
]
OF_WHOM = st.builds(
    lambda operator, key, value: {operator: {key: value}},
    st.sampled_from(OPERATORS),
    st.sampled_from(["aws:PrincipalAccount", "aws:PrincipalOrgID"]),
    st.sampled_from([OWN, OTHER, "o-1", "o-*", "*", [OWN, "*"], [OWN, OTHER]]),
)
FROM_WHERE = st.builds(
    lambda operator, value: {operator: {"aws:SourceIp": value}},
    st.sampled_from(["IpAddress", "NotIpAddress", "IpAddressIfExists"]),
    st.sampled_from(["192.0.2.0/24", "0.0.0.0/0", ["192.0.2.0/24", "198.51.100.0/24"]]),
)
HOW = st.sampled_from(
    [
        {"Null": {"aws:PrincipalOrgID": "true"}},
        {"Null": {"aws:PrincipalOrgID": "false"}},
        {"Bool": {"aws:SecureTransport": "false"}},
        {"Bool": {"aws:SecureTransport": "true"}},
    ]
)
ONE = st.one_of(OF_WHOM, OF_WHOM, FROM_WHERE, HOW)
CONDITIONS = st.one_of(st.just({}), ONE, ONE, st.tuples(ONE, ONE).map(lambda two: {**two[0], **two[1]}))
EFFECTS = st.sampled_from(["Allow", "Deny"])
ANYTHING = st.builds(
    lambda effect, whom, whose, does, done, on, where, condition: {
        "Effect": effect,
        whom: whose,
        does: done,
        on: where,
        "Condition": condition,
    },
    EFFECTS,
    st.sampled_from(["Principal", "NotPrincipal"]),
    st.sampled_from(["*", {"AWS": "*"}, {"AWS": OWN}, {"AWS": [OTHER]}, {"Service": "s3.amazonaws.com"}]),
    st.sampled_from(["Action", "NotAction"]),
    st.sampled_from(["s3:GetObject", "s3:Get*", "s3:Put*", "s3:*", "*", ["s3:GetObject", "s3:PutBucketPolicy"]]),
    st.sampled_from(["Resource", "NotResource"]),
    st.sampled_from(["*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/s/*"]),
    CONDITIONS,
)
EVERYTHING = st.builds(
    lambda effect, condition: {
        "Effect": effect,
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": condition,
    },
    EFFECTS,
    CONDITIONS,
)
STATEMENTS = st.one_of(EVERYTHING, ANYTHING)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STATEMENTS, min_size=1, max_size=3), st.sampled_from([None, *((action,) for action in ACTIONS)]))
def test_what_a_stranger_may_do_is_never_missed(said: list[dict[str, Any]], asked: tuple[str, ...] | None) -> None:
    policy = Policy.parse(json.dumps({"Statement": said}))
    actions = ACTIONS if asked is None else asked
    if any(allowed(policy, who, does, on) for who in STRANGERS for does in actions for on in RESOURCES):
        assert public(policy, asked)
        assert foreign(policy, OWN, asked)


@pytest.mark.parametrize(
    ("statements", "open_"),
    [
        pytest.param([("Allow", {})], True, id="allowed"),
        pytest.param([("Allow", {}), ("Deny", {})], False, id="denied"),
        pytest.param([("Allow", {"StringEquals": {"aws:PrincipalAccount": OWN}})], False, id="held to an account"),
        pytest.param([("Allow", {"StringNotEquals": {"aws:PrincipalAccount": OWN}})], True, id="all but an account"),
    ],
)
def test_the_evaluation_itself(statements: list[tuple[str, Any]], open_: bool) -> None:
    said = [
        {"Effect": effect, "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}
        for effect, condition in statements
    ]
    policy = Policy.parse(json.dumps({"Statement": said}))
    assert any(allowed(policy, who, ACTIONS[0], RESOURCES[1]) for who in STRANGERS) is open_
