"""Checks of HTTP and WebSocket APIs of API Gateway: stages, routes and integrations."""

from muster.facets.edge.apigateway import WEBSOCKET, StageLogging, StageOf
from muster.facets.edge.apigatewayv2 import CONNECT, VPC_LINK, HttpStage, Integration, Route
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("FSBP APIGateway.8",))
def api_gwv2_authorization_type_configured(
    route: Route, of: StageOf, *, types: tuple[str, ...] = ("AWS_IAM", "CUSTOM", "JWT")
) -> Verdict:
    """Routes of HTTP and WebSocket APIs should have an authorization type.

    In a WebSocket API, only the route $connect can have an authorization type. It protects the other routes, so the
    check does not apply to them.

    Problem: route has no authorization
    Why: Without authorization anyone who knows the URL can call the route.
    Fix: `aws apigatewayv2 update-route --api-id API --route-id ROUTE --authorization-type AWS_IAM`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-8
    """
    if known(of.protocol) == WEBSOCKET and route.key != CONNECT:
        return not_applicable(f"Route {route.key} of a WebSocket API is protected by $connect")
    authorization = known(route.authorization)
    if authorization in types:
        return compliant(f"Authorization type of {route.key} is {authorization}")
    return non_compliant(f"Authorization type of {route.key} is {authorization}", api=of.api, route=route.id)


@check(severity=Severity.MEDIUM, controls=("FSBP APIGateway.9",))
def api_gwv2_access_logs_enabled(stage: HttpStage, of: StageOf, logging: StageLogging) -> Verdict:
    """Stages of HTTP and WebSocket APIs should write access logs.

    Problem: stage has no access log
    Why: Access logs show which caller requested what. After an attack or an outage they are often the only evidence.
    Fix: `aws apigatewayv2 update-stage --api-id API --stage-name STAGE --access-log-settings file://ACCESS-LOG.json`
      The file has DestinationArn, the ARN of a log group or a Firehose stream, and Format.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-9
    """
    if stage.access_log:
        return compliant(f"Access log goes to {stage.access_log}")
    return non_compliant("Stage has no access log", api=of.api, stage=logging.name)


@check(severity=Severity.MEDIUM, controls=("FSBP APIGateway.10",))
def apigatewayv2_integration_private_https_enabled(integration: Integration, of: StageOf) -> Verdict:
    """Integrations of HTTP and WebSocket APIs should use HTTPS for private connections.

    The check applies to connections through a VPC link. WebSocket APIs have no TLS configuration: there the URI of the
    integration must begin with https.

    Problem: private connection has no HTTPS
    Why: Over HTTP anything in the VPC on the path can read and change requests and their credentials.
    Fix: For an HTTP API: `aws apigatewayv2 update-integration --api-id API --integration-id INTEGRATION --tls-config
      ServerNameToVerify=HOST-NAME` For a WebSocket API, set a URI that begins with https: `aws apigatewayv2
      update-integration --cli-input-json '{"ApiId": "API", "IntegrationId": "INTEGRATION", "IntegrationUri":
      "https://HOST-NAME"}'` The listener behind the VPC link must accept HTTPS.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/apigateway-controls.html#apigateway-10
    """
    if known(integration.connection) != VPC_LINK:
        return not_applicable("Integration uses no VPC link")
    if integration.tls:
        return compliant("Private connection uses HTTPS")
    if known(of.protocol) != WEBSOCKET:
        return non_compliant("Private connection has no TLS configuration", api=of.api, integration=integration.id)
    if integration.https:
        return compliant("URI of the private connection begins with https")
    return non_compliant(
        "URI of the private connection does not begin with https", api=of.api, integration=integration.id
    )
