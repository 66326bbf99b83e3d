"""Checks of what IAM's policies grant, whether they stand alone or in a user, a group or a role."""

from collections.abc import Callable, Iterable, Iterator

from muster.analysis.policies.document import Policy
from muster.analysis.policies.grants import KMS_KEYS, Grant, administrative, on_all, whole_services
from muster.facets.iam.policies import Grants
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.CRITICAL, controls=("FSBP IAM.1",), version=2)
def iam_policy_no_admin_access_statements(grants: Grants) -> Verdict:
    """IAM policies should not allow all actions on all resources.

    Customer managed policies are judged themselves, attached or not; users, groups and roles by their inline policies
    and by AWS's AdministratorAccess. An Allow with NotAction comes to the same where it leaves a principal an action
    of IAM by which it can grant itself the rest. Denials of the same policy count where they have no condition and,
    where an Allow says everything, deny everything again.

    Problem: policy allows all actions (* on *)
    Why: Whoever gets at such a principal owns the account: its data, its logs and all other principals.
    Fix: Allow only the actions that are needed. Attach AdministratorAccess to nothing but a role for emergencies.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-policy-no-statements-with-admin-access.html
    """
    found = list(_found(grants, lambda policy: filter(None, (administrative(policy),))))
    if grants.administrator_attached:
        found.append("AWS's policy AdministratorAccess is attached")
    if found:
        return non_compliant("; ".join(found) + _boundary(grants))
    _all_known(grants)
    return compliant("no statement allows everything on everything" if grants.policies else "it has no inline policy")


@check(severity=Severity.MEDIUM, controls=("FSBP IAM.21",), version=2)
def iam_policy_no_full_access_statements(grants: Grants) -> Verdict:
    """IAM policies should not allow all actions of a service on all its resources.

    `s3:*` on `*` or on all buckets, `*` there or on everything, and NotAction, which allows the whole of every service
    that it does not name. Patterns that match no ARN of the service, such as `arn:aws:kms:*::*`, do not count.
    Inline policies are judged like customer managed ones; AWS's own policies are not.

    Problem: policy allows a service's every action
    Why: Actions that a service gets later are granted with it, and so are those that nobody thought of.
    Fix: Name the actions, if need be by families such as s3:Get*, and the resources that they are needed for.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-policy-no-statements-with-full-access.html
    """
    if found := list(_found(grants, whole_services)):
        return non_compliant("; ".join(found) + _boundary(grants))
    return _clean(grants, "no statement allows all actions of a service on all its resources")


@check(severity=Severity.MEDIUM, controls=("FSBP KMS.1", "FSBP KMS.2"), version=2)
def iam_policy_no_kms_decrypt_on_all_keys(
    grants: Grants, *, actions: tuple[str, ...] = ("kms:Decrypt", "kms:ReEncryptFrom")
) -> Verdict:
    """IAM policies should not allow decryption with all KMS keys.

    All keys are those of every region, whether of every account or of one; conditions are told but, as in AWS's
    controls, they do not excuse. Inline policies and customer managed ones are judged, attached or not.

    Problem: policy allows decryption with all keys
    Why: Whoever may decrypt with all keys reads whatever any of them protects, tomorrow's data too.
    Fix: Name the keys that are needed in the statement's Resource.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/iam-customer-policy-blocked-kms-actions.html
    """

    def opened(policy: Policy) -> Iterator[Grant]:
        each = (on_all(policy, action, (KMS_KEYS,)) for action in actions)
        return iter(dict.fromkeys(grant for grant in each if grant))

    if found := list(_found(grants, opened)):
        return non_compliant("; ".join(found) + _boundary(grants))
    return _clean(grants, f"no statement allows {' or '.join(actions)} with all keys")


def _found(grants: Grants, search: Callable[[Policy], Iterable[Grant]]) -> Iterator[str]:
    """Find in the policies that can be understood: what they allow stands, whatever the others say."""
    for named in grants.policies:
        if not isinstance(named.policy, Unknown) and (reasons := [str(grant) for grant in search(named.policy)]):
            yield f"in {named.name} {', '.join(reasons)}"


def _clean(grants: Grants, reason: str) -> Verdict:
    if not grants.policies:
        return not_applicable("it has no inline policy; managed policies are judged themselves")
    _all_known(grants)
    return compliant(reason)


def _all_known(grants: Grants) -> None:
    for named in grants.policies:
        known(named.policy)


def _boundary(grants: Grants) -> str:
    return f"; the permissions boundary {grants.boundary} stands over it" if grants.boundary else ""
