"""Where moto's Bedrock AgentCore answers otherwise than AWS documents: ids, ARNs and lifecycles; it has no browsers.

https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_CreateAgentRuntime.html
https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_GetBrowser.html
"""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from moto.moto_api._internal import mock_random

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

_SERVICE = "bedrock-agentcore-control"
_LIFECYCLE = {"idleRuntimeSessionTimeout": 900, "maxLifetime": 28800}
"""https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_LifecycleConfiguration.html"""


def corrections() -> dict[str, Correction]:
    """Return what corrects AgentCore, by operation; browsers are remembered in it."""
    made = _Browsers()
    return {
        f"{_SERVICE}:CreateAgentRuntime": _create_runtime,
        f"{_SERVICE}:CreateGateway": _create_gateway,
        f"{_SERVICE}:CreateBrowser": made.create,
        f"{_SERVICE}:GetBrowser": made.get,
        f"{_SERVICE}:ListBrowsers": made.list,
        f"{_SERVICE}:ListTagsForResource": made.tags,
    }


def _backend(request: Request) -> Any:
    from moto.bedrockagentcorecontrol.models import (  # noqa: PLC0415 - moto takes seconds to import
        bedrockagentcorecontrol_backends,
    )

    account, region = place(request)
    return bedrockagentcorecontrol_backends[account][region]


def _named(request: Request, kind: str, name: str, old: str) -> tuple[str, str]:
    """Return the id and the ARN of what was just made, with the tags of its old ARN."""
    backend, (account, region) = _backend(request), place(request)
    made = f"{name}-{mock_random.get_random_hex(10)}"
    arn = f"arn:aws:bedrock-agentcore:{region}:{account}:{kind}/{made}"
    backend.tag_resource(arn, backend.list_tags_for_resource(old))
    return made, arn


def _create_runtime(request: Request) -> Answer:
    """Name the runtime as AWS does, and give it AWS's lifecycle."""
    status, body = request.ask()
    if status >= HTTPStatus.BAD_REQUEST:
        return status, body
    runtimes = _backend(request).agent_runtimes
    _, made = runtimes.popitem()
    name = made.agent_runtime_name
    made.agent_runtime_id, made.agent_runtime_arn = _named(request, "runtime", name, made.agent_runtime_arn)
    made.lifecycle_configuration = {**_LIFECYCLE, **made.lifecycle_configuration}
    runtimes[made.agent_runtime_id] = made
    return request.answer({**made.to_summary(), "createdAt": made.created_at, "status": "CREATING"})


def _create_gateway(request: Request) -> Answer:
    """Name the gateway as AWS does."""
    status, body = request.ask()
    if status >= HTTPStatus.BAD_REQUEST:
        return status, body
    gateways = _backend(request).gateways
    _, made = gateways.popitem()
    made.gateway_id, made.gateway_arn = _named(request, "gateway", made.name.lower(), made.gateway_arn)
    gateways[made.gateway_id] = made
    return request.answer({**made.to_dict(), "status": "CREATING"})


@dataclass(slots=True)
class _Browsers:
    made: dict[Place, dict[str, dict[str, Any]]] = field(default_factory=dict)
    tagged: dict[str, dict[str, str]] = field(default_factory=dict)

    def create(self, request: Request) -> Answer:
        """Make a browser."""
        from moto.core.utils import utcnow  # noqa: PLC0415 - moto takes seconds to import

        given, (account, region) = request.parameters, place(request)
        name = f"{given['name']}-{mock_random.get_random_hex(10)}"
        arn = f"arn:aws:bedrock-agentcore:{region}:{account}:browser-custom/{name}"
        browser = {
            "browserId": name,
            "browserArn": arn,
            "name": given["name"],
            "networkConfiguration": given["networkConfiguration"],
            "status": "READY",
            "createdAt": utcnow(),
            "lastUpdatedAt": utcnow(),
            **({"recording": given["recording"]} if "recording" in given else {}),
        }
        self.made.setdefault((account, region), {})[name] = browser
        self.tagged[arn] = dict(given.get("tags", {}))
        return request.answer({each: browser[each] for each in ("browserId", "browserArn", "createdAt", "status")})

    def get(self, request: Request) -> Answer:
        """Describe one browser."""
        name = str(request.parameters["browserId"])
        found = self.made.get(place(request), {}).get(name)
        if found is None:
            return request.refuse("ResourceNotFoundException", f"Browser {name} not found", 404)
        return request.answer(found)

    def list(self, request: Request) -> Answer:
        """List the browsers of a region, all at once."""
        names = ("browserId", "browserArn", "name", "status", "createdAt", "lastUpdatedAt")
        found = self.made.get(place(request), {}).values()
        return request.answer({"browserSummaries": [{name: each[name] for name in names} for each in found]})

    def tags(self, request: Request) -> Answer | None:
        """List the tags of a browser."""
        arn = str(request.parameters["resourceArn"])
        return request.answer({"tags": self.tagged[arn]}) if arn in self.tagged else None
