"""Where moto's EventBridge takes what EventBridge refuses, and does not answer.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
"""

import json
from http import HTTPStatus

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer

_LONGEST_PATTERN, _MOST_TARGETS = 2_048, 5
_LIMIT = "LimitExceededException"


def corrections() -> dict[str, Correction]:
    """Return what corrects EventBridge, by operation."""
    return {"events:PutRule": _put_rule, "events:PutTargets": _put_targets, "events:TestEventPattern": _test_pattern}


def _put_rule(request: Request) -> Answer | None:
    """Refuse a pattern that is longer than the quota, which can be raised."""
    if len(str(request.parameters.get("EventPattern", ""))) > _LONGEST_PATTERN:
        return request.refuse(_LIMIT, f"The event pattern is longer than {_LONGEST_PATTERN} characters.")
    return None


def _put_targets(request: Request) -> Answer | None:
    """Refuse a sixth target of a rule."""
    from moto.events.models import events_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    bus = str(request.parameters.get("EventBusName") or "default").rpartition("/")[2]
    buses = events_backends[account][region].event_buses
    rule = buses[bus].rules.get(request.parameters.get("Rule")) if bus in buses else None
    known = {each["Id"] for each in rule.targets} if rule else set()
    if len(known | {each.get("Id") for each in request.parameters.get("Targets", ())}) > _MOST_TARGETS:
        return request.refuse(_LIMIT, "The requested resource exceeds the maximum number allowed.")
    return None


def _test_pattern(request: Request) -> Answer:
    """Say whether an event matches a pattern."""
    from moto.events.exceptions import InvalidEventPatternException  # noqa: PLC0415 - moto takes seconds to import
    from moto.events.models import EventPattern  # noqa: PLC0415 - the same

    try:
        pattern = EventPattern.load(request.parameters["EventPattern"])
        event = json.loads(request.parameters["Event"])
    except InvalidEventPatternException as error:
        return request.refuse("InvalidEventPatternException", str(error.message))
    except ValueError:
        return request.refuse("ValidationException", "Parameter Event is not valid. Reason: it is no JSON.")
    return HTTPStatus.OK, json.dumps({"Result": pattern.matches_event(event)})
