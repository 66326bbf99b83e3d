"""The parts of `muster doctor` that make no calls: credentials, the clock, and what a simulation says."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.cli.doctor.credentials import of_clock, of_credentials
from muster.cli.doctor.lines import Line, Mark
from muster.cli.doctor.permissions import used_lines
from muster.cli.doctor.simulation import denials, principal_of
from muster.configuration.selection import every_rule
from muster.library.trial import Trial
from muster.targets.clients import Role

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
DATE = "Sun, 29 Nov 2026 12:00:00 GMT"
ROLE = "arn:aws:iam::123456789012:role/teams/Auditor"


@pytest.mark.parametrize(
    ("seconds", "mark", "text"),
    [
        pytest.param(0.6, Mark.OK, "right", id="the header has whole seconds"),
        pytest.param(-30, Mark.OK, "30 s behind AWS", id="a little behind"),
        pytest.param(61, Mark.WARNING, "61 s ahead of AWS", id="a minute ahead"),
        pytest.param(300, Mark.PROBLEM, "300 s ahead of AWS", id="five minutes ahead"),
        pytest.param(-7200, Mark.PROBLEM, "7,200 s behind AWS", id="hours behind"),
    ],
)
def test_the_clock_is_compared_with_the_date_of_an_answer(seconds: float, mark: Mark, text: str) -> None:
    line = of_clock(DATE, NOW + timedelta(seconds=seconds))
    assert (line.mark, line.text.partition(":")[0]) == (mark, text)


def test_an_answer_without_a_date() -> None:
    assert of_clock("", NOW).mark is Mark.WARNING


@pytest.mark.parametrize(
    ("method", "minutes", "arn", "mark", "text"),
    [
        pytest.param("env", None, ROLE, Mark.OK, "from environment variables", id="from the environment"),
        pytest.param("sso", 300, ROLE, Mark.OK, "from an SSO login, profile shop, until 2026-11-29 17:00", id="SSO"),
        pytest.param("sso", 10, ROLE, Mark.WARNING, "they end soon", id="soon over"),
        pytest.param("env", None, "arn:aws:iam::123456789012:root", Mark.WARNING, "the root user", id="the root user"),
    ],
)
def test_credentials(method: str, minutes: int | None, arn: str, mark: Mark, text: str) -> None:
    until = None if minutes is None else NOW + timedelta(minutes=minutes)
    credentials = SimpleNamespace(method=method, _expiry_time=until)
    line = of_credentials(credentials, arn, "shop" if method == "sso" else None, NOW)
    assert line.mark is mark
    assert text in line.text
    assert line.account_id == "123456789012"


@pytest.fixture
def iam() -> Any:
    return boto3.client("iam", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")


def _result(action: str, decision: str, **more: object) -> dict[str, object]:
    return {"EvalActionName": action, "EvalDecision": decision, **more}


def test_each_kind_of_policy_that_denies_is_named(iam: Any) -> None:
    answer = {
        "IsTruncated": False,
        "EvaluationResults": [
            _result("s3:GetBucketAcl", "allowed"),
            _result("s3:GetBucketCORS", "implicitDeny"),
            _result("s3:GetBucketTagging", "explicitDeny"),
            _result(
                "s3:GetBucketPolicy", "implicitDeny", OrganizationsDecisionDetail={"AllowedByOrganizations": False}
            ),
            _result(
                "s3:GetBucketLogging", "implicitDeny",
                PermissionsBoundaryDecisionDetail={"AllowedByPermissionsBoundary": False},
            ),
            _result("s3:GetBucketLocation", "implicitDeny", MissingContextValues=["aws:SourceIp"]),
        ],
    }  # fmt: skip
    expected = {
        "PolicySourceArn": ROLE,
        "ActionNames": ["s3:GetBucketAcl"],
        "ResourceArns": ["arn:aws:s3:::*"],
        "ContextEntries": [
            {
                "ContextKeyName": "aws:RequestedRegion", "ContextKeyType": "string",
                "ContextKeyValues": ["eu-west-1"],
            },
            {"ContextKeyName": "aws:SecureTransport", "ContextKeyType": "boolean", "ContextKeyValues": ["true"]},
        ],
    }  # fmt: skip
    with Stubber(iam) as stub:
        stub.add_response("simulate_principal_policy", answer, expected)
        found = dict(denials(iam, ROLE, {"arn:aws:s3:::*": ["s3:GetBucketAcl"]}, "eu-west-1"))
    assert found == {
        "s3:GetBucketCORS": "no identity-based policy allows it",
        "s3:GetBucketTagging": "an explicit Deny",
        "s3:GetBucketPolicy": "a service control policy",
        "s3:GetBucketLogging": "the permissions boundary",
        "s3:GetBucketLocation": "no identity-based policy allows it, unless aws:SourceIp allows it",
    }


def test_many_actions_take_several_calls(iam: Any) -> None:
    actions = [f"s3:Get{number}" for number in range(70)]
    with Stubber(iam) as stub:
        for _ in range(2):
            stub.add_response("simulate_principal_policy", {"IsTruncated": False, "EvaluationResults": []})
        assert list(denials(iam, ROLE, {"*": actions}, "eu-west-1")) == []
        stub.assert_no_pending_responses()


def test_the_role_of_a_session_is_found_with_its_path(iam: Any) -> None:
    session = "arn:aws:sts::123456789012:assumed-role/Auditor/me"
    role = {
        "Path": "/teams/", "RoleName": "Auditor", "RoleId": "AROA1234567890123456", "Arn": ROLE, "CreateDate": NOW,
    }  # fmt: skip
    with Stubber(iam) as stub:
        stub.add_response("get_role", {"Role": role}, {"RoleName": "Auditor"})
        assert principal_of(iam, session) == ROLE
        stub.add_client_error("get_role", "AccessDenied")
        assert principal_of(iam, session) == "arn:aws:iam::123456789012:role/Auditor"


@pytest.mark.parametrize(
    ("arn", "principal"),
    [
        pytest.param("arn:aws:iam::123456789012:user/web/ann", "arn:aws:iam::123456789012:user/web/ann", id="a user"),
        pytest.param("arn:aws:iam::123456789012:root", "", id="the root user"),
        pytest.param("arn:aws:sts::123456789012:federated-user/ann", "", id="a federated user"),
    ],
)
def test_a_principal_without_a_call(arn: str, principal: str, iam: Any) -> None:
    assert principal_of(iam, arn) == principal


def _job(accounts: Sequence[str], clients: Mapping[str, Any]) -> Any:
    """Return what the lines about permissions read of a job: the checks of KMS, and clients of each account."""
    catalog = load()
    rules = [rule for rule in every_rule(catalog) if rule.service == "kms"]
    sessions = SimpleNamespace(account_id="123456789012", region="eu-west-1", role=Role("Member", "", "aws"))
    targets = SimpleNamespace(sessions=sessions, regions=("eu-west-1",))
    reads = read_plan(catalog, rules)
    scan = SimpleNamespace(accounts=accounts, rules=rules, reads=reads, targets=targets)
    return SimpleNamespace(scan=scan, clients_of=lambda account: SimpleNamespace(get=lambda *_: clients[account]))


def _used(job: Any, *unused: str) -> list[Line]:
    needless = frozenset((account, action) for account in job.scan.accounts for action in unused)
    used = frozenset((account, "kms:ListKeys") for account in job.scan.accounts)
    trial = Trial((), (), used, needless, 7, ())
    return list(used_lines(job, trial, load(), "arn:aws:iam::123456789012:user/ann"))


def test_what_nothing_needs_today_is_simulated(iam: Any) -> None:
    answer = [_result("kms:GetKeyPolicy", "implicitDeny"), _result("kms:DescribeKey", "allowed")]
    with Stubber(iam) as stub:
        for _ in range(2):  # one call for each pattern of ARNs
            results = {"IsTruncated": False, "EvaluationResults": answer}
            stub.add_response("simulate_principal_policy", results)
            answer = []
        found = _used(_job(["123456789012"], {"123456789012": iam}), "kms:GetKeyPolicy", "kms:DescribeKey")
    assert [line.mark for line in found] == [Mark.OK, Mark.WARNING, Mark.OK]
    assert found[1].text.startswith("kms:GetKeyPolicy will be denied (no identity-based policy allows it)")
    assert "kms-" in found[1].text
    assert "kms:DescribeKey. iam:SimulatePrincipalPolicy says that they are allowed; it does not see" in found[2].text


def test_accounts_that_may_not_simulate_are_one_line(iam: Any) -> None:
    accounts = ["111122223333", "123456789012"]
    with Stubber(iam) as stub:
        for _ in accounts:
            stub.add_client_error("simulate_principal_policy", "AccessDenied")
        found = _used(_job(accounts, dict.fromkeys(accounts, iam)), "kms:DescribeKey")
    (line,) = found[1:]
    assert line.mark is Mark.WARNING
    assert "of 2 accounts (111122223333, 123456789012)" in line.text
    assert line.text.endswith(
        "Whether they are allowed is not known: iam:SimulatePrincipalPolicy failed (AccessDenied)"
    )
