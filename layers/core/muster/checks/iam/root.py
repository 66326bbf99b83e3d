"""Checks of the root user: access keys, MFA, its last use, and central management."""

from datetime import datetime, timedelta

from muster.facets.iam.account import AccountSummary, OrganizationsFeatures, VirtualMfaDevices
from muster.facets.iam.credentials import CredentialReport
from muster.model.check import check
from muster.model.finding import (
    ObservedAt,
    Resource,
    Severity,
    Unknown,
    Verdict,
    compliant,
    known,
    non_compliant,
    not_applicable,
)
from muster.model.text import counted

_GOVCLOUD = "aws-us-gov"
_NO_MFA = "root user without MFA"


@check(severity=Severity.CRITICAL, controls=("FSBP IAM.4",))
def iam_root_no_access_keys(summary: AccountSummary) -> Verdict:
    """The root user should have no access keys.

    An inactive access key counts too, because it can be activated again.

    Problem: the root user has an access key
    Why: Anyone who has an access key of the root user controls the account, and no policy of the account can limit
      them.
    Fix: Sign in as the root user, open Security credentials and delete the access keys. If a program uses them, create
      a role with the permissions that it needs.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-root-access-key-check.html
    """
    if known(summary.root_keys):
        return non_compliant("The root user has an access key")
    return compliant("The root user has no access key")


@check(severity=Severity.CRITICAL, controls=("Security Hub IAM.9",))
def iam_root_mfa_enabled(summary: AccountSummary, account: Resource) -> Verdict:
    """The root user should have MFA enabled.

    The check does not apply to a root user without a password, as in member accounts under central management, and in
    AWS GovCloud (US), where the root user has no console sign-in.

    Problem: the root user has no MFA
    Why: Without MFA, anyone who learns the password of the root user controls the account.
    Fix: Sign in as the root user, open Security credentials and assign an MFA device, best a passkey or a hardware
      security key. In an organization, you can instead delete the password of the root user and manage it centrally.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/root-account-mfa-enabled.html
    """
    return _not_signing_in(summary, account) or _mfa(summary) or compliant("The root user has MFA enabled")


@check(severity=Severity.CRITICAL, controls=("FSBP IAM.6",), yields_to=("iam-root-mfa-enabled",))
def iam_root_hardware_mfa_enabled(summary: AccountSummary, devices: VirtualMfaDevices, account: Resource) -> Verdict:
    """The root user should use hardware MFA or passkeys only.

    The check fails if the root user has no MFA or if one of its MFA devices is virtual, such as an authenticator app.
    It does not apply to a root user without a password, nor in AWS GovCloud (US).

    Problem: the root user has no hardware MFA
    Why: The seed of a virtual MFA device can be copied from the phone or its backup; that of a hardware key cannot.
    Fix: Sign in as the root user, open Security credentials, assign a security key or a passkey, then remove the
      virtual MFA device.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/root-account-hardware-mfa-enabled.html
    """
    if verdict := _not_signing_in(summary, account) or _mfa(summary):
        return verdict
    if devices.root:
        return non_compliant("The root user has a virtual MFA device").about("root user with a virtual MFA device")
    return compliant("The root user has MFA enabled, and no virtual MFA device")


@check(severity=Severity.LOW)
def iam_root_not_used_lately(report: CredentialReport, scan: ObservedAt, *, days: int = 30) -> Verdict:
    """The root user should not be used for everyday tasks.

    The check fails if the password or an access key of the root user was used in the last `days` days. The credential
    report that shows this may be up to four hours old.

    Problem: the root user was used lately
    Why: No policy of the account can limit the root user, and the logs do not show which person used it.
    Fix: Use roles with the permissions that are needed, for example through IAM Identity Center. Keep the root user for
      the tasks that require it.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html
    """
    root = report.root
    uses = {"password": root.password_used, **{f"access key {key.number}": key.used for key in root.keys}}
    times = {what: moment for what, moment in uses.items() if isinstance(moment, datetime)}
    latest = max(times, key=lambda what: times[what], default="")
    if latest and scan.at - times[latest] <= timedelta(days=days):
        ago = counted((scan.at - times[latest]).days, "day")
        return non_compliant(f"The {latest} of the root user was used {ago} ago{report.source}")
    for moment in uses.values():
        known(moment)
    if not latest:
        return compliant(f"The root user has no recorded use{report.source}")
    return compliant(f"The root user was last used on {times[latest]:%Y-%m-%d}{report.source}")


@check(severity=Severity.MEDIUM, opt_in=("accounts_with_root",))
def iam_root_credentials_absent(
    summary: AccountSummary, account: Resource, *, accounts_with_root: tuple[str, ...] = ()
) -> Verdict:
    """Root users of member accounts should have no credentials.

    `accounts_with_root` names the accounts whose root user keeps its credentials: the management account and accounts
    outside the organization. In all other accounts the root user should have no password, access key or signing
    certificate.

    Problem: the root user has credentials
    Why: Credentials that do not exist cannot be stolen, and need no MFA device. With central management, the management
      account can still act as the root user of a member account.
    Fix: In the management account, open Root access management in the IAM console and delete the root credentials of
      this account.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
    """
    if account.account_id in accounts_with_root:
        return not_applicable("The account is in accounts_with_root")
    held = {
        "a password": summary.root_password,
        "an access key": summary.root_keys,
        "a signing certificate": summary.root_certificates,
    }
    if found := [what for what, count in held.items() if not isinstance(count, Unknown) and count]:
        return non_compliant(f"The root user has {' and '.join(found)}")
    for count in held.values():
        known(count)
    return compliant("The root user has no password, access key or signing certificate")


@check(severity=Severity.MEDIUM, opt_in=("managing_accounts",))
def iam_root_credentials_managed_centrally(
    features: OrganizationsFeatures, account: Resource, *, managing_accounts: tuple[str, ...] = ()
) -> Verdict:
    """Organizations should manage root credentials centrally.

    `managing_accounts` names the management account of the organization, or the delegated administrator for IAM. Only
    these accounts can read the setting, so the check applies to them only.

    Problem: root credentials not managed centrally
    Why: Without central management, each member account has a root user with its own password to protect.
    Fix: `aws organizations enable-aws-service-access --service-principal iam.amazonaws.com` `aws iam
      enable-organizations-root-credentials-management`
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
    """
    if account.account_id not in managing_accounts:
        return not_applicable("The account is not in managing_accounts")
    if not features.answered:
        return not_applicable("The account is not the management account or the delegated administrator for IAM")
    if "RootCredentialsManagement" in features.enabled:
        return compliant("Root credentials of the organization are managed centrally")
    return non_compliant("Central management of root credentials is not enabled in the organization")


def _not_signing_in(summary: AccountSummary, account: Resource) -> Verdict | None:
    """Return that MFA does not apply where the root user cannot sign in."""
    if account.partition == _GOVCLOUD:
        return not_applicable("The root user has no console sign-in in AWS GovCloud (US)")
    if summary.root_password == 0:
        return not_applicable("The root user has no password")
    return None


def _mfa(summary: AccountSummary) -> Verdict | None:
    """Return the failure of a root user without MFA."""
    if known(summary.root_mfa):
        return None
    known(summary.root_password)
    return non_compliant("The root user has no MFA device").about(_NO_MFA)
