"""User pools and identity pools of Cognito."""

from dataclasses import replace
from typing import Any

import pytest

from muster.checks.security.cognito import (
    cognito_identity_pool_unauth_access_disabled,
    cognito_user_pool_advanced_security_enabled,
    cognito_user_pool_deletion_protection_enabled,
    cognito_user_pool_mfa_enabled,
    cognito_user_pool_password_policy_check,
    cognito_userpool_cust_auth_threat_full_check,
)
from muster.facets.security.cognito import IdentityPool, UserPool
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
UNKNOWN = Unknown("not answered")
POOL = UserPool(
    min_length=8, lowercase=True, uppercase=True, numbers=True, symbols=True, temporary_days=7,
    first_factors=("PASSWORD",), mfa="ON", threat_protection="ENFORCED", custom_threat_protection="ENFORCED",
    deletion_protection="ACTIVE",
)  # fmt: skip


def parsed(**pool: Any) -> UserPool:
    return UserPool.parse({"UserPool": pool})


@pytest.mark.parametrize(
    ("guests", "status", "reason"), [(True, N, "Guest access is on"), (False, C, "Guest access is off")]
)
def test_guests_of_an_identity_pool(guests: bool, status: Status, reason: str) -> None:
    found = cognito_identity_pool_unauth_access_disabled(IdentityPool.parse({"AllowUnauthenticatedIdentities": guests}))
    assert (found.status, found.reason) == (status, reason)


def test_guest_access_that_aws_left_out_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        cognito_identity_pool_unauth_access_disabled(IdentityPool.parse({}))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"min_length": 7}, "Minimum length is 7, 8 required"),
        ({"lowercase": False}, "Lowercase letters not required"),
        ({"uppercase": False, "symbols": False}, "Uppercase letters, symbols not required"),
        ({"numbers": False}, "Numbers not required"),
        ({"temporary_days": 8}, "Temporary passwords are valid for 8 days, at most 7 allowed"),
        ({"min_length": 6, "symbols": False}, "Minimum length is 6, 8 required; symbols not required"),
        ({"min_length": UNKNOWN, "numbers": False}, "Numbers not required"),
    ],
)
def test_a_weak_password_policy(changed: dict[str, Any], reason: str) -> None:
    found = cognito_user_pool_password_policy_check(replace(POOL, **changed))
    assert (found.status, found.reason) == (N, reason)


def test_a_strong_password_policy() -> None:
    found = cognito_user_pool_password_policy_check(POOL)
    assert found.reason == "Passwords have 8 characters or more; temporary ones are valid for 7 days"
    assert found.status is C


@pytest.mark.parametrize(
    ("changed", "setting"),
    [
        ({"min_length": 6}, {"min_length": 6}),
        ({"lowercase": False}, {"require_lowercase": False}),
        ({"uppercase": False}, {"require_uppercase": False}),
        ({"numbers": UNKNOWN}, {"require_numbers": False}),
        ({"symbols": False}, {"require_symbols": False}),
        ({"temporary_days": 30}, {"temporary_days": 30}),
    ],
)
def test_settings_of_the_password_policy(changed: dict[str, Any], setting: dict[str, Any]) -> None:
    assert cognito_user_pool_password_policy_check(replace(POOL, **changed), **setting).status is C


@pytest.mark.parametrize("name", ["min_length", "lowercase", "uppercase", "numbers", "symbols", "temporary_days"])
def test_a_policy_that_is_not_known_is_no_verdict(name: str) -> None:
    with pytest.raises(UnknownField):
        cognito_user_pool_password_policy_check(replace(POOL, **{name: UNKNOWN}))


@pytest.mark.parametrize(("days", "read"), [(None, 7), (0, 7), (1, 1), (365, 365)])
def test_no_days_and_0_days_are_the_default(days: int | None, read: int) -> None:
    policy = {} if days is None else {"TemporaryPasswordValidityDays": days}
    assert parsed(Policies={"PasswordPolicy": policy}).temporary_days == read


