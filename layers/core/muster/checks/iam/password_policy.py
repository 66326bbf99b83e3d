"""Checks of the account's password policy for IAM users. It applies neither to the root user nor to access keys."""

from collections.abc import Iterator

from muster.facets.iam.account import AccountSummary, PasswordPolicy
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import sentence

_LENGTH, _LENGTH_OF_PCI, _LONG = 8, 7, 14
_REUSE_OF_PCI, _MOST_REMEMBERED = 4, 24
_QUARTER = 90


@check(severity=Severity.MEDIUM, controls=("FSBP IAM.7",))
def iam_password_policy_strong(  # noqa: PLR0913 - each is a setting
    policy: PasswordPolicy,
    summary: AccountSummary,
    *,
    minimum_length: int = _LENGTH,
    require_uppercase: bool = True,
    require_lowercase: bool = True,
    require_symbols: bool = True,
    require_numbers: bool = True,
    reuse_prevention: int = 0,
    maximum_age_days: int = 0,
    only_with_users: bool = False,
) -> Verdict:
    """The password policy should require strong passwords.

    By default it should require upper case, lower case, a symbol, a number and 8 characters. `reuse_prevention` and
    `maximum_age_days` are checked if they are more than 0. Without a password policy of its own, the account fails.
    With `only_with_users`, the check does not apply to accounts without IAM users.

    Problem: password policy is weak
    Why: Short and simple passwords can be guessed.
    Fix: The command keeps the other settings of the policy; it needs jq. `policy=$(aws iam get-account-password-policy
      --output json 2>&1 | jq -Rs '(fromjson? // (if test("NoSuchEntity") then {PasswordPolicy: {MinimumPasswordLength:
      14, AllowUsersToChangePassword: true}} else error end)).PasswordPolicy | del(.ExpirePasswords) +
      {MinimumPasswordLength: ([.MinimumPasswordLength, 14] | max), RequireUppercaseCharacters: true,
      RequireLowercaseCharacters: true, RequireSymbols: true, RequireNumbers: true}') && aws iam
      update-account-password-policy --cli-input-json "$policy"` It applies when a password is next changed.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-password-policy.html
    """

    def lacking() -> Iterator[str]:
        yield from _too_short(policy, minimum_length)
        yield from _letters(policy, upper=require_uppercase, lower=require_lowercase)
        yield from _symbols(policy) if require_symbols else ()
        yield from _numbers(policy) if require_numbers else ()
        yield from _reuse(policy, reuse_prevention)
        yield from _age(policy, maximum_age_days) if maximum_age_days else ()

    return _judged(policy, summary, lacking(), only_with_users=only_with_users)


@check(severity=Severity.MEDIUM, controls=("Security Hub IAM.10",), yields_to=("iam-password-policy-strong",))
def iam_password_policy_strong_and_rotated(  # noqa: PLR0913 - each is a setting
    policy: PasswordPolicy,
    summary: AccountSummary,
    *,
    minimum_length: int = _LENGTH_OF_PCI,
    reuse_prevention: int = _REUSE_OF_PCI,
    maximum_age_days: int = _QUARTER,
    only_with_users: bool = False,
) -> Verdict:
    """The password policy should meet PCI DSS.

    It should require upper case, lower case, a number and 7 characters, prevent the reuse of the last 4 passwords, and
    expire passwords after 90 days. Without a password policy of its own, the account fails.

    Problem: password policy does not meet PCI DSS
    Why: PCI DSS v3.2.1 requires these settings for everyone who signs in.
    Fix: The command keeps the other settings of the policy; it needs jq. `policy=$(aws iam get-account-password-policy
      --output json 2>&1 | jq -Rs '(fromjson? // (if test("NoSuchEntity") then {PasswordPolicy: {MinimumPasswordLength:
      14, AllowUsersToChangePassword: true}} else error end)).PasswordPolicy | del(.ExpirePasswords) +
      {MinimumPasswordLength: ([.MinimumPasswordLength, 14] | max), RequireUppercaseCharacters: true,
      RequireLowercaseCharacters: true, RequireSymbols: true, RequireNumbers: true, PasswordReusePrevention: 24,
      MaxPasswordAge: 90}') && aws iam update-account-password-policy --cli-input-json "$policy"` Passwords older than
      90 days expire at once.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-password-policy.html
    """

    def lacking() -> Iterator[str]:
        yield from _too_short(policy, minimum_length)
        yield from _letters(policy, upper=True, lower=True)
        yield from _numbers(policy)
        yield from _reuse(policy, reuse_prevention)
        yield from _age(policy, maximum_age_days)

    return _judged(policy, summary, lacking(), only_with_users=only_with_users)


