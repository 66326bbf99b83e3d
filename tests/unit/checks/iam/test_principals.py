"""Users, groups and roles by all policies that apply to them: paths of several policies, and administrators' MFA."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.checks.iam.principals import iam_administrators_have_mfa, iam_principal_no_privilege_escalation
from muster.facets.iam.credentials import CredentialReport
from muster.facets.iam.identities import AttachedPolicies, User
from muster.facets.iam.policies import Grants
from muster.facets.iam.principals import AccountPolicies
from muster.model.finding import GLOBAL, Resource, Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
ACCOUNT = "123456789012"
USER = Resource("AWS::IAM::User", "ann", ACCOUNT, GLOBAL, arn=f"arn:aws:iam::{ACCOUNT}:user/ann")
GROUP = replace(USER, type="AWS::IAM::Group", arn=f"arn:aws:iam::{ACCOUNT}:group/dev")
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
PASSES = {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}
RUNS = {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "*"}
FUNCTIONS = {"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
NO_PASSING = {"Effect": "Deny", "Action": "iam:PassRole", "Resource": "*"}

Statement = dict[str, Any]


def inline(kind: str = "User", **policies: Statement) -> dict[str, Any]:
    return {
        f"{kind}PolicyList": [
            {"PolicyName": name, "PolicyDocument": {"Statement": [statement]}} for name, statement in policies.items()
        ]
    }


def arn(name: str) -> str:
    return f"arn:aws:iam::{'aws' if name[0].isupper() else ACCOUNT}:policy/{name}"


def attached(*names: str) -> list[dict[str, str]]:
    return [{"PolicyName": name, "PolicyArn": arn(name)} for name in names]


def managed(**policies: Statement) -> list[dict[str, Any]]:
    return [
        {
            "Arn": arn(name),
            "DefaultVersionId": "v1",
            "AttachmentCount": 1,
            "PolicyVersionList": [{"VersionId": "v1", "Document": {"Statement": [statement]}}],
        }
        for name, statement in policies.items()
    ]


ACCOUNT_POLICIES = AccountPolicies.parse(
    {
        "Policies": managed(passer=PASSES, AmazonRunner=RUNS, all=EVERYTHING, guard=NO_PASSING, runner=RUNS),
        "GroupDetailList": [
            {"GroupName": "pass", **inline("Group", passing=PASSES)},
            {"GroupName": "run", "AttachedManagedPolicies": attached("AmazonRunner")},
            {"GroupName": "both", **inline("Group", passing=PASSES, running=RUNS)},
            {"GroupName": "admins", "AttachedManagedPolicies": attached("all")},
        ],
    }
)


def judged(
    item: dict[str, Any], *names: str, groups: tuple[str, ...] = (), resource: Resource = USER, **more: Any
) -> Any:
    whole = {**item, "AttachedManagedPolicies": attached(*names), "GroupList": list(groups)}
    return iam_principal_no_privilege_escalation(
        Grants.parse({**whole, **more}), AttachedPolicies.parse(whole), ACCOUNT_POLICIES, resource
    )


@pytest.mark.parametrize(
    ("item", "names", "groups", "status", "reason"),
    [
        pytest.param(
            inline(deploy=PASSES),
            ("AmazonRunner",),
            (),
            N,
            'The policies together allow iam:PassRole (inline policy "deploy") + ec2:RunInstances '
            "(AWS managed policy AmazonRunner)",
            id="an inline policy and one of AWS",
        ),
        pytest.param(
            inline(deploy=FUNCTIONS),
            ("passer",),
            (),
            N,
            "The policies together allow iam:PassRole (policy passer) + lambda:CreateFunction + lambda:InvokeFunction "
            '(inline policy "deploy")',
            id="actions in a row",
        ),
        pytest.param(
            {},
            ("passer",),
            ("run",),
            N,
            "The policies together allow iam:PassRole (policy passer) + ec2:RunInstances "
            "(AWS managed policy AmazonRunner of group run)",
            id="a policy of one's own and one of a group",
        ),
        pytest.param(
            {},
            (),
            ("pass", "run"),
            N,
            'The policies together allow iam:PassRole (inline policy "passing" of group pass) + ec2:RunInstances '
            "(AWS managed policy AmazonRunner of group run)",
            id="two groups",
        ),
        pytest.param({}, ("runner",), ("both",), C, "", id="one group alone has its own finding"),
        pytest.param(
            inline(deploy={**PASSES, "Action": ["iam:PassRole", "ec2:RunInstances"]}),
            ("runner",),
            (),
            C,
            "The 2 policies together allow no escalation beyond what each allows alone",
            id="one policy alone has its own finding",
        ),
        pytest.param(inline(deploy=RUNS), ("passer", "guard"), (), C, "", id="a Deny in a third policy"),
        pytest.param(inline(deploy=RUNS), ("runner",), (), C, "", id="nothing is passed"),
        pytest.param(inline(deploy=PASSES), (), (), NA, "The principal has one policy", id="one policy"),
        pytest.param({}, (), (), NA, "The principal has no policy", id="no policy"),
        pytest.param(
            inline(deploy=PASSES), ("all", "runner"), (), NA, "The policy all allows everything", id="administrator"
        ),
    ],
)
def test_paths_of_several_policies(
    item: dict[str, Any], names: tuple[str, ...], groups: tuple[str, ...], status: Status, reason: str
) -> None:
    verdict = judged(item, *names, groups=groups)
    assert verdict.status is status
    if reason:
        assert verdict.reason == reason


def test_the_policies_of_a_group_are_its_own() -> None:
    verdict = judged(inline("Group", passing=PASSES), "runner", resource=GROUP)
    assert verdict.status is N


def test_conditions_and_the_boundary_are_named() -> None:
    passing = {**PASSES, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": arn("fence")}}
    assert judged(inline(deploy=passing), "runner", **boundary).reason == (
        'The policies together allow iam:PassRole (inline policy "deploy") + ec2:RunInstances (policy runner), with a '
        f"condition on aws:MultiFactorAuthPresent; the permissions boundary {arn('fence')} limits it"
    )


@pytest.mark.parametrize(
    ("names", "groups", "reason"),
    [
        pytest.param(("runner", "lost"), (), "did not return the document of .*policy/lost", id="a policy"),
        pytest.param(("runner",), ("lost",), "did not return the policies of the group lost", id="a group"),
    ],
)
def test_what_is_not_known_is_no_pass(names: tuple[str, ...], groups: tuple[str, ...], reason: str) -> None:
    with pytest.raises(UnknownField, match=reason):
        judged({}, *names, groups=groups)
    assert judged(inline(deploy=PASSES), *names, groups=groups).status is N


def test_what_is_attached_nowhere_is_not_kept() -> None:
    unused = {**managed(unused=RUNS)[0], "AttachmentCount": 0}
    assert not AccountPolicies.parse({"Policies": [unused]}).managed


def report(mfa: str, user: str = "ann") -> CredentialReport:
    content = f"user,password_enabled,mfa_active\n{user},false,{mfa}\n".encode()
    return CredentialReport.parse({"GeneratedTime": AT, "Content": content})


SOURCE = " (credential report of 2026-11-21 12:00 UTC)"


@pytest.mark.parametrize(
    ("item", "names", "groups", "status", "reason"),
    [
        pytest.param(
            {}, ("all",), (), N,
            f"The user is an administrator (policy all) and has no MFA device{SOURCE}", id="an attached policy",
        ),
        pytest.param(
            inline(root=EVERYTHING), (), (), N,
            f'The user is an administrator (inline policy "root") and has no MFA device{SOURCE}', id="an inline policy",
        ),
        pytest.param(
            {}, (), ("run", "admins"), N,
            f"The user is an administrator (policy all of group admins) and has no MFA device{SOURCE}", id="a group",
        ),
        pytest.param(
            {}, ("all",), (), C,
            f"The user is an administrator (policy all) and has MFA enabled{SOURCE}", id="with MFA",
        ),
        pytest.param({}, ("runner",), ("run",), NA, "The user is not an administrator", id="no administrator"),
        pytest.param({}, (), (), NA, "The user is not an administrator", id="no policy"),
    ],
)  # fmt: skip
def test_administrators_have_mfa(
    item: dict[str, Any], names: tuple[str, ...], groups: tuple[str, ...], status: Status, reason: str
) -> None:
    verdict = administrator(item, names, groups, report("true" if status is C else "false"))
    assert (verdict.status, verdict.reason) == (status, reason)


def administrator(
    item: dict[str, Any], names: tuple[str, ...], groups: tuple[str, ...], credentials: CredentialReport
) -> Any:
    whole = {**item, "UserName": "ann", "AttachedManagedPolicies": attached(*names), "GroupList": list(groups)}
    return iam_administrators_have_mfa(
        User.parse({**whole, "CreateDate": datetime(2020, 1, 1, tzinfo=UTC)}),
        Grants.parse(whole), AttachedPolicies.parse(whole), ACCOUNT_POLICIES, credentials,
    )  # fmt: skip


def test_an_administrator_that_cannot_be_told_is_no_pass() -> None:
    with pytest.raises(UnknownField, match="policy/lost"):
        administrator({}, ("lost",), (), report("true"))
    with pytest.raises(UnknownField, match="newer than the credential report"):
        administrator({}, ("all",), (), report("true", user="bob"))
