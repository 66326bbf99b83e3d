"""Stages, routes, integrations and domain names of API Gateway."""

import dataclasses
from typing import Any

import pytest

from muster.checks.edge import apigateway, apigatewayv2
from muster.facets.edge.apigateway import Caching, DomainName, RestStage, StageLogging, StageOf
from muster.facets.edge.apigatewayv2 import HttpStage, Integration, Route
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
UNKNOWN = Unknown("AWS did not say")
REST, HTTP, SOCKET = (StageOf("a1b2", protocol) for protocol in ("REST", "HTTP", "WEBSOCKET"))
LOGGING = StageLogging("prod", "ERROR", {})
STAGE = RestStage(client_certificate="c1", tracing=True, web_acl="arn:acl", cache_cluster=True, caches={})


def stage(**fields: Any) -> RestStage:
    return dataclasses.replace(STAGE, **fields)


@pytest.mark.parametrize(
    ("of", "level", "others", "status", "reason"),
    [
        pytest.param(REST, "ERROR", {}, C, "Execution logging is on (level ERROR)", id="errors"),
        pytest.param(REST, "INFO", {"pets/GET": "ERROR"}, C, "", id="all, and errors of a method"),
        pytest.param(REST, "OFF", {}, N, "Execution logging is off", id="off"),
        pytest.param(REST, "OFF", {"pets/GET": "ERROR"}, N, "", id="on for one method only"),
        pytest.param(REST, "ERROR", {"pets/GET": "OFF"}, N,
                     "Execution logging has another level for pets/GET (OFF); accepted: ERROR, INFO",
                     id="off for one method"),
        pytest.param(SOCKET, "INFO", {}, C, "", id="a WebSocket API"),
        pytest.param(SOCKET, "ERROR", {"$connect": "OFF"}, N, "", id="off for a route"),
        pytest.param(HTTP, "OFF", {}, NA, "HTTP APIs have no execution logs", id="an HTTP API"),
    ],
)  # fmt: skip
def test_execution_logs(of: StageOf, level: str, others: dict[str, str], status: Status, reason: str) -> None:
    verdict = apigateway.api_gw_execution_logging_enabled(StageLogging("prod", level, others), of)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_the_accepted_levels_are_a_setting() -> None:
    verdict = apigateway.api_gw_execution_logging_enabled(LOGGING, REST, levels=("INFO",))
    assert (verdict.status, verdict.reason) == (N, "Execution logging has level ERROR; accepted: INFO")
    assert verdict.values == (("API", "a1b2"), ("STAGE", "prod"))


@pytest.mark.parametrize(
    ("check", "fields", "good", "bad"),
    [
        (apigateway.api_gw_ssl_enabled, {"client_certificate": ""}, "Client certificate is c1",
         "Stage has no client certificate"),
        (apigateway.api_gw_xray_enabled, {"tracing": False}, "X-Ray tracing is on", "X-Ray tracing is off"),
    ],
)  # fmt: skip
def test_settings_of_a_stage(check: Any, fields: dict[str, Any], good: str, bad: str) -> None:
    passing, failing = check(STAGE, REST, LOGGING), check(stage(**fields), REST, LOGGING)
    assert (passing.status, passing.reason) == (C, good)
    assert (failing.status, failing.reason) == (N, bad)


def test_the_web_acl_of_a_stage() -> None:
    passing, failing = (apigateway.api_gw_associated_with_waf(stage(web_acl=each)) for each in ("arn:acl", ""))
    assert (passing.status, passing.reason) == (C, "Web ACL is arn:acl")
    assert (failing.status, failing.reason) == (N, "Stage has no web ACL")


ENCRYPTED, PLAIN, OFF = Caching(True, True), Caching(True, False), Caching(False, False)


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"caches": {"*/*": ENCRYPTED}}, C, "Cache is encrypted"),
        ({"caches": {"*/*": PLAIN}}, N, "Cache of all methods is not encrypted"),
        ({"caches": {"*/*": ENCRYPTED, "pets/GET": PLAIN}}, N, "Cache of pets/GET is not encrypted"),
        ({"caches": {"*/*": OFF}}, C, "No method is cached"),
        ({"caches": {}}, C, ""),
        ({"cache_cluster": False, "caches": {"*/*": PLAIN}}, NA, "Stage has no cache"),
    ],
)
def test_caches(fields: dict[str, Any], status: Status, reason: str) -> None:
    verdict = apigateway.api_gw_cache_encrypted(stage(**fields), REST, LOGGING)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        ("SecurityPolicy_TLS13_1_3_2025_09", C),
        ("SecurityPolicy_TLS13_2025_EDGE", C),
        ("SecurityPolicy_TLS12_PFS_2025_EDGE", C),
        ("SecurityPolicy_TLS13_1_2_2021_06", N),
        ("TLS_1_0", N),
    ],
)
def test_security_policies(policy: str, status: Status) -> None:
    assert apigateway.apigateway_domain_name_tls_current(DomainName(policy)).status is status


