"""Reading IAM: the account's root user, password policy, MFA devices, support access and identity providers."""

import itertools
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from muster.analysis.policies.access import deleted
from muster.analysis.policies.grants import read_policy
from muster.analysis.policies.role_trust import trusted
from muster.facets.iam.account import (
    AccountSummary,
    IdentityProviders,
    OrganizationsFeatures,
    PasswordPolicy,
    SecurityContact,
    SupportAccess,
    VirtualMfaDevices,
)
from muster.model.finding import ACCOUNT, Resource
from muster.model.readers import describes, reads
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

summary = reads(ACCOUNT, AccountSummary, "iam:GetAccountSummary", lambda iam, _account: iam.get_account_summary())

password_policy = reads(
    ACCOUNT, PasswordPolicy, "iam:GetAccountPasswordPolicy",
    lambda iam, _account: iam.get_account_password_policy(),
    absent=("NoSuchEntity",),
)  # fmt: skip
"""The account's own password policy.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html
"""

virtual_mfa_devices = reads(
    ACCOUNT, VirtualMfaDevices, "iam:ListVirtualMFADevices",
    lambda iam, _account: all_pages(
        iam, "list_virtual_mfa_devices", "VirtualMFADevices", page=1000, AssignmentStatus="Assigned"
    ),
)  # fmt: skip
"""The virtual MFA devices that are assigned to a user or to the root user, of all users in one call."""


@describes(
    ACCOUNT, permission="iam:ListOrganizationsFeatures",
    absent=("AccountNotManagementOrDelegatedAdministratorException", "OrganizationNotFoundException"),
)  # fmt: skip
def organizations_features(iam: "IAMClient", _account: Resource) -> OrganizationsFeatures:
    """Read the features of central management of root users; without trusted access for IAM there are none.

    Only the management account and the delegated administrator may ask for them.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListOrganizationsFeatures.html
    """
    try:
        answer: Mapping[str, Any] = iam.list_organizations_features()
    except iam.exceptions.ServiceAccessNotEnabledException:
        answer = {"EnabledFeatures": []}
    return OrganizationsFeatures.parse(answer)


identity_providers = reads(
    ACCOUNT, IdentityProviders, "iam:ListSAMLProviders", lambda iam, _account: iam.list_saml_providers()
)

security_contact = reads(
    ACCOUNT, SecurityContact, "account:GetAlternateContact",
    lambda account, _account: account.get_alternate_contact(AlternateContactType="SECURITY"),
    service="iam", absent=("ResourceNotFoundException",),
)  # fmt: skip
"""The alternate contact for security, of the account of the credentials: its own permission is enough for that.

https://docs.aws.amazon.com/accounts/latest/reference/API_GetAlternateContact.html
"""


@describes(
    ACCOUNT, permission="iam:ListEntitiesForPolicy", also=("iam:GetGroup", "iam:GetRole"),
    on={
        "iam:ListEntitiesForPolicy": "arn:{partition}:iam::*:policy/*",
        "iam:GetGroup": "arn:{partition}:iam::*:group/*",
        "iam:GetRole": "arn:{partition}:iam::*:role/*",
    },
)  # fmt: skip
def support_access(iam: "IAMClient", account: Resource) -> SupportAccess:
    """Read who has AWSSupportAccess: one call, and one for each role or group until one of them counts.

    Roles of IAM Identity Center are among them, which the list of roles leaves out.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html
    """
    found: dict[str, list[Mapping[str, Any]]] = {"PolicyUsers": [], "PolicyRoles": [], "PolicyGroups": []}
    pages = iam.get_paginator("list_entities_for_policy").paginate(
        PolicyArn=f"arn:{account.partition}:iam::aws:policy/AWSSupportAccess",
        PolicyUsageFilter="PermissionsPolicy",
        PaginationConfig={"PageSize": 1000},
    )
    for page in pages:
        for member, items in found.items():
            items.extend(typing.cast("dict[str, Any]", page).get(member) or ())
    users, roles, groups = found.values()
    roles = [] if users else _first(roles, lambda role: _assumable(iam, role["RoleName"]))
    groups = [] if users or roles else _first(groups, lambda group: _has_user(iam, group["GroupName"]))
    return SupportAccess.parse({"PolicyUsers": users, "PolicyRoles": roles, "PolicyGroups": groups})


def _first(items: Iterable[Mapping[str, Any]], counts: Callable[[Mapping[str, Any]], bool]) -> list[Mapping[str, Any]]:
    return list(itertools.islice(filter(counts, items), 1))


def _assumable(iam: "IAMClient", name: str) -> bool:
    """Whether a role's trust policy allows someone to assume it; what IAM left of a deleted principal is nobody."""
    policy = read_policy(iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"])
    return any(not deleted(each.principal) for each in trusted(policy))


def _has_user(iam: "IAMClient", name: str) -> bool:
    return bool(iam.get_group(GroupName=name, MaxItems=1)["Users"])
