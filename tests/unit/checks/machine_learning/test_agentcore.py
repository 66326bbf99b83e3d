"""Bedrock AgentCore: agent runtimes, gateways and custom browsers."""

from typing import Any

import pytest

from muster.checks.machine_learning.agentcore import (
    bedrockagentcore_browser_network_mode_not_public,
    bedrockagentcore_browsercustom_recording_enabled,
    bedrockagentcore_gateway_authorizer_enabled,
    bedrockagentcore_runtime_private_network_required,
)
from muster.facets.machine_learning.agentcore import AgentBrowser, AgentGateway, AgentRuntime
from muster.model.finding import Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE


def network(mode: str) -> dict[str, Any]:
    return {"networkConfiguration": {"networkMode": mode}}


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (network("VPC"), C, "Network mode is VPC"),
        (network("PUBLIC"), N, "Network mode is PUBLIC"),
        ({"capacityProviderConfiguration": {"capacityProviderArn": "a"}}, NA, "Runtime has a capacity provider"),
        (network("PUBLIC") | {"capacityProviderConfiguration": {}}, NA, "Runtime has a capacity provider"),
    ],
)
def test_the_network_of_runtimes(answer: dict[str, Any], status: Status, reason: str) -> None:
    found = bedrockagentcore_runtime_private_network_required(AgentRuntime.parse(answer))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(("kind", "status"), [("CUSTOM_JWT", C), ("AWS_IAM", C), ("AUTHENTICATE_ONLY", C), ("NONE", N)])
def test_gateways_need_any_authorizer(kind: str, status: Status) -> None:
    found = bedrockagentcore_gateway_authorizer_enabled(AgentGateway.parse({"authorizerType": kind}))
    assert found.status is status


def test_reasons_of_gateways() -> None:
    found = bedrockagentcore_gateway_authorizer_enabled(AgentGateway("AWS_IAM"))
    assert found.reason == "Gateway requires authorization (AWS_IAM)"
    found = bedrockagentcore_gateway_authorizer_enabled(AgentGateway("NONE"))
    assert found.reason == "Gateway has no authorizer (authorizerType NONE)"


@pytest.mark.parametrize(("mode", "status"), [("VPC", C), ("PUBLIC", N)])
def test_the_network_of_browsers(mode: str, status: Status) -> None:
    assert bedrockagentcore_browser_network_mode_not_public(AgentBrowser.parse(network(mode))).status is status


@pytest.mark.parametrize("answer", [{}, network("SATELLITE")])
def test_a_network_that_is_not_known_is_no_verdict(answer: dict[str, Any]) -> None:
    with pytest.raises(UnknownField):
        bedrockagentcore_runtime_private_network_required(AgentRuntime.parse(answer))
    with pytest.raises(UnknownField):
        bedrockagentcore_browser_network_mode_not_public(AgentBrowser.parse(answer))


def test_an_authorizer_that_is_not_known_is_no_verdict() -> None:
    for answer in ({}, {"authorizerType": "PASSPORT"}):
        with pytest.raises(UnknownField):
            bedrockagentcore_gateway_authorizer_enabled(AgentGateway.parse(answer))


@pytest.mark.parametrize(
    ("recording", "status", "reason"),
    [
        ({"enabled": True, "s3Location": {"bucket": "b"}}, C, "Sessions are recorded to bucket b"),
        ({"enabled": True}, N, "Session recording has no S3 location"),
        ({"enabled": False, "s3Location": {"bucket": "b"}}, N, "Session recording is off"),
        ({}, N, "Session recording is off"),
    ],
)
def test_recordings(recording: dict[str, Any], status: Status, reason: str) -> None:
    found = bedrockagentcore_browsercustom_recording_enabled(AgentBrowser.parse({"recording": recording}))
    assert (found.status, found.reason) == (status, reason)
