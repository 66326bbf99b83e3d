"""Checks of user pools and identity pools of Cognito."""

from collections.abc import Iterator

from muster.facets.security.cognito import IdentityPool, UserPool
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted, listed, sentence

_PASSWORD_ONLY = ("PASSWORD",)
_SHOWN = 5


@check(severity=Severity.MEDIUM, controls=("FSBP Cognito.2",))
def cognito_identity_pool_unauth_access_disabled(pool: IdentityPool) -> Verdict:
    """Identity pools of Cognito should not give credentials to guests.

    Problem: guests get AWS credentials
    Why: Anyone on the internet who knows the ID of the pool gets AWS credentials, with the permissions of the role for
      guests.
    Fix: The update also replaces the identity providers. Read them first, and name them in the update: `aws
      cognito-identity describe-identity-pool --identity-pool-id ID` `aws cognito-identity update-identity-pool
      --identity-pool-id ID --identity-pool-name POOL-NAME --no-allow-unauthenticated-identities`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cognito-controls.html#cognito-2
    """
    if known(pool.guests):
        return non_compliant("Guest access is on")
    return compliant("Guest access is off")


@check(severity=Severity.MEDIUM, controls=("FSBP Cognito.3",))
def cognito_user_pool_password_policy_check(  # noqa: PLR0913 - the parameters of AWS's control
    pool: UserPool,
    *,
    min_length: int = 8,
    require_lowercase: bool = True,
    require_uppercase: bool = True,
    require_numbers: bool = True,
    require_symbols: bool = True,
    temporary_days: int = 7,
) -> Verdict:
    """User pools of Cognito should require strong passwords.

    Problem: password policy is weak
    Why: Attackers guess short and simple passwords, and find temporary passwords in old mail while they are valid.
    Fix: The update resets every setting that it does not name. Read all settings first, and name them in the update:
      `aws cognito-idp describe-user-pool --user-pool-id ID` `aws cognito-idp update-user-pool --user-pool-id ID
      --policies file://POLICIES.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cognito-controls.html#cognito-3
    """
    required = {
        "lowercase letters": (require_lowercase, pool.lowercase),
        "uppercase letters": (require_uppercase, pool.uppercase),
        "numbers": (require_numbers, pool.numbers),
        "symbols": (require_symbols, pool.symbols),
    }
    missing = [name for name, (wanted, found) in required.items() if wanted and found is False]
    weak = [*_too_short(pool, min_length), *_too_long(pool, temporary_days)]
    if missing:
        weak.append(f"{listed(missing, _SHOWN)} not required")
    if weak:
        return non_compliant(sentence("; ".join(weak)))
    for wanted, found in required.values():
        if wanted:
            known(found)
    length, days = known(pool.min_length), known(pool.temporary_days)
    return compliant(f"Passwords have {length} characters or more; temporary ones are valid for {counted(days, 'day')}")


def _too_short(pool: UserPool, least: int) -> Iterator[str]:
    if isinstance(pool.min_length, int) and pool.min_length < least:
        yield f"minimum length is {pool.min_length}, {least} required"


def _too_long(pool: UserPool, most: int) -> Iterator[str]:
    if isinstance(pool.temporary_days, int) and pool.temporary_days > most:
        yield f"temporary passwords are valid for {counted(pool.temporary_days, 'day')}, at most {most} allowed"


@check(severity=Severity.MEDIUM, controls=("Security Hub Cognito.1",))
def cognito_user_pool_advanced_security_enabled(pool: UserPool, *, accept_audit: bool = False) -> Verdict:
    """User pools of Cognito should enforce threat protection.

    The check looks at standard authentication. Threat protection needs the Plus plan. With `accept_audit`, the audit
    mode passes too.

    Problem: threat protection is not enforced
    Why: Without enforcement, Cognito does not block a sign-in that looks like an attack or uses a leaked password.
    Fix: The update resets every setting that it does not name. Read all settings first, and name them in the update:
      `aws cognito-idp describe-user-pool --user-pool-id ID` `aws cognito-idp update-user-pool --user-pool-id ID
      --user-pool-tier PLUS --user-pool-add-ons AdvancedSecurityMode=ENFORCED`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cognito-controls.html#cognito-1
    """
    mode = known(pool.threat_protection)
    if mode == "ENFORCED":
        return compliant("Threat protection is enforced")
    if mode == "AUDIT" and accept_audit:
        return compliant("Threat protection is in audit mode")
    return non_compliant(f"Threat protection is {mode}, not ENFORCED")


@check(severity=Severity.MEDIUM, controls=("FSBP Cognito.4",))
def cognito_userpool_cust_auth_threat_full_check(pool: UserPool) -> Verdict:
    """User pools of Cognito should enforce threat protection for custom authentication.

    Pools without a custom authentication flow fail too, as in Security Hub. Threat protection needs the Plus plan.

    Problem: threat protection is not enforced
    Why: Without enforcement, Cognito does not block a sign-in that looks like an attack or uses a leaked password.
    Fix: The update resets every setting that it does not name. Read all settings first, and name them in the update:
      `aws cognito-idp describe-user-pool --user-pool-id ID` `aws cognito-idp update-user-pool --user-pool-id ID
      --user-pool-tier PLUS --user-pool-add-ons
      AdvancedSecurityMode=ENFORCED,AdvancedSecurityAdditionalFlows={CustomAuthMode=ENFORCED}`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cognito-controls.html#cognito-4
    """
    mode = known(pool.custom_threat_protection)
    if mode == "ENFORCED":
        return compliant("Threat protection for custom authentication is enforced")
    return non_compliant(f"Threat protection for custom authentication is {mode}, not ENFORCED")


@check(severity=Severity.MEDIUM, controls=("FSBP Cognito.5",))
def cognito_user_pool_mfa_enabled(pool: UserPool, *, accept_optional: bool = False) -> Verdict:
    """User pools of Cognito that sign users in with a password alone should require MFA.

    Pools with passwordless sign-in are not checked. With `accept_optional`, MFA may be left to each user.

    Problem: MFA is not required
    Why: Without a second factor, a password that was guessed or stolen is enough to sign in.
    Fix: `aws cognito-idp set-user-pool-mfa-config --user-pool-id ID --mfa-configuration ON
      --software-token-mfa-configuration Enabled=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cognito-controls.html#cognito-5
    """
    if pool.first_factors != _PASSWORD_ONLY:
        return not_applicable(f"Users may sign in with {listed(pool.first_factors, _SHOWN)}")
    mode = known(pool.mfa)
    if mode == "ON":
        return compliant("MFA is required")
    if mode == "OPTIONAL":
        return (compliant if accept_optional else non_compliant)("MFA is optional")
    return non_compliant("MFA is off")


@check(severity=Severity.MEDIUM, controls=("FSBP Cognito.6",))
def cognito_user_pool_deletion_protection_enabled(pool: UserPool) -> Verdict:
    """User pools of Cognito should have deletion protection.

    Problem: deletion protection is off
    Why: A pool that is deleted takes all users with it, and Cognito has no backup of them.
    Fix: The update resets every setting that it does not name. Read all settings first, and name them in the update:
      `aws cognito-idp describe-user-pool --user-pool-id ID` `aws cognito-idp update-user-pool --user-pool-id ID
      --deletion-protection ACTIVE`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cognito-controls.html#cognito-6
    """
    if known(pool.deletion_protection) == "ACTIVE":
        return compliant("Deletion protection is on")
    return non_compliant("Deletion protection is off")
