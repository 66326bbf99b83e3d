"""The JSON Schema of the events that an event bus gets, made from `FindingEvent`."""

import json
from dataclasses import fields
from typing import Any

from muster.lifecycle.events import Cause, EventStatus, FindingEvent, Outcome
from muster.lifecycle.transitions import Event
from muster.model.finding import Severity

_MILLISECONDS = "milliseconds since 1970 in UTC"
_ABOUT: dict[str, dict[str, Any]] = {
    "finding_id": {"description": "The same for as long as the finding exists."},
    "timestamp": {"description": f"When Muster began to look at what changed: {_MILLISECONDS}."},
    "event": {"description": "What happened.", "enum": [each.value for each in Event]},
    "status": {
        "description": "The status after it. FAILED and EXPIRED fail; SUPPRESSED fails and is accepted.",
        "enum": [each.value for each in EventStatus],
    },
    "baseline": {"description": "True at the first look at a check: the failure is not new, only its discovery."},
    "title": {"description": "The requirement in one sentence."},
    "severity": {"enum": [each.value for each in Severity]},
    "resource_type": {"description": "CloudFormation's name of the type."},
    "resource_arn": {"description": "Empty where AWS gives no ARN."},
    "account_id": {"pattern": "^[0-9]{12}$"},
    "account_name": {"description": "Empty where it is not known."},
    "region": {"description": "A region, or global."},
    "owner": {"description": "The value of the owner tag, empty where there is none."},
    "first_seen": {"description": f"Since when the finding fails: {_MILLISECONDS}."},
    "cause": {"description": "A scan, or a change that CloudTrail reported.", "enum": [each.value for each in Cause]},
    "outcome": {
        "description": "How a finding was resolved; empty for other events.",
        "enum": ["", *(each.value for each in Outcome)],
    },
    "until": {"description": "The last day (YYYY-MM-DD) of the suppression, empty where there is none."},
}
_TYPES = {"str": "string", "int": "integer", "bool": "boolean", str: "string", int: "integer", bool: "boolean"}


def event_schema() -> dict[str, Any]:
    """Return the schema of `detail`."""
    properties: dict[str, Any] = {
        "version": {"const": 1},
        "id": {"type": "string", "description": "The same each time the event is delivered: finding_id:timestamp."},
    }
    for each in fields(FindingEvent):
        kind = each.type if isinstance(each.type, str) else _TYPES[each.type]
        properties[each.name] = {"type": _TYPES.get(kind, kind), **_ABOUT.get(each.name, {})}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://muster.invalid/schemas/finding-event.json",
        "title": "The detail of an event of Muster on an EventBridge bus",
        "description": (
            'One event for each transition of a finding: source "muster", detail-type "Muster Finding Changed". '
            "It may come more than once; id is then the same."
        ),
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def event_schema_text() -> str:
    """Return the schema as the file docs/schemas/finding-event.json holds it."""
    return json.dumps(event_schema(), indent=2, ensure_ascii=False) + "\n"
