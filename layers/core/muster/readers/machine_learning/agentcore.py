"""Reading Bedrock AgentCore: agent runtimes, gateways and custom browsers."""

from collections.abc import Iterable, Mapping
from typing import Any

from muster.facets.machine_learning.agentcore import AgentBrowser, AgentGateway, AgentRuntime
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import tag_list

_RUNTIME = "AWS::BedrockAgentCore::Runtime"
_GATEWAY = "AWS::BedrockAgentCore::Gateway"
_BROWSER = "AWS::BedrockAgentCore::BrowserCustom"
_CLIENT = "bedrock-agentcore-control"
_NOT_THERE = frozenset({"CREATING", "CREATE_FAILED", "DELETING", "DELETED", "FAILED"})
"""States in which a resource is being made or deleted, or was never made."""
_GONE = ("ResourceNotFoundException",)


@lists(
    _RUNTIME, client=_CLIENT, permission="bedrock-agentcore:ListAgentRuntimes", gone=_GONE,
    arn="bedrock-agentcore:{region}:{account}:runtime/{id}", on="arn:{partition}:bedrock-agentcore:*:*:runtime/*",
)  # fmt: skip
def runtimes(agentcore: Any, shard: Shard, token: str | None) -> Page:
    """List the agent runtimes of a region, 100 a page; those that are being made or deleted are left out.

    https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_ListAgentRuntimes.html
    """
    answer = agentcore.list_agent_runtimes(maxResults=100, **after(token, "nextToken"))
    items = (
        Listed(shard.resource(_RUNTIME, str(each["agentRuntimeId"]), str(each["agentRuntimeArn"])))
        for each in _there(answer.get("agentRuntimes"))
    )
    return Page(items, answer.get("nextToken"))


@lists(
    _GATEWAY, client=_CLIENT, permission="bedrock-agentcore:ListGateways", facets=(AgentGateway,), page=1000,
    arn="bedrock-agentcore:{region}:{account}:gateway/{id}", on="arn:{partition}:bedrock-agentcore:*:*:gateway/*",
    gone=_GONE,
)  # fmt: skip
def gateways(agentcore: Any, shard: Shard, token: str | None) -> Page:
    """List the gateways of a region, 1000 a page, which names no ARNs; those being made or deleted are left out.

    https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_ListGateways.html
    """
    answer = agentcore.list_gateways(maxResults=1000, **after(token, "nextToken"))
    items = (
        listed(shard.resource(_GATEWAY, name, shard.arn("bedrock-agentcore", f"gateway/{name}")), each, (AgentGateway,))
        for each in _there(answer.get("items"))
        for name in [str(each["gatewayId"])]
    )
    return Page(items, answer.get("nextToken"))


@lists(
    _BROWSER, client=_CLIENT, permission="bedrock-agentcore:ListBrowsers", gone=_GONE,
    arn="bedrock-agentcore:{region}:{account}:browser-custom/{id}",
    on="arn:{partition}:bedrock-agentcore:*:*:browser-custom/*",
)  # fmt: skip
def browsers(agentcore: Any, shard: Shard, token: str | None) -> Page:
    """List the account's own browsers of a region, 100 a page; those that are being made or deleted are left out.

    https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_ListBrowsers.html
    """
    answer = agentcore.list_browsers(maxResults=100, type="CUSTOM", **after(token, "nextToken"))
    items = (
        Listed(shard.resource(_BROWSER, str(each["browserId"]), str(each["browserArn"])))
        for each in _there(answer.get("browserSummaries"))
    )
    return Page(items, answer.get("nextToken"))


def _there(items: Iterable[Mapping[str, Any]] | None) -> Iterable[Mapping[str, Any]]:
    return (each for each in items or () if each.get("status") not in _NOT_THERE)


runtime = reads(
    _RUNTIME, AgentRuntime, "bedrock-agentcore:GetAgentRuntime",
    lambda agentcore, one: agentcore.get_agent_runtime(agentRuntimeId=one.id), client=_CLIENT,
)  # fmt: skip

browser = reads(
    _BROWSER, AgentBrowser, "bedrock-agentcore:GetBrowser",
    lambda agentcore, one: agentcore.get_browser(browserId=one.id), client=_CLIENT,
)  # fmt: skip

runtime_tags, gateway_tags, browser_tags = (
    reads(
        each, Tags, "bedrock-agentcore:ListTagsForResource",
        lambda agentcore, one: tag_list(agentcore.list_tags_for_resource(resourceArn=one.arn).get("tags")),
        client=_CLIENT,
    )
    for each in (_RUNTIME, _GATEWAY, _BROWSER)
)  # fmt: skip
