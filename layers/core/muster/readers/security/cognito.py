"""Reading Cognito: user pools and identity pools, each listed by name; what is described of one has its tags."""

from typing import Any

from muster.facets.security.cognito import IdentityPool, UserPool
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import tag_list

_USER_POOL = "AWS::Cognito::UserPool"
_IDENTITY_POOL = "AWS::Cognito::IdentityPool"
_PAGE = 60
_GONE = ("ResourceNotFoundException",)


@lists(
    _USER_POOL, permission="cognito-idp:ListUserPools", page=_PAGE, on="arn:{partition}:cognito-idp:*:*:userpool/*",
    arn="cognito-idp:{region}:{account}:userpool/{id}", gone=_GONE,
)  # fmt: skip
def user_pools(cognito: Any, shard: Shard, token: str | None) -> Page:
    """List the user pools of a region, 60 a page.

    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserPools.html
    """
    answer = cognito.list_user_pools(MaxResults=_PAGE, **after(token))
    ids = (str(item["Id"]) for item in answer.get("UserPools", ()))
    items = (Listed(shard.resource(_USER_POOL, each, shard.arn("cognito-idp", f"userpool/{each}"))) for each in ids)
    return Page(items, answer.get("NextToken"))


@lists(
    _IDENTITY_POOL, permission="cognito-identity:ListIdentityPools", page=_PAGE,
    on="arn:{partition}:cognito-identity:*:*:identitypool/*",
    arn="cognito-identity:{region}:{account}:identitypool/{id...}", gone=_GONE,
)  # fmt: skip
def identity_pools(cognito: Any, shard: Shard, token: str | None) -> Page:
    """List the identity pools of a region, 60 a page.

    https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_ListIdentityPools.html
    """
    answer = cognito.list_identity_pools(MaxResults=_PAGE, **after(token))
    ids = (str(item["IdentityPoolId"]) for item in answer.get("IdentityPools", ()))
    items = (
        Listed(shard.resource(_IDENTITY_POOL, each, shard.arn("cognito-identity", f"identitypool/{each}")))
        for each in ids
    )
    return Page(items, answer.get("NextToken"))


user_pool = reads(
    _USER_POOL, UserPool, "cognito-idp:DescribeUserPool",
    lambda cognito, pool: cognito.describe_user_pool(UserPoolId=pool.id),
)  # fmt: skip

identity_pool = reads(
    _IDENTITY_POOL, IdentityPool, "cognito-identity:DescribeIdentityPool",
    lambda cognito, pool: cognito.describe_identity_pool(IdentityPoolId=pool.id),
)  # fmt: skip

user_pool_tags = reads(
    _USER_POOL, Tags, "cognito-idp:DescribeUserPool",
    lambda cognito, pool: tag_list(cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"].get("UserPoolTags")),
)  # fmt: skip

identity_pool_tags = reads(
    _IDENTITY_POOL, Tags, "cognito-identity:DescribeIdentityPool",
    lambda cognito, pool: tag_list(cognito.describe_identity_pool(IdentityPoolId=pool.id).get("IdentityPoolTags")),
)  # fmt: skip
