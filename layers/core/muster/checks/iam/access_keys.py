"""Checks of the access keys and passwords of IAM users: their age, their number and their last use."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from muster.facets.iam.credentials import CredentialReport, Credentials
from muster.facets.iam.identities import User
from muster.model.check import check
from muster.model.finding import (
    ObservedAt,
    Severity,
    Unknown,
    Verdict,
    compliant,
    known,
    non_compliant,
    not_applicable,
)
from muster.model.text import counted, sentence

_SETUP = timedelta(minutes=1)
"""How long after the user the console creates its first access key, at most."""


@check(severity=Severity.MEDIUM, controls=("FSBP IAM.3",))
def iam_user_access_keys_rotated(user: User, report: CredentialReport, scan: ObservedAt, *, days: int = 90) -> Verdict:
    """Access keys of IAM users should be rotated.

    The check fails if an active access key is older than `days` days. Inactive access keys do not count. The age is
    that in the credential report, which may be up to four hours old.

    Problem: access key is too old
    Why: The longer an access key exists, the more copies of it there are: in files, images and logs.
    Fix: Create a new access key, use it everywhere, then deactivate and delete the old one: `aws iam create-access-key
      --user-name NAME` `aws iam update-access-key --user-name NAME --access-key-id OLD-KEY-ID --status Inactive` `aws
      iam delete-access-key --user-name NAME --access-key-id OLD-KEY-ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/access-keys-rotated.html
    """
    row = report.of(user)
    aged = ((key.number, _age(key.rotated, scan)) for key in row.active_keys)
    old = [
        f"access key {number} is {counted(age.days, 'day')} old"
        for number, age in aged
        if age is not None and age > timedelta(days=days)
    ]
    if old:
        old.append(f"rotate access keys every {counted(days, 'day')}")
        return non_compliant(sentence("; ".join(old)) + report.source)
    _all_shown(row)
    if not row.active_keys:
        return not_applicable(f"The user has no active access key{report.source}")
    return compliant(f"No active access key is older than {counted(days, 'day')}{report.source}")


@check(severity=Severity.MEDIUM, controls=("FSBP IAM.8", "Security Hub IAM.22"))
def iam_user_credentials_used_lately(
    user: User, report: CredentialReport, scan: ObservedAt, *, days: int = 45
) -> Verdict:
    """IAM users should have no unused credentials.

    The check fails if the password or an active access key was last used `days` days ago or earlier. A credential that
    was never used counts from the day when it was set or created. Set `days` to 90 for FSBP IAM.8 alone.

    Problem: credentials are unused
    Why: If a credential that the user does not need is stolen, the user does not notice.
    Fix: Ask the user, then delete what is not needed: `aws iam delete-login-profile --user-name NAME` `aws iam
      update-access-key --user-name NAME --access-key-id KEY-ID --status Inactive` `aws iam delete-access-key
      --user-name NAME --access-key-id KEY-ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-user-unused-credentials-check.html
    """
    row = report.of(user)
    if unused := list(_unused(row, scan, timedelta(days=days))):
        unused.append(f"remove credentials after {counted(days, 'day')} without use")
        return non_compliant(sentence("; ".join(unused)) + report.source)
    _all_shown(row)
    password = known(row.password)
    if password and known(row.password_used) is None:
        known(row.password_changed)
    for key in row.active_keys:
        known(key.used)
    if not password and not row.active_keys:
        return not_applicable(f"The user has no password and no active access key{report.source}")
    return compliant(f"No credential is unused for {counted(days, 'day')}{report.source}")


@check(severity=Severity.MEDIUM)
def iam_user_single_active_access_key(
    user: User, report: CredentialReport, scan: ObservedAt, *, grace_days: int = 0
) -> Verdict:
    """IAM users should have one active access key at most.

    A rotation needs two access keys for a while: `grace_days` lets two pass until the younger is that old.

    Problem: user has two active access keys
    Why: The second access key is usually forgotten: it is not rotated, and an attacker can steal either key.
    Fix: Deactivate the access key that is not needed: `aws iam update-access-key --user-name NAME --access-key-id
      KEY-ID --status Inactive`
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
    """
    row = report.of(user)
    if len(row.active_keys) > 1:
        ages = [age for key in row.active_keys if (age := _age(key.rotated, scan)) is not None]
        if grace_days and ages and min(ages) <= timedelta(days=grace_days):
            return compliant(f"A second access key is {counted(min(ages).days, 'day')} old{report.source}")
        return non_compliant(f"The user has two active access keys{report.source}")
    _all_shown(row)
    return compliant(f"The user has {'one' if row.active_keys else 'no'} active access key{report.source}")


@check(severity=Severity.LOW)
def iam_user_no_access_key_from_setup(user: User, report: CredentialReport) -> Verdict:
    """IAM users with a console password should not get an access key at creation.

    The check fails if the user has a console password and an active access key that was created within a minute of the
    user and never used.

    Problem: unused access key since creation
    Why: The user often does not know about this access key, and does not notice if it is stolen.
    Fix: Delete the access key: `aws iam delete-access-key --user-name NAME --access-key-id KEY-ID` Create one later if
      the user needs it.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
    """
    row = report.of(user)
    if not known(row.password):
        return not_applicable(f"The user has no console password{report.source}")
    for key in row.active_keys:
        if key.used is None and _near(key.rotated, row.created):
            return non_compliant(f"Access key {key.number} was created with the user and never used{report.source}")
    _all_shown(row)
    known(row.created)
    for key in row.active_keys:
        known(key.used)
    return compliant(f"No unused access key was created with the user{report.source}")


def _unused(row: Credentials, scan: ObservedAt, limit: timedelta) -> Iterator[str]:
    """Yield a text for each credential that is known to be unused for so long."""
    held = [("the password", row.password_used, row.password_changed)] if row.password is True else []
    held += [(f"access key {key.number}", key.used, key.rotated) for key in row.active_keys]
    for name, used, made in held:
        age = _age(made if used is None else used, scan)
        if age is not None and age >= limit:
            days = counted(age.days, "day")
            yield f"{name} was never used in {days}" if used is None else f"{name} was last used {days} ago"


def _age(moment: datetime | Unknown | None, scan: ObservedAt) -> timedelta | None:
    """Return how long ago a time was when the scan began; None where the time is not known."""
    return scan.at - moment if isinstance(moment, datetime) else None


def _near(one: datetime | Unknown | None, other: datetime | Unknown | None) -> bool:
    return isinstance(one, datetime) and isinstance(other, datetime) and abs(one - other) <= _SETUP


def _all_shown(row: Credentials) -> None:
    """Stop the check where the report does not say all about the access keys of a user.

    Raises:
        UnknownField: a member is missing, or the user has more credentials than the report shows.
    """
    for key in row.keys:
        if known(key.active):
            known(key.rotated or Unknown(f"The credential report does not say when access key {key.number} was made"))
    if row.more:
        known(Unknown("The user has access keys or certificates that the credential report does not show"))
