"""Checks of REST APIs and custom domain names of API Gateway, and of the stages of all its APIs."""

from muster.facets.edge.apigateway import (
    ALL_METHODS,
    HTTP,
    OFF,
    RECOMMENDED_TLS_POLICIES,
    DomainName,
    RestStage,
    StageLogging,
    StageOf,
)
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed

_SHOWN = 4


@check(severity=Severity.MEDIUM, controls=("FSBP APIGateway.1",))
def api_gw_execution_logging_enabled(
    logging: StageLogging, of: StageOf, *, levels: tuple[str, ...] = ("ERROR", "INFO")
) -> Verdict:
    """Stages of REST and WebSocket APIs should write execution logs.

    A stage fails too if a method or a route of it has a level that is not accepted. The check does not apply to HTTP
    APIs, which have access logs only.

    Problem: execution logging is off
    Why: Without execution logs you cannot see why a request failed in the API, its authorizer or its integration.
    Fix: The commands also change methods and routes that have a level of their own; they need jq. For a REST API:
      `levels=$(aws apigateway get-stage --rest-api-id API --stage-name STAGE --output json | jq -Rs 'fromjson | {"*/*":
      {}} + (.methodSettings // {}) | [to_entries[] | select(.value.loggingLevel | . == "ERROR" or . == "INFO" | not) |
      {op: "replace", path: ("/" + .key + "/logging/loglevel"), value: "ERROR"}]') && aws apigateway update-stage
      --rest-api-id API --stage-name STAGE --patch-operations "$levels"` For a WebSocket API: `input=$(aws apigatewayv2
      get-stage --api-id API --stage-name STAGE --output json | jq -Rs --arg api API 'def on: if .LoggingLevel ==
      "ERROR" or .LoggingLevel == "INFO" then . else .LoggingLevel = "ERROR" end; fromjson | {ApiId: $api, StageName,
      DefaultRouteSettings: (.DefaultRouteSettings // {} | on), RouteSettings: (.RouteSettings // {} |
      map_values(on))}') && aws apigatewayv2 update-stage --cli-input-json "$input"`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-1
    """
    if of.protocol == HTTP:
        return not_applicable("HTTP APIs have no execution logs")
    names = {"api": of.api, "stage": logging.name}
    if logging.level == OFF:
        return non_compliant("Execution logging is off", **names)
    levels_of = {key: level for key, level in sorted(logging.others.items()) if not isinstance(level, Unknown)}
    wrong = [f"{key} ({level})" for key, level in levels_of.items() if level not in levels]
    if wrong:
        return non_compliant(
            f"Execution logging has another level for {listed(wrong, _SHOWN)}; accepted: {', '.join(levels)}", **names
        )
    known(of.protocol)
    level = known(logging.level)
    for each in logging.others.values():
        known(each)
    if level in levels:
        return compliant(f"Execution logging is on (level {level})")
    return non_compliant(f"Execution logging has level {level}; accepted: {', '.join(levels)}", **names)


@check(severity=Severity.MEDIUM, controls=("FSBP APIGateway.2",))
def api_gw_ssl_enabled(stage: RestStage, of: StageOf, logging: StageLogging) -> Verdict:
    """Stages of REST APIs should have a client certificate.

    The check does not look at the integrations: a stage whose methods all call Lambda functions fails too, as with the
    control of Security Hub.

    Problem: stage has no client certificate
    Why: With a client certificate the backend can verify that a request comes from API Gateway and refuse others.
    Fix: Generate a certificate: `aws apigateway generate-client-certificate` Install it on the backend, then: `aws
      apigateway update-stage --rest-api-id API --stage-name STAGE --patch-operations
      op=replace,path=/clientCertificateId,value=CERTIFICATE-ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-2
    """
    if stage.client_certificate:
        return compliant(f"Client certificate is {stage.client_certificate}")
    return non_compliant("Stage has no client certificate", api=of.api, stage=logging.name)


@check(severity=Severity.LOW, controls=("FSBP APIGateway.3",))
def api_gw_xray_enabled(stage: RestStage, of: StageOf, logging: StageLogging) -> Verdict:
    """Stages of REST APIs should have X-Ray tracing enabled.

    Problem: X-Ray tracing is off
    Why: A trace shows which service behind the API is slow or fails.
    Fix: `aws apigateway update-stage --rest-api-id API --stage-name STAGE --patch-operations
      op=replace,path=/tracingEnabled,value=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-3
    """
    if known(stage.tracing):
        return compliant("X-Ray tracing is on")
    return non_compliant("X-Ray tracing is off", api=of.api, stage=logging.name)


@check(severity=Severity.MEDIUM, controls=("FSBP APIGateway.4",))
def api_gw_associated_with_waf(stage: RestStage) -> Verdict:
    """Stages of REST APIs should have a web ACL of AWS WAF.

    Problem: stage has no web ACL
    Why: A web ACL blocks common attacks and floods of requests before they reach the backend.
    Fix: `aws wafv2 associate-web-acl --web-acl-arn WEB-ACL-ARN --resource-arn ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-4
    """
    if stage.web_acl:
        return compliant(f"Web ACL is {stage.web_acl}")
    return non_compliant("Stage has no web ACL")


@check(severity=Severity.MEDIUM, controls=("FSBP APIGateway.5",))
def api_gw_cache_encrypted(stage: RestStage, of: StageOf, logging: StageLogging) -> Verdict:
    """Stages of REST APIs should encrypt their cache.

    Every method that is cached must have an encrypted cache. The check does not apply to stages without a cache.

    Problem: cache is not encrypted
    Why: The cache holds responses of the API on disk, and with them the data of its users.
    Fix: `aws apigateway update-stage --rest-api-id API --stage-name STAGE --patch-operations
      op=replace,path=/*/*/caching/dataEncrypted,value=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-5
    """
    if not known(stage.cache_cluster):
        return not_applicable("Stage has no cache")
    plain = [key for key, each in stage.caches.items() if each.enabled is True and each.encrypted is False]
    if plain:
        where = "all methods" if ALL_METHODS in plain else listed(sorted(plain), _SHOWN)
        return non_compliant(f"Cache of {where} is not encrypted", api=of.api, stage=logging.name)
    cached = [key for key, each in stage.caches.items() if known(each.enabled) and known(each.encrypted)]
    return compliant("Cache is encrypted" if cached else "No method is cached")


@check(severity=Severity.MEDIUM, controls=("FSBP APIGateway.11",))
def apigateway_domain_name_tls_current(
    domain: DomainName, *, policies: tuple[str, ...] = RECOMMENDED_TLS_POLICIES
) -> Verdict:
    """Custom domain names of API Gateway should have a recommended security policy.

    Domain names of HTTP APIs can only have the policy TLS_1_2, which is not recommended: suppress their findings.

    Problem: TLS policy is not recommended
    Why: Older policies allow weak ciphers or no TLS 1.3.
    Fix: `aws apigateway update-domain-name --domain-name NAME --patch-operations
      op=replace,path=/securityPolicy,value=SecurityPolicy_TLS13_1_3_2025_09
      op=replace,path=/endpointAccessMode,value=STRICT` For edge-optimized domain names use
      SecurityPolicy_TLS13_2025_EDGE.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-11
    """
    policy = known(domain.tls_policy)
    if policy in policies:
        return compliant(f"Security policy is {policy}")
    return non_compliant(f"Security policy is {policy}, which is not recommended")
