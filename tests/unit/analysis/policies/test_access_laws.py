"""Whether strangers get in by a policy, against requests of strangers that are evaluated one by one.

The evaluation is written from IAM's pages and shares nothing with what it tests: it takes policies as JSON.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import ipaddress
import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.analysis.policies.access import foreign, public
from muster.analysis.policies.document import Policy
from tests.examples import examples

OWN, OTHER, STRANGE, STRANGER = "123456789012", "111122223333", "444455556666", "777788889999"
ACTIONS = ("s3:getobject", "s3:putobject", "s3:putbucketpolicy")
RESOURCES = ("arn:aws:s3:::b", "arn:aws:s3:::b/a", "arn:aws:s3:::b/s/x")

Request = Mapping[str, list[str]]
"""The keys of a request, in lower case, each with its values."""


Choices = list[dict[str, list[str]]]


def requests(keys: set[str], *choices: Choices) -> Iterator[Request]:
    """Yield requests with one of each kind of choices, as far as they differ in some keys."""
    cut = []
    for kind in choices:
        seen = [{key: said for key, said in each.items() if key in keys} for each in kind]
        cut.append([each for place, each in enumerate(seen) if each not in seen[:place]])
    for parts in itertools.product(*cut):
        yield {key: said for part in parts for key, said in part.items()}


ROUTES = [
    *({"aws:sourceip": [address]} for address in ("203.0.113.9", "10.1.2.3", "192.0.0.1", "2001:db9::1")),
    {"aws:sourcevpce": ["vpce-9"], "aws:sourcevpc": ["vpc-9"]},
    {"aws:sourcevpce": ["vpce-9"], "aws:sourcevpc": ["vpc-9"], "aws:vpceaccount": [STRANGE]},
    {},
]
"""Over the internet, through an endpoint, and through a service that was called through one."""

PROGRAMS = [{"aws:useragent": [name]} for name in ("app", "APP", "app/2", "a-bot", "app-bot", "none")]
WAYS = [{"aws:securetransport": [word]} for word in ("true", "false")]
TAGS = [{}, *({"aws:tagkeys": keys} for keys in (["a"], ["b"], ["c"], ["a", "b"], ["a", "c"], ["a", "b", "c"]))]
HOMES = [
    {},
    *({"aws:principalorgid": ["o-9"], "aws:principalorgpaths": [f"o-9/{root}/ou-9/"]} for root in ("r-ab12", "r-9")),
]
HOW = (PROGRAMS, WAYS, TAGS)
NOBODY = ([{"aws:principalaccount": ["anonymous"]}], ROUTES, *HOW)
"""Who is of no account."""

SIGNED = [
    {
        "aws:principalaccount": [account],
        "aws:principalarn": [f"arn:aws:iam::{account}:role/{role}"],
        "aws:principalisawsservice": ["false"],
    }
    for account in (STRANGE, STRANGER)
    for role in ("app", "zz")
]
AGES = [{}, *({"aws:multifactorauthage": [seconds]} for seconds in ("30", "60", "1000", "3600", "9999"))]
SOMEBODY = (SIGNED, HOMES, AGES, ROUTES, *HOW)
"""Principals of accounts that no policy names, in an organization and in none."""

SOURCES = [
    {},
    *({"aws:sourcearn": [arn]} for arn in (f"arn:aws:sns:eu-west-1:{STRANGE}:t", "arn:aws:s3:::strange")),
]
SERVED = (
    [{"aws:principalisawsservice": ["true"]}],
    [{}, {"aws:principalaccount": [STRANGE]}, {"aws:principalaccount": [STRANGER]}],
    [{}, {"aws:sourceaccount": [STRANGE]}, {"aws:sourceaccount": [STRANGER]}],
    SOURCES,
    ROUTES,
    *HOW,
)
"""What AWS services do for strangers. It counts for statements that only services can meet."""


def like(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    if pattern[0] == "*":
        return like(pattern[1:], text) or bool(text and like(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and like(pattern[1:], text[1:])


def alike(operator: str, value: str, text: str) -> bool:
    """Compare one value of a policy with one of a request."""
    if operator in ("StringEquals", "Bool"):
        return value == text
    if operator == "StringEqualsIgnoreCase":
        return value.lower() == text.lower()
    if operator == "StringLike":
        return like(value, text)
    if operator in ("ArnLike", "ArnEquals"):
        parts = list(zip(value.split(":", 5), text.split(":", 5), strict=False))
        return all(like(one, other) for one, other in parts)
    if operator.startswith("Numeric"):
        least, most = sorted((float(value), float(text)))
        less, more = operator.startswith("NumericLess"), operator.startswith("NumericGreater")
        same = not operator.endswith("Than")
        return same if least == most else (less and float(text) == least) or (more and float(text) == most)
    assert operator == "IpAddress", operator
    address, network = ipaddress.ip_address(text), ipaddress.ip_network(value)
    return address.version == network.version and address in network


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def meets(operator: str, key: str, values: list[str], request: Request) -> bool:
    """Evaluate one condition."""
    said = request.get(key.lower(), [])
    if operator == "Null":
        return (values == ["true"]) is (not said)
    many, _, name = operator.rpartition(":")
    exists, name = name.endswith("IfExists"), name.removesuffix("IfExists")
    negated, name = "Not" in name, name.replace("Not", "", 1)
    if not said:
        return exists or many == "ForAllValues" or (negated and many != "ForAnyValue")
    fits = [any(alike(name, value, text) for value in values) is not negated for text in said]
    return any(fits) if many == "ForAnyValue" else all(fits)


def met(condition: Any, request: Request) -> bool:
    return all(
        meets(operator, key, listed(values), request)
        for operator, tests in condition.items()
        for key, values in tests.items()
    )


def concerns(statement: Any, request: Request, action: str, resource: str) -> bool:
    """Whether a statement applies to what a stranger asks for, which `*` alone names."""
    whom = statement.get("Principal", statement.get("NotPrincipal"))
    names = (
        listed(whom["AWS"]) if isinstance(whom, dict) and "AWS" in whom else [] if isinstance(whom, dict) else [whom]
    )
    does = any(like(each.lower(), action) for each in listed(statement.get("Action", statement.get("NotAction"))))
    where = any(like(each, resource) for each in listed(statement.get("Resource", statement.get("NotResource"))))
    return (
        ("*" in names) is ("Principal" in statement)
        and does is ("Action" in statement)
        and where is ("Resource" in statement)
        and met(statement["Condition"], request)
    )


def gets_in(said: list[dict[str, Any]], actions: tuple[str, ...]) -> bool:
    """Whether some stranger is allowed one of the actions."""
    asked = list(itertools.product(actions, RESOURCES))
    keys = {key.lower() for each in said for tests in each["Condition"].values() for key in tests}
    strangers = [*requests(keys, *NOBODY), *requests(keys, *SOMEBODY)]
    served = list(requests(keys, *SERVED))
    for statement in said:
        if statement["Effect"] != "Allow":
            continue
        may = [each for each in strangers if met(statement["Condition"], each)]
        may = may or [each for each in served if met(statement["Condition"], each)]
        for action, resource in asked:
            if may and concerns({**statement, "Condition": {}}, {}, action, resource):
                denials = [
                    each["Condition"]
                    for each in said
                    if each["Effect"] == "Deny" and concerns({**each, "Condition": {}}, {}, action, resource)
                ]
                if any(not any(met(denial, request) for denial in denials) for request in may):
                    return True
    return False


SETS = ["", "ForAnyValue:", "ForAllValues:"]


def conditions(sets: list[str], operators: list[str], keys: list[str], values: list[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda many, operator, exists, key, value: {f"{many}{operator}{exists}": {key: value}},
        st.sampled_from(sets),
        st.sampled_from(operators),
        st.sampled_from(["", "", "IfExists"]),
        st.sampled_from(keys),
        st.sampled_from(values),
    )


WORDS = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"]
ARNS = ["ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals"]
ONE = st.one_of(
    conditions(SETS, WORDS, ["aws:PrincipalAccount", "aws:VpceAccount"], [OWN, [OWN, OTHER], "anonymous"]),
    conditions(SETS, WORDS, ["aws:SourceAccount"], [OWN, [OWN, OTHER]]),
    conditions(SETS, ["StringLike", "StringNotLike"], ["aws:SourceAccount", "aws:PrincipalAccount"], ["*", "4444*"]),
    conditions(SETS, WORDS, ["aws:PrincipalOrgID"], ["o-1", ["o-1", "o-2"]]),
    conditions(SETS, ["StringLike", "StringNotLike"], ["aws:PrincipalOrgID"], ["o-*", ["o-1", "*"]]),
    conditions(SETS[1:], ["StringLike", "StringNotLike"], ["aws:PrincipalOrgPaths"], ["o-1/*", "o-*/r-ab12/*", "*"]),
    conditions(SETS, ARNS, ["aws:PrincipalArn"], [f"arn:aws:iam::{OWN}:role/*", "arn:aws:iam::*:role/app"]),
    conditions(SETS, ARNS, ["aws:SourceArn"], [f"arn:aws:sns:*:{OWN}:*", "arn:aws:s3:::b", "arn:aws:sns:*:*:*"]),
    conditions(SETS, WORDS, ["aws:SourceVpce", "aws:SourceVpc"], ["v-1", ["v-1", "v-2"]]),
    conditions(SETS, ["StringLike", "StringNotLike"], ["aws:UserAgent"], ["app*", "*-bot", ["app*", "*-bot"], "*"]),
    conditions(SETS, [*WORDS, "StringEqualsIgnoreCase"], ["aws:UserAgent"], ["app"]),
    conditions(SETS[1:], ["StringEquals", "StringNotEquals"], ["aws:TagKeys"], ["a", "b", ["a", "b"]]),
    conditions(
        SETS,
        ["IpAddress", "NotIpAddress"],
        ["aws:SourceIp"],
        ["192.0.2.0/24", "192.0.0.0/6", "0.0.0.0/0", ["192.0.2.0/24", "2001:db8::/32"], ["0.0.0.0/0", "::/0"]],
    ),
    conditions(
        SETS,
        [f"Numeric{order}" for order in ("Equals", "NotEquals", "LessThan", "GreaterThan", "GreaterThanEquals")],
        ["aws:MultiFactorAuthAge"],
        ["60", "3600", ["60", "3600"]],
    ),
    st.builds(
        lambda operator, key, value: {operator: {key: value}},
        st.sampled_from(["Bool", "BoolIfExists"]),
        st.sampled_from(["aws:SecureTransport", "aws:PrincipalIsAWSService"]),
        st.sampled_from(["true", "false"]),
    ),
    st.builds(
        lambda key, value: {"Null": {key: value}},
        st.sampled_from(["aws:PrincipalOrgID", "aws:SourceAccount", "aws:SourceIp", "aws:TagKeys", "aws:PrincipalArn"]),
        st.sampled_from(["true", "false"]),
    ),
)


def joined(parts: list[Any]) -> Any:
    """Put conditions into one Condition element, the last of each operator and key."""
    found: dict[str, Any] = {}
    for operator, tests in (item for part in parts for item in part.items()):
        found.setdefault(operator, {}).update(tests)
    return found


CONDITIONS = st.lists(ONE, max_size=3).map(joined)
EFFECTS = st.sampled_from(["Allow", "Deny", "Deny"])
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


def everything(effects: Any) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda effect, condition: {
            "Effect": effect,
            "Principal": "*",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": condition,
        },
        effects,
        CONDITIONS,
    )


EVERYTHING = st.lists(everything(st.just("Deny")), max_size=2).flatmap(
    lambda denials: everything(st.just("Allow")).map(lambda allow: [allow, *denials])
)
ALL = settings(max_examples=examples(200), suppress_health_check=[HealthCheck.too_slow], deadline=None)


@ALL
@given(EVERYTHING)
def test_a_policy_is_public_if_and_only_if_some_stranger_gets_in(said: list[dict[str, Any]]) -> None:
    policy = Policy.parse(json.dumps({"Statement": said}))
    assert bool(public(policy)) is gets_in(said, ACTIONS)


@ALL
@given(st.lists(ANYTHING, min_size=1, max_size=3), st.sampled_from([None, *((action,) for action in ACTIONS)]))
def test_what_a_stranger_may_do_is_never_missed(said: list[dict[str, Any]], asked: tuple[str, ...] | None) -> None:
    policy = Policy.parse(json.dumps({"Statement": said}))
    if gets_in(said, ACTIONS if asked is None else asked):
        assert public(policy, asked)
        assert foreign(policy, OWN, asked)


@pytest.mark.parametrize(
    ("statements", "open_"),
    [
        pytest.param([("Allow", {})], True, id="allowed"),
        pytest.param([("Allow", {}), ("Deny", {})], False, id="denied"),
        pytest.param([("Allow", {"StringEquals": {"aws:PrincipalAccount": OWN}})], False, id="held to an account"),
        pytest.param([("Allow", {"StringNotEquals": {"aws:PrincipalAccount": OWN}})], True, id="all but an account"),
        pytest.param([("Allow", {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}})], True, id="no key"),
        pytest.param([("Allow", {"StringLike": {"aws:SourceAccount": "4444*"}})], True, id="by a service"),
        pytest.param(
            [("Allow", {}), ("Deny", {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})], False, id="services"
        ),
    ],
)
def test_the_evaluation_itself(statements: list[tuple[str, Any]], open_: bool) -> None:
    said = [
        {"Effect": effect, "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}
        for effect, condition in statements
    ]
    assert gets_in(said, ACTIONS) is open_
