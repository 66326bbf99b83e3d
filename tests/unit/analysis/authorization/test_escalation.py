"""Paths to more permissions: examples, and a brute-force search that shares no code with what it checks."""

import fnmatch
import itertools
import random
from typing import Any

import pytest

from muster.analysis.authorization.escalation import escalations, passed_by_name, paths
from muster.analysis.policies.grants import read_policy

USER = "arn:aws:iam::123456789012:user/ann"
SELF = "arn:aws:iam::*:user/${aws:username}"
ROLE = "arn:aws:iam::123456789012:role/deploy"
RUN = ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def when(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


def opened(*statements: dict[str, Any], own: str = "", existing: bool = False) -> list[str]:
    policy = read_policy({"Statement": list(statements)})
    return [str(each) for each in escalations(policy, own, existing_compute=existing)]


@pytest.mark.parametrize(
    "path", paths(existing_compute=True), ids=lambda path: "+".join(each[0] for each in path.actions)
)
def test_each_path_is_open_with_all_its_actions_and_closed_without_one(path: Any) -> None:
    actions = [alternatives[0] for alternatives in path.actions]
    assert " + ".join(actions) in opened(allow(actions), existing=True)
    for left_out in actions:
        rest = [each for each in actions if each != left_out]
        assert " + ".join(actions) not in (opened(allow(rest), existing=True) if rest else [])


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        pytest.param([allow("IAM:createpolicyversion")], ["iam:CreatePolicyVersion"], id="any case"),
        pytest.param([allow("iam:Attach*RolePolicy")], ["iam:AttachRolePolicy"], id="a wildcard"),
        pytest.param(
            [allow("iam:Pass*"), allow("lambda:*")],
            ["iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction"],
            id="two statements",
        ),
        pytest.param([allow(RUN[:2])], [], id="CreateFunction without a way to run it"),
        pytest.param(
            [allow([*RUN[:2], "lambda:AddPermission"])],
            ["iam:PassRole + lambda:CreateFunction + lambda:AddPermission"],
            id="an alternative",
        ),
        pytest.param([allow("s3:*")], [], id="another service"),
        pytest.param([allow("iam:Get*"), allow("iam:List*")], [], id="reading IAM"),
        pytest.param([allow("lambda:UpdateFunctionCode")], [], id="existing compute is off"),
    ],
)
def test_actions(statements: list[dict[str, Any]], found: list[str]) -> None:
    assert opened(*statements) == found


