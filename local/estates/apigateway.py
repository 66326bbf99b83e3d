"""REST, HTTP and WebSocket APIs: of each kind of thing one that passes and one that fails."""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_TAGS = {"Owner": "web", "Environment": "production"}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    _rest(aws, region)
    apigateway = aws.client("apigateway", region)
    for name, policy in (("api.example.com", "SecurityPolicy_TLS13_1_3_2025_09"), ("old.example.com", "TLS_1_2")):
        arn = f"arn:aws:acm:{region}:{ACCOUNT}:certificate/12345678-1234-1234-1234-123456789012"
        apigateway.create_domain_name(domainName=name, regionalCertificateArn=arn, securityPolicy=policy)
    _http(aws.client("apigatewayv2", region), region)


def _rest(aws: EmbeddedAws, region: str) -> None:
    apigateway, waf = aws.client("apigateway", region), aws.client("wafv2", region)
    api = apigateway.create_rest_api(name="orders", tags=_TAGS)["id"]
    root = apigateway.get_resources(restApiId=api)["items"][0]["id"]
    apigateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="AWS_IAM")
    apigateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    deployment = apigateway.create_deployment(restApiId=api)["id"]
    for name in ("production", "old"):
        cache = {"cacheClusterEnabled": True, "cacheClusterSize": "0.5"}
        apigateway.create_stage(restApiId=api, stageName=name, deploymentId=deployment, **cache, tags=_TAGS)
    changed = {
        "/*/*/logging/loglevel": "ERROR",
        "/*/*/caching/enabled": "true",
        "/*/*/caching/dataEncrypted": "true",
        "/tracingEnabled": "true",
        "/clientCertificateId": "a1b2c3",
    }
    _patch(apigateway, api, "production", changed)
    _patch(apigateway, api, "old", {"/*/*/caching/enabled": "true", "/*/*/caching/dataEncrypted": "false"})
    metrics = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": "orders"}
    acl = waf.create_web_acl(Name="order-api", Scope="REGIONAL", DefaultAction={"Block": {}}, VisibilityConfig=metrics)
    stage = f"arn:aws:apigateway:{region}::/restapis/{api}/stages/production"
    waf.associate_web_acl(WebACLArn=acl["Summary"]["ARN"], ResourceArn=stage)


def _patch(apigateway: Any, api: str, stage: str, changed: dict[str, str]) -> None:
    operations = [{"op": "replace", "path": path, "value": value} for path, value in changed.items()]
    apigateway.update_stage(restApiId=api, stageName=stage, patchOperations=operations)


def _http(apigateway: Any, region: str) -> None:
    http = apigateway.create_api(Name="bills", ProtocolType="HTTP", Tags=_TAGS)["ApiId"]
    log = {"DestinationArn": f"arn:aws:logs:{region}:{ACCOUNT}:log-group:bills", "Format": "$context.requestId"}
    apigateway.create_stage(ApiId=http, StageName="$default", AccessLogSettings=log, Tags=_TAGS)
    apigateway.create_route(ApiId=http, RouteKey="GET /bills", AuthorizationType="AWS_IAM")
    apigateway.create_route(ApiId=http, RouteKey="GET /open")
    link = {"IntegrationType": "HTTP_PROXY", "ConnectionType": "VPC_LINK", "ConnectionId": "abc123"}
    apigateway.create_integration(ApiId=http, **link, TlsConfig={"ServerNameToVerify": "bills.example.com"})
    apigateway.create_integration(ApiId=http, **link)
    socket = apigateway.create_api(Name="chat", ProtocolType="WEBSOCKET")["ApiId"]
    apigateway.create_stage(ApiId=socket, StageName="production")
