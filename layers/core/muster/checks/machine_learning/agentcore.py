"""Checks of Bedrock AgentCore: agent runtimes, gateways and custom browsers."""

from muster.facets.machine_learning.agentcore import AgentBrowser, AgentGateway, AgentRuntime
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.HIGH, controls=("FSBP BedrockAgentCore.1",))
def bedrockagentcore_runtime_private_network_required(runtime: AgentRuntime) -> Verdict:
    """AgentCore runtimes should be in a VPC.

    The check does not apply to runtimes with a capacity provider, which decides on the network.

    Problem: agent runtime is on the public network
    Why: In your VPC, security groups limit what an agent can reach, and flow logs record it.
    Fix: An update replaces the whole configuration: put the values of the runtime into the files. `aws
      bedrock-agentcore-control update-agent-runtime --agent-runtime-id ID --agent-runtime-artifact file://ARTIFACT.json
      --role-arn ROLE-ARN --network-configuration file://NETWORK.json`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/bedrockagentcore-runtime-private-network-required.html
    """
    if runtime.provided:
        return not_applicable("Runtime has a capacity provider")
    if known(runtime.network) == "PUBLIC":
        return non_compliant("Network mode is PUBLIC")
    return compliant("Network mode is VPC")


@check(severity=Severity.HIGH, controls=("FSBP BedrockAgentCore.2",))
def bedrockagentcore_gateway_authorizer_enabled(gateway: AgentGateway) -> Verdict:
    """AgentCore gateways should require authorization of inbound requests.

    Problem: gateway has no authorization
    Why: Without an authorizer, everyone who knows the URL can use the tools behind the gateway.
    Fix: An update replaces the whole configuration: give the values of the gateway too. `aws bedrock-agentcore-control
      update-gateway --gateway-identifier ID --name GATEWAY-NAME --role-arn ROLE-ARN --protocol-type MCP
      --authorizer-type AWS_IAM`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/bedrockagentcore-gateway-authorizer-enabled.html
    """
    kind = known(gateway.authorizer)
    if kind == "NONE":
        return non_compliant("Gateway has no authorizer (authorizerType NONE)")
    return compliant(f"Gateway requires authorization ({kind})")


@check(severity=Severity.HIGH, controls=("FSBP BedrockAgentCore.5",))
def bedrockagentcore_browser_network_mode_not_public(browser: AgentBrowser) -> Verdict:
    """AgentCore custom browsers should not use the public network.

    Problem: browser is on the public network
    Why: In your VPC, security groups limit which sites an agent's browser can reach, and flow logs record it.
    Fix: A browser cannot be changed. Create a new one, then delete the old one. `aws bedrock-agentcore-control
      create-browser --name NEW-NAME --execution-role-arn ROLE-ARN --network-configuration file://NETWORK.json` `aws
      bedrock-agentcore-control delete-browser --browser-id ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/bedrockagentcore-browser-network-mode-not-public.html
    """
    if known(browser.network) == "PUBLIC":
        return non_compliant("Network mode is PUBLIC")
    return compliant("Network mode is VPC")


@check(severity=Severity.MEDIUM, controls=("FSBP BedrockAgentCore.6",))
def bedrockagentcore_browsercustom_recording_enabled(browser: AgentBrowser) -> Verdict:
    """AgentCore custom browsers should record their sessions to S3.

    Problem: browser records no sessions
    Why: A recording shows what an agent did on a site. After an incident it is often the only evidence.
    Fix: A browser cannot be changed. Create a new one, then delete the old one. `aws bedrock-agentcore-control
      create-browser --name NEW-NAME --execution-role-arn ROLE-ARN --network-configuration file://NETWORK.json
      --recording file://RECORDING.json` `aws bedrock-agentcore-control delete-browser --browser-id ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/bedrockagentcore-browsercustom-recording-enabled.html
    """
    if not browser.recorded:
        return non_compliant("Session recording is off")
    if not browser.bucket:
        return non_compliant("Session recording has no S3 location")
    return compliant(f"Sessions are recorded to bucket {browser.bucket}")
