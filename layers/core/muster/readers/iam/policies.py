"""Reading IAM: roles, users, groups and customer managed policies, each with all that it grants.

IAM is one for the whole account: its resources are in no region.
"""

import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from muster.facets.iam.identities import AttachedPolicies, RoleUse, User
from muster.facets.iam.policies import Grants, Trust
from muster.facets.iam.principals import AccountPolicies
from muster.facets.tagging.tags import Tags
from muster.model.finding import ACCOUNT, Resource
from muster.model.listing import Listed, Page, after, listed
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.literals import EntityTypeType
    from mypy_boto3_iam.type_defs import GetAccountAuthorizationDetailsResponseTypeDef

ROLE = "AWS::IAM::Role"
USER = "AWS::IAM::User"
GROUP = "AWS::IAM::Group"
POLICY = "AWS::IAM::ManagedPolicy"

_DETAILS = "iam:GetAccountAuthorizationDetails"
_OF_ROLES = (Grants, Trust, Tags, AttachedPolicies, RoleUse)
_OF_USERS = (Grants, Tags, AttachedPolicies, User)
_MANAGED_PATHS = ("/aws-service-role/", "/aws-reserved/")


@lists(
    ROLE, permission=_DETAILS, facets=_OF_ROLES, page=1000, once_per_account=True,
    arn="iam::{account}:role/{...}{id}",
)  # fmt: skip
def roles(iam: "IAMClient", shard: Shard, token: str | None) -> Page:
    """List the account's roles with their policies, up to 1000 a page.

    Roles that the account cannot change are left out: service-linked roles, and roles of permission sets, which are
    changed in IAM Identity Center.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
    """
    answer = _details(iam, "Role", token)
    changeable = (
        each for each in answer.get("RoleDetailList", ()) if not str(each.get("Path")).startswith(_MANAGED_PATHS)
    )
    return Page(_items(ROLE, changeable, "RoleName", shard, _OF_ROLES), _then(answer))


@lists(
    USER, permission=_DETAILS, facets=_OF_USERS, page=1000, once_per_account=True,
    arn="iam::{account}:user/{...}{id}",
)  # fmt: skip
def users(iam: "IAMClient", shard: Shard, token: str | None) -> Page:
    """List the account's users with their policies, up to 1000 a page."""
    answer = _details(iam, "User", token)
    return Page(_items(USER, answer.get("UserDetailList", ()), "UserName", shard, _OF_USERS), _then(answer))


@lists(
    GROUP, permission=_DETAILS, facets=(Grants, AttachedPolicies), page=1000, once_per_account=True,
    arn="iam::{account}:group/{...}{id}",
)  # fmt: skip
def groups(iam: "IAMClient", shard: Shard, token: str | None) -> Page:
    """List the account's groups with their policies, up to 1000 a page; groups cannot be tagged."""
    answer = _details(iam, "Group", token)
    return Page(
        _items(GROUP, answer.get("GroupDetailList", ()), "GroupName", shard, (Grants, AttachedPolicies)), _then(answer)
    )


@lists(
    POLICY, permission=_DETAILS, facets=(Grants,), page=1000, once_per_account=True,
    arn="iam::{account}:policy/{...}{id}", gone=("NoSuchEntity",),
)  # fmt: skip
def policies(iam: "IAMClient", shard: Shard, token: str | None) -> Page:
    """List the customer managed policies, attached or not, up to 1000 a page; AWS's own cannot be changed.

    The list has no tags of them.
    """
    answer = _details(iam, "LocalManagedPolicy", token)
    return Page(_items(POLICY, answer.get("Policies", ()), "Arn", shard, (Grants,)), _then(answer))


policy_tags = reads(
    POLICY, Tags, "iam:ListPolicyTags",
    lambda iam, policy: all_pages(iam, "list_policy_tags", "Tags", page=1000, PolicyArn=policy.id),
    on="arn:{partition}:iam::*:policy/*",
)  # fmt: skip
"""The tags of a customer managed policy.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyTags.html
"""


@describes(ACCOUNT, permission=_DETAILS)
def account_policies(iam: "IAMClient", _account: Resource) -> AccountPolicies:
    """Read the groups and all policies that are attached anywhere, those of AWS too, up to 1000 a page."""
    found: dict[str, list[Any]] = {"Policies": [], "GroupDetailList": []}
    pages = iam.get_paginator("get_account_authorization_details").paginate(
        Filter=["Group", "LocalManagedPolicy", "AWSManagedPolicy"], PaginationConfig={"PageSize": 1000}
    )
    for page in pages:
        for member, items in found.items():
            items.extend(typing.cast("dict[str, Any]", page).get(member) or ())
    return AccountPolicies.parse(found)


def _details(
    iam: "IAMClient", kind: "EntityTypeType", token: str | None
) -> "GetAccountAuthorizationDetailsResponseTypeDef":
    return iam.get_account_authorization_details(Filter=[kind], MaxItems=1000, **after(token, "Marker"))


def _then(answer: Mapping[str, Any]) -> str | None:
    return str(answer["Marker"]) if answer.get("IsTruncated") else None


def _items(
    resource_type: str, items: Iterable[Mapping[str, Any]], name: str, shard: Shard, facets: tuple[type, ...]
) -> Iterator[Listed]:
    for item in items:
        tags = Tags.parse(item).own if Tags in facets else None
        arn = str(item["Arn"])
        yield listed(shard.resource(resource_type, str(item[name]), arn, tags), item, facets)
