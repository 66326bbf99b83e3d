"""Reading API Gateway: REST APIs, their stages, and custom domain names, also those of HTTP and WebSocket APIs.

The ARNs of API Gateway have no account, and one IAM action reads everything: it is granted on the paths that are read.
"""

import json
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from muster.facets.edge.apigateway import Apis, DomainName, NamedApi, RestApis, RestStage, StageLogging, StageOf
from muster.facets.tagging.tags import Tags
from muster.model.arn import Arn
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Narrowing, Page, after, listed
from muster.model.paging import Pages
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages, tag_list

if typing.TYPE_CHECKING:
    from mypy_boto3_apigateway import APIGatewayClient

_REST_API = "AWS::ApiGateway::RestApi"
STAGE = "AWS::ApiGateway::Stage"
_DOMAIN_NAME = "AWS::ApiGateway::DomainName"

GET = "apigateway:GET"
_APIS, _DOMAINS = (f"arn:{{partition}}:apigateway:*::/{path}*" for path in ("restapis", "domainnames"))
_STAGE_FACETS = (RestStage, StageLogging)

region = reads(
    REGION, RestApis, GET,
    lambda apigateway, _region: all_pages(apigateway, "get_rest_apis", "items", page=500),
    operation="GetRestApis", on=_APIS, page=Pages(_REST_API, 500),
)  # fmt: skip
"""The REST APIs of a region.

https://docs.aws.amazon.com/apigateway/latest/api/API_GetRestApis.html
"""


@lists(
    _REST_API, client="apigateway", permission=GET, operation="GetRestApis", granted_on=_APIS, facets=(Tags,),
    of=RestApis, arn="apigateway:{region}::/restapis/{id}", gone=("NotFoundException",),
)  # fmt: skip
def rest_apis(_apigateway: "APIGatewayClient", shard: Shard, _token: str | None, apis: RestApis) -> Page:
    """List the REST APIs of a region."""
    return Page(with_tags(shard, _REST_API, each.id, f"/restapis/{each.id}", each.tags) for each in apis.all)


def parent_of(ids: Sequence[str]) -> Mapping[str, str]:
    """Return the API of a stage, route or integration, of which only that API's are listed."""
    return {"parent": ids[0].partition("/")[0]}


@lists(
    STAGE, client="apigateway", permission=GET, operation="GetStages", granted_on=_APIS,
    facets=(*_STAGE_FACETS, StageOf, Tags), of=RestApis, each_of=_REST_API,
    arn="apigateway:{region}::/restapis/{parent}/stages/{id}", only=Narrowing(parent_of), gone=("NotFoundException",),
)  # fmt: skip
def stages(
    apigateway: "APIGatewayClient", shard: Shard, token: str | None, apis: RestApis, *, parent: str = ""
) -> Page:
    """List the stages of a region by REST API, all of one API in one page: AWS lists those of one API only.

    With `parent` only those of that API are listed. An API that is gone by then has no stages.
    https://docs.aws.amazon.com/apigateway/latest/api/API_GetStages.html
    """

    def of(api: NamedApi, _then: str | None) -> tuple[Iterable[Listed], str | None]:
        answer = apigateway.get_stages(restApiId=api.id)
        return (_stage(shard, api, item) for item in answer.get("item") or ()), None

    return page_of(of, apis, token, parent, apigateway.exceptions.NotFoundException)


def _stage(shard: Shard, api: NamedApi, item: Mapping[str, Any]) -> Listed:
    name = str(item["stageName"])
    tags = Tags.parse(tag_list(item.get("tags")))
    resource = resource_at(shard, STAGE, f"{api.id}/{name}", f"/restapis/{api.id}/stages/{name}", tags.own)
    found = listed(resource, item, _STAGE_FACETS)
    return Listed(found.resource, {**found.facets, StageOf: StageOf(api.id, api.protocol), Tags: tags})


@lists(
    _DOMAIN_NAME, client="apigateway", permission=GET, operation="GetDomainNames", granted_on=_DOMAINS,
    facets=(DomainName, Tags), page=500, arn="apigateway:{region}::/domainnames/{id}", gone=("NotFoundException",),
)  # fmt: skip
def domain_names(apigateway: "APIGatewayClient", shard: Shard, token: str | None) -> Page:
    """List the custom domain names of a region, 500 a page, without those that are being made or could not be made.

    Private ones may share a name: theirs has an id behind it in the ARN, which has the account too.
    https://docs.aws.amazon.com/apigateway/latest/api/API_GetDomainNames.html
    """
    answer = apigateway.get_domain_names(limit=500, **after(token, "position"))
    items = (
        _domain_name(shard, item)
        for item in answer.get("items") or ()
        if item.get("domainNameStatus") not in ("PENDING", "FAILED")
    )
    return Page(items, answer.get("position") or None)


def _domain_name(shard: Shard, item: Mapping[str, Any]) -> Listed:
    arn = str(item.get("domainNameArn") or "")
    name = Arn.of(arn).name if arn else str(item["domainName"])
    tags = Tags.parse(tag_list(item.get("tags")))
    resource = resource_at(shard, _DOMAIN_NAME, name, f"/domainnames/{name}", tags.own)
    found = listed(replace(resource, arn=arn or resource.arn), item, (DomainName,))
    return Listed(found.resource, {**found.facets, Tags: tags})


def resource_at(shard: Shard, kind: str, name: str, path: str, tags: Mapping[str, str] | None = None) -> Resource:
    """Return a resource by its path, which is what its ARN ends with; the ARN has no account."""
    return shard.resource(kind, name, f"arn:{shard.partition}:apigateway:{shard.region}::{path}", tags)


def with_tags(shard: Shard, kind: str, name: str, path: str, tags: Mapping[str, str]) -> Listed:
    """Return a listed resource that has no facet but its tags."""
    found = Tags.parse(tag_list(tags))
    return Listed(resource_at(shard, kind, name, path, found.own), {Tags: found})


def page_of(
    of: Callable[[NamedApi, str | None], tuple[Iterable[Listed], str | None]],
    apis: Apis,
    token: str | None,
    parent: str,
    gone: type[Exception],
) -> Page:
    """Return one page of what is listed API by API; `of` lists those of an API from a token on.

    The token of the page is the API whose turn it is, and where the listing of its parts goes on.
    """
    position: dict[str, str] = json.loads(token) if token else {"parent": parent, "then": ""}
    remaining = [each for each in apis.since(position["parent"]) if parent in ("", each.id)][:2]
    if not remaining:
        return Page(())
    then = position["then"] if remaining[0].id == position["parent"] else None
    try:
        items, more = of(remaining[0], then or None)
    except gone:
        items, more = (), None
    following = {"parent": remaining[0].id, "then": more} if more else None
    if following is None and remaining[1:]:
        following = {"parent": remaining[1].id, "then": ""}
    return Page(items, json.dumps(following) if following else None)
