"""Users: passwords, MFA, access keys and policies."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from muster.checks.iam.access_keys import (
    iam_user_access_keys_rotated,
    iam_user_credentials_used_lately,
    iam_user_no_access_key_from_setup,
    iam_user_single_active_access_key,
)
from muster.checks.iam.users import (
    iam_user_console_mfa_enabled,
    iam_user_hardware_mfa_enabled,
    iam_user_mfa_enabled,
    iam_user_no_policies_attached,
)
from muster.facets.iam.account import VirtualMfaDevices
from muster.facets.iam.credentials import AccessKey, CredentialReport, Credentials
from muster.facets.iam.identities import User
from muster.facets.iam.policies import Grants, NamedPolicy
from muster.model.finding import ObservedAt, Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
AT = datetime(2026, 11, 29, 22, tzinfo=UTC)
SCAN = ObservedAt(AT)
ARN = "arn:aws:iam::123456789012:user/ann"
ANN = User("ann", ARN, AT - timedelta(days=300), ())
MISSING = Unknown("The credential report does not say it")
UNUSED = "; remove credentials after 45 days without use"
SOURCE = " (credential report of 2026-11-29 22:00 UTC)"


def ago(days: float) -> datetime:
    return AT - timedelta(days=days)


def key(rotated: Any = None, used: Any = None, *, active: Any = True, number: int = 1) -> AccessKey:
    return AccessKey(number, active, rotated, used)


NO_KEY = key(active=False)
ROW = Credentials(ago(300), True, ago(1), ago(300), True, (NO_KEY, replace(NO_KEY, number=2)))


def report(*keys: AccessKey, **changed: Any) -> CredentialReport:
    shown = tuple(replace(each, number=number) for number, each in enumerate((*keys, NO_KEY, NO_KEY)[:2], 1))
    return CredentialReport(AT, "", {"ann": replace(ROW, keys=shown, **changed)})


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        pytest.param(report(), C, "The user has MFA enabled", id="both"),
        pytest.param(report(mfa=False), N, "The user has a console password but no MFA device", id="no MFA"),
        pytest.param(report(password=False, mfa=False), NA, "The user has no console password", id="keys only"),
    ],
)
def test_iam_user_console_mfa_enabled(judged: CredentialReport, status: Status, reason: str) -> None:
    verdict = iam_user_console_mfa_enabled(ANN, judged)
    assert (verdict.status, verdict.reason) == (status, reason + SOURCE)


@pytest.mark.parametrize("changed", [{"password": MISSING}, {"mfa": MISSING}])
def test_what_the_report_does_not_say_is_unknown(changed: dict[str, Any]) -> None:
    with pytest.raises(UnknownField):
        iam_user_console_mfa_enabled(ANN, report(**changed))


@pytest.mark.parametrize(
    ("judged", "status"),
    [(report(), C), (report(mfa=False), N), (report(password=False, mfa=False), N)],
    ids=["MFA", "password only", "a user for programs"],
)
def test_iam_user_mfa_enabled(judged: CredentialReport, status: Status) -> None:
    assert iam_user_mfa_enabled(ANN, judged, every_user=True).status is status
    assert iam_user_mfa_enabled(ANN, judged).status is NA


@pytest.mark.parametrize(
    ("judged", "owners", "status"),
    [
        pytest.param(report(), frozenset(), C, id="a key or passkey"),
        pytest.param(report(), frozenset({ARN}), N, id="an app"),
        pytest.param(report(), frozenset({ARN + "a"}), C, id="an app of another user"),
        pytest.param(report(mfa=False), frozenset(), N, id="none"),
        pytest.param(report(password=False), frozenset({ARN}), NA, id="no password"),
    ],
)
def test_iam_user_hardware_mfa_enabled(judged: CredentialReport, owners: frozenset[str], status: Status) -> None:
    devices = VirtualMfaDevices(False, owners)
    assert iam_user_hardware_mfa_enabled(ANN, judged, devices, console_users=True).status is status


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        pytest.param(report(key(ago(90))), C, "No active access key is older than 90 days", id="exactly 90 days"),
        pytest.param(
            report(key(ago(90.01))),
            N,
            "Access key 1 is 90 days old; rotate access keys every 90 days",
            id="older than 90 days",
        ),
        pytest.param(
            report(key(ago(10)), key(ago(200))),
            N,
            "Access key 2 is 200 days old; rotate access keys every 90 days",
            id="the second",
        ),
        pytest.param(report(key(ago(10)), key(ago(400), active=False)), C, "", id="an old one that is inactive"),
        pytest.param(report(key(ago(400), active=False)), NA, "The user has no active access key", id="none active"),
        pytest.param(report(key(ago(200)), more=True), N, "", id="more than shown, and a shown one fails"),
        pytest.param(report(key(MISSING), key(ago(200))), N, "", id="one is unknown, another fails"),
    ],
)
def test_iam_user_access_keys_rotated(judged: CredentialReport, status: Status, reason: str) -> None:
    verdict = iam_user_access_keys_rotated(ANN, judged, SCAN)
    assert (verdict.status, reason in ("", verdict.reason.removesuffix(SOURCE))) == (status, True)


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(report(key(ago(10)), more=True), id="more than shown"),
        pytest.param(report(key(MISSING)), id="no time"),
        pytest.param(report(key(None)), id="an active key that was never made"),
        pytest.param(report(key(ago(400), active=MISSING)), id="active or not"),
    ],
)
def test_the_age_of_keys_is_unknown_where_the_report_lacks_something(judged: CredentialReport) -> None:
    with pytest.raises(UnknownField):
        iam_user_access_keys_rotated(ANN, judged, SCAN)


@pytest.mark.parametrize(
    ("judged", "days", "status", "reason"),
    [
        pytest.param(report(), 45, C, "No credential is unused for 45 days", id="used yesterday"),
        pytest.param(
            report(password_used=ago(45)), 45, N, f"The password was last used 45 days ago{UNUSED}", id="on day 45"
        ),
        pytest.param(report(password_used=ago(44.9)), 45, C, "", id="just before"),
        pytest.param(report(password_used=ago(60)), 90, C, "", id="IAM.8: 90 days"),
        pytest.param(
            report(password_used=None),
            45,
            N,
            f"The password was never used in 300 days{UNUSED}",
            id="never used, set long ago",
        ),
        pytest.param(report(password_used=None, password_changed=ago(5)), 45, C, "", id="never used, young"),
        pytest.param(
            report(key(ago(60), None)), 45, N, f"Access key 1 was never used in 60 days{UNUSED}", id="a key never used"
        ),
        pytest.param(
            report(key(ago(300), ago(46))), 45, N, f"Access key 1 was last used 46 days ago{UNUSED}", id="an idle key"
        ),
        pytest.param(report(key(ago(300), None, active=False)), 45, C, "", id="an inactive key"),
        pytest.param(report(key(ago(5), None)), 45, C, "", id="a young key"),
        pytest.param(
            report(password=False), 45, NA, "The user has no password and no active access key", id="no credential"
        ),
        pytest.param(report(key(ago(99), None), password_used=MISSING), 45, N, "", id="one is unknown"),
    ],
)  # fmt: skip
def test_iam_user_credentials_used_lately(judged: CredentialReport, days: int, status: Status, reason: str) -> None:
    verdict = iam_user_credentials_used_lately(ANN, judged, SCAN, days=days)
    assert (verdict.status, reason in ("", verdict.reason.removesuffix(SOURCE))) == (status, True)


@pytest.mark.parametrize(
    "judged",
    [
        report(password_used=MISSING),
        report(password_used=None, password_changed=MISSING),
        report(key(ago(5), MISSING)),
        report(more=True),
    ],
    ids=["use", "never used, and no date", "use of a key", "more than shown"],
)
def test_use_is_unknown_where_the_report_does_not_say_it(judged: CredentialReport) -> None:
    with pytest.raises(UnknownField):
        iam_user_credentials_used_lately(ANN, judged, SCAN)


@pytest.mark.parametrize(
    ("judged", "grace", "status"),
    [
        pytest.param(report(), 0, C, id="none"),
        pytest.param(report(key(ago(9))), 0, C, id="one"),
        pytest.param(report(key(ago(9)), key(ago(99), active=False)), 0, C, id="one active"),
        pytest.param(report(key(ago(9)), key(ago(99))), 0, N, id="two active"),
        pytest.param(report(key(ago(9)), key(ago(99))), 10, C, id="a rotation, within the grace"),
        pytest.param(report(key(ago(11)), key(ago(99))), 10, N, id="after the grace"),
        pytest.param(report(key(MISSING), key(MISSING)), 10, N, id="two of unknown age"),
    ],
)
def test_iam_user_single_active_access_key(judged: CredentialReport, grace: int, status: Status) -> None:
    assert iam_user_single_active_access_key(ANN, judged, SCAN, grace_days=grace).status is status


def test_one_shown_key_of_more_is_unknown() -> None:
    with pytest.raises(UnknownField):
        iam_user_single_active_access_key(ANN, report(key(ago(9)), more=True), SCAN)


@pytest.mark.parametrize(
    ("judged", "status"),
    [
        pytest.param(report(key(ago(300), None)), N, id="made with the user"),
        pytest.param(report(key(ago(300) + timedelta(seconds=60), None)), N, id="a minute later"),
        pytest.param(report(key(ago(300) + timedelta(seconds=61), None)), C, id="later than that"),
        pytest.param(report(key(ago(300), ago(2))), C, id="used since"),
        pytest.param(report(key(ago(300), None, active=False)), C, id="inactive"),
        pytest.param(report(key(ago(300), None), password=False), NA, id="a user for programs"),
    ],
)
def test_iam_user_no_access_key_from_setup(judged: CredentialReport, status: Status) -> None:
    assert iam_user_no_access_key_from_setup(ANN, judged).status is status


QUARANTINE = "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3"


@pytest.mark.parametrize(
    ("grants", "status", "reason"),
    [
        pytest.param(Grants((), (), ""), C, "No policy is attached to the user ann", id="none"),
        pytest.param(Grants((), (), "arn:aws:iam::aws:policy/ReadOnlyAccess"), C, "", id="a boundary"),
        pytest.param(
            Grants((), ("arn:aws:iam::aws:policy/ReadOnlyAccess",), ""),
            N,
            "Policies of the user: ReadOnlyAccess",
            id="attached",
        ),
        pytest.param(
            Grants((NamedPolicy('inline policy "x"', MISSING),), (), ""),
            N,
            'Policies of the user: inline policy "x"',
            id="inline",
        ),
        pytest.param(
            Grants((), ("arn:aws:iam::aws:policy/ReadOnlyAccess", QUARANTINE), ""),
            N,
            "AWS attached AWSCompromisedKeyQuarantineV3: an access key of this user became public. Replace the access "
            "key, and look for its use in CloudTrail, before you detach the policy",
            id="AWS attached it after a leak",
        ),
        pytest.param(
            Grants((), ("arn:aws:iam::123456789012:policy/AWSCompromisedKeyQuarantine",), ""),
            N,
            "Policies of the user: AWSCompromisedKeyQuarantine",
            id="a customer's policy of that name",
        ),
    ],
)
def test_iam_user_no_policies_attached(grants: Grants, status: Status, reason: str) -> None:
    verdict = iam_user_no_policies_attached(ANN, grants)
    assert (verdict.status, reason in ("", verdict.reason)) == (status, True)