@pytest.mark.parametrize(
    ("add_ons", "status", "mode"),
    [
        pytest.param({}, N, "OFF", id="none"),
        pytest.param({"AdvancedSecurityMode": "ENFORCED"}, N, "OFF", id="only standard authentication"),
        pytest.param(
            {"AdvancedSecurityMode": "AUDIT", "AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "AUDIT"}},
            N, "AUDIT", id="audit",
        ),
        pytest.param(
            {"AdvancedSecurityMode": "OFF", "AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "ENFORCED"}},
            C, "ENFORCED", id="only custom authentication",
        ),
    ],
)  # fmt: skip
def test_threat_protection(add_ons: dict[str, Any], status: Status, mode: str) -> None:
    pool = parsed(UserPoolAddOns=add_ons) if add_ons else parsed()
    found = cognito_userpool_cust_auth_threat_full_check(pool)
    assert pool.custom_threat_protection == mode
    assert found.status is status


@pytest.mark.parametrize(
    ("mode", "accepted", "status", "reason"),
    [
        ("ENFORCED", False, C, "Threat protection is enforced"),
        ("AUDIT", False, N, "Threat protection is AUDIT, not ENFORCED"),
        ("AUDIT", True, C, "Threat protection is in audit mode"),
        ("OFF", True, N, "Threat protection is OFF, not ENFORCED"),
        (None, True, N, "Threat protection is OFF, not ENFORCED"),
    ],
)
def test_threat_protection_of_standard_authentication(
    mode: str | None, accepted: bool, status: Status, reason: str
) -> None:
    pool = parsed(UserPoolAddOns={"AdvancedSecurityMode": mode}) if mode else parsed()
    found = cognito_user_pool_advanced_security_enabled(pool, accept_audit=accepted)
    assert (found.status, found.reason) == (status, reason)


def test_the_reason_names_the_mode_of_threat_protection() -> None:
    found = cognito_userpool_cust_auth_threat_full_check(replace(POOL, custom_threat_protection="AUDIT"))
    assert found.reason == "Threat protection for custom authentication is AUDIT, not ENFORCED"


def test_a_new_mode_of_threat_protection_is_no_verdict() -> None:
    flows = {"CustomAuthMode": "PARANOID"}
    with pytest.raises(UnknownField):
        cognito_userpool_cust_auth_threat_full_check(parsed(UserPoolAddOns={"AdvancedSecurityAdditionalFlows": flows}))


@pytest.mark.parametrize(
    ("mode", "accepted", "status", "reason"),
    [
        ("ON", False, C, "MFA is required"),
        ("OPTIONAL", False, N, "MFA is optional"),
        ("OPTIONAL", True, C, "MFA is optional"),
        ("OFF", False, N, "MFA is off"),
        ("OFF", True, N, "MFA is off"),
    ],
)
def test_mfa(mode: str, accepted: bool, status: Status, reason: str) -> None:
    found = cognito_user_pool_mfa_enabled(replace(POOL, mfa=mode), accept_optional=accepted)
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    ("policies", "status"),
    [
        pytest.param({}, N, id="no sign-in policy"),
        pytest.param({"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]}}, N, id="passwords"),
        pytest.param({"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"]}}, NA, id="a code too"),
        pytest.param({"SignInPolicy": {"AllowedFirstAuthFactors": ["WEB_AUTHN"]}}, NA, id="passkeys"),
    ],
)
def test_only_pools_with_passwords_alone_need_mfa(policies: dict[str, Any], status: Status) -> None:
    assert cognito_user_pool_mfa_enabled(parsed(Policies=policies, MfaConfiguration="OFF")).status is status


@pytest.mark.parametrize(("state", "status"), [("ACTIVE", C), ("INACTIVE", N)])
def test_deletion_protection(state: str, status: Status) -> None:
    found = cognito_user_pool_deletion_protection_enabled(parsed(DeletionProtection=state))
    assert (found.status, found.reason) == (status, f"Deletion protection is {'on' if status is C else 'off'}")


def test_what_aws_left_out_of_a_pool_is_no_verdict() -> None:
    for check in (cognito_user_pool_deletion_protection_enabled, cognito_user_pool_mfa_enabled):
        with pytest.raises(UnknownField):
            check(parsed())