@check(severity=Severity.MEDIUM, controls=("Security Hub IAM.11",), yields_to=("iam-password-policy-strong",))
def iam_password_policy_requires_uppercase(
    policy: PasswordPolicy, summary: AccountSummary, *, only_with_users: bool = False
) -> Verdict:
    """The password policy should require an uppercase letter.

    Without a password policy of its own, the account fails. With `only_with_users`, the check does not apply to
    accounts without IAM users.

    Problem: uppercase letters are not required
    Why: A password with more kinds of characters takes longer to guess.
    Fix: The command keeps the other settings of the policy; it needs jq. `policy=$(aws iam get-account-password-policy
      --output json 2>&1 | jq -Rs '(fromjson? // (if test("NoSuchEntity") then {PasswordPolicy: {MinimumPasswordLength:
      14, AllowUsersToChangePassword: true}} else error end)).PasswordPolicy | del(.ExpirePasswords) +
      {RequireUppercaseCharacters: true}') && aws iam update-account-password-policy --cli-input-json "$policy"` It
      applies when a password is next changed.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html
    """
    return _judged(policy, summary, _letters(policy, upper=True, lower=False), only_with_users=only_with_users)


@check(severity=Severity.MEDIUM, controls=("Security Hub IAM.12",), yields_to=("iam-password-policy-strong",))
def iam_password_policy_requires_lowercase(
    policy: PasswordPolicy, summary: AccountSummary, *, only_with_users: bool = False
) -> Verdict:
    """The password policy should require a lowercase letter.

    Without a password policy of its own, the account fails. With `only_with_users`, the check does not apply to
    accounts without IAM users.

    Problem: lowercase letters are not required
    Why: A password with more kinds of characters takes longer to guess.
    Fix: The command keeps the other settings of the policy; it needs jq. `policy=$(aws iam get-account-password-policy
      --output json 2>&1 | jq -Rs '(fromjson? // (if test("NoSuchEntity") then {PasswordPolicy: {MinimumPasswordLength:
      14, AllowUsersToChangePassword: true}} else error end)).PasswordPolicy | del(.ExpirePasswords) +
      {RequireLowercaseCharacters: true}') && aws iam update-account-password-policy --cli-input-json "$policy"` It
      applies when a password is next changed.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html
    """
    return _judged(policy, summary, _letters(policy, upper=False, lower=True), only_with_users=only_with_users)


@check(severity=Severity.MEDIUM, controls=("Security Hub IAM.13",), yields_to=("iam-password-policy-strong",))
def iam_password_policy_requires_symbols(
    policy: PasswordPolicy, summary: AccountSummary, *, only_with_users: bool = False
) -> Verdict:
    """The password policy should require a symbol.

    Without a password policy of its own, the account fails. With `only_with_users`, the check does not apply to
    accounts without IAM users.

    Problem: symbols are not required
    Why: A password with more kinds of characters takes longer to guess.
    Fix: The command keeps the other settings of the policy; it needs jq. `policy=$(aws iam get-account-password-policy
      --output json 2>&1 | jq -Rs '(fromjson? // (if test("NoSuchEntity") then {PasswordPolicy: {MinimumPasswordLength:
      14, AllowUsersToChangePassword: true}} else error end)).PasswordPolicy | del(.ExpirePasswords) + {RequireSymbols:
      true}') && aws iam update-account-password-policy --cli-input-json "$policy"` It applies when a password is next
      changed.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html
    """
    return _judged(policy, summary, _symbols(policy), only_with_users=only_with_users)


@check(severity=Severity.MEDIUM, controls=("Security Hub IAM.14",), yields_to=("iam-password-policy-strong",))
def iam_password_policy_requires_numbers(
    policy: PasswordPolicy, summary: AccountSummary, *, only_with_users: bool = False
) -> Verdict:
    """The password policy should require a number.

    Without a password policy of its own, the account fails. With `only_with_users`, the check does not apply to
    accounts without IAM users.

    Problem: numbers are not required
    Why: A password with more kinds of characters takes longer to guess.
    Fix: The command keeps the other settings of the policy; it needs jq. `policy=$(aws iam get-account-password-policy
      --output json 2>&1 | jq -Rs '(fromjson? // (if test("NoSuchEntity") then {PasswordPolicy: {MinimumPasswordLength:
      14, AllowUsersToChangePassword: true}} else error end)).PasswordPolicy | del(.ExpirePasswords) + {RequireNumbers:
      true}') && aws iam update-account-password-policy --cli-input-json "$policy"` It applies when a password is next
      changed.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html
    """
    return _judged(policy, summary, _numbers(policy), only_with_users=only_with_users)


@check(severity=Severity.MEDIUM, controls=("Security Hub IAM.15",), yields_to=("iam-password-policy-strong",))
def iam_password_policy_length_sufficient(
    policy: PasswordPolicy, summary: AccountSummary, *, minimum_length: int = _LONG, only_with_users: bool = False
) -> Verdict:
    """The password policy should require 14 characters.

    Without a password policy of its own, the account fails. With `only_with_users`, the check does not apply to
    accounts without IAM users.

    Problem: passwords may be too short
    Why: Each further character makes a password many times harder to guess.
    Fix: The command keeps the other settings of the policy; it needs jq. `policy=$(aws iam get-account-password-policy
      --output json 2>&1 | jq -Rs '(fromjson? // (if test("NoSuchEntity") then {PasswordPolicy: {MinimumPasswordLength:
      14, AllowUsersToChangePassword: true}} else error end)).PasswordPolicy | del(.ExpirePasswords) +
      {MinimumPasswordLength: ([.MinimumPasswordLength, 14] | max)}') && aws iam update-account-password-policy
      --cli-input-json "$policy"` It applies when a password is next changed.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html
    """
    return _judged(policy, summary, _too_short(policy, minimum_length), only_with_users=only_with_users)


