"""Where moto's ECS answers otherwise than AWS documents.

It keeps neither how a service is deployed nor its capacity providers, and lists without order and pages.
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html and its neighbours say what AWS answers.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from local.corrections.request import Correction, Request
from local.front import Answer

_TARGET = "AmazonEC2ContainerServiceV20141113"
_KEPT = (
    "deploymentConfiguration",
    "capacityProviderStrategy",
    "enableECSManagedTags",
    "healthCheckGracePeriodSeconds",
    "platformVersion",
    "networkConfiguration",
)
"""What moto forgets of a service when it is made or changed."""

_DEPLOYMENT = {
    "deploymentCircuitBreaker": {"enable": False, "rollback": False},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "strategy": "ROLLING",
}
"""https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html"""


def corrections() -> dict[str, Correction]:
    """Return what corrects ECS, by operation; what a service was made with is remembered in it."""
    kept = _Kept()
    return {
        "ecs:CreateService": kept.create,
        "ecs:UpdateService": kept.update,
        "ecs:DescribeServices": kept.describe,
        "ecs:ListTaskDefinitions": _list_task_definitions,
        "ecs:ListServices": lambda request: _paged(request, "serviceArns", 10),
        "ecs:ListTagsForResource": lambda request: _changed(request, _with_tags),
        "ecs:ListClusters": lambda request: _paged(request, "clusterArns", 100),
    }


@dataclass(slots=True)
class _Kept:
    """What services were made with, by their ARN."""

    services: dict[str, dict[str, Any]] = field(default_factory=dict)

    def create(self, request: Request) -> Answer:
        return self._keep(request, {})

    def update(self, request: Request) -> Answer:
        return self._keep(request, self.services)

    def describe(self, request: Request) -> Answer:
        def complete(document: dict[str, Any]) -> None:
            for service in document["services"]:
                self._complete(request, service)

        return _changed(request, complete)

    def _keep(self, request: Request, before: Mapping[str, dict[str, Any]]) -> Answer:
        """Remember the parameters of the call, upon those of the calls before."""
        parameters = json.loads(request.body)

        def kept(document: dict[str, Any]) -> None:
            arn = document["service"]["serviceArn"]
            now = {name: parameters[name] for name in _KEPT if name in parameters}
            self.services[arn] = {**before.get(arn, {}), **now}
            self._complete(request, document["service"])

        return _changed(request, kept)

    def _complete(self, request: Request, service: dict[str, Any]) -> None:
        """Add what moto forgot, with AWS's defaults; a strategy of capacity providers takes a launch type's place."""
        known = self.services.get(service["serviceArn"], {})
        service.update({"enableECSManagedTags": False, **known})
        service["deploymentConfiguration"] = {**_DEPLOYMENT, **known.get("deploymentConfiguration", {})}
        providers = {each["capacityProvider"] for each in known.get("capacityProviderStrategy", ())}
        if providers:
            service.pop("launchType", None)
        if service.get("launchType") == "FARGATE" or providers & {"FARGATE", "FARGATE_SPOT"}:
            service.setdefault("platformVersion", "LATEST")
            service["platformFamily"] = _family(request, service["taskDefinition"])


def _changed(request: Request, change: Callable[[dict[str, Any]], object]) -> Answer:
    """Answer as moto does, changed; its errors are its own."""
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    document = json.loads(body)
    change(document)
    return status, json.dumps(document)


def _family(request: Request, definition: str) -> str:
    """Return the operating system of a task definition: Linux where it says none."""
    target = {"HTTP_X_AMZ_TARGET": f"{_TARGET}.DescribeTaskDefinition"}
    asking = replace(request, environ={**request.environ, **target})
    _, body = asking.ask(json.dumps({"taskDefinition": definition}).encode())
    platform = json.loads(body)["taskDefinition"].get("runtimePlatform") or {}
    return str(platform.get("operatingSystemFamily") or "Linux")


def _list_task_definitions(request: Request) -> Answer:
    """Order by family and by the number of the revision, as ListTaskDefinitions documents."""
    return _paged(request, "taskDefinitionArns", 100, by=_revision, down="DESC")


def _revision(arn: str) -> tuple[str, int]:
    family, _, number = arn.rpartition("/")[2].rpartition(":")
    return family, int(number)


def _with_tags(document: dict[str, Any]) -> None:
    """Add the list of tags that AWS answers for a resource without any."""
    document["tags"] = document.get("tags") or []


def _paged(request: Request, name: str, size: int, by: Callable[[str], Any] | None = None, down: str = "") -> Answer:
    """Cut moto's one page into AWS's; the token says where the next one begins."""
    parameters = json.loads(request.body or "{}")
    start, most = int(parameters.get("nextToken") or 0), int(parameters.get("maxResults") or size)

    def cut(document: dict[str, Any]) -> None:
        found = sorted(document[name], key=by, reverse=bool(down) and parameters.get("sort") == down)
        document[name] = found[start : start + most]
        if start + most < len(found):
            document["nextToken"] = str(start + most)

    return _changed(request, cut)
