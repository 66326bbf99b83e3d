"""Reading AppSync: GraphQL APIs."""

import typing

from muster.facets.edge.appsync import GraphqlApi
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after, listed
from muster.model.readers import lists
from muster.model.shard import Shard
from muster.readers.answers import tag_list

if typing.TYPE_CHECKING:
    from mypy_boto3_appsync import AppSyncClient
    from mypy_boto3_appsync.type_defs import GraphqlApiTypeDef

_GRAPHQL_API = "AWS::AppSync::GraphQLApi"


@lists(
    _GRAPHQL_API, permission="appsync:ListGraphqlApis", facets=(GraphqlApi, Tags), page=25,
    arn="appsync:{region}:{account}:apis/{id}", gone=("NotFoundException",),
)  # fmt: skip
def graphql_apis(appsync: "AppSyncClient", shard: Shard, token: str | None) -> Page:
    """List the GraphQL APIs of a region, 25 a page.

    https://docs.aws.amazon.com/appsync/latest/APIReference/API_ListGraphqlApis.html
    """
    answer = appsync.list_graphql_apis(maxResults=25, **after(token, "nextToken"))
    return Page((_listed(shard, item) for item in answer.get("graphqlApis") or ()), answer.get("nextToken"))


def _listed(shard: Shard, item: "GraphqlApiTypeDef") -> Listed:
    tags = Tags.parse(tag_list(item.get("tags")))
    resource = shard.resource(_GRAPHQL_API, str(item["apiId"]), str(item["arn"]), tags.own)
    found = listed(resource, item, (GraphqlApi,))
    return Listed(found.resource, {**found.facets, Tags: tags})
