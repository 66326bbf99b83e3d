"""The calls of Bedrock AgentCore."""

from tests.faults.held import REGIONS, Estate

_SERVICE = "bedrock-agentcore-control"


def calls(there: Estate) -> dict[str, int]:
    runtimes = there.all(_SERVICE, "list_agent_runtimes", "agentRuntimes")
    gateways = there.all(_SERVICE, "list_gateways", "items")
    browsers = there.all(_SERVICE, "list_browsers", "browserSummaries")
    return {
        f"{_SERVICE}:ListAgentRuntimes": REGIONS,
        f"{_SERVICE}:ListGateways": REGIONS,
        f"{_SERVICE}:ListBrowsers": REGIONS,
        f"{_SERVICE}:GetAgentRuntime": len(runtimes),
        f"{_SERVICE}:GetBrowser": len(browsers),
        f"{_SERVICE}:ListTagsForResource": len(runtimes) + len(gateways) + len(browsers),
    }
