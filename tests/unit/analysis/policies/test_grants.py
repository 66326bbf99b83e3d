"""What an identity's policy grants, however it is spelled."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.policies.document import Policy
from muster.analysis.policies.grants import KMS_KEYS, Grant, administrative, on_all, read_policy, whole_services

IAM_WRITES = ["iam:Add*", "iam:Attach*", "iam:Create*", "iam:Pass*", "iam:Put*", "iam:Set*", "iam:Update*"]
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def allow(action: Any = None, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return _statement("Allow", action, resource, more)


def deny(action: Any = None, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return _statement("Deny", action, resource, more)


def _statement(effect: str, action: Any, resource: Any, more: dict[str, Any]) -> dict[str, Any]:
    said = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return {key: value for key, value in said.items() if value is not None}


def policy(*statements: dict[str, Any]) -> Policy:
    return read_policy({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        pytest.param([], False, id="nothing"),
        pytest.param([allow("*")], True, id="all actions on everything"),
        pytest.param([allow("*:*")], True, id="all actions of all services"),
        pytest.param([allow("**")], True, id="two stars are one"),
        pytest.param([allow(["s3:GetObject", "*"])], True, id="among others"),
        pytest.param([allow("*", ["arn:aws:s3:::a", "*"])], True, id="everything among other resources"),
        pytest.param([allow("*", "arn:aws:*:*:*:*")], True, id="everything as an ARN"),
        pytest.param([allow("*", "arn:aws-cn:*:*:111122223333:*")], True, id="everything of one account"),
        pytest.param([allow("*", "arn:*")], True, id="every ARN"),
        pytest.param([allow("*", "arn:aws:*")], True, id="every ARN of a partition"),
        pytest.param([allow("*", "arn:aws:*:eu-west-1:*:*")], False, id="all of one region"),
        pytest.param([allow("*", "arn:aws:s3:::*")], False, id="all of one service"),
        pytest.param([allow("*", "arn:aws:*:::*")], False, id="all that has neither region nor account"),
        pytest.param([allow("*", None, NotResource="arn:aws:s3:::a")], True, id="all actions except a bucket"),
        pytest.param([allow("*", None, NotResource="*")], False, id="all actions except everything"),
        pytest.param([allow("*", None, NotResource=["arn:aws:s3:::a", "*"])], False, id="everything among others"),
        pytest.param([allow("s3:*")], False, id="one service"),
        pytest.param([allow("iam:*")], False, id="a service that could grant the rest"),
        pytest.param([allow("*:Get*")], False, id="reading everything"),
        pytest.param([allow("*:List*")], False, id="listing everything"),
        pytest.param([allow(None, NotAction="s3:DeleteBucket")], True, id="all but an action"),
        pytest.param([allow(None, NotAction=["aws-portal:*", "organizations:*"])], True, id="all but what IAM is not"),
        pytest.param([allow(None, NotAction=["iam:*", "organizations:*"])], False, id="all but IAM, as power users"),
        pytest.param([allow(None, NotAction="iam:CreateUser")], True, id="all but a part of IAM"),
        pytest.param([allow(None, NotAction=IAM_WRITES)], False, id="all but what IAM can grant with"),
        pytest.param([allow(None, NotAction="*")], False, id="all but all"),
        pytest.param([allow(None, "arn:aws:s3:::a", NotAction="s3:DeleteBucket")], False, id="all but one, somewhere"),
        pytest.param([allow("*"), deny("*")], False, id="all denied again"),
        pytest.param([deny("*"), allow("*")], False, id="a denial before it"),
        pytest.param([allow("*"), deny("iam:*")], True, id="everything said, IAM denied"),
        pytest.param([allow("*"), deny(None, NotAction="s3:*")], True, id="everything said, all but S3 denied"),
        pytest.param([allow(None, NotAction="s3:*"), deny("iam:*")], False, id="all but a service, IAM denied"),
        pytest.param(
            [allow(None, NotAction="s3:*"), deny(IAM_WRITES[:4]), deny(IAM_WRITES[4:])], False, id="in two statements"
        ),
        pytest.param(
            [allow(None, NotAction="s3:*"), deny(None, NotAction="ec2:*")], False, id="all but a service, most denied"
        ),
        pytest.param(
            [allow(None, NotAction="s3:*"), deny("iam:*", "arn:aws:iam::111122223333:role/x")],
            True,
            id="all but a service, IAM denied on one role",
        ),
        pytest.param([allow("*"), deny(None, NotAction="iam:*")], True, id="all but IAM denied"),
        pytest.param([allow("*"), deny("iam:CreateUser")], True, id="a part of IAM denied"),
        pytest.param([allow("*"), deny("s3:*")], True, id="another service denied"),
        pytest.param([allow("*"), deny("*", "arn:aws:iam::111122223333:role/x")], True, id="denied on one role"),
        pytest.param([allow("*"), deny("*", None, NotResource="arn:aws:s3:::a")], True, id="denied but on a bucket"),
        pytest.param(
            [allow("*"), deny("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})],
            True,
            id="denied under a condition",
        ),
        pytest.param(
            [allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})], True, id="under a condition"
        ),
    ],
)
def test_administrative(statements: list[dict[str, Any]], found: bool) -> None:
    assert (administrative(policy(*statements)) is not None) is found


GRANTS_ITSELF = [
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:PassRole",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
]


@pytest.mark.parametrize("kept", GRANTS_ITSELF)
def test_whoever_keeps_one_way_to_grant_itself_the_rest_is_an_administrator(kept: str) -> None:
    others = [action for action in GRANTS_ITSELF if action != kept]
    assert administrative(policy(allow(None, NotAction=others))) is not None
    assert administrative(policy(allow(None, NotAction=[*others, kept]))) is None


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([allow("s3:*")], ["s3:*"], id="a service"),
        pytest.param([allow(["s3:*", "ec2:Describe*", "SQS:*"])], ["s3:*, SQS:*"], id="two services"),
        pytest.param([allow("s3:*"), allow("sqs:*")], ["s3:*", "sqs:*"], id="in two statements"),
        pytest.param([allow("*")], ["*"], id="all services"),
        pytest.param([allow("s3*:*")], ["s3*:*"], id="services by their first letters"),
        pytest.param([allow("s3:?*")], ["s3:?*"], id="another spelling of all actions"),
        pytest.param([allow("s3:???")], [], id="names of three letters"),
        pytest.param([allow("s3:Get*")], [], id="a family of actions"),
        pytest.param([allow("s3:*Object")], [], id="a family by its end"),
        pytest.param([allow("s3:*", "arn:aws:s3:::*")], ["s3:*"], id="all resources of the service"),
        pytest.param([allow("iam:*", "arn:aws:iam::111122223333:*")], ["iam:*"], id="all of the account"),
        pytest.param([allow("sqs:*", "arn:aws:sqs:*:111122223333:*")], ["sqs:*"], id="all queues, in every region"),
        pytest.param([allow("sqs:*", "arn:aws:sqs:eu-west-1:111122223333:*")], [], id="the queues of one region"),
        pytest.param([allow("s3:*", ["arn:aws:s3:::a", "arn:aws:s3:::a/*"])], [], id="one bucket"),
        pytest.param([allow("s3:*", "arn:aws:s3:::logs-*")], [], id="some buckets"),
        pytest.param([allow("s3:*", "arn:aws:sqs:*:*:*")], [], id="all resources of another service"),
        pytest.param([allow("s3:*", None, NotResource="arn:aws:s3:::a")], ["s3:*"], id="all buckets but one"),
        pytest.param([allow("s3:*", None, NotResource="arn:aws:s3:::*")], [], id="all but all buckets"),
        pytest.param([allow(None, NotAction=["iam:*"])], ["all actions except iam:*"], id="all services but one"),
        pytest.param([allow(None, NotAction="*")], [], id="all services but all"),
        pytest.param([allow(None, NotAction=["iam:*", "*:*"])], [], id="all services but all, among others"),
        pytest.param([allow(None, "arn:aws:s3:::a", NotAction="iam:*")], [], id="all services but one, on a bucket"),
        pytest.param([allow("s3:*"), deny("s3:*")], [], id="denied again"),
        pytest.param([allow("s3:*"), deny("*")], [], id="everything denied"),
        pytest.param([allow("s3:*"), deny(None, NotAction="sqs:*")], [], id="everything else denied"),
        pytest.param([allow("s3:*"), deny(None, NotAction="s3:GetObject")], ["s3:*"], id="a part left"),
        pytest.param([allow("s3:*"), deny(None, NotAction="*:GetObject")], ["s3:*"], id="a part of all services left"),
        pytest.param(
            [allow("s3:*"), deny(None, NotAction=["sqs:*", "s3:GetObject"])], ["s3:*"], id="a part left among others"
        ),
        pytest.param([allow("s3:*"), deny(None, NotAction="s?:GetObject")], ["s3:*"], id="a part left by its letters"),
        pytest.param([allow("s3:*"), deny(None, NotAction="k*:GetObject")], [], id="a part of other services left"),
        pytest.param([allow("s3:*"), deny("s3:Delete*")], ["s3:*"], id="a part denied"),
        pytest.param([allow("*"), deny("s3:*")], ["*"], id="one service of all denied"),
        pytest.param([allow("*"), deny(None, NotAction="s3:*")], ["*"], id="all services denied but one"),
        pytest.param(
            [allow(None, NotAction="iam:*"), deny(None, NotAction="s3:*")],
            ["all actions except iam:*"],
            id="all services but one, all denied but another",
        ),
        pytest.param([allow("s3:*"), deny("s3:*", "arn:aws:s3:::a")], ["s3:*"], id="denied on one bucket"),
        pytest.param([allow(None, NotAction="iam:*"), deny("*")], [], id="all denied"),
        pytest.param([allow("*", "arn:aws:s3:::*")], ["*"], id="everything on all of a service's resources"),
        pytest.param([allow("*:*", "arn:aws:s3:::*")], ["*:*"], id="everything, spelled in another way, on them"),
        pytest.param([allow("s*:*", "arn:aws:s3:::*")], ["s*:*"], id="services by a letter, on those of one"),
        pytest.param([allow("d*:*", "arn:aws:s3:::*")], [], id="services by another letter"),
        pytest.param([allow("*", "arn:aws:dynamodb:*:*:*")], ["*"], id="everything on all of a regional service"),
        pytest.param([allow("*", "arn:aws:dynamo*:*:*:*")], ["*"], id="everything on services by their first letters"),
        pytest.param([allow("*", "arn:aws:dynamodb:::*")], [], id="ARNs that no table has"),
        pytest.param([allow("dynamodb:*", "arn:aws:dynamodb:*::*")], [], id="tables of no account"),
        pytest.param([allow("s3:*", "arn:aws:s3:*:*:*")], ["s3:*"], id="buckets by a pattern of parts they lack"),
        pytest.param([allow("s3:*", "arn:aws:s3:eu-west-1:*:*")], [], id="buckets of a region, which none has"),
        pytest.param([allow("iam:*", "arn:aws:iam:::*")], [], id="IAM's resources of no account"),
        pytest.param([allow("*", ["arn:aws:s3:::a", "arn:aws:s3:::a/*"])], [], id="everything on one bucket"),
        pytest.param(
            [allow(None, "arn:aws:s3:::*", NotAction="iam:*")],
            ["all actions except iam:*"],
            id="all but another service",
        ),
        pytest.param([allow(None, "arn:aws:s3:::*", NotAction="s3:Delete*")], [], id="all but a part of the service"),
        pytest.param([allow(None, "arn:aws:s3:::*", NotAction="*:Delete*")], [], id="all but a part of every service"),
        pytest.param([allow("*", "arn:aws:s3:::*"), deny("s3:*")], [], id="everything on it, which is denied"),
        pytest.param([allow("s3:*"), deny("s3:*", "arn:aws:s3:::*")], [], id="denied on all that it has"),
    ],
)
def test_whole_services(statements: list[dict[str, Any]], found: list[str]) -> None:
    assert [grant.actions for grant in whole_services(policy(*statements))] == found


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        pytest.param([], False, id="nothing"),
        pytest.param([allow("kms:Decrypt")], True, id="everywhere"),
        pytest.param([allow("KMS:decrypt")], True, id="in other letters"),
        pytest.param([allow("kms:De*")], True, id="by a wildcard"),
        pytest.param([allow("kms:Decryp?")], True, id="by a question mark"),
        pytest.param([allow("*")], True, id="by all actions"),
        pytest.param([allow(None, NotAction="iam:*")], True, id="by what is not left out"),
        pytest.param([allow(None, NotAction="kms:*")], False, id="left out"),
        pytest.param([allow("kms:Encrypt")], False, id="another action"),
        pytest.param([allow("kms:Decrypt", "arn:aws:kms:*:*:key/*")], True, id="all keys"),
        pytest.param([allow("kms:Decrypt", "arn:aws:kms:*")], True, id="all of KMS"),
        pytest.param([allow("kms:Decrypt", "arn:aws:kms:*::*")], False, id="keys of no account"),
        pytest.param([allow("kms:Decrypt", "arn:aws:kms::111122223333:key/*")], False, id="keys of no region"),
        pytest.param([allow("kms:Decrypt", "arn:aws:kms:::key/*")], False, id="keys of neither"),
        pytest.param([allow("kms:Decrypt"), deny("kms:Decrypt", "arn:aws:kms:*::*")], True, id="denied on no key"),
        pytest.param([allow("kms:Decrypt", "arn:aws-us-gov:kms:*:111122223333:key/*")], True, id="all of the account"),
        pytest.param([allow("kms:Decrypt", "arn:aws:kms:*:*:*")], True, id="keys and aliases"),
        pytest.param([allow("kms:Decrypt", "arn:aws:kms:*:*:alias/*")], False, id="aliases are no keys"),
        pytest.param([allow("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/*")], False, id="of one region"),
        pytest.param([allow("kms:Decrypt", KEY)], False, id="one key"),
        pytest.param([allow("kms:Decrypt", ["arn:aws:s3:::a", "*"])], True, id="among other resources"),
        pytest.param([allow("kms:Decrypt", None, NotResource=KEY)], True, id="all keys but one"),
        pytest.param([allow("kms:Decrypt", None, NotResource="arn:aws:kms:*:*:key/*")], False, id="no key"),
        pytest.param([allow("kms:*"), deny("kms:Decrypt")], False, id="denied"),
        pytest.param([allow("kms:*"), deny("kms:Decrypt", "arn:aws:kms:*:*:key/*")], False, id="denied on all keys"),
        pytest.param([allow("kms:*"), deny("kms:Decrypt", KEY)], True, id="denied on one key"),
        pytest.param([allow("kms:*"), deny("kms:Decrypt", None, NotResource=KEY)], True, id="denied but on one key"),
        pytest.param([allow("kms:*"), deny(None, NotAction="kms:De*")], True, id="all else denied"),
        pytest.param(
            [allow("kms:*"), deny("kms:*", Condition={"Null": {"kms:ViaService": "true"}})], True, id="denied at times"
        ),
    ],
)
def test_on_all(statements: list[dict[str, Any]], found: bool) -> None:
    assert (on_all(policy(*statements), "kms:Decrypt", (KMS_KEYS,)) is not None) is found


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        pytest.param([allow("*")], "statement 1 allows * on *", id="all"),
        pytest.param(
            [allow("s3:GetObject"), allow(None, None, NotAction=["a:B", "c:*"], NotResource="arn:aws:s3:::a")],
            "statement 2 allows all actions except a:B, c:* on all resources except arn:aws:s3:::a",
            id="all but",
        ),
        pytest.param(
            [
                allow(
                    "*",
                    Condition={
                        "StringEquals": {"aws:RequestedRegion": "eu-west-1"},
                        "Bool": {"aws:MultiFactorAuthPresent": "true"},
                    },
                )
            ],
            "statement 1 allows * on * (with a condition on aws:RequestedRegion, aws:MultiFactorAuthPresent)",
            id="conditions",
        ),
        pytest.param(
            [allow(None, NotAction=[f"s3:Do{number}" for number in range(6)])],
            "statement 1 allows all actions except s3:Do0, s3:Do1, s3:Do2, s3:Do3 and 2 more on *",
            id="a long list is cut",
        ),
        pytest.param(
            [allow(None, NotAction=[f"s3:Do{number}" for number in range(4)])],
            "statement 1 allows all actions except s3:Do0, s3:Do1, s3:Do2, s3:Do3 on *",
            id="a list that is not too long is whole",
        ),
    ],
)
def test_a_grant_is_said_in_the_policys_words(said: list[dict[str, Any]], sentence: str) -> None:
    assert str(administrative(policy(*said))) == sentence


def test_all_of_the_kinds_are_asked_for() -> None:
    aliases = KMS_KEYS.replace("key/", "alias/")
    keys = policy(allow("kms:Decrypt", "arn:aws:kms:*:*:key/*"))
    assert on_all(keys, "kms:Decrypt", (KMS_KEYS, aliases)) is None
    both = policy(allow("kms:Decrypt", ["arn:aws:kms:*:*:key/*", "arn:aws:kms:*:*:alias/*"]))
    assert on_all(both, "kms:Decrypt", (KMS_KEYS, aliases)) is not None


def test_only_the_patterns_that_match_are_said_of_one_action() -> None:
    found = on_all(policy(allow(["s3:*", "kms:De*", "kms:Decrypt"])), "kms:Decrypt", (KMS_KEYS,))
    assert found == Grant(1, "kms:De*, kms:Decrypt", "*", ())


DOCUMENT = {"Version": "2012-10-17", "Statement": [allow("s3:*", "arn:aws:s3:::a+b/%20/*")]}


@pytest.mark.parametrize(
    "spelled",
    [
        pytest.param(DOCUMENT, id="decoded by the SDK"),
        pytest.param(json.dumps(DOCUMENT), id="JSON"),
        pytest.param("\n " + json.dumps(DOCUMENT), id="JSON after blanks"),
        pytest.param(quote(json.dumps(DOCUMENT)), id="with percent signs"),
        pytest.param(quote(json.dumps(DOCUMENT), safe=""), id="with all of them"),
    ],
)
def test_a_policy_is_read_however_it_comes(spelled: object) -> None:
    (statement,) = read_policy(spelled).statements
    assert statement.resources == ("arn:aws:s3:::a+b/%20/*",)


@pytest.mark.parametrize("broken", ["", "%7B", "[]", {"Statement": "all"}, None, {"Statement": [{"Effect": "May"}]}])
def test_what_is_no_policy_is_refused(broken: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each says something else
        read_policy(broken)


ACTIONS = [
    "*",
    "*:*",
    "s3:*",
    "s3:Get*",
    "iam:*",
    "iam:PassRole",
    "kms:*",
    "kms:Decrypt",
    "kms:De?rypt",
    "ec2:Describe*",
]
RESOURCES = ["*", "arn:aws:*:*:*:*", "arn:aws:s3:::*", "arn:aws:s3:::a/*", "arn:aws:kms:*:*:key/*", KEY]


def some(of: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(of), min_size=1, max_size=3, unique=True)


def statements(effects: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda effect, no_action, actions, no_resource, resources, condition: {
            "Effect": effect,
            "NotAction" if no_action else "Action": actions,
            "NotResource" if no_resource else "Resource": resources,
            **({"Condition": {"Bool": {"aws:SecureTransport": "true"}}} if condition else {}),
        },
        st.sampled_from(effects),
        st.booleans(),
        some(ACTIONS),
        st.booleans(),
        some(RESOURCES),
        st.booleans(),
    )


policies = st.lists(statements(["Allow", "Deny"]), max_size=4)


def opened(said: list[dict[str, Any]]) -> tuple[bool, bool, bool]:
    found = policy(*said)
    return (
        administrative(found) is not None,
        any(True for _ in whole_services(found)),
        on_all(found, "kms:Decrypt", (KMS_KEYS,)) is not None,
    )


@given(policies, statements(["Allow"]), st.integers(0, 4))
def test_a_further_allowance_never_closes_a_policy(
    said: list[dict[str, Any]], more: dict[str, Any], place: int
) -> None:
    before, after = opened(said), opened([*said[:place], more, *said[place:]])
    assert all(now >= then for then, now in zip(before, after, strict=True))


@given(policies, statements(["Deny"]))
def test_a_further_denial_never_opens_a_policy(said: list[dict[str, Any]], more: dict[str, Any]) -> None:
    before, after = opened(said), opened([*said, more])
    assert all(now <= then for then, now in zip(before, after, strict=True))


@given(policies, st.randoms(use_true_random=False))
def test_the_order_never_matters(said: list[dict[str, Any]], chance: Any) -> None:
    shuffled = [
        {key: chance.sample(value, len(value)) if isinstance(value, list) else value for key, value in each.items()}
        for each in chance.sample(said, len(said))
    ]
    assert opened(shuffled) == opened(said)


@given(policies)
def test_a_text_is_a_list_of_one(said: list[dict[str, Any]]) -> None:
    alone = [
        {key: value[0] if isinstance(value, list) and len(value) == 1 else value for key, value in each.items()}
        for each in said
    ]
    assert opened(alone) == opened(said)


@given(policies)
def test_what_makes_an_administrator_opens_whole_services(said: list[dict[str, Any]]) -> None:
    admin, services, _ = opened(said)
    assert services or not admin
