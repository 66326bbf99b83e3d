"""Where moto's ECS lacks the listing of capacity providers, and an account setting that AWS has.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html
"""

import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

_SETTING = {"name": "defaultLogDriverMode", "value": "non-blocking", "type": "aws_managed"}


def corrections() -> dict[str, Correction]:
    """Return what corrects capacity providers, by operation; their names are remembered in it."""
    made = _Providers()
    return {
        "ecs:CreateCapacityProvider": made.create,
        "ecs:DeleteCapacityProvider": made.delete,
        "ecs:DescribeCapacityProviders": made.describe,
        "ecs:ListAccountSettings": _list_settings,
    }


@dataclass(slots=True)
class _Providers:
    names: dict[Place, list[str]] = field(default_factory=dict)

    def create(self, request: Request) -> Answer:
        status, body = request.ask()
        if status == HTTPStatus.OK:
            self._of(request).append(str(json.loads(request.body)["name"]))
        return status, body

    def delete(self, request: Request) -> Answer:
        status, body = request.ask()
        name = str(json.loads(request.body)["capacityProvider"]).rpartition("/")[2]
        if status == HTTPStatus.OK and name in self._of(request):
            self._of(request).remove(name)
        return status, body

    def describe(self, request: Request) -> Answer:
        """Answer a page of those that are named, or of all where none is."""
        parameters: dict[str, Any] = json.loads(request.body)
        names = parameters.get("capacityProviders") or self._of(request)
        start, size = int(parameters.get("nextToken") or 0), int(parameters.get("maxResults") or 10)
        page = names[start : start + size]
        if not page:
            return HTTPStatus.OK, json.dumps({"capacityProviders": [], "failures": []})
        status, body = request.ask(json.dumps({**parameters, "capacityProviders": page}).encode())
        if status != HTTPStatus.OK or start + size >= len(names):
            return status, body
        return status, json.dumps({**json.loads(body), "nextToken": str(start + size)})

    def _of(self, request: Request) -> list[str]:
        return self.names.setdefault(place(request), [])


def _list_settings(request: Request) -> Answer:
    """Add the setting that is in force where nobody chose one."""
    parameters = json.loads(request.body or "{}")
    if parameters.get("name") != _SETTING["name"]:
        return request.ask()
    status, body = request.ask(b"{}")
    found = [each for each in json.loads(body)["settings"] if each["name"] == _SETTING["name"]]
    found = found or ([_SETTING] if parameters.get("effectiveSettings") else [])
    return status, json.dumps({"settings": found})
