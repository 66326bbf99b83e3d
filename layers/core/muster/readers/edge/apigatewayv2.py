"""Reading API Gateway: HTTP and WebSocket APIs, with their stages, routes and integrations.

Custom domain names are those of REST APIs too, and listed there.
"""

import typing
from collections.abc import Iterable, Mapping
from typing import Any

from muster.facets.edge.apigateway import NamedApi, StageLogging, StageOf
from muster.facets.edge.apigatewayv2 import HttpApis, HttpStage, Integration, Route
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION
from muster.model.listing import Listed, Narrowing, Page, after, listed
from muster.model.paging import Pages
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages, tag_list
from muster.readers.edge.apigateway import GET, page_of, parent_of, resource_at, with_tags

if typing.TYPE_CHECKING:
    from mypy_boto3_apigatewayv2 import ApiGatewayV2Client

API = "AWS::ApiGatewayV2::Api"
STAGE = "AWS::ApiGatewayV2::Stage"
ROUTE = "AWS::ApiGatewayV2::Route"
INTEGRATION = "AWS::ApiGatewayV2::Integration"

_APIS = "arn:{partition}:apigateway:*::/apis*"
_GONE = ("NotFoundException",)
_NAMES = {STAGE: "StageName", ROUTE: "RouteId", INTEGRATION: "IntegrationId"}

region = reads(
    REGION, HttpApis, GET,
    lambda apigateway, _region: all_pages(apigateway, "get_apis", "Items", page=500),
    client="apigatewayv2", operation="GetApis", on=_APIS, page=Pages(API, 500),
)  # fmt: skip
"""The HTTP and WebSocket APIs of a region.

https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis.html
"""


@lists(
    API, client="apigatewayv2", permission=GET, operation="GetApis", granted_on=_APIS, facets=(Tags,),
    of=HttpApis, arn="apigateway:{region}::/apis/{id}", gone=_GONE,
)  # fmt: skip
def apis(_client: "ApiGatewayV2Client", shard: Shard, _token: str | None, found: HttpApis) -> Page:
    """List the HTTP and WebSocket APIs of a region."""
    return Page(with_tags(shard, API, each.id, f"/apis/{each.id}", each.tags) for each in found.all)


def _parts(
    shard: Shard, api: NamedApi, kind: str, answer: Mapping[str, Any], facets: tuple[type, ...]
) -> tuple[Iterable[Listed], str | None]:
    """Return the parts of an API that an answer lists, with the API's protocol, and the token of the next page."""
    name = _NAMES[kind]
    word = kind.rpartition("::")[2].lower() + "s"

    def items() -> Iterable[Listed]:
        for item in answer.get("Items") or ():
            part = str(item[name])
            tags = Tags.parse(tag_list(item.get("Tags"))) if kind == STAGE else None
            own = tags.own if tags else None
            resource = resource_at(shard, kind, f"{api.id}/{part}", f"/apis/{api.id}/{word}/{part}", own)
            found = listed(resource, item, facets)
            more: dict[type, object] = {Tags: tags} if tags else {}
            yield Listed(found.resource, {**found.facets, **more, StageOf: StageOf(api.id, api.protocol)})

    return items(), answer.get("NextToken")


@lists(
    STAGE, client="apigatewayv2", permission=GET, operation="GetStages", granted_on=_APIS,
    facets=(HttpStage, StageLogging, StageOf, Tags), page=500, of=HttpApis, each_of=API,
    arn="apigateway:{region}::/apis/{parent}/stages/{id}", only=Narrowing(parent_of), gone=_GONE,
)  # fmt: skip
def stages(client: "ApiGatewayV2Client", shard: Shard, token: str | None, found: HttpApis, *, parent: str = "") -> Page:
    """List the stages of a region by API, 500 a page; with `parent` only those of that API.

    https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-stages.html
    """

    def of(api: NamedApi, then: str | None) -> tuple[Iterable[Listed], str | None]:
        answer = client.get_stages(ApiId=api.id, MaxResults="500", **after(then))
        return _parts(shard, api, STAGE, answer, (HttpStage, StageLogging))

    return page_of(of, found, token, parent, client.exceptions.NotFoundException)


@lists(
    ROUTE, client="apigatewayv2", permission=GET, operation="GetRoutes", granted_on=_APIS,
    facets=(Route, StageOf), page=500, of=HttpApis, each_of=API,
    arn="apigateway:{region}::/apis/{parent}/routes/{id}", only=Narrowing(parent_of), gone=_GONE,
)  # fmt: skip
def routes(client: "ApiGatewayV2Client", shard: Shard, token: str | None, found: HttpApis, *, parent: str = "") -> Page:
    """List the routes of a region by API, 500 a page; with `parent` only those of that API.

    https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
    """

    def of(api: NamedApi, then: str | None) -> tuple[Iterable[Listed], str | None]:
        answer = client.get_routes(ApiId=api.id, MaxResults="500", **after(then))
        return _parts(shard, api, ROUTE, answer, (Route,))

    return page_of(of, found, token, parent, client.exceptions.NotFoundException)


@lists(
    INTEGRATION, client="apigatewayv2", permission=GET, operation="GetIntegrations", granted_on=_APIS,
    facets=(Integration, StageOf), page=500, of=HttpApis, each_of=API,
    arn="apigateway:{region}::/apis/{parent}/integrations/{id}", only=Narrowing(parent_of), gone=_GONE,
)  # fmt: skip
def integrations(
    client: "ApiGatewayV2Client", shard: Shard, token: str | None, found: HttpApis, *, parent: str = ""
) -> Page:
    """List the integrations of a region by API, 500 a page; with `parent` only those of that API.

    https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html
    """

    def of(api: NamedApi, then: str | None) -> tuple[Iterable[Listed], str | None]:
        answer = client.get_integrations(ApiId=api.id, MaxResults="500", **after(then))
        return _parts(shard, api, INTEGRATION, answer, (Integration,))

    return page_of(of, found, token, parent, client.exceptions.NotFoundException)