@check(severity=Severity.LOW, controls=("Security Hub IAM.16",), yields_to=("iam-password-policy-strong",))
def iam_password_policy_prevents_reuse(
    policy: PasswordPolicy,
    summary: AccountSummary,
    *,
    reuse_prevention: int = _MOST_REMEMBERED,
    only_with_users: bool = False,
) -> Verdict:
    """The password policy should prevent the reuse of 24 passwords.

    Without a password policy of its own, the account fails. With `only_with_users`, the check does not apply to
    accounts without IAM users.

    Problem: passwords may be reused
    Why: A password that became known stays dangerous if its owner can set it again.
    Fix: The command keeps the other settings of the policy; it needs jq. `policy=$(aws iam get-account-password-policy
      --output json 2>&1 | jq -Rs '(fromjson? // (if test("NoSuchEntity") then {PasswordPolicy: {MinimumPasswordLength:
      14, AllowUsersToChangePassword: true}} else error end)).PasswordPolicy | del(.ExpirePasswords) +
      {PasswordReusePrevention: 24}') && aws iam update-account-password-policy --cli-input-json "$policy"` It applies
      when a password is next changed.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html
    """
    return _judged(policy, summary, _reuse(policy, reuse_prevention), only_with_users=only_with_users)


@check(severity=Severity.LOW, controls=("Security Hub IAM.17",), yields_to=("iam-password-policy-strong",))
def iam_password_policy_expires_passwords(
    policy: PasswordPolicy, summary: AccountSummary, *, maximum_age_days: int = _QUARTER, only_with_users: bool = False
) -> Verdict:
    """The password policy should expire passwords within 90 days.

    Without a password policy of its own, the account fails. With `only_with_users`, the check does not apply to
    accounts without IAM users.

    Problem: passwords expire late or never
    Why: A password that was stolen unnoticed works until it is changed.
    Fix: The command keeps the other settings of the policy; it needs jq. `policy=$(aws iam get-account-password-policy
      --output json 2>&1 | jq -Rs '(fromjson? // (if test("NoSuchEntity") then {PasswordPolicy: {MinimumPasswordLength:
      14, AllowUsersToChangePassword: true}} else error end)).PasswordPolicy | del(.ExpirePasswords) + {MaxPasswordAge:
      90}') && aws iam update-account-password-policy --cli-input-json "$policy"` Passwords that are older expire at
      once.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html
    """
    return _judged(policy, summary, _age(policy, maximum_age_days), only_with_users=only_with_users)


def _judged(
    policy: PasswordPolicy, summary: AccountSummary, lacking: Iterator[str], *, only_with_users: bool
) -> Verdict:
    """Return whether anything is lacking; without a password policy of its own, the account fails."""
    if only_with_users and known(summary.users) == 0:
        return not_applicable("The account has no IAM users")
    found = tuple(lacking) if policy.custom else ("the account has no password policy of its own",)
    if found:
        return _failing(found, "; the account has no IAM users" if summary.users == 0 else "")
    return compliant("The password policy meets the check")


def _failing(found: tuple[str, ...], suffix: str) -> Verdict:
    def rest(covered: frozenset[str]) -> Verdict:
        return _failing(tuple(each for each in found if each not in covered), suffix)

    return non_compliant(sentence("; ".join(found)) + suffix).about(*found, rest=rest)


def _too_short(policy: PasswordPolicy, wanted: int) -> Iterator[str]:
    length = known(policy.minimum_length)
    if length < wanted:
        yield f"passwords may have {length} characters; require {wanted} or more"


def _letters(policy: PasswordPolicy, *, upper: bool, lower: bool) -> Iterator[str]:
    if upper and not known(policy.uppercase):
        yield "uppercase letters are not required"
    if lower and not known(policy.lowercase):
        yield "lowercase letters are not required"


def _symbols(policy: PasswordPolicy) -> Iterator[str]:
    if not known(policy.symbols):
        yield "symbols are not required"


def _numbers(policy: PasswordPolicy) -> Iterator[str]:
    if not known(policy.numbers):
        yield "numbers are not required"


def _reuse(policy: PasswordPolicy, wanted: int) -> Iterator[str]:
    if policy.reuse_prevention < wanted:
        remembered = policy.reuse_prevention or "no"
        yield f"{remembered} previous passwords are remembered; require {wanted}"


def _age(policy: PasswordPolicy, most: int) -> Iterator[str]:
    if policy.maximum_age == 0:
        yield f"passwords never expire; require {most} days or less"
    elif policy.maximum_age > most:
        yield f"passwords expire after {policy.maximum_age} days; require {most} days or less"
