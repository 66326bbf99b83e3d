"""The root user: keys, MFA, last use and central management."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from muster.checks.iam.root import (
    iam_root_credentials_absent,
    iam_root_credentials_managed_centrally,
    iam_root_hardware_mfa_enabled,
    iam_root_mfa_enabled,
    iam_root_no_access_keys,
    iam_root_not_used_lately,
)
from muster.facets.iam.account import AccountSummary, OrganizationsFeatures, VirtualMfaDevices
from muster.facets.iam.credentials import AccessKey, CredentialReport, Credentials
from muster.model.finding import ACCOUNT, ObservedAt, Resource, Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
AT = datetime(2026, 11, 29, 22, tzinfo=UTC)
SCAN = ObservedAt(AT)
HERE = Resource(ACCOUNT, "123456789012", "123456789012", "global")
GOVCLOUD = replace(HERE, partition="aws-us-gov")
CHINA = replace(HERE, partition="aws-cn")
SUMMARY = AccountSummary(users=3, providers=0, root_mfa=1, root_keys=0, root_password=1, root_certificates=0)
MISSING = Unknown("AWS did not return it")


@pytest.mark.parametrize(("keys", "status"), [(0, C), (1, N)])
def test_iam_root_no_access_keys(keys: int, status: Status) -> None:
    assert iam_root_no_access_keys(replace(SUMMARY, root_keys=keys)).status is status


def test_keys_that_aws_did_not_count_are_unknown() -> None:
    with pytest.raises(UnknownField):
        iam_root_no_access_keys(replace(SUMMARY, root_keys=MISSING))


@pytest.mark.parametrize(
    ("changed", "account", "status", "reason"),
    [
        pytest.param({}, HERE, C, "The root user has MFA enabled", id="MFA"),
        pytest.param({"root_mfa": 0}, HERE, N, "The root user has no MFA device", id="none"),
        pytest.param({"root_mfa": 0}, CHINA, N, "", id="none in China"),
        pytest.param(
            {"root_mfa": 0, "root_password": 0}, HERE, NA, "The root user has no password", id="managed centrally"
        ),
        pytest.param(
            {"root_mfa": 0},
            GOVCLOUD,
            NA,
            "The root user has no console sign-in in AWS GovCloud (US)",
            id="GovCloud has no sign-in of root",
        ),
        pytest.param({"root_password": MISSING}, HERE, C, "", id="MFA, and no word of a password"),
    ],
)
def test_iam_root_mfa_enabled(changed: dict[str, int], account: Resource, status: Status, reason: str) -> None:
    verdict = iam_root_mfa_enabled(replace(SUMMARY, **changed), account)
    assert (verdict.status, reason in ("", verdict.reason)) == (status, True)


@pytest.mark.parametrize("changed", [{"root_mfa": MISSING}, {"root_mfa": 0, "root_password": MISSING}])
def test_mfa_is_unknown_where_a_count_is_missing(changed: dict[str, int]) -> None:
    with pytest.raises(UnknownField):
        iam_root_mfa_enabled(replace(SUMMARY, **changed), HERE)


@pytest.mark.parametrize(
    ("changed", "virtual", "status", "reason"),
    [
        pytest.param({}, False, C, "The root user has MFA enabled, and no virtual MFA device", id="keys and passkeys"),
        pytest.param({}, True, N, "The root user has a virtual MFA device", id="one virtual among several"),
        pytest.param({"root_mfa": 0}, False, N, "The root user has no MFA device", id="no MFA"),
        pytest.param({"root_password": 0}, True, NA, "", id="no password"),
    ],
)
def test_iam_root_hardware_mfa_enabled(changed: dict[str, int], virtual: bool, status: Status, reason: str) -> None:
    devices = VirtualMfaDevices(virtual, frozenset())
    verdict = iam_root_hardware_mfa_enabled(replace(SUMMARY, **changed), devices, HERE)
    assert (verdict.status, reason in ("", verdict.reason)) == (status, True)


def root(password: object = None, first: object = None, second: object = None) -> CredentialReport:
    keys = tuple(AccessKey(n, active=False, rotated=None, used=used) for n, used in ((1, first), (2, second)))  # type: ignore[arg-type]
    row = Credentials(None, True, password, MISSING, True, keys)  # type: ignore[arg-type]
    return CredentialReport(AT, "", {"<root_account>": row})


def ago(days: float) -> datetime:
    return AT - timedelta(days=days)


@pytest.mark.parametrize(
    ("report", "status", "reason"),
    [
        pytest.param(root(), C, "The root user has no recorded use", id="never used"),
        pytest.param(root(ago(31)), C, "The root user was last used on 2026-10-29", id="long ago"),
        pytest.param(root(ago(30)), N, "The password of the root user was used 30 days ago", id="on the last day"),
        pytest.param(
            root(ago(200), ago(90), ago(2)),
            N,
            "The access key 2 of the root user was used 2 days ago",
            id="the latest counts, not the first",
        ),
        pytest.param(root(MISSING, ago(1)), N, "", id="one is unknown, another decides"),
    ],
)
def test_iam_root_not_used_lately(report: CredentialReport, status: Status, reason: str) -> None:
    verdict = iam_root_not_used_lately(report, SCAN)
    assert (verdict.status, verdict.reason.startswith(reason)) == (status, True)
    assert verdict.reason.endswith(" (credential report of 2026-11-29 22:00 UTC)")


def test_a_use_that_the_report_does_not_say_is_unknown() -> None:
    with pytest.raises(UnknownField):
        iam_root_not_used_lately(root(MISSING, ago(90)), SCAN)


@pytest.mark.parametrize(
    ("changed", "status", "reason"),
    [
        ({"root_password": 0}, C, "The root user has no password, access key or signing certificate"),
        ({}, N, "The root user has a password"),
        ({"root_keys": 1, "root_certificates": MISSING}, N, "The root user has a password and an access key"),
    ],
)
def test_iam_root_credentials_absent(changed: dict[str, int], status: Status, reason: str) -> None:
    verdict = iam_root_credentials_absent(replace(SUMMARY, **changed), HERE, accounts_with_root=("111122223333",))
    assert (verdict.status, verdict.reason) == (status, reason)


def test_accounts_that_keep_their_root_user_are_left_out() -> None:
    verdict = iam_root_credentials_absent(SUMMARY, HERE, accounts_with_root=(HERE.id,))
    assert verdict.status is NA


@pytest.mark.parametrize(
    ("features", "accounts", "status"),
    [
        pytest.param(OrganizationsFeatures(True, ("RootCredentialsManagement",)), (HERE.id,), C, id="on"),
        pytest.param(OrganizationsFeatures(True, ("RootSessions",)), (HERE.id,), N, id="another feature"),
        pytest.param(OrganizationsFeatures(True, ()), (HERE.id,), N, id="off"),
        pytest.param(OrganizationsFeatures(False, ()), (HERE.id,), NA, id="AWS does not answer this account"),
        pytest.param(OrganizationsFeatures(True, ()), ("111122223333",), NA, id="a member"),
    ],
)
def test_iam_root_credentials_managed_centrally(
    features: OrganizationsFeatures, accounts: tuple[str, ...], status: Status
) -> None:
    verdict = iam_root_credentials_managed_centrally(features, HERE, managing_accounts=accounts)
    assert verdict.status is status
