"""API Gateway's answers, parsed."""

from muster.facets.edge.apigateway import Caching, DomainName, NamedApi, RestApis, RestStage, StageLogging
from muster.facets.edge.apigatewayv2 import HttpApis, HttpStage, Integration, Route
from muster.model.finding import Unknown

SETTINGS = {
    "metricsEnabled": False,
    "loggingLevel": "INFO",
    "dataTraceEnabled": False,
    "cachingEnabled": True,
    "cacheDataEncrypted": False,
}


def test_a_stage_of_a_rest_api_is_parsed_without_its_variables() -> None:
    item = {
        "stageName": "prod", "clientCertificateId": "c1", "cacheClusterEnabled": True, "tracingEnabled": False,
        "methodSettings": {"*/*": SETTINGS}, "variables": {"password": "hunter2"}, "webAclArn": "arn:acl",
    }  # fmt: skip
    stage = RestStage.parse(item)
    assert stage == RestStage("c1", False, "arn:acl", True, {"*/*": Caching(True, False)})
    assert "hunter2" not in repr((stage, StageLogging.parse(item)))


def test_log_levels_of_both_kinds_of_stages() -> None:
    assert StageLogging.parse({"stageName": "p", "methodSettings": {}}) == StageLogging("p", "OFF", {})
    rest = {"*/*": SETTINGS, "pets/GET": {"loggingLevel": "OFF"}, "pets/PUT": {}}
    found = StageLogging.parse({"stageName": "p", "methodSettings": rest})
    assert (found.level, found.others["pets/GET"]) == ("INFO", "OFF")
    assert isinstance(found.others["pets/PUT"], Unknown)
    socket = {"StageName": "p", "DefaultRouteSettings": {"LoggingLevel": "ERROR"}}
    routes = {"RouteSettings": {"$connect": {"LoggingLevel": "OFF"}}}
    assert StageLogging.parse({**socket, **routes}) == StageLogging("p", "ERROR", {"$connect": "OFF"})
    assert StageLogging.parse({"StageName": "$default"}) == StageLogging("$default", "OFF", {})


def test_apis_are_in_order_and_once() -> None:
    apis = RestApis.parse({"items": [{"id": "b", "tags": {"Owner": "web"}}, {"id": "a"}, {"id": "a"}]})
    assert apis.all == (NamedApi("a", "REST", {}), NamedApi("b", "REST", {"Owner": "web"}))
    assert [each.id for each in apis.since("aa")] == ["b"]
    (api,) = HttpApis.parse({"Items": [{"ApiId": "c", "ProtocolType": "WEBSOCKET"}]}).all
    assert api == NamedApi("c", "WEBSOCKET", {})


def test_what_aws_leaves_out() -> None:
    stage = RestStage.parse({"stageName": "p"})
    assert isinstance(stage.tracing, Unknown)
    assert isinstance(stage.cache_cluster, Unknown)
    assert (stage.client_certificate, stage.web_acl) == ("", "")
    assert isinstance(DomainName.parse({}).tls_policy, Unknown)
    assert HttpStage.parse({}) == HttpStage("")
    assert Route.parse({"RouteId": "r", "RouteKey": "GET /"}) == Route("r", "GET /", "NONE")
    assert Integration.parse({"IntegrationId": "i"}) == Integration("i", "INTERNET", tls=False, https=False)


def test_a_private_integration() -> None:
    item = {"IntegrationId": "i", "ConnectionType": "VPC_LINK", "IntegrationUri": "HTTPS://inside", "TlsConfig": {}}
    assert Integration.parse(item) == Integration("i", "VPC_LINK", tls=True, https=True)
