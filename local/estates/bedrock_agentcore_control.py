"""Agents: a runtime, a gateway and a browser as they should be, and one of each that is not."""

from local.server import ACCOUNT, EmbeddedAws

_TAGS = {"Owner": "agents", "Environment": "production"}
_ROLE = f"arn:aws:iam::{ACCOUNT}:role/agents"
_INSIDE = {"securityGroups": ["sg-0a1b2c3d"], "subnets": ["subnet-0a1b2c3d"]}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    agentcore = aws.client("bedrock-agentcore-control", region)
    image = f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/agents:1"
    artifact = {"containerConfiguration": {"containerUri": image}}
    for name, network, tags in (
        ("orders", {"networkMode": "VPC", "networkModeConfig": _INSIDE}, _TAGS),
        ("trial", {"networkMode": "PUBLIC"}, {}),
    ):
        agentcore.create_agent_runtime(
            agentRuntimeName=name, agentRuntimeArtifact=artifact, roleArn=_ROLE, networkConfiguration=network, tags=tags
        )
    for name, authorizer, tags in (("orders", "AWS_IAM", _TAGS), ("trial", "NONE", {})):
        agentcore.create_gateway(name=name, roleArn=_ROLE, protocolType="MCP", authorizerType=authorizer, tags=tags)
    agentcore.create_browser(
        name="orders", executionRoleArn=_ROLE, networkConfiguration={"networkMode": "VPC", "vpcConfig": _INSIDE},
        recording={"enabled": True, "s3Location": {"bucket": "agent-sessions", "prefix": "orders"}}, tags=_TAGS,
    )  # fmt: skip
    agentcore.create_browser(name="trial", networkConfiguration={"networkMode": "PUBLIC"})
