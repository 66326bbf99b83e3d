"""Checks of policies by which a principal can gain more permissions than it was given."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from muster.analysis.authorization.escalation import Escalation, escalations, passed_by_name
from muster.analysis.policies.document import Policy
from muster.analysis.policies.grants import ROLES, Grant, administrative, on_all
from muster.facets.iam.policies import Grants, NamedPolicy
from muster.model.arn import account_of
from muster.model.check import check
from muster.model.finding import Resource, Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed, sentence

_SHOWN = 3
_PRINCIPALS = ("AWS::IAM::User", "AWS::IAM::Role")
"""The types whose inline policies apply to one principal only."""
_ADMINISTRATIVE = "iam-policy-no-admin-access-statements"


@check(severity=Severity.HIGH)
def iam_policy_no_privilege_escalation(
    grants: Grants, resource: Resource, *, existing_compute: bool = False
) -> Verdict:
    """IAM policies should not let a principal give itself more permissions.

    The check finds sets of actions such as iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction, allowed by one
    policy. data/escalation_paths.yaml lists them. With `existing_compute`, actions that take over a function, instance
    or container count too; most deployment roles have some.

    An action counts if it is allowed on other principals, by name or by a wildcard. On the user itself,
    iam:CreateAccessKey, iam:CreateLoginProfile and iam:UpdateLoginProfile do not count. iam:PassRole on roles that are
    named in full does not count. Conditions on iam:PassedToService, iam:PolicyARN and iam:PermissionsBoundary with
    fixed values limit a path. Other conditions, such as MFA, are shown but do not make the policy pass. An
    unconditional Deny in the same policy counts if it covers the whole resource.

    The check applies to customer managed policies and to inline policies. Paths whose actions are in several policies
    are reported by iam-principal-no-privilege-escalation. Service control policies are not seen. Policies that allow
    everything are reported by iam-policy-no-admin-access-statements.

    Problem: policy allows privilege escalation
    Why: Anyone who gets access to such a principal can become an administrator of the account.
    Fix: Name the roles in the Resource of iam:PassRole, and add a condition on iam:PassedToService. Allow changes of
      IAM only on a path of names, with a condition on iam:PermissionsBoundary. See what is used: `aws iam
      generate-service-last-accessed-details --arn ARN` `aws iam get-service-last-accessed-details --job-id JOB-ID`
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    """
    own = (resource.arn or "") if resource.type in _PRINCIPALS else ""
    readable = {each.name: each.policy for each in grants.policies if not isinstance(each.policy, Unknown)}
    judged = {name: policy for name, policy in readable.items() if administrative(policy) is None}
    found = {
        name: paths
        for name, policy in judged.items()
        if (paths := list(escalations(policy, own, existing_compute=existing_compute)))
    }
    if found:
        return non_compliant(sentence("; ".join(_texts(found))) + _boundary(grants))
    if not grants.policies:
        return not_applicable("No inline policy; managed policies have findings of their own")
    for each in grants.policies:
        known(each.policy)
    if not judged:
        return not_applicable(f"{_ADMINISTRATIVE} reports this")
    roles = [role for policy in judged.values() for role in passed_by_name(policy)]
    limited = f"; iam:PassRole is limited to {listed(roles, _SHOWN)}" if roles else ""
    return compliant(f"The policy opens no known path to more permissions{limited}")


@check(severity=Severity.HIGH, yields_to=("iam-policy-no-admin-access-statements",))
def iam_policy_no_permissive_role_assumption(
    grants: Grants, resource: Resource, *, own_account: bool = False
) -> Verdict:
    """IAM policies should not allow sts:AssumeRole on all roles.

    The check fails if a policy allows sts:AssumeRole on `*`, on all roles of all accounts, or on all roles of another
    account. A name or path such as `role/deploy-*` passes. All roles of the account itself fail only with
    `own_account`. In the end, the trust policy of each role decides whether it can be assumed.

    Problem: policy allows assuming all roles
    Why: The principal can use every role that trusts its account, including roles that are created later.
    Fix: Put the ARNs of the roles that are needed, or a path of names, into the statement's Resource.
    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html
    """
    own = "" if own_account else resource.account_id
    found: dict[str, str] = {}
    for named in grants.policies:
        if isinstance(named.policy, Unknown):
            continue
        if grant := on_all(_elsewhere(named.policy, own), "sts:AssumeRole", (ROLES,)):
            found |= _facts(named, grant)
    if found:
        return _failing(found, grants)
    if not grants.policies:
        return not_applicable("No inline policy; managed policies have findings of their own")
    for each in grants.policies:
        known(each.policy)
    return compliant("No statement allows sts:AssumeRole on all roles")


def _texts(found: Mapping[str, list[Escalation]]) -> Iterator[str]:
    for name, paths in found.items():
        yield f"{name} allows {listed([str(each) for each in paths], _SHOWN)}"


def _elsewhere(policy: Policy, own: str) -> Policy:
    """Return a policy without the resources of an account in its Allow statements."""

    def kept(resources: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each for each in resources if not own or account_of(each) != own)

    return Policy(
        tuple(replace(each, resources=kept(each.resources)) if each.allow else each for each in policy.statements)
    )


def _facts(named: NamedPolicy, grant: Grant) -> Mapping[str, str]:
    """Return the facts that the check of full access reports too, each with its text."""
    return {
        f"{named.name}/{grant.statement}/{pattern}": f"{named.name}, {grant}" for pattern in grant.actions.split(", ")
    }


def _failing(found: Mapping[str, str], grants: Grants) -> Verdict:
    def rest(covered: frozenset[str]) -> Verdict:
        return _failing({fact: text for fact, text in found.items() if fact not in covered}, grants)

    reason = sentence("; ".join(dict.fromkeys(found.values()))) + _boundary(grants)
    return non_compliant(reason).about(*found, rest=rest)


def _boundary(grants: Grants) -> str:
    return f"; the permissions boundary {grants.boundary} limits it" if grants.boundary else ""