def test_the_reason_names_the_security_policy() -> None:
    verdict = apigateway.apigateway_domain_name_tls_current(DomainName("TLS_1_2"))
    assert (verdict.status, verdict.reason) == (N, "Security policy is TLS_1_2, which is not recommended")
    assert apigateway.apigateway_domain_name_tls_current(DomainName("TLS_1_2"), policies=("TLS_1_2",)).status is C


@pytest.mark.parametrize(
    ("of", "key", "authorization", "status", "reason"),
    [
        (HTTP, "GET /", "JWT", C, "Authorization type of GET / is JWT"),
        (HTTP, "GET /", "NONE", N, "Authorization type of GET / is NONE"),
        (HTTP, "$default", "NONE", N, ""),
        (SOCKET, "$connect", "AWS_IAM", C, ""),
        (SOCKET, "$connect", "NONE", N, ""),
        (SOCKET, "send", "NONE", NA, "Route send of a WebSocket API is protected by $connect"),
    ],
)
def test_routes(of: StageOf, key: str, authorization: str, status: Status, reason: str) -> None:
    verdict = apigatewayv2.api_gwv2_authorization_type_configured(Route("r1", key, authorization), of)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_the_accepted_types_of_authorization_are_a_setting() -> None:
    route = Route("r1", "GET /", "CUSTOM")
    assert apigatewayv2.api_gwv2_authorization_type_configured(route, HTTP, types=("JWT",)).status is N


@pytest.mark.parametrize(
    ("log", "status", "reason"),
    [("arn:log", C, "Access log goes to arn:log"), ("", N, "Stage has no access log")],
)
def test_access_logs(log: str, status: Status, reason: str) -> None:
    verdict = apigatewayv2.api_gwv2_access_logs_enabled(HttpStage(log), HTTP, LOGGING)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("integration", "of", "status", "reason"),
    [
        (Integration("i", "VPC_LINK", tls=True, https=False), HTTP, C, "Private connection uses HTTPS"),
        (Integration("i", "VPC_LINK", tls=False, https=True), HTTP, N, "Private connection has no TLS configuration"),
        (Integration("i", "INTERNET", tls=False, https=False), HTTP, NA, "Integration uses no VPC link"),
        (Integration("i", "VPC_LINK", tls=False, https=True), SOCKET, C,
         "URI of the private connection begins with https"),
        (Integration("i", "VPC_LINK", tls=False, https=False), SOCKET, N,
         "URI of the private connection does not begin with https"),
    ],
)  # fmt: skip
def test_private_connections(integration: Integration, of: StageOf, status: Status, reason: str) -> None:
    verdict = apigatewayv2.apigatewayv2_integration_private_https_enabled(integration, of)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize(
    ("check", "facets"),
    [
        (apigateway.api_gw_execution_logging_enabled, (StageLogging("p", UNKNOWN, {}), REST)),
        (apigateway.api_gw_execution_logging_enabled, (StageLogging("p", "ERROR", {"a/GET": UNKNOWN}), REST)),
        (apigateway.api_gw_execution_logging_enabled, (LOGGING, StageOf("a", UNKNOWN))),
        (apigateway.api_gw_xray_enabled, (stage(tracing=UNKNOWN), REST, LOGGING)),
        (apigateway.api_gw_cache_encrypted, (stage(cache_cluster=UNKNOWN), REST, LOGGING)),
        (apigateway.api_gw_cache_encrypted, (stage(caches={"*/*": Caching(UNKNOWN, False)}), REST, LOGGING)),
        (apigateway.apigateway_domain_name_tls_current, (DomainName(UNKNOWN),)),
        (apigatewayv2.api_gwv2_authorization_type_configured, (Route("r", "GET /", UNKNOWN), HTTP)),
        (apigatewayv2.api_gwv2_authorization_type_configured, (Route("r", "GET /", "JWT"), StageOf("a", UNKNOWN))),
        (apigatewayv2.apigatewayv2_integration_private_https_enabled,
         (Integration("i", UNKNOWN, tls=False, https=False), HTTP)),
    ],
)  # fmt: skip
def test_what_is_not_known_is_no_verdict(check: Any, facets: tuple[Any, ...]) -> None:
    with pytest.raises(UnknownField):
        check(*facets)
