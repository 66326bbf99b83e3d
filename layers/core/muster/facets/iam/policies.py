"""IAM: the grants of roles, users, groups and customer managed policies, and the trust policies of roles."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from muster.analysis.policies.document import Policy
from muster.analysis.policies.grants import read_policy
from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.arn import Arn, account_of
from muster.model.finding import Unknown

_ADMINISTRATOR = ("iam", "aws", "policy/AdministratorAccess")
"""The service, the account and the resource of AWS's own policy for administrators."""


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy of an identity, with its name in a reason; Unknown where it cannot be parsed."""

    name: str
    policy: Policy | Unknown

    @classmethod
    def read(cls, name: str, document: object) -> Self:
        """Read the document of a policy; AWS always has one, so a missing one is Unknown."""
        if not document:
            return cls(name, Unknown(f"AWS did not return the document of the {name}"))
        try:
            return cls(name, read_policy(document))
        except ValueError as error:
            return cls(name, Unknown(f"The {name} cannot be parsed: {error}"))


def _inline(response: Answer) -> Iterator[NamedPolicy]:
    for kind in ("UserPolicyList", "GroupPolicyList", "RolePolicyList"):
        for each in response.get(kind) or ():
            yield NamedPolicy.read(f'inline policy "{each["PolicyName"]}"', each.get("PolicyDocument"))


def _in_force(response: Answer) -> Iterator[NamedPolicy]:
    """Yield the default version of a managed policy; other versions have no effect."""
    version = response.get("DefaultVersionId")
    if version is None and "PolicyVersionList" not in response:
        return
    versions = [
        each
        for each in response.get("PolicyVersionList") or ()
        if each.get("IsDefaultVersion") or each.get("VersionId") == version
    ]
    document = versions[0].get("Document") if versions else None
    yield NamedPolicy.read(f"default version {version or ''}".rstrip(), document)


@facet
class Grants(Parsed):
    """The policies in a resource itself: inline policies of principals, the version in force of a managed policy.

    It is an item of one of the four lists of GetAccountAuthorizationDetails. `attached` are the ARNs of the managed
    policies that a principal has besides, `boundary` that of its permissions boundary, empty where there is none.
    """

    policies: tuple[NamedPolicy, ...] = computed(lambda item: (*_inline(item), *_in_force(item)))
    attached: tuple[str, ...] = read("AttachedManagedPolicies", kinds.text_of_each("PolicyArn"))
    boundary: str = read("PermissionsBoundary.PermissionsBoundaryArn", kinds.text)

    @property
    def administrator_attached(self) -> bool:
        """Whether AWS's own policy for administrators is attached, in any partition."""
        arns = map(Arn.parse, self.attached)
        return any(arn and (arn.service, arn.account, arn.resource) == _ADMINISTRATOR for arn in arns)


def _trust_policy(document: object, _name: str, _question: str = "") -> Policy | Unknown:
    return NamedPolicy.read("trust policy", document).policy


@facet
class Trust(Parsed):
    """An item of RoleDetailList: the trust policy of a role, and its account."""

    account_id: str = computed(lambda role: account_of(str(role.get("Arn") or "")))
    policy: Policy | Unknown = read("AssumeRolePolicyDocument", _trust_policy)
