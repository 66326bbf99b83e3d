"""Reading IAM: roles, users, groups and customer managed policies, each with all that it grants.

IAM is one for the whole account: its resources are in no region.
"""

import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from muster.facets.iam.policies import Grants, Trust
from muster.facets.tagging.tags import Tags
from muster.model.finding import GLOBAL, Resource
from muster.model.listing import Listed, Page, after, listed
from muster.model.readers import describes, lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.literals import EntityTypeType
    from mypy_boto3_iam.type_defs import GetAccountAuthorizationDetailsResponseTypeDef

ROLE = "AWS::IAM::Role"
USER = "AWS::IAM::User"
GROUP = "AWS::IAM::Group"
POLICY = "AWS::IAM::ManagedPolicy"

_DETAILS = "iam:GetAccountAuthorizationDetails"
_MANAGED_PATHS = ("/aws-service-role/", "/aws-reserved/")


@lists(ROLE, client="iam", permission=_DETAILS, facets=(Grants, Trust, Tags), page=1000, once_per_account=True)
def roles(iam: "IAMClient", shard: Shard, token: str | None) -> Page:
    """List the account's roles with their policies, up to 1000 a page.

    Left out are what nobody in the account can change: service-linked roles, which AWS's services keep, and roles of
    permission sets, which are changed in IAM Identity Center.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
    """
    answer = _details(iam, "Role", token)
    own = (each for each in answer.get("RoleDetailList", ()) if not str(each.get("Path")).startswith(_MANAGED_PATHS))
    return Page(_items(ROLE, own, "RoleName", shard, (Grants, Trust, Tags)), _then(answer))


@lists(USER, client="iam", permission=_DETAILS, facets=(Grants, Tags), page=1000, once_per_account=True)
def users(iam: "IAMClient", shard: Shard, token: str | None) -> Page:
    """List the account's users with their policies, up to 1000 a page."""
    answer = _details(iam, "User", token)
    return Page(_items(USER, answer.get("UserDetailList", ()), "UserName", shard, (Grants, Tags)), _then(answer))


@lists(GROUP, client="iam", permission=_DETAILS, facets=(Grants,), page=1000, once_per_account=True)
def groups(iam: "IAMClient", shard: Shard, token: str | None) -> Page:
    """List the account's groups with their policies, up to 1000 a page; groups cannot be tagged."""
    answer = _details(iam, "Group", token)
    return Page(_items(GROUP, answer.get("GroupDetailList", ()), "GroupName", shard, (Grants,)), _then(answer))


@lists(POLICY, client="iam", permission=_DETAILS, facets=(Grants,), page=1000, once_per_account=True)
def policies(iam: "IAMClient", shard: Shard, token: str | None) -> Page:
    """List the customer managed policies, attached or not, up to 1000 a page; AWS's own are nobody's to change.

    The list has no tags of them.
    """
    answer = _details(iam, "LocalManagedPolicy", token)
    return Page(_items(POLICY, answer.get("Policies", ()), "Arn", shard, (Grants,)), _then(answer))


@describes(POLICY, client="iam", permission="iam:ListPolicyTags", on="arn:{partition}:iam::*:policy/*")
def policy_tags(iam: "IAMClient", policy: Resource) -> Tags:
    """Read the tags of a customer managed policy to their end: IAM may return fewer than it was asked for.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyTags.html
    """
    pages = iam.get_paginator("list_policy_tags").paginate(PolicyArn=policy.id, PaginationConfig={"PageSize": 1000})
    return Tags.parse({"Tags": [tag for page in pages for tag in page.get("Tags", ())]})


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
        resource = Resource(resource_type, str(item[name]), shard.account_id, GLOBAL, shard.partition, arn, tags)
        yield listed(resource, item, facets)
