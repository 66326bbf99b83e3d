"""The password policy, support, contact, analyzers, roles and certificates of an account."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from muster.checks.iam import password_policy as policies
from muster.checks.iam.access_analyzer import iam_external_access_analyzer_enabled
from muster.checks.iam.account import (
    account_security_contact_set,
    iam_cloudshell_full_access_not_attached,
    iam_identity_provider_configured,
    iam_server_certificate_not_expired,
    iam_support_access_attached,
)
from muster.checks.iam.roles import iam_role_used_lately
from muster.facets.iam.access_analyzer import Analyzer, Analyzers
from muster.facets.iam.account import (
    AccountSummary,
    IdentityProviders,
    PasswordPolicy,
    SecurityContact,
    SupportAccess,
)
from muster.facets.iam.identities import AttachedPolicies, RoleUse, ServerCertificate
from muster.model.check import Check
from muster.model.finding import ObservedAt, Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
AT = datetime(2026, 11, 29, 22, tzinfo=UTC)
SCAN = ObservedAt(AT)
MISSING = Unknown("AWS did not return it")
SUMMARY = AccountSummary(users=3, providers=0, root_mfa=1, root_keys=0, root_password=1, root_certificates=0)
STRONG = PasswordPolicy(
    custom=True, minimum_length=14, symbols=True, numbers=True, uppercase=True, lowercase=True, maximum_age=90,
    reuse_prevention=24,
)  # fmt: skip
NONE = PasswordPolicy.parse({})
CHECKS = [each for each in vars(policies).values() if isinstance(each, Check)]


def ago(days: float) -> datetime:
    return AT - timedelta(days=days)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_every_check_of_passwords_passes_a_strong_policy_and_fails_without_one(check: Check) -> None:
    assert check(STRONG, SUMMARY).status is C
    verdict = check(NONE, SUMMARY)
    assert (verdict.status, verdict.reason) == (N, "The account has no password policy of its own")


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_an_account_without_users_fails_too_unless_the_setting_says_otherwise(check: Check) -> None:
    empty = replace(SUMMARY, users=0)
    assert check(NONE, empty).reason == "The account has no password policy of its own; the account has no IAM users"
    assert check(NONE, empty, only_with_users=True).status is NA
    assert check(NONE, SUMMARY, only_with_users=True).status is N
    assert check(NONE, replace(SUMMARY, users=MISSING)).status is N
    with pytest.raises(UnknownField):
        check(NONE, replace(SUMMARY, users=MISSING), only_with_users=True)


@pytest.mark.parametrize(
    ("check", "changed", "status", "reason"),
    [
        pytest.param(policies.iam_password_policy_strong, {"minimum_length": 8}, C, "", id="IAM.7: 8 characters"),
        pytest.param(
            policies.iam_password_policy_strong,
            {"minimum_length": 7, "symbols": False},
            N,
            "Passwords may have 7 characters; require 8 or more; symbols are not required",
            id="IAM.7: short, without symbols",
        ),
        pytest.param(
            policies.iam_password_policy_strong, {"maximum_age": 0, "reuse_prevention": 0}, C, "",
            id="IAM.7 ignores age and reuse",
        ),
        pytest.param(
            policies.iam_password_policy_strong_and_rotated,
            {"minimum_length": 7, "symbols": False, "reuse_prevention": 4},
            C,
            "",
            id="IAM.10 asks for no symbol",
        ),
        pytest.param(
            policies.iam_password_policy_strong_and_rotated,
            {"reuse_prevention": 3, "maximum_age": 91},
            N,
            "3 previous passwords are remembered; require 4; passwords expire after 91 days; require 90 days or less",
            id="IAM.10: reuse and age",
        ),
        pytest.param(policies.iam_password_policy_requires_uppercase, {"uppercase": False}, N, "", id="IAM.11"),
        pytest.param(policies.iam_password_policy_requires_uppercase, {"lowercase": False}, C, "", id="IAM.11 alone"),
        pytest.param(policies.iam_password_policy_requires_lowercase, {"lowercase": False}, N, "", id="IAM.12"),
        pytest.param(policies.iam_password_policy_requires_symbols, {"symbols": False}, N, "", id="IAM.13"),
        pytest.param(policies.iam_password_policy_requires_numbers, {"numbers": False}, N, "", id="IAM.14"),
        pytest.param(policies.iam_password_policy_length_sufficient, {"minimum_length": 13}, N, "", id="IAM.15: 13"),
        pytest.param(policies.iam_password_policy_prevents_reuse, {"reuse_prevention": 23}, N, "", id="IAM.16: 23"),
        pytest.param(
            policies.iam_password_policy_prevents_reuse,
            {"reuse_prevention": 0},
            N,
            "No previous passwords are remembered; require 24",
            id="IAM.16: none",
        ),
        pytest.param(
            policies.iam_password_policy_expires_passwords,
            {"maximum_age": 0},
            N,
            "Passwords never expire; require 90 days or less",
            id="IAM.17: never",
        ),
        pytest.param(policies.iam_password_policy_expires_passwords, {"maximum_age": 90}, C, "", id="IAM.17: 90 days"),
        pytest.param(policies.iam_password_policy_expires_passwords, {"maximum_age": 91}, N, "", id="IAM.17: 91 days"),
    ],
)  # fmt: skip
def test_each_check_of_passwords(check: Check, changed: dict[str, Any], status: Status, reason: str) -> None:
    verdict = check(replace(STRONG, **changed), SUMMARY)
    assert (verdict.status, reason in ("", verdict.reason)) == (status, True)


def test_age_and_reuse_are_checked_where_the_settings_ask() -> None:
    loose = replace(STRONG, maximum_age=0, reuse_prevention=5)
    verdict = policies.iam_password_policy_strong(loose, SUMMARY, reuse_prevention=24, maximum_age_days=90)
    assert verdict.reason == (
        "5 previous passwords are remembered; require 24; passwords never expire; require 90 days or less"
    )


def test_a_member_that_aws_left_out_is_unknown() -> None:
    with pytest.raises(UnknownField):
        policies.iam_password_policy_requires_symbols(replace(STRONG, symbols=MISSING), SUMMARY)


@pytest.mark.parametrize(
    ("access", "status", "reason"),
    [
        (SupportAccess((), ("auditor",), ()), C, "AWSSupportAccess is attached to role auditor"),
        (SupportAccess(("ann",), (), ()), C, ""),
        (SupportAccess((), (), ("support",)), C, ""),
        (
            SupportAccess((), (), ()),
            N,
            "AWSSupportAccess is attached to no user, no role that can be assumed and no group with users",
        ),
    ],
)
def test_iam_support_access_attached(access: SupportAccess, status: Status, reason: str) -> None:
    verdict = iam_support_access_attached(access)
    assert (verdict.status, reason in ("", verdict.reason)) == (status, True)


@pytest.mark.parametrize(("present", "status"), [(True, C), (False, N)])
def test_account_security_contact_set(present: bool, status: Status) -> None:
    assert account_security_contact_set(SecurityContact(present)).status is status


@pytest.mark.parametrize(
    ("count", "saml", "status"),
    [
        pytest.param(1, {}, C, id="OpenID Connect only"),
        pytest.param(1, {"AWSSSO_1_DO_NOT_DELETE": ago(-300)}, C, id="Identity Center"),
        pytest.param(1, {"old": ago(1)}, N, id="metadata expired"),
        pytest.param(1, {"odd": MISSING}, C, id="no end of the metadata"),
        pytest.param(0, {}, N, id="none"),
    ],
)
def test_iam_identity_provider_configured(count: int, saml: dict[str, Any], status: Status) -> None:
    summary, providers = replace(SUMMARY, providers=count), IdentityProviders(saml)
    assert iam_identity_provider_configured(summary, providers, SCAN, required=True).status is status
    assert iam_identity_provider_configured(summary, providers, SCAN).status is NA


@pytest.mark.parametrize(
    ("expires", "warn", "status", "reason"),
    [
        (ago(-10), 0, C, "The certificate expires on 2026-12-09"),
        (ago(0.001), 0, N, "The certificate expired on 2026-11-29"),
        (ago(-10), 30, N, "The certificate expires on 2026-12-09, within 30 days"),
    ],
)
def test_iam_server_certificate_not_expired(expires: datetime, warn: int, status: Status, reason: str) -> None:
    verdict = iam_server_certificate_not_expired(ServerCertificate(expires), SCAN, warn_days=warn)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("arns", "status"),
    [
        ((), C),
        (("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/AWSCloudShellFullAccess"), N),
        (("arn:aws:iam::123456789012:policy/AWSCloudShellFullAccess",), C),
    ],
    ids=["none", "AWS's", "a customer's of that name"],
)
def test_iam_cloudshell_full_access_not_attached(arns: tuple[str, ...], status: Status) -> None:
    assert iam_cloudshell_full_access_not_attached(AttachedPolicies(arns)).status is status


def analyzer(kind: str, status: str = "ACTIVE", reason: str = "") -> Analyzer:
    return Analyzer(kind.lower(), "arn:aws:access-analyzer:eu-west-1:123456789012:analyzer/x", kind, status, reason, {})


@pytest.mark.parametrize(
    ("items", "status", "reason"),
    [
        pytest.param((analyzer("ACCOUNT"),), C, "Active analyzer: account", id="of the account"),
        pytest.param((analyzer("ORGANIZATION"),), C, "", id="of the organization, in this account"),
        pytest.param((), N, "No analyzer for external access in this region", id="none"),
        pytest.param((analyzer("ACCOUNT_UNUSED_ACCESS"),), N, "", id="of unused access"),
        pytest.param((analyzer("ORGANIZATION_INTERNAL_ACCESS"),), N, "", id="of internal access"),
        pytest.param(
            (analyzer("ACCOUNT", "DISABLED", "AWS_SERVICE_ACCESS_DISABLED"),),
            N,
            "No analyzer for external access is active: account is DISABLED (AWS_SERVICE_ACCESS_DISABLED)",
            id="disabled",
        ),
    ],
)
def test_iam_external_access_analyzer_enabled(items: tuple[Analyzer, ...], status: Status, reason: str) -> None:
    verdict = iam_external_access_analyzer_enabled(Analyzers(items))
    assert (verdict.status, reason in ("", verdict.reason)) == (status, True)


def test_a_member_that_its_organization_watches_is_left_out() -> None:
    found = iam_external_access_analyzer_enabled(Analyzers(()), organization_analyzer=True)
    assert found.status is NA


@pytest.mark.parametrize(
    ("role", "status", "reason"),
    [
        pytest.param(RoleUse("a", ago(300), ago(90)), C, "Last used 90 days ago", id="on the last day"),
        pytest.param(
            RoleUse("a", ago(300), ago(91)),
            N,
            "The role was last used 91 days ago; remove roles after 90 days without use",
            id="long ago",
        ),
        pytest.param(
            RoleUse("a", ago(300), None), N, "The role is 300 days old and has no recorded use", id="no record"
        ),
        pytest.param(RoleUse("a", ago(90), None), NA, "", id="young, no record"),
        pytest.param(RoleUse("break-glass-1", ago(900), None), NA, "The role is in exempt_roles", id="exempt"),
        pytest.param(RoleUse("a", MISSING, ago(5)), C, "", id="used, of unknown age"),
    ],
)
def test_iam_role_used_lately(role: RoleUse, status: Status, reason: str) -> None:
    verdict = iam_role_used_lately(role, SCAN, exempt_roles=("break-glass-*",))
    assert (verdict.status, reason in ("", verdict.reason)) == (status, True)


def test_a_role_of_unknown_age_without_a_record_is_unknown() -> None:
    with pytest.raises(UnknownField):
        iam_role_used_lately(RoleUse("a", MISSING, None), SCAN)
