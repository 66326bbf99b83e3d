"""Checks of IAM users: their console password, MFA and policies."""

from muster.facets.iam.account import VirtualMfaDevices
from muster.facets.iam.credentials import CredentialReport
from muster.facets.iam.identities import User
from muster.facets.iam.policies import Grants
from muster.model.arn import Arn
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed

_SHOWN = 4
_QUARANTINE = "AWSCompromisedKeyQuarantine"
"""The beginning of the names of the policies that AWS attaches to a user whose access key became public.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCompromisedKeyQuarantineV3.html
"""


@check(severity=Severity.MEDIUM, controls=("FSBP IAM.5",), yields_to=("iam-administrators-have-mfa",))
def iam_user_console_mfa_enabled(user: User, report: CredentialReport) -> Verdict:
    """IAM users with a console password should have MFA enabled.

    The credential report that shows this may be up to four hours old. The kind of MFA device does not matter here.

    Problem: console password without MFA
    Why: Without MFA, anyone who learns the password can sign in as the user.
    Fix: Ask the user to assign an MFA device under Security credentials in the console. If the user does not need the
      console, delete the password: `aws iam delete-login-profile --user-name NAME`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/mfa-enabled-for-iam-console-access.html
    """
    row = report.of(user)
    if not known(row.password):
        return not_applicable(f"The user has no console password{report.source}")
    if known(row.mfa):
        return compliant(f"The user has MFA enabled{report.source}")
    return non_compliant(f"The user has a console password but no MFA device{report.source}")


@check(
    severity=Severity.MEDIUM,
    controls=("Security Hub IAM.19",),
    opt_in=("every_user",),
    yields_to=("iam-administrators-have-mfa", "iam-user-console-mfa-enabled"),
)
def iam_user_mfa_enabled(user: User, report: CredentialReport, *, every_user: bool = False) -> Verdict:
    """All IAM users should have MFA enabled.

    This includes users for programs, which have access keys only and usually no MFA device. The check is therefore off
    until `every_user` is true.

    Problem: user without MFA
    Why: A policy can require MFA for calls with access keys too. A user without an MFA device cannot meet it.
    Fix: Assign an MFA device to the user. For programs, use a role instead of a user. If the user is not needed, delete
      it: `aws iam delete-user --user-name NAME`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-user-mfa-enabled.html
    """
    if not every_user:
        return not_applicable("The setting every_user is false")
    if known(report.of(user).mfa):
        return compliant(f"The user has MFA enabled{report.source}")
    return non_compliant(f"The user has no MFA device{report.source}")


@check(
    severity=Severity.MEDIUM,
    opt_in=("console_users",),
    yields_to=("iam-administrators-have-mfa", "iam-user-console-mfa-enabled", "iam-user-mfa-enabled"),
)
def iam_user_hardware_mfa_enabled(
    user: User, report: CredentialReport, devices: VirtualMfaDevices, *, console_users: bool = False
) -> Verdict:
    """IAM users with a console password should use hardware MFA or passkeys only.

    The check is off until `console_users` is true. It fails if the user has no MFA or has a virtual MFA device, such as
    an authenticator app.

    Problem: user without hardware MFA
    Why: The seed of a virtual MFA device can be copied from the phone or its backup, and its codes can be phished.
    Fix: Ask the user to assign a security key or a passkey, then remove the virtual device: `aws iam
      deactivate-mfa-device --user-name NAME --serial-number DEVICE-ARN`
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html
    """
    if not console_users:
        return not_applicable("The setting console_users is false")
    row = report.of(user)
    if not known(row.password):
        return not_applicable(f"The user has no console password{report.source}")
    if user.arn in devices.users:
        return non_compliant("The user has a virtual MFA device").about("user with a virtual MFA device")
    if known(row.mfa):
        return compliant(f"The user has MFA enabled, and no virtual MFA device{report.source}")
    return non_compliant(f"The user has a console password but no MFA device{report.source}")


@check(severity=Severity.LOW, controls=("FSBP IAM.2",))
def iam_user_no_policies_attached(user: User, grants: Grants) -> Verdict:
    """IAM users should have no policies of their own.

    Inline policies and attached managed policies count; a permissions boundary does not. Give permissions to groups, or
    better to roles.

    Problem: policies are attached to the user
    Why: Permissions that are given user by user are hard to review, and stay when the user changes jobs.
    Fix: Add the user to a group that has the policies: `aws iam add-user-to-group --user-name NAME --group-name GROUP`
      Then remove them from the user: `aws iam detach-user-policy --user-name NAME --policy-arn POLICY-ARN` `aws iam
      delete-user-policy --user-name NAME --policy-name POLICY`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-user-no-policies-check.html
    """
    inline = [each.name for each in grants.policies]
    attached = {arn: Arn.parse(arn) for arn in grants.attached}
    if not inline and not attached:
        return compliant(f"No policy is attached to the user {user.name}")
    for arn in attached.values():
        if arn and arn.account == "aws" and arn.name.startswith(_QUARANTINE):
            return non_compliant(
                f"AWS attached {arn.name}: an access key of this user became public. Replace the access key, "
                "and look for its use in CloudTrail, before you detach the policy"
            )
    names = [*inline, *(arn.name if arn else text for text, arn in attached.items())]
    return non_compliant(f"Policies of the user: {listed(names, _SHOWN)}")
