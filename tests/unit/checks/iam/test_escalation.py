"""Policies that lead to more permissions, and ReadOnlyAccess for other accounts."""

from dataclasses import replace
from typing import Any

import pytest

from muster.analysis.policies.grants import read_policy
from muster.checks.iam.escalation import (
    iam_policy_no_permissive_role_assumption,
    iam_policy_no_privilege_escalation,
)
from muster.checks.iam.roles import iam_role_read_only_access_not_cross_account
from muster.facets.iam.identities import AttachedPolicies
from muster.facets.iam.policies import Grants, NamedPolicy, Trust
from muster.model.finding import GLOBAL, Resource, Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
ACCOUNT = "123456789012"
POLICY = Resource("AWS::IAM::ManagedPolicy", "p", ACCOUNT, GLOBAL, arn=f"arn:aws:iam::{ACCOUNT}:policy/p")
USER = replace(POLICY, type="AWS::IAM::User", arn=f"arn:aws:iam::{ACCOUNT}:user/ann")
UNREAD = NamedPolicy("its inline policy odd", Unknown("The inline policy cannot be parsed"))
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def named(*statements: dict[str, Any], name: str = 'inline policy "deploy"') -> NamedPolicy:
    return NamedPolicy(name, read_policy({"Statement": list(statements)}))


def grants(*policies: NamedPolicy, boundary: str = "") -> Grants:
    return Grants(policies, (), boundary)


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        pytest.param(
            grants(named(allow(["iam:PassRole", "ec2:RunInstances"]))),
            N,
            'Inline policy "deploy" allows iam:PassRole + ec2:RunInstances',
            id="the path is named",
        ),
        pytest.param(
            grants(named(allow("iam:Put*Policy"))),
            N,
            'Inline policy "deploy" allows iam:PutUserPolicy, iam:PutGroupPolicy, iam:PutRolePolicy',
            id="several paths",
        ),
        pytest.param(grants(named(allow("iam:*"))), N, "", id="all of IAM"),
        pytest.param(
            grants(named(allow(["iam:PassRole", "ec2:RunInstances"], f"arn:aws:iam::{ACCOUNT}:role/web"))),
            C,
            f"The policy opens no known path to more permissions; iam:PassRole is limited to "
            f"arn:aws:iam::{ACCOUNT}:role/web",
            id="a role by name is told",
        ),
        pytest.param(
            grants(named(allow("iam:PutUserPolicy")), boundary="arn:aws:iam::123456789012:policy/edge"),
            N,
            'Inline policy "deploy" allows iam:PutUserPolicy; the permissions boundary '
            "arn:aws:iam::123456789012:policy/edge limits it",
            id="a boundary is told",
        ),
        pytest.param(
            grants(named(EVERYTHING)), NA, "iam-policy-no-admin-access-statements reports this", id="everything"
        ),
        pytest.param(grants(named(EVERYTHING), named(allow("iam:PutUserPolicy"))), N, "", id="everything, and a path"),
        pytest.param(
            grants(named(allow("iam:PassRole")), named(allow("ec2:RunInstances"), name="b")), C, "", id="two policies"
        ),
        pytest.param(grants(UNREAD, named(allow("iam:PutUserPolicy"))), N, "", id="one unread, another decides"),
        pytest.param(grants(), NA, "No inline policy; managed policies have findings of their own", id="none"),
    ],
)
def test_iam_policy_no_privilege_escalation(judged: Grants, status: Status, reason: str) -> None:
    verdict = iam_policy_no_privilege_escalation(judged, POLICY)
    assert (verdict.status, reason in ("", verdict.reason)) == (status, True)


def test_an_unread_policy_is_unknown() -> None:
    for check in (iam_policy_no_privilege_escalation, iam_policy_no_permissive_role_assumption):
        with pytest.raises(UnknownField):
            check(grants(UNREAD), POLICY)


def test_only_the_inline_policy_of_a_user_knows_its_user() -> None:
    judged = grants(named(allow("iam:CreateAccessKey", str(USER.arn))))
    assert iam_policy_no_privilege_escalation(judged, USER).status is C
    assert iam_policy_no_privilege_escalation(judged, POLICY).status is N


