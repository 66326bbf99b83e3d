"""Where moto's CloudTrail answers otherwise than AWS documents: trails of other regions, event selectors.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTrails.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventSelectors.html
"""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_DEFAULT = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}


def corrections() -> dict[str, Correction]:
    """Return what corrects CloudTrail, by operation."""
    return {
        "cloudtrail:ListTrails": _list,
        "cloudtrail:DescribeTrails": _describe,
        "cloudtrail:GetTrail": _get,
        "cloudtrail:PutEventSelectors": _put_selectors,
        "cloudtrail:GetEventSelectors": _selectors,
    }


def _trails(request: Request) -> Iterator[Any]:
    """Yield moto's trails of the caller's account, those of all regions."""
    from moto.cloudtrail.models import cloudtrail_backends  # noqa: PLC0415 - moto takes seconds to import

    account, _ = place(request)
    for backend in list(cloudtrail_backends[account].values()):
        yield from list(backend.trails.values())


def _list(request: Request) -> Answer:
    """List the trails of all regions: moto lists the multi-region ones and those of the region."""
    return HTTPStatus.OK, json.dumps({"Trails": [trail.short() for trail in _trails(request)]})


def _described(trail: Any) -> dict[str, Any]:
    """Describe a trail without the members that it has no value for, and say whether it has selectors of its own."""
    described = {name: value for name, value in trail.description(include_region=True).items() if value is not None}
    custom = bool(trail.event_selectors or trail.advanced_event_selectors)
    return {**described, "HasCustomEventSelectors": custom}


def _describe(request: Request) -> Answer:
    given, (_, region) = request.parameters, place(request)
    shadows = given.get("includeShadowTrails", True)
    names = given.get("trailNameList") or ()
    found = [
        _described(trail)
        for trail in _trails(request)
        if (trail.region_name == region or (shadows and trail.is_multi_region))
        and (not names or {trail.trail_name, trail.arn} & set(names))
    ]
    return HTTPStatus.OK, json.dumps({"trailList": found})


def _get(request: Request) -> Answer | None:
    """Describe a trail in its home region, and by its ARN where it is copied to."""
    trail = _named(request, str(request.parameters["Name"]), everywhere=True)
    return None if trail is None else (HTTPStatus.OK, json.dumps({"Trail": _described(trail)}))


def _named(request: Request, name: str, *, everywhere: bool = False) -> Any | None:
    _, region = place(request)
    for trail in _trails(request):
        if name in (trail.trail_name, trail.arn) and (
            trail.region_name == region or (everywhere and trail.is_multi_region)
        ):
            return trail
    return None


def _put_selectors(request: Request) -> Answer | None:
    """Let basic selectors replace advanced ones, as advanced ones replace basic ones."""
    trail = _named(request, str(request.parameters["TrailName"]))
    if trail is not None and request.parameters.get("EventSelectors"):
        trail.advanced_event_selectors = []
    return None


def _selectors(request: Request) -> Answer | None:
    """Return the selectors of one kind: where none was put, the one that a new trail has."""
    trail = _named(request, str(request.parameters["TrailName"]))
    if trail is None:
        return None
    answer: dict[str, Any] = {"TrailARN": trail.arn}
    if trail.advanced_event_selectors:
        answer["AdvancedEventSelectors"] = trail.advanced_event_selectors
    else:
        answer["EventSelectors"] = trail.event_selectors or [_DEFAULT]
    return HTTPStatus.OK, json.dumps(answer)
