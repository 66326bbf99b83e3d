"""Checks of IAM roles: their last use, and access to data for other accounts."""

from datetime import timedelta

from muster.analysis.patterns.globs import matches
from muster.analysis.policies.role_trust import Trusted, either, fixing, fixing_to, of_accounts, trusted
from muster.facets.iam.identities import AttachedPolicies, RoleUse
from muster.facets.iam.policies import Trust
from muster.model.check import check
from muster.model.finding import ObservedAt, Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted, listed

_ORGANIZATION = ("aws:principalorgid", "aws:principalorgpaths")
_WHOSE = ("aws:principalaccount", "aws:principalarn")
_SHOWN = 4


@check(severity=Severity.LOW)
def iam_role_used_lately(
    role: RoleUse, scan: ObservedAt, *, days: int = 90, exempt_roles: tuple[str, ...] = ()
) -> Verdict:
    """IAM roles that are not used should be removed.

    The check fails if a role was last used more than `days` days ago, or if IAM has no record of a use. IAM keeps
    records for 400 days. Names in `exempt_roles` are left out, for example those of emergency roles; `*` stands for any
    text. The check does not apply to roles that are younger than `days` days.

    Problem: role is unused
    Why: An unused role is rarely reviewed, but an attacker can still use its permissions.
    Fix: Look at what the role was used for: `aws iam get-role --role-name NAME --query Role.RoleLastUsed` If it is not
      needed, remove its policies and instance profiles, then delete it: `aws iam delete-role --role-name NAME`
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_manage_delete.html
    """
    if any(matches(pattern, role.name) for pattern in exempt_roles):
        return not_applicable("The role is in exempt_roles")
    limit = timedelta(days=days)
    used = known(role.used)
    if used is not None:
        ago = counted((scan.at - used).days, "day")
        if scan.at - used <= limit:
            return compliant(f"Last used {ago} ago")
        return non_compliant(f"The role was last used {ago} ago; remove roles after {counted(days, 'day')} without use")
    age = scan.at - known(role.created)
    if age <= limit:
        return not_applicable(f"The role is {counted(age.days, 'day')} old and has no recorded use")
    return non_compliant(f"The role is {counted(age.days, 'day')} old and has no recorded use")


@check(severity=Severity.HIGH)
def iam_role_read_only_access_not_cross_account(
    policies: AttachedPolicies, trust: Trust, *, trusted_accounts: tuple[str, ...] = ()
) -> Verdict:
    """IAM roles with ReadOnlyAccess should not trust other accounts.

    The check fails if the AWS managed policy ReadOnlyAccess is attached and the trust policy admits another account or
    everyone. Accounts in `trusted_accounts` and a condition on the organization (aws:PrincipalOrgID) are excepted. An
    external ID is not excepted, because it does not identify the caller.

    Problem: other accounts can read all data
    Why: ReadOnlyAccess reads data, not only settings: objects, tables, queues, logs, parameters, code and images.
    Fix: Attach SecurityAudit or ViewOnlyAccess instead, which read settings: `aws iam detach-role-policy --role-name
      NAME --policy-arn arn:PARTITION:iam::aws:policy/ReadOnlyAccess` `aws iam attach-role-policy --role-name NAME
      --policy-arn arn:PARTITION:iam::aws:policy/SecurityAudit`
    Source: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/ReadOnlyAccess.html
    """
    if not policies.of_aws("ReadOnlyAccess"):
        return not_applicable("ReadOnlyAccess is not attached")
    accounts = (trust.account_id, *trusted_accounts)
    admitted = [each for each in trusted(known(trust.policy)) if _of_others(each, accounts)]
    names = dict.fromkeys(each.principal.partition(":")[2] or 'everyone (Principal "*")' for each in admitted)
    if names:
        return non_compliant(f"ReadOnlyAccess is attached, and the role trusts {listed(tuple(names), _SHOWN)}")
    return compliant("ReadOnlyAccess is attached, and the role trusts no other account")


def _of_others(each: Trusted, accounts: tuple[str, ...]) -> bool:
    kind, _, name = each.principal.partition(":")
    if kind not in ("aws", "*") or (name and of_accounts(name, accounts)):
        return False
    return not each.held(either(fixing(_ORGANIZATION), fixing_to(_WHOSE, accounts)))
