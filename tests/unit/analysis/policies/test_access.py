"""Who may do what by a policy: everybody, others of the account's acquaintance, or nobody else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.policies.access import foreign, public
from muster.analysis.policies.document import Policy
from muster.analysis.policies.wildcards import applies_to

OWN = "123456789012"
OTHER = "111122223333"
ALLOW = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}


def statement(base: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {key: value for key, value in {**base, **changed}.items() if value is not None}


def policy(*statements: dict[str, Any]) -> Policy:
    return Policy.parse(json.dumps({"Statement": list(statements)}))


def allowed(**changed: Any) -> Policy:
    return policy(statement(ALLOW, **changed))


@pytest.mark.parametrize(
    ("changed", "admitted"),
    [
        pytest.param({}, True, id="a star"),
        pytest.param({"Principal": {"AWS": "*"}}, True, id="a star of AWS"),
        pytest.param({"Principal": {"AWS": [OWN, "*"]}}, True, id="a star among others"),
        pytest.param({"Principal": None, "NotPrincipal": {"AWS": OTHER}}, True, id="all but one"),
        pytest.param({"Principal": {"AWS": OTHER}}, False, id="another account"),
        pytest.param({"Principal": {"Service": "sns.amazonaws.com"}}, False, id="a service"),
        pytest.param({"Effect": "Deny"}, False, id="a denial"),
    ],
)
def test_who_is_everybody(changed: Any, admitted: bool) -> None:
    assert len(public(allowed(**changed))) == admitted


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({}, 'statement 1 allows s3:GetObject to everyone (Principal "*")', id="a star"),
        pytest.param(
            {"Principal": None, "NotPrincipal": {"AWS": OTHER}}, f"except {OTHER} (NotPrincipal)", id="all but one"
        ),
        pytest.param(
            {"Action": None, "NotAction": ["s3:Put*"]}, "all actions except s3:Put* to", id="all but an action"
        ),
        pytest.param({"Action": ["s3:B", "s3:A"]}, " s3:A, s3:B ", id="several actions"),
        pytest.param({"Sid": "Web"}, 'statement 1 ("Web") ', id="with a Sid"),
    ],
)
def test_the_reason_names_the_statement_and_the_actions(changed: Any, said: str) -> None:
    (reason,) = public(allowed(**changed))
    assert said in reason


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param({"StringEquals": {"aws:SourceAccount": OWN}}, id="an account"),
        pytest.param({"StringEquals": {"AWS:SourceOwner": OWN}}, id="an owner, as SNS writes it"),
        pytest.param({"StringEquals": {"aws:PrincipalAccount": [OWN, OTHER]}}, id="several accounts"),
        pytest.param({"StringEquals": {"kms:CallerAccount": OWN}}, id="a caller of KMS"),
        pytest.param({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}, id="an organization"),
        pytest.param({"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}}, id="a source's organization"),
        pytest.param(
            {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/*"}}, id="a path of one"
        ),
        pytest.param({"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/"}}, id="one path"),
        pytest.param(
            {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*/ou-ab12-11111111/*"}},
            id="a path of one organization, by whatever root",
        ),
        pytest.param({"ArnEquals": {"aws:SourceArn": "arn:aws-cn:s3:::logs"}}, id="an ARN"),
        pytest.param({"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:1:t"}}, id="ArnLike without a wildcard"),
        pytest.param({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::1:role/r"}}, id="a principal"),
        pytest.param({"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:1:*"}}, id="an ARN with wildcards"),
        pytest.param({"StringLike": {"aws:userid": "AROA123:*"}}, id="sessions of a role"),
        pytest.param({"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": "o-1"}}, id="any value of a single one"),
        pytest.param({"StringEqualsIgnoreCase": {"aws:SourceVpc": "vpc-1"}}, id="a VPC"),
        pytest.param({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, id="an endpoint"),
        pytest.param({"StringEquals": {"aws:userid": "AIDA123"}}, id="a user"),
        pytest.param({"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "11.0.0.0/8"]}}, id="ranges of addresses"),
        pytest.param({"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}, id="a range of long addresses"),
        pytest.param({"IpAddress": {"aws:SourceIp": "192.0.2.7"}}, id="an address"),
        pytest.param({"StringEquals": {"s3:DataAccessPointAccount": OWN}}, id="access points of an account"),
        pytest.param(
            {"ArnLike": {"s3:DataAccessPointArn": f"arn:aws:s3:*:{OWN}:accesspoint/*"}},
            id="access points of an account by ARN",
        ),
        pytest.param(
            {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SourceVpc": "vpc-1"}}, id="among others"
        ),
    ],
)
def test_a_fixed_value_narrows(condition: Any) -> None:
    assert public(allowed(Condition=condition)) == ()


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param({"Bool": {"aws:SecureTransport": "true"}}, id="a key that says nobody"),
        pytest.param({"StringEquals": {"aws:Referer": "https://example.com/"}}, id="a page that anybody may name"),
        pytest.param({"StringLike": {"aws:UserAgent": "our-program"}}, id="a program that anybody may name"),
        pytest.param({"StringLike": {"aws:SourceAccount": "12345*"}}, id="a wildcard"),
        pytest.param({"StringLike": {"aws:SourceAccount": "12345678901?"}}, id="a wildcard of one letter"),
        pytest.param({"StringEquals": {"aws:SourceVpc": ["vpc-1", "*"]}}, id="a wildcard among values"),
        pytest.param({"StringEquals": {"aws:PrincipalAccount": "${aws:SourceAccount}"}}, id="a variable"),
        pytest.param({"StringEquals": {"aws:SourceAccount": []}}, id="no value"),
        pytest.param({"StringEquals": {"aws:SourceAccount": ""}}, id="an empty value"),
        pytest.param({"StringEqualsIfExists": {"aws:SourceAccount": OWN}}, id="only if the key exists"),
        pytest.param({"IpAddressIfExists": {"aws:SourceIp": "192.0.2.0/24"}}, id="only if there is an address"),
        pytest.param({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}}, id="all values, of which none"),
        pytest.param({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-*/r-ab12/*"}}, id="any organization"),
        pytest.param({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-1/*", "*"]}}, id="one, or any at all"),
        pytest.param({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}}, id="all paths, of which none"),
        pytest.param({"StringNotEquals": {"aws:SourceAccount": OWN}}, id="all but an account"),
        pytest.param({"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, id="all but a range"),
        pytest.param({"Null": {"aws:SourceAccount": "false"}}, id="that there is one"),
        pytest.param({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}, id="half of all addresses"),
        pytest.param({"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/0"]}}, id="all addresses among ranges"),
        pytest.param({"IpAddress": {"aws:SourceIp": "2001::/31"}}, id="a broad range of long addresses"),
        pytest.param({"IpAddress": {"aws:SourceIp": "here"}}, id="no address at all"),
        pytest.param({"StringEquals": {"aws:SourceIp": "192.0.2.0/24"}}, id="an address compared as a text"),
        pytest.param({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/24"}}, id="an address that anybody may have"),
        pytest.param({"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:*:*:accesspoint/a"}}, id="anybody's points"),
        pytest.param(
            {
                "ArnLike": {
                    "s3:DataAccessPointArn": [f"arn:aws:s3:*:{OWN}:accesspoint/*", "arn:aws:s3:*:*:accesspoint/*"]
                }
            },
            id="anybody's points among one's own",
        ),
        pytest.param({"StringEquals": {"s3:DataAccessPointArn": OWN}}, id="what is no ARN"),
    ],
)
def test_what_is_not_fixed_does_not_narrow(condition: Any) -> None:
    (said,) = public(allowed(Condition=condition))
    ((key, *_),) = condition.values()
    assert f" ({key} ".lower() in said.lower()


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        pytest.param(
            {"StringLike": {"aws:principalarn": "arn:aws:iam::*:role/a"}}, "aws:PrincipalArn names no account"
        ),
        pytest.param({"StringLike": {"aws:PrincipalOrgID": "o-*"}}, "aws:PrincipalOrgID names no organization"),
        pytest.param({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, "aws:SourceIp names no narrow range of addresses"),
        pytest.param(
            {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:PrincipalTag/a": "b"}},
            "aws:SecureTransport does not limit the caller, aws:principaltag/a does not limit the caller",
        ),
    ],
)
def test_the_reason_says_what_a_condition_does_not_fix(condition: Any, said: str) -> None:
    (reason,) = public(allowed(Condition=condition))
    assert reason.endswith(f" ({said})")


@pytest.mark.parametrize(
    ("changed", "actions", "open_"),
    [
        pytest.param({}, ("s3:Get*",), True, id="a pattern of it"),
        pytest.param({}, ("s3:Put*", "S3:GETOBJECT"), True, id="one of two, whatever the letters"),
        pytest.param({}, ("s3:Put*",), False, id="another"),
        pytest.param({}, (), False, id="none asked"),
        pytest.param({"Action": "s3:*Object"}, ("s3:Get*",), True, id="two patterns that meet"),
        pytest.param({"Action": "*"}, ("s3:Get*",), True, id="all"),
        pytest.param({"Action": None, "NotAction": "s3:Get*"}, ("s3:GetObject",), False, id="excepted"),
        pytest.param({"Action": None, "NotAction": "s3:GetObject"}, ("s3:Get*",), True, id="excepted in part"),
        pytest.param({"Action": None, "NotAction": "s3:Put*"}, ("s3:GetObject",), True, id="not excepted"),
        pytest.param(
            {"Action": None, "NotAction": ["s3:Put*", "s3:Get*"]}, ("s3:GetObject",), False, id="excepted among others"
        ),
    ],
)
def test_only_actions_that_are_asked_count(changed: Any, actions: tuple[str, ...], open_: bool) -> None:
    assert bool(public(allowed(**changed), actions)) is open_


@pytest.mark.parametrize(
    ("denial", "open_"),
    [
        pytest.param({}, False, id="everything"),
        pytest.param({"Action": "s3:GetObject"}, False, id="the same action"),
        pytest.param({"Action": None, "NotAction": "s3:Put*"}, False, id="all but others"),
        pytest.param({"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}}, False, id="all but one's own"),
        pytest.param(
            {"Condition": {"NotIpAddressIfExists": {"aws:SourceIp": "192.0.2.0/24"}}}, False, id="all but near"
        ),
        pytest.param({"Principal": None, "NotPrincipal": {"AWS": OTHER}}, False, id="all but somebody named"),
        pytest.param({"Principal": None, "NotPrincipal": "*"}, True, id="all but everybody"),
        pytest.param({"Principal": {"AWS": OTHER}}, True, id="one account"),
        pytest.param({"Action": "s3:Put*"}, True, id="another action"),
        pytest.param({"Action": None, "NotAction": "s3:*"}, True, id="all but these"),
        pytest.param({"Action": None, "NotAction": ["s3:Put*", "s3:Get*"]}, True, id="all but these, among others"),
        pytest.param(
            {"Action": None, "NotAction": "s3:Put*", "Resource": "arn:aws:s3:::b/secret/*"},
            True,
            id="all but others, on a part",
        ),
        pytest.param({"Resource": "arn:aws:s3:::b/secret/*"}, True, id="a part"),
        pytest.param({"Resource": None, "NotResource": "arn:aws:s3:::b/*"}, True, id="all but a part"),
        pytest.param({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, True, id="without TLS"),
        pytest.param({"Condition": {"StringNotLike": {"aws:PrincipalOrgID": "*"}}}, True, id="all but anybody"),
        pytest.param({"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}, True, id="one's own"),
        pytest.param(
            {"Condition": {"StringNotEquals": {"aws:SourceVpc": "v", "aws:PrincipalOrgID": "o"}}},
            False,
            id="who is neither here nor there",
        ),
    ],
)
def test_a_denial_counts_only_if_it_leaves_strangers_nothing(denial: Any, open_: bool) -> None:
    judged = policy(statement(ALLOW), statement(DENY, **denial))
    assert bool(public(judged)) is open_


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("StringNotEquals", "aws:PrincipalOrgID", "o-1"),
        ("StringNotEqualsIgnoreCase", "aws:PrincipalOrgID", "o-1"),
        ("StringNotLike", "aws:PrincipalOrgID", "o-1"),
        ("ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::1:role/r"),
        ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::1:role/r"),
        ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24"),
    ],
)
def test_a_denial_of_all_but_a_fixed_value_may_be_spelled_in_any_way(operator: str, key: str, value: str) -> None:
    assert not public(policy(statement(ALLOW), statement(DENY, Condition={operator: {key: value}})))


def test_every_action_and_every_resource_must_be_denied() -> None:
    two = {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::b/1", "arn:aws:s3:::b/2"]}
    for part in ({"Action": "s3:PutObject"}, {"Resource": "arn:aws:s3:::b/1"}):
        assert public(policy(statement(ALLOW, **two), statement(DENY, **part)))
    assert not public(policy(statement(ALLOW, **two), statement(DENY, Resource="arn:aws:s3:::b/?")))


def test_an_allowance_on_all_but_something_needs_a_denial_on_everything() -> None:
    allowance = statement(ALLOW, Resource=None, NotResource="arn:aws:s3:::b/public/*")
    assert public(policy(allowance, statement(DENY, Resource="arn:aws:s3:::b/secret/*")))
    assert not public(policy(allowance, statement(DENY)))


def test_an_action_of_which_no_pattern_was_asked_need_not_be_denied() -> None:
    judged = policy(statement(ALLOW, Action=["s3:GetObject", "sns:Publish"]), statement(DENY, Action="s3:GetObject"))
    assert not public(judged, ("s3:Get*",))
    assert public(judged)


@pytest.mark.parametrize(
    ("changed", "action", "spoken"),
    [
        pytest.param({}, "s3:GetObject", True, id="whatever the letters"),
        pytest.param({}, "s3:PutObject", False, id="of another"),
        pytest.param({"Action": ["s3:Put*", "s3:Get*"]}, "s3:GetObject", True, id="of one of two"),
        pytest.param({"Action": None, "NotAction": "s3:Put*"}, "s3:GetObject", True, id="of all but others"),
        pytest.param({"Action": None, "NotAction": "S3:GET*"}, "s3:GetObject", False, id="of all but it"),
    ],
)
def test_of_which_actions_a_statement_speaks(changed: Any, action: str, spoken: bool) -> None:
    (said,) = allowed(**changed).statements
    assert applies_to(said, action) is spoken


def test_an_action_that_was_not_asked_need_not_be_denied() -> None:
    judged = policy(statement(ALLOW, Action="s3:*"), statement(DENY, Action="s3:Put*"))
    assert not public(judged, ("s3:PutObject",))
    assert public(judged, ("s3:PutObject", "s3:GetObject"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param({"Principal": {"AWS": OWN}}, (), id="the account"),
        pytest.param({"Principal": {"AWS": f"arn:aws-cn:iam::{OWN}:user/path/u"}}, (), id="its user"),
        pytest.param({"Principal": {"AWS": OTHER}}, (OTHER,), id="another account"),
        pytest.param(
            {"Principal": {"AWS": [f"arn:aws:iam::{OTHER}:root", OWN]}},
            (f"arn:aws:iam::{OTHER}:root",),
            id="one of two",
        ),
        pytest.param({"Principal": {"Service": "sns.amazonaws.com"}}, (), id="a service"),
        pytest.param({"Principal": {"AWS": "AIDAQ3EGPKVVAEXAMPLE1"}}, (), id="who was deleted"),
        pytest.param({"Principal": {"CanonicalUser": "79a5"}}, ("79a5",), id="whose account the name does not tell"),
        pytest.param({"Principal": {"Federated": "accounts.google.com"}}, ("accounts.google.com",), id="no account"),
        pytest.param({"Principal": {"Federated": f"arn:aws:iam::{OWN}:saml-provider/p"}}, (), id="its own provider"),
        pytest.param({}, ('everyone (Principal "*")',), id="everybody"),
        pytest.param(
            {"Principal": None, "NotPrincipal": {"AWS": OTHER}},
            (f"everyone except {OTHER} (NotPrincipal)",),
            id="but one",
        ),
        pytest.param(
            {"Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
            ('everyone (Principal "*") that meets the condition on aws:PrincipalOrgID',),
            id="an organization has other accounts",
        ),
        pytest.param({"Condition": {"StringEquals": {"aws:PrincipalAccount": OWN}}}, (), id="held to the account"),
        pytest.param(
            {"Condition": {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*"}}}, (), id="held to its roles"
        ),
        pytest.param(
            {"Principal": {"AWS": OTHER}, "Condition": {"StringEquals": {"aws:SourceAccount": [OWN, OTHER]}}},
            (OTHER,),
            id="held to both accounts",
        ),
        pytest.param(
            {"Principal": {"AWS": OTHER}, "Condition": {"StringEqualsIfExists": {"aws:PrincipalAccount": OWN}}},
            (OTHER,),
            id="held only if the key exists",
        ),
        pytest.param(
            {"Principal": {"AWS": OTHER}, "Condition": {"StringEquals": {"aws:PrincipalAccount": []}}},
            (OTHER,),
            id="held to nothing",
        ),
        pytest.param(
            {
                "Principal": {"AWS": OTHER},
                "Condition": {
                    "ArnLike": {"aws:SourceArn": [f"arn:aws:sns:*:{OWN}:t", f"arn:aws:sns:*:{OTHER}:t"]},
                },
            },
            (OTHER,),
            id="held to sources of both accounts",
        ),
        pytest.param(
            {
                "Principal": {"AWS": OTHER},
                "Condition": {"ArnLike": {"s3:DataAccessPointArn": f"arn:aws:s3:*:{OWN}:accesspoint/*"}},
            },
            (OTHER,),
            id="through access points of the account, which may let in others",
        ),
        pytest.param({"Effect": "Deny", "Principal": {"AWS": OTHER}}, (), id="a denial"),
    ],
)
def test_principals_of_other_accounts(changed: Any, said: tuple[str, ...]) -> None:
    assert foreign(allowed(**changed), OWN) == said


def test_other_accounts_are_asked_for_by_action_too() -> None:
    judged = allowed(Principal={"AWS": OTHER}, Action="s3:Put*")
    assert foreign(judged, OWN, ("s3:PutBucketAcl",)) == (OTHER,)
    assert foreign(judged, OWN, ("s3:GetObject",)) == ()


@pytest.mark.parametrize(
    ("denial", "left"),
    [
        pytest.param({"Principal": None, "NotPrincipal": {"AWS": OWN}}, (), id="all but the account"),
        pytest.param({"Principal": None, "NotPrincipal": {"AWS": OTHER}}, (OTHER,), id="all but the stranger"),
        pytest.param({"Principal": None, "NotPrincipal": {"AWS": [OWN, OTHER]}}, (OTHER,), id="all but the two"),
        pytest.param({"Condition": {"StringNotEquals": {"aws:PrincipalAccount": OWN}}}, (), id="whoever is not of it"),
        pytest.param({"Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o"}}}, (OTHER,), id="who is not near"),
    ],
)
def test_a_denial_of_strangers(denial: Any, left: tuple[str, ...]) -> None:
    judged = policy(statement(ALLOW, Principal={"AWS": OTHER}), statement(DENY, **denial))
    assert foreign(judged, OWN) == left


PRINCIPALS = st.sampled_from(["*", {"AWS": "*"}, {"AWS": OWN}, {"AWS": [OTHER]}, {"Service": "s3.amazonaws.com"}])
ACTIONS = st.sampled_from(["s3:GetObject", "s3:Get*", "s3:PutObject", "s3:*", "*"])
CONDITIONS = st.sampled_from(
    [
        {},
        {"Bool": {"aws:SecureTransport": "false"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"StringNotEquals": {"aws:PrincipalAccount": OWN}},
        {"StringLike": {"aws:SourceAccount": "*"}},
    ]
)


def statements(effects: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda effect, principal, kind, action, resource, condition: {
            "Effect": effect,
            kind[0]: principal,
            kind[1]: action,
            "Resource": resource,
            "Condition": condition,
        },
        st.sampled_from(effects),
        PRINCIPALS,
        st.sampled_from([("Principal", "Action"), ("NotPrincipal", "Action"), ("Principal", "NotAction")]),
        ACTIONS,
        st.sampled_from(["*", "arn:aws:s3:::b", "arn:aws:s3:::b/*"]),
        CONDITIONS,
    )


POLICIES = st.lists(statements(("Allow", "Deny")), max_size=4)
ASKED = st.none() | st.lists(ACTIONS, max_size=2).map(tuple)


@given(POLICIES, statements(("Allow",)), ASKED)
def test_a_policy_with_one_more_allow_is_never_less_open(
    said: list[dict[str, Any]], more: dict[str, Any], asked: tuple[str, ...] | None
) -> None:
    before, after = policy(*said), policy(*said, more)
    assert set(public(before, asked)) <= set(public(after, asked))
    assert set(foreign(before, OWN, asked)) <= set(foreign(after, OWN, asked))


@given(POLICIES, statements(("Deny",)))
def test_a_policy_with_one_more_deny_is_never_more_open(said: list[dict[str, Any]], more: dict[str, Any]) -> None:
    before, after = policy(*said), policy(*said, more)
    assert set(public(after)) <= set(public(before))
    assert set(foreign(after, OWN)) <= set(foreign(before, OWN))


@given(POLICIES.flatmap(lambda said: st.tuples(st.just(said), st.permutations(said))))
def test_the_order_of_statements_never_matters(orders: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    one, other = (policy(*said) for said in orders)
    assert sorted(each.partition(" allows ")[2] for each in public(one)) == sorted(
        each.partition(" allows ")[2] for each in public(other)
    )
    assert foreign(one, OWN) == foreign(other, OWN)


def listed(said: dict[str, Any]) -> dict[str, Any]:
    """Spell every text as a list of one."""
    names = ("Action", "NotAction", "Resource")
    spelled = {key: [value] if key in names else value for key, value in said.items()}
    for key in ("Principal", "NotPrincipal"):
        if isinstance(said.get(key), dict):
            spelled[key] = {kind: [name] if isinstance(name, str) else name for kind, name in said[key].items()}
    tests = said["Condition"].items()
    spelled["Condition"] = {operator: {key: [value] for key, value in test.items()} for operator, test in tests}
    return spelled


@given(POLICIES)
def test_a_text_or_a_list_never_matters(said: list[dict[str, Any]]) -> None:
    one, other = policy(*said), policy(*map(listed, said))
    assert public(one) == public(other)
    assert foreign(one, OWN) == foreign(other, OWN)


@given(POLICIES)
def test_what_everybody_may_do_strangers_may_do(said: list[dict[str, Any]]) -> None:
    assert not public(policy(*said)) or foreign(policy(*said), OWN)