def test_not_action_leaves_paths_open() -> None:
    assert "iam:PutUserPolicy" in opened({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"})
    assert opened({"Effect": "Allow", "NotAction": ["iam:*", "sso:*"], "Resource": "*"}) == []


def test_existing_compute_counts_where_it_is_asked_for() -> None:
    assert opened(allow("lambda:UpdateFunctionCode"), existing=True) == ["lambda:UpdateFunctionCode"]


@pytest.mark.parametrize(
    ("action", "resource", "own", "is_open"),
    [
        pytest.param("iam:CreateAccessKey", SELF, "", False, id="an access key for oneself"),
        pytest.param("iam:CreateLoginProfile", SELF, "", False, id="a password for oneself"),
        pytest.param("iam:UpdateLoginProfile", "arn:aws:iam::*:user/team/${AWS:UserName}", "", False, id="with a path"),
        pytest.param("iam:CreateAccessKey", "arn:aws:iam::*:user/${aws:username}*", "", True, id="and names like it"),
        pytest.param("iam:AttachUserPolicy", SELF, "", True, id="a policy for oneself"),
        pytest.param("iam:PutUserPolicy", SELF, "", True, id="an inline policy for oneself"),
        pytest.param("iam:CreateAccessKey", USER, USER, False, id="oneself by name"),
        pytest.param("iam:CreateAccessKey", USER, "", True, id="another user by name"),
        pytest.param("iam:CreateAccessKey", "arn:aws:iam::*:role/*", "", False, id="a resource of another kind"),
        pytest.param("iam:UpdateAssumeRolePolicy", ROLE, ROLE, False, id="the own trust policy"),
        pytest.param("iam:PutRolePolicy", ROLE, ROLE, True, id="the own inline policy"),
        pytest.param("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/*", "", False, id="policies of AWS"),
        pytest.param("iam:CreatePolicyVersion", "arn:aws:iam::*:policy/app-*", "", True, id="policies by prefix"),
        pytest.param("sso:PutInlinePolicyToPermissionSet", "arn:aws:sso:::permissionSet/*", "", True, id="sets"),
        pytest.param("iam:PutGroupPolicy", "arn:aws:iam::*:group/*", "", True, id="all groups"),
    ],
)
def test_resources(action: str, resource: str, own: str, is_open: bool) -> None:
    assert opened(allow(action, resource), own=own) == [action] * is_open


@pytest.mark.parametrize(
    ("roles", "condition", "is_open"),
    [
        pytest.param("*", {}, True, id="all roles"),
        pytest.param("arn:aws:iam::*:role/app-*", {}, True, id="roles by prefix"),
        pytest.param(ROLE, {}, False, id="a role by name"),
        pytest.param("*", when("StringEquals", "iam:PassedToService", "lambda.amazonaws.com"), True, id="this service"),
        pytest.param("*", when("StringEquals", "iam:PassedToService", "ecs.amazonaws.com"), False, id="another one"),
        pytest.param("*", when("StringLike", "iam:PassedToService", "lambda*"), True, id="by a wildcard"),
        pytest.param("*", when("StringNotEquals", "iam:PassedToService", "lambda.amazonaws.com"), False, id="not this"),
        pytest.param("*", when("StringEqualsIfExists", "iam:PassedToService", "ec2.amazonaws.com"), False, id="if"),
    ],
)
def test_passed_roles(roles: str, condition: dict[str, Any], is_open: bool) -> None:
    assert bool(opened(allow("iam:PassRole", roles, **condition), allow(RUN[1:]))) is is_open


APP = "arn:aws:iam::123456789012:policy/app"


@pytest.mark.parametrize(
    ("action", "condition", "is_open"),
    [
        pytest.param("iam:AttachRolePolicy", when("ArnEquals", "iam:PolicyARN", APP), False, id="one policy"),
        pytest.param(
            "iam:AttachRolePolicy", when("ArnLike", "iam:PolicyARN", "arn:aws:iam::aws:policy/*"), True, id="wild"
        ),
        pytest.param(
            "iam:AttachRolePolicy",
            when("ArnEquals", "iam:PolicyARN", "arn:aws:iam::aws:policy/AdministratorAccess"),
            True,
            id="the one that allows all",
        ),
        pytest.param("iam:AttachRolePolicy", when("ArnNotEquals", "iam:PolicyARN", APP), True, id="all but one"),
        pytest.param("iam:PutRolePolicy", when("ArnEquals", "iam:PolicyARN", APP), True, id="a key that is not sent"),
        pytest.param("iam:PutRolePolicy", when("StringEquals", "iam:PermissionsBoundary", APP), False, id="a boundary"),
        pytest.param(
            "iam:PutRolePolicy",
            when("StringEqualsIfExists", "iam:PermissionsBoundary", APP),
            True,
            id="if there is one",
        ),
        pytest.param("iam:PutRolePolicy", when("StringLike", "iam:PermissionsBoundary", "*"), True, id="any boundary"),
        pytest.param(
            "iam:DeleteUserPermissionsBoundary",
            when("StringEquals", "iam:PermissionsBoundary", APP),
            False,
            id="of a boundary",
        ),
        pytest.param(
            "iam:CreatePolicyVersion", when("StringEquals", "iam:PermissionsBoundary", APP), False, id="create"
        ),
    ],
)
def test_conditions_that_narrow(action: str, condition: dict[str, Any], is_open: bool) -> None:
    assert bool(opened(allow(action, **condition))) is is_open


@pytest.mark.parametrize(
    ("operator", "key", "value", "spelled"),
    [
        ("Bool", "aws:MultiFactorAuthPresent", "true", "aws:MultiFactorAuthPresent"),
        ("IpAddress", "aws:SourceIp", "192.0.2.0/24", "aws:SourceIp"),
        ("DateLessThan", "aws:CurrentTime", "2027-01-01T00:00:00Z", "aws:CurrentTime"),
    ],
)
def test_other_conditions_are_named_and_do_not_excuse(operator: str, key: str, value: str, spelled: str) -> None:
    [found] = opened(allow("iam:PutUserPolicy", **when(operator, key, value)))
    assert found == f"iam:PutUserPolicy (with a condition on {spelled})"


@pytest.mark.parametrize(
    ("resource", "denial", "is_open"),
    [
        pytest.param("*", deny("iam:*"), False, id="the service"),
        pytest.param("*", deny("iam:PutUserPolicy", "arn:aws:iam::*:user/*"), False, id="all users"),
        pytest.param("*", deny("iam:PutUserPolicy", "arn:aws:iam::*:user/admin"), True, id="one user"),
        pytest.param(
            "arn:aws:iam::*:user/a*", deny("iam:Put*", "arn:aws:iam::*:user/*"), False, id="more than allowed"
        ),
        pytest.param("*", deny("iam:*", **when("Bool", "aws:MultiFactorAuthPresent", "false")), True, id="if no MFA"),
        pytest.param("*", {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}, False, id="all but S3"),
        pytest.param(
            "*", {"Effect": "Deny", "Action": "iam:*", "NotResource": "arn:aws:iam::*:role/*"}, False, id="but roles"
        ),
        pytest.param(
            "*", {"Effect": "Deny", "Action": "iam:*", "NotResource": "arn:aws:iam::*:user/x"}, True, id="but a user"
        ),
    ],
)
def test_denials(resource: str, denial: dict[str, Any], is_open: bool) -> None:
    assert bool(opened(allow("iam:PutUserPolicy", resource), denial)) is is_open


def test_not_resource_leaves_the_rest() -> None:
    assert opened({"Effect": "Allow", "Action": "iam:PutUserPolicy", "NotResource": "arn:aws:iam::*:user/admin"})
    assert not opened({"Effect": "Allow", "Action": "iam:PutUserPolicy", "NotResource": "arn:aws:iam::*:user/*"})


def test_roles_that_are_passed_by_name_are_told() -> None:
    policy = read_policy({"Statement": [allow("iam:PassRole", [ROLE, "arn:aws:iam::*:role/x-*"])]})
    assert passed_by_name(policy) == (ROLE,)


NAMES = ("abe", "ann", "bob", "zed")
ACTIONS = (
    "iam:PutUserPolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:AttachRolePolicy",
    "iam:PassRole",
    "lambda:CreateFunction",
    "lambda:InvokeFunction",
    "ec2:RunInstances",
)
WRITTEN = (*ACTIONS, "*", "iam:*", "iam:*UserPolicy", "lambda:*", "iam:Pass*", "s3:*")
PLACES = (
    "*",
    "arn:aws:iam::*:user/*",
    "arn:aws:iam::*:user/ann",
    "arn:aws:iam::*:user/a*",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::1:role/ann",
    "arn:aws:lambda:*:*:function:*",
)
KINDS = {
    "iam:PutUserPolicy": "user",
    "iam:AttachUserPolicy": "user",
    "iam:CreateAccessKey": "user",
    "iam:AttachRolePolicy": "role",
    "iam:PassRole": "role",
}
WAYS = [
    ("iam:PutUserPolicy",),
    ("iam:AttachUserPolicy",),
    ("iam:CreateAccessKey",),
    ("iam:AttachRolePolicy",),
    ("iam:PassRole", "ec2:RunInstances"),
    ("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"),
]


def granted(statements: list[dict[str, Any]], action: str, place: str) -> bool:
    """Evaluate one request as IAM does: a Deny wins, then an Allow."""
    speaking = [
        each["Effect"]
        for each in statements
        if any(fnmatch.fnmatchcase(action.lower(), one.lower()) for one in each["Action"])
        and any(fnmatch.fnmatchcase(place, one) for one in each["Resource"])
    ]
    return "Allow" in speaking and "Deny" not in speaking


def reachable(statements: list[dict[str, Any]], action: str) -> bool:
    """Try the action on every resource there is; a role must be one that nobody named."""
    if kind := KINDS.get(action):
        names = ("abe", "bob", "zed") if action == "iam:PassRole" else NAMES
        return any(granted(statements, action, f"arn:aws:iam::1:{kind}/{name}") for name in names)
    service = action.partition(":")[0]
    places = [f"arn:aws:{service}:eu-west-1:1:function:{name}" for name in NAMES]
    return any(granted(statements, action, place) for place in places)


def test_what_is_found_is_what_trying_every_request_finds() -> None:
    chance = random.Random(20261129)  # noqa: S311 - no secret
    some_open = 0
    for _ in range(1_500):
        statements = [
            {
                "Effect": chance.choice(("Allow", "Allow", "Deny")),
                "Action": chance.sample(WRITTEN, chance.randint(1, 3)),
                "Resource": chance.sample(PLACES, chance.randint(1, 2)),
            }
            for _ in range(chance.randint(1, 4))
        ]
        wanted = {" + ".join(way) for way in WAYS if all(reachable(statements, action) for action in way)}
        found = {each for each in opened(*statements) if each in {" + ".join(way) for way in WAYS}}
        assert found == wanted, statements
        some_open += bool(wanted)
    assert 300 < some_open < 1_200


def test_the_oracle_tells_requests_apart() -> None:
    statements = [{"Effect": "Allow", "Action": ["iam:*"], "Resource": ["arn:aws:iam::*:user/a*"]}]
    told = [reachable(statements, action) for action in itertools.islice(ACTIONS, 4)]
    assert told == [True, True, True, False]
