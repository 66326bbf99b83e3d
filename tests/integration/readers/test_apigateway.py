"""Reading API Gateway against AWS's documented answers: parts of APIs are listed API by API."""

from typing import Any

import boto3
from botocore.stub import Stubber

from muster.facets.edge.apigateway import DomainName, NamedApi, RestApis, StageOf
from muster.facets.edge.apigatewayv2 import HttpApis
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.shard import Shard
from muster.readers.edge import apigateway, apigatewayv2

HERE, ACCOUNT = "eu-west-1", "123456789012"
SHARD = Shard(ACCOUNT, HERE, "apigateway", HERE, (HERE,))
ARN = f"arn:aws:apigateway:{HERE}::"
REST = RestApis.of([NamedApi(name, "REST", {}) for name in "ab"])
HTTP = HttpApis.of([NamedApi("c", "HTTP", {})])


def listed(lister: Any, client: Any, *source: Any, **only: Any) -> list[Any]:
    found, token = [], None
    while True:
        page = lister.function(client, SHARD, token, *source, **only)
        found += list(page.items)
        if (token := page.then) is None:
            return found


def test_stages_are_listed_api_by_api_and_an_api_that_is_gone_has_none() -> None:
    client = boto3.client("apigateway", HERE)
    with Stubber(client) as stub:
        stub.add_client_error("get_stages", "NotFoundException", expected_params={"restApiId": "a"})
        stub.add_response("get_stages", {"item": [{"stageName": "prod", "tags": {"Owner": "web"}}]}, {"restApiId": "b"})
        (stage,) = listed(apigateway.stages, client, REST)
    wanted = Resource(apigateway.STAGE, "b/prod", ACCOUNT, HERE, arn=f"{ARN}/restapis/b/stages/prod")
    assert (stage.resource.identity, stage.resource.id) == (wanted.identity, wanted.id)
    assert (stage.facets[StageOf], stage.facets[Tags]) == (StageOf("b", "REST"), Tags({"Owner": "web"}))


def test_one_stage_is_looked_up_by_its_api_alone() -> None:
    client = boto3.client("apigateway", HERE)
    with Stubber(client) as stub:
        stub.add_response("get_stages", {"item": []}, {"restApiId": "a"})
        assert listed(apigateway.stages, client, REST, **apigateway.parent_of(["a/prod"])) == []


def test_parts_of_an_http_api_are_listed_to_the_last_page() -> None:
    client = boto3.client("apigatewayv2", HERE)
    size = {"ApiId": "c", "MaxResults": "500"}
    with Stubber(client) as stub:
        one, two = ({"RouteId": name, "RouteKey": "GET /"} for name in ("r1", "r2"))
        stub.add_response("get_routes", {"Items": [one], "NextToken": "more"}, size)
        stub.add_response("get_routes", {"Items": [two]}, {**size, "NextToken": "more"})
        found = listed(apigatewayv2.routes, client, HTTP)
    assert [each.resource.arn for each in found] == [f"{ARN}/apis/c/routes/{name}" for name in ("r1", "r2")]


def test_domain_names_that_are_made_and_private_ones() -> None:
    client = boto3.client("apigateway", HERE)
    private = f"arn:aws:apigateway:{HERE}:{ACCOUNT}:/domainnames/in.example.com+xyz"
    items = [
        {"domainName": "a.example.com", "securityPolicy": "TLS_1_2", "domainNameStatus": "AVAILABLE"},
        {"domainName": "b.example.com", "domainNameStatus": "PENDING"},
        {"domainName": "in.example.com", "domainNameId": "xyz", "domainNameArn": private},
    ]
    with Stubber(client) as stub:
        stub.add_response("get_domain_names", {"items": items[:2], "position": "p"}, {"limit": 500})
        stub.add_response("get_domain_names", {"items": items[2:]}, {"limit": 500, "position": "p"})
        one, two = listed(apigateway.domain_names, client)
    assert (one.resource.arn, one.facets[DomainName]) == (f"{ARN}/domainnames/a.example.com", DomainName("TLS_1_2"))
    assert (two.resource.arn, two.resource.id) == (private, "in.example.com+xyz")


def test_apis_are_read_in_large_pages() -> None:
    region = Resource(REGION, HERE, ACCOUNT, HERE)
    client = boto3.client("apigatewayv2", HERE)
    with Stubber(client) as stub:
        api = {"ApiId": "c", "ProtocolType": "HTTP", "Name": "n", "RouteSelectionExpression": "x"}
        stub.add_response("get_apis", {"Items": [api]}, {"MaxResults": "500"})
        assert apigatewayv2.region.function(client, region) == HTTP
