"""Where moto's GuardDuty answers otherwise than AWS documents: the features of a detector, and how many there may be.

https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetDetector.html
https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_FOUNDATION = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
_PLANS = (
    "S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "EBS_MALWARE_PROTECTION", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS",
    "RUNTIME_MONITORING",
)  # fmt: skip
_AGENTS = ("EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT")


def corrections() -> dict[str, Correction]:
    """Return what corrects GuardDuty, by operation."""
    return {
        "guardduty:CreateDetector": _create,
        "guardduty:UpdateDetector": _update,
        "guardduty:GetDetector": _get,
    }


def _detectors(request: Request) -> dict[str, Any]:
    from moto.guardduty.models import guardduty_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    found: dict[str, Any] = guardduty_backends[account][region].detectors
    return found


def _create(request: Request) -> Answer | None:
    """Refuse a second detector of a region."""
    if _detectors(request):
        message = "The request is rejected because a detector already exists for the current account."
        return request.refuse("BadRequestException", message)
    return None


def _update(request: Request) -> Answer:
    """Keep the features that an update does not name: moto replaces all of them."""
    detector = _detectors(request).get(str(request.parameters["DetectorId"]))
    kept = {each["name"]: each for each in (detector.features or ())} if detector else {}
    status, body = request.ask()
    if detector is not None and status == HTTPStatus.OK:
        detector.features = list({**kept, **{each["name"]: each for each in detector.features or ()}}.values())
    return status, body


def _get(request: Request) -> Answer:
    """Name every feature of the region: those that nobody enabled are disabled, the foundation is always enabled."""
    status, body = request.ask()
    if status != HTTPStatus.OK:
        return status, body
    answer = json.loads(body)
    given = {str(each["name"]): each for each in answer.get("features") or ()}
    answer["features"] = [
        *({"name": name, "status": "ENABLED"} for name in _FOUNDATION),
        *(_feature(name, given.get(name, {})) for name in _PLANS),
    ]
    return status, json.dumps(answer)


def _feature(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    feature: dict[str, Any] = {"name": name, "status": given.get("status", "DISABLED")}
    if name == "RUNTIME_MONITORING":
        agents = {each["name"]: each["status"] for each in given.get("additionalConfiguration") or ()}
        feature["additionalConfiguration"] = [
            {"name": agent, "status": agents.get(agent, "DISABLED")} for agent in _AGENTS
        ]
    return feature
