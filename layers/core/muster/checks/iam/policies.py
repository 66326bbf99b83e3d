"""Checks of the permissions in IAM policies: managed policies, and inline policies of users, groups and roles."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from muster.analysis.policies.document import Policy
from muster.analysis.policies.grants import KMS_KEYS, Grant, administrative, on_all, whole_services
from muster.facets.iam.policies import Grants
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import sentence


@check(severity=Severity.CRITICAL, controls=("FSBP IAM.1",), version=2)
def iam_policy_no_admin_access_statements(grants: Grants) -> Verdict:
    """IAM policies should not allow all actions on all resources.

    The check applies to customer managed policies, attached or not, and to users, groups and roles: to their inline
    policies and to the AWS managed policy AdministratorAccess. An Allow with NotAction fails too, if it leaves an IAM
    action by which the principal can grant itself the rest. A Deny in the same policy counts if it has no condition;
    against an Allow of all actions, only a Deny of all actions counts.

    Problem: policy allows all actions (* on *)
    Why: Anyone who gets access to such a principal controls the account: its data, its logs and all other principals.
    Fix: See which services are used: `aws iam generate-service-last-accessed-details --arn ARN` `aws iam
      get-service-last-accessed-details --job-id JOB-ID` Replace the statement by one with the actions and resources
      that are needed. Keep AdministratorAccess for an emergency role.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-policy-no-statements-with-admin-access.html
    """
    found = dict(_found(grants, lambda policy: filter(None, (administrative(policy),))))
    if grants.administrator_attached:
        found["AdministratorAccess"] = "the AWS managed policy AdministratorAccess is attached"
    if found:
        return _failing(found, grants)
    _all_known(grants)
    return compliant("No statement allows all actions on all resources" if grants.policies else "No inline policy")


@check(
    severity=Severity.MEDIUM,
    controls=("FSBP IAM.21",),
    version=2,
    yields_to=("iam-policy-no-admin-access-statements",),
)
def iam_policy_no_full_access_statements(grants: Grants) -> Verdict:
    """IAM policies should not allow all actions of a service on all resources.

    The check finds `s3:*` on `*` or on all buckets, `*` on these, and NotAction, which allows all actions of every
    service that it does not name. Patterns that match no ARN of the service, such as `arn:aws:kms:*::*`, do not count.
    It applies to inline policies and customer managed policies, not to AWS managed policies.

    Problem: policy allows all actions of a service
    Why: The policy also grants actions that AWS adds later, and actions that the principal does not need.
    Fix: See which services are used: `aws iam generate-service-last-accessed-details --arn ARN` `aws iam
      get-service-last-accessed-details --job-id JOB-ID` In the statement, name the needed actions, for example by
      families such as s3:Get*, and the resources.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-policy-no-statements-with-full-access.html
    """
    if found := dict(_found(grants, whole_services)):
        return _failing(found, grants)
    return _clean(grants, "No statement allows all actions of a service on all resources")


@check(
    severity=Severity.MEDIUM,
    controls=("FSBP KMS.1", "FSBP KMS.2"),
    version=2,
    yields_to=("iam-policy-no-admin-access-statements", "iam-policy-no-full-access-statements"),
)
def iam_policy_no_kms_decrypt_on_all_keys(
    grants: Grants, *, actions: tuple[str, ...] = ("kms:Decrypt", "kms:ReEncryptFrom")
) -> Verdict:
    """IAM policies should not allow decryption with all KMS keys.

    All keys means the keys of every region, of one account or all. Conditions are shown but do not make the policy
    pass, as in the AWS controls. The check applies to inline policies and customer managed policies, attached or not.

    Problem: policy allows decryption with all keys
    Why: The principal can read everything that any KMS key protects, including data that is encrypted later.
    Fix: List the aliases of the keys: `aws kms list-aliases --region KEY-REGION` Put the ARNs of the keys that are
      needed into the statement's Resource.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-customer-policy-blocked-kms-actions.html
    """

    def opened(policy: Policy) -> Iterator[Grant]:
        each = (on_all(policy, action, (KMS_KEYS,)) for action in actions)
        return iter(dict.fromkeys(grant for grant in each if grant))

    if found := dict(_found(grants, opened)):
        return _failing(found, grants)
    return _clean(grants, f"No statement allows {' or '.join(actions)} with all keys")


def _found(grants: Grants, search: Callable[[Policy], Iterable[Grant]]) -> Iterator[tuple[str, str]]:
    """Search the policies that can be parsed: a grant counts even if another policy is unknown.

    Each pattern of actions of a statement is a fact, with the text of the statement's grant.
    """
    for named in grants.policies:
        if not isinstance(named.policy, Unknown):
            for grant in search(named.policy):
                for pattern in grant.actions.split(", "):
                    yield f"{named.name}/{grant.statement}/{pattern}", f"{named.name}, {grant}"


def _failing(found: Mapping[str, str], grants: Grants) -> Verdict:
    def rest(covered: frozenset[str]) -> Verdict:
        return _failing({fact: text for fact, text in found.items() if fact not in covered}, grants)

    reason = sentence("; ".join(dict.fromkeys(found.values()))) + _boundary(grants)
    return non_compliant(reason).about(*found, rest=rest)


def _clean(grants: Grants, reason: str) -> Verdict:
    if not grants.policies:
        return not_applicable("No inline policy; managed policies have findings of their own")
    _all_known(grants)
    return compliant(reason)


def _all_known(grants: Grants) -> None:
    for named in grants.policies:
        known(named.policy)


def _boundary(grants: Grants) -> str:
    return f"; the permissions boundary {grants.boundary} limits it" if grants.boundary else ""
