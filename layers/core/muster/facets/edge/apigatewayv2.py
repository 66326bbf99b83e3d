"""API Gateway: HTTP and WebSocket APIs, with their stages, routes and integrations."""

from collections.abc import Mapping
from typing import Any, Self

from muster.facets import kinds
from muster.facets.edge.apigateway import HTTP, WEBSOCKET, Apis, NamedApi
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown

VPC_LINK, INTERNET = "VPC_LINK", "INTERNET"
CONNECT = "$connect"
_PROTOCOL = kinds.one_of(HTTP, WEBSOCKET)


class HttpApis(Apis):
    """The HTTP and WebSocket APIs of a region."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of GetApis, all pages joined."""
        made = (
            NamedApi(
                str(item["ApiId"]), _PROTOCOL(item.get("ProtocolType"), "ProtocolType"), dict(item.get("Tags") or {})
            )
            for item in response.get("Items") or ()
        )
        return cls.of(made)


@facet
class HttpStage(Parsed):
    """One stage of GetStages: where its access log goes, empty where it writes none."""

    access_log: str = read("AccessLogSettings.DestinationArn", kinds.text)


@facet
class Route(Parsed):
    """One route of GetRoutes; without a type of authorization it has none.

    https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-routes.html
    """

    id: str = read("RouteId", kinds.text)
    key: str = read("RouteKey", kinds.text)
    authorization: str | Unknown = read(
        "AuthorizationType", kinds.defaulting("NONE", kinds.one_of("NONE", "AWS_IAM", "CUSTOM", "JWT"))
    )


def _https(response: Answer) -> bool:
    return str(response.get("IntegrationUri") or "").lower().startswith("https:")


@facet
class Integration(Parsed):
    """One integration of GetIntegrations: its connection, and whether it has TLS.

    Without a type of connection it uses the internet. `https` is true where the URI says so.
    https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations.html
    """

    id: str = read("IntegrationId", kinds.text)
    connection: str | Unknown = read(
        "ConnectionType", kinds.defaulting(INTERNET, kinds.one_of(INTERNET, VPC_LINK)), "the type of connection"
    )
    tls: bool = read("TlsConfig", kinds.present)
    https: bool = computed(_https, "IntegrationUri")