def test_existing_compute_counts_where_the_setting_asks() -> None:
    judged = grants(named(allow("ssm:SendCommand")))
    assert iam_policy_no_privilege_escalation(judged, POLICY).status is C
    assert iam_policy_no_privilege_escalation(judged, POLICY, existing_compute=True).status is N


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        pytest.param(allow("sts:AssumeRole"), N, id="all resources"),
        pytest.param(allow("sts:Assume*"), N, id="by a wildcard"),
        pytest.param(allow("sts:*", "arn:aws:iam::*:role/*"), N, id="all roles of all accounts"),
        pytest.param(allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/*"), N, id="all roles of another"),
        pytest.param(allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/*"), C, id="all roles of the own account"),
        pytest.param(allow("sts:AssumeRole", "arn:aws:iam::*:role/app-*"), C, id="a prefix of names"),
        pytest.param(allow("sts:AssumeRole", "arn:aws:iam::111122223333:role/deploy/*"), C, id="a path"),
        pytest.param(allow("sts:AssumeRoleWithSAML"), C, id="another action"),
        pytest.param(allow("s3:*"), C, id="another service"),
        pytest.param(allow("*"), N, id="everything"),
    ],
)
def test_iam_policy_no_permissive_role_assumption(statement: dict[str, Any], status: Status) -> None:
    assert iam_policy_no_permissive_role_assumption(grants(named(statement)), POLICY).status is status


def test_the_reason_names_the_statement() -> None:
    verdict = iam_policy_no_permissive_role_assumption(grants(named(allow("s3:*"), allow("sts:AssumeRole"))), POLICY)
    assert verdict.reason == 'Inline policy "deploy", statement 2 allows sts:AssumeRole on *'


def test_all_roles_of_the_own_account_count_where_the_setting_asks() -> None:
    judged = grants(named(allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/*")))
    assert iam_policy_no_permissive_role_assumption(judged, POLICY, own_account=True).status is N


def test_without_an_inline_policy_there_is_nothing_to_assume_by() -> None:
    assert iam_policy_no_permissive_role_assumption(grants(), POLICY).status is NA


READ_ONLY = AttachedPolicies(("arn:aws:iam::aws:policy/ReadOnlyAccess",))
OTHER = "arn:aws:iam::111122223333:root"


def trust(principal: Any, condition: dict[str, Any] | None = None) -> Trust:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return Trust(ACCOUNT, read_policy({"Statement": [statement | ({"Condition": condition} if condition else {})]}))


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        pytest.param(
            trust({"AWS": OTHER}), N, f"ReadOnlyAccess is attached, and the role trusts {OTHER}", id="another account"
        ),
        pytest.param(trust({"AWS": "111122223333"}), N, "", id="its id alone"),
        pytest.param(trust({"AWS": "arn:aws:iam::111122223333:role/audit"}), N, "", id="a role of it"),
        pytest.param(trust("*"), N, 'ReadOnlyAccess is attached, and the role trusts everyone (Principal "*")', id="*"),
        pytest.param(trust({"AWS": OTHER}, {"StringEquals": {"sts:ExternalId": "x"}}), N, "", id="an external ID"),
        pytest.param(trust({"AWS": OTHER}, {"StringEquals": {"aws:PrincipalOrgID": "o-a1"}}), C, "", id="organization"),
        pytest.param(trust("*", {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}), C, "", id="* of the own account"),
        pytest.param(
            trust({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
            C,
            "ReadOnlyAccess is attached, and the role trusts no other account",
            id="the own account",
        ),
        pytest.param(trust({"AWS": "arn:aws:iam::999988887777:root"}), C, "", id="a trusted account"),
        pytest.param(trust({"Service": "ec2.amazonaws.com"}), C, "", id="a service"),
        pytest.param(trust({"AWS": f"arn:aws:iam::{ACCOUNT}:role/x-111122223333"}), C, "", id="an id in a name"),
    ],
)
def test_iam_role_read_only_access_not_cross_account(judged: Trust, status: Status, reason: str) -> None:
    verdict = iam_role_read_only_access_not_cross_account(READ_ONLY, judged, trusted_accounts=("999988887777",))
    assert (verdict.status, reason in ("", verdict.reason)) == (status, True)


def test_a_role_without_read_only_access_is_left_out() -> None:
    own = AttachedPolicies((f"arn:aws:iam::{ACCOUNT}:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/SecurityAudit"))
    assert iam_role_read_only_access_not_cross_account(own, trust({"AWS": OTHER})).status is NA
