"""The events that the state machine sends to the functions, checked before anything is made of them."""

from collections.abc import Mapping
from typing import Any

from muster.errors import EventError
from muster.model.shard import Shard
from muster.stack.documents.forms import Form, keyed, moment, text
from muster.stack.documents.objects import ATTEMPT, BATCH, SCAN

_PLAN: Form = keyed(
    {"execution": text(r"arn:[a-z0-9-]+:states:[^:]*:\d{12}:.+", "the ARN of an execution"), "started_at": moment}
)
_SCAN: Form = keyed({"scan_id": SCAN}, {"attempt": ATTEMPT})
_BATCH: Form = keyed({"scan_id": SCAN, "batch": BATCH})


def named(event: object) -> str | None:
    """Return the id of the scan that an event names, for the log; None where it names none."""
    return str(event["scan_id"])[:100] if isinstance(event, Mapping) and "scan_id" in event else None


def planned(event: object) -> Mapping[str, Any]:
    """Return the event of plan_scan.

    Raises:
        EventError: it is not the event that the state machine sends.
    """
    wrong = _PLAN(event, "") if isinstance(event, Mapping) else "the event is not an object"
    if wrong or not isinstance(event, Mapping):
        raise EventError(
            f"plan_scan is invoked by the state machine with input, execution and started_at: {wrong}; "
            "start the state machine instead of the function"
        )
    return event


def scan(function: str, event: object) -> tuple[str, str]:
    """Return the scan and the attempt that an event names.

    Raises:
        EventError: it is not the event that the state machine sends.
    """
    wrong = _SCAN(event, "") if isinstance(event, Mapping) else "the event is not an object"
    if wrong or not isinstance(event, Mapping):
        what = "summary" if function == "send_alert" else "scan"
        raise EventError(
            f"there is no {what} to be found: {wrong}; {function} is invoked by the state machine with scan_id and "
            f"attempt, see events/{function}.json"
        )
    return str(event["scan_id"]), str(event.get("attempt", ""))


def batch(event: object) -> tuple[str, str, list[Shard]]:
    """Return the scan, the attempt and the shards of an event of scan_shards.

    Raises:
        EventError: it is not the event that the state machine sends.
    """
    wrong = _BATCH(event, "") if isinstance(event, Mapping) else "the event is not an object"
    if wrong or not isinstance(event, Mapping):
        raise EventError(
            f"scan_shards is invoked by the state machine with scan_id and batch: {wrong}; see events/scan_shards.json"
        )
    dealt = event["batch"]
    return str(event["scan_id"]), str(dealt.get("attempt", "")), [shard_of(each) for each in dealt["shards"]]


def shard_of(value: Mapping[str, Any]) -> Shard:
    """Return a shard from its fields, which were checked; keys that a shard does not have are ignored."""
    fields = {name: value[name] for name in Shard.__dataclass_fields__ if name in value}
    return Shard(**{**fields, "scope": tuple(value["scope"])})
