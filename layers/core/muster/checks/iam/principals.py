"""Checks of IAM users, groups and roles by all policies that apply to them: inline, attached, and of groups."""

import functools
import itertools
from collections.abc import Sequence

from muster.analysis.authorization.escalation import Escalation, opened_together
from muster.analysis.policies.document import Policy
from muster.analysis.policies.grants import administrative
from muster.facets.iam.credentials import CredentialReport
from muster.facets.iam.identities import AttachedPolicies, User
from muster.facets.iam.policies import Grants
from muster.facets.iam.principals import AccountPolicies, HeldPolicy
from muster.model.check import check
from muster.model.finding import Resource, Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed

_SHOWN = 3
_GROUP = "AWS::IAM::Group"
_FEWEST = 2
"""Policies that can open a path together."""

_administrative = functools.lru_cache(maxsize=1024)(administrative)
"""A managed policy is judged once, however many principals have it."""

_Readable = tuple[HeldPolicy, Policy]


@check(severity=Severity.HIGH)
def iam_principal_no_privilege_escalation(
    grants: Grants,
    attached: AttachedPolicies,
    policies: AccountPolicies,
    resource: Resource,
    *,
    existing_compute: bool = False,
) -> Verdict:
    """The policies of an IAM user, group or role together should not lead to more permissions.

    The check finds the paths of iam-policy-no-privilege-escalation whose actions are in several policies: inline
    policies, customer managed and AWS managed policies, and for users the policies of their groups. Resources,
    conditions and `existing_compute` count as they do there. An unconditional Deny in any of the policies counts.

    A path is reported once. If one policy opens it alone, or the policies of one group, that policy or group has the
    finding. Paths in one AWS managed policy are not reported. If a policy allows everything, the check does not apply.

    Problem: policies together allow escalation
    Why: Each policy looks harmless alone, but a principal with all of them can become an administrator of the account.
    Fix: Detach one of the policies that the reason names, or name the roles in the Resource of iam:PassRole and add a
      condition on iam:PassedToService. See what is used: `aws iam generate-service-last-accessed-details --arn ARN`
      `aws iam get-service-last-accessed-details --job-id JOB-ID`
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    held = policies.of(grants, attached)
    if len(held) < _FEWEST:
        return not_applicable(f"The principal has {'one policy' if held else 'no policy'}")
    readable = _readable(held)
    for each, policy in readable:
        if _administrative(policy):
            return not_applicable(f"The {each.name} allows everything")
    own = "" if resource.type == _GROUP else resource.arn or ""
    found = opened_together(
        [policy for _, policy in readable], own, apart=_of_groups(readable), existing_compute=existing_compute
    )
    paths = [_path_text(path, [readable[number][0].name for number in numbers]) for path, numbers in found]
    if paths:
        limited = f"; the permissions boundary {grants.boundary} limits it" if grants.boundary else ""
        return non_compliant(f"The policies together allow {listed(paths, _SHOWN)}{limited}")
    for each in held:
        known(each.policy)
    return compliant(f"The {len(held)} policies together allow no escalation beyond what each allows alone")


@check(severity=Severity.HIGH)
def iam_administrators_have_mfa(
    user: User, grants: Grants, attached: AttachedPolicies, policies: AccountPolicies, report: CredentialReport
) -> Verdict:
    """IAM users who are administrators should have MFA enabled.

    A user is an administrator if one of its policies allows everything: an inline policy, an attached one such as
    AdministratorAccess, or a policy of one of its groups. Users with access keys only are included. The credential
    report that shows MFA may be up to four hours old.

    Problem: administrator without MFA
    Why: Anyone who gets the password or an access key of the user controls the whole account.
    Fix: Assign an MFA device to the user, and require it in the policy with a condition on aws:MultiFactorAuthPresent.
      If the user is a program, use a role with fewer permissions instead. See its groups and policies: `aws iam
      list-groups-for-user --user-name NAME` `aws iam list-attached-user-policies --user-name NAME`
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#enable-mfa-for-users
    """
    held = policies.of(grants, attached)
    by = next((each.name for each, policy in _readable(held) if _administrative(policy)), "")
    if not by:
        for each in held:
            known(each.policy)
        return not_applicable("The user is not an administrator")
    if known(report.of(user).mfa):
        return compliant(f"The user is an administrator ({by}) and has MFA enabled{report.source}")
    return non_compliant(f"The user is an administrator ({by}) and has no MFA device{report.source}")


def _readable(held: Sequence[HeldPolicy]) -> list[_Readable]:
    return [(each, each.policy) for each in held if not isinstance(each.policy, Unknown)]


def _of_groups(readable: Sequence[_Readable]) -> list[list[Policy]]:
    """Return the policies of each group that a user has them from."""
    groups = dict.fromkeys(each.group for each, _ in readable if each.group)
    return [[policy for each, policy in readable if each.group == name] for name in groups]


def _path_text(path: Escalation, names: Sequence[str]) -> str:
    """Return a path with the policy that allows each action, or several in a row."""
    pairs = itertools.groupby(zip(path.actions, names, strict=True), key=lambda pair: pair[1])
    texts = [f"{' + '.join(action for action, _ in actions)} ({name})" for name, actions in pairs]
    under = f", with a condition on {', '.join(path.conditions)}" if path.conditions else ""
    return " + ".join(texts) + under
