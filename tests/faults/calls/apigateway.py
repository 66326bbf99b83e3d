"""The calls of API Gateway: APIs are listed once a region, and what they have is listed API by API."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    rest = there.all("apigateway", "get_rest_apis", "items")
    http = there.all("apigatewayv2", "get_apis", "Items")
    return {
        "apigateway:GetRestApis": REGIONS,
        "apigateway:GetStages": len(rest),
        "apigateway:GetDomainNames": REGIONS,
        "apigatewayv2:GetApis": REGIONS,
        "apigatewayv2:GetStages": len(http),
        "apigatewayv2:GetRoutes": len(http),
        "apigatewayv2:GetIntegrations": len(http),
    }
