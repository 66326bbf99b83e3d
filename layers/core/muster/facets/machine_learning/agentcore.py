"""Bedrock AgentCore: runtimes of agents, gateways and custom browsers."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class AgentRuntime(Parsed):
    """The network of an agent runtime, and whether a capacity provider decides on it.

    https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_GetAgentRuntime.html
    """

    network: str | Unknown = read("networkConfiguration.networkMode", kinds.one_of("PUBLIC", "VPC"))
    provided: bool = read("capacityProviderConfiguration", kinds.present)


@facet
class AgentGateway(Parsed):
    """How a gateway authorizes inbound requests.

    https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_GatewaySummary.html
    """

    authorizer: str | Unknown = read(
        "authorizerType", kinds.one_of("CUSTOM_JWT", "AWS_IAM", "AUTHENTICATE_ONLY", "NONE")
    )


@facet
class AgentBrowser(Parsed):
    """The network of a custom browser, and where it records its sessions; `bucket` is empty where AWS names none.

    https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_GetBrowser.html
    """

    network: str | Unknown = read("networkConfiguration.networkMode", kinds.one_of("PUBLIC", "VPC"))
    recorded: bool = read("recording.enabled", kinds.is_true)
    bucket: str = read("recording.s3Location.bucket", kinds.text)
