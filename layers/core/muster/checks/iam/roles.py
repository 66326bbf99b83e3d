"""Checks of IAM roles: their last use, and access to data for other accounts."""

from datetime import timedelta

from muster.analysis.patterns.globs import matches
from muster.facets.iam.identities import RoleUse
from muster.model.check import check
from muster.model.finding import ObservedAt, Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted


@check(severity=Severity.LOW)
def iam_role_used_lately(
    role: RoleUse, scan: ObservedAt, *, days: int = 90, exempt_roles: tuple[str, ...] = ()
) -> Verdict:
    """IAM roles that are not used should be removed.

    The check fails if a role was last used more than `days` days ago, or if IAM has no record of a use. IAM keeps
    records for 400 days. Names in `exempt_roles` are left out, for example those of emergency roles; `*` stands for any
    text. The check does not apply to roles that are younger than `days` days.

    Problem: role is unused
    Why: Nobody reviews or misses a role that nobody uses, but its permissions can still be used.
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
        recent = scan.at - used <= limit
        return compliant(f"Last used {ago} ago") if recent else non_compliant(f"The role was last used {ago} ago")
    age = scan.at - known(role.created)
    if age <= limit:
        return not_applicable(f"The role is {counted(age.days, 'day')} old and not known to have been used")
    return non_compliant(f"The role is {counted(age.days, 'day')} old and not known to have been used")
