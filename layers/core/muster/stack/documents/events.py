"""The events that the state machine sends to the functions, checked before anything is made of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from muster.errors import EventError
from muster.stack.documents.fields import Malformed, anything, record, text
from muster.stack.documents.names import AttemptName, ScanId
from muster.stack.documents.work import AccountItem, ShardBatch

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """The event of plan_scan: the execution, when it began, and its input."""

    execution: Annotated[str, text(r"arn:[a-z0-9-]+:states:[^:]*:\d{12}:.+", "the ARN of an execution")]
    started_at: datetime
    input: Annotated[Any, anything] = None


@dataclass(frozen=True, slots=True)
class BatchEvent:
    """The event of scan_shards."""

    scan_id: ScanId
    batch: ShardBatch


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """The event of settle_account: an account with the batches that the attempt scanned, which may be none."""

    scan_id: ScanId
    account: AccountItem
    attempt: AttemptName = ""


@dataclass(frozen=True, slots=True)
class ScanEvent:
    """The event of summarize_scan, tag_resources and send_alert: a scan, and the execution that resumed it, if any."""

    scan_id: ScanId
    attempt: AttemptName = ""


def named(event: object) -> str | None:
    """Return the id of the scan that an event names, for the log; None where it names none."""
    return str(event["scan_id"])[:100] if isinstance(event, Mapping) and "scan_id" in event else None


def alert_kind(event: object) -> str:
    """Return the kind of an event of send_alert: held, parked, events, or scan where it is none of them."""
    sent = event if isinstance(event, Mapping) else {}
    if isinstance(sent.get("events"), list):
        return "events"
    return next((kind for kind in ("held", "parked") if sent.get(kind) is True), "scan")


def skipped(event: Mapping[str, Any]) -> frozenset[str]:
    """Return the messages that an event with `parked` names to be left alone."""
    names = event.get("skip")
    return frozenset(str(name) for name in names) if isinstance(names, list) else frozenset()


def planned(event: object) -> PlanEvent:
    """Read the event of plan_scan.

    Raises:
        EventError: it is not the event that the state machine sends.
    """
    return _read(
        PlanEvent,
        event,
        "plan_scan is invoked by the state machine with input, execution and started_at: {}; start the state machine "
        "instead of the function",
    )


def scan(function: str, event: object) -> ScanEvent:
    """Read the event of a function that names a scan and an attempt.

    Raises:
        EventError: it is not the event that the state machine sends.
    """
    what = "summary" if function == "send_alert" else "scan"
    return _read(
        ScanEvent,
        event,
        f"there is no {what} to be found: {{}}; {function} is invoked by the state machine with scan_id and attempt, "
        f"see events/{function}.json",
    )


def batch(event: object) -> BatchEvent:
    """Read the event of scan_shards.

    Raises:
        EventError: it is not the event that the state machine sends.
    """
    return _read(
        BatchEvent,
        event,
        "scan_shards is invoked by the state machine with scan_id and batch: {}; see events/scan_shards.json",
    )


def account(event: object) -> AccountEvent:
    """Read the event of settle_account.

    Raises:
        EventError: it is not the event that the state machine sends.
    """
    return _read(
        AccountEvent,
        event,
        "settle_account is invoked by the state machine with scan_id, attempt and account: {}; see "
        "events/settle_account.json",
    )


def _read(kind: type[T], event: object, sentence: str) -> T:
    """Read an event; `sentence` has a place for what is wrong with it."""
    try:
        if not isinstance(event, Mapping):
            raise Malformed("the event is not an object")
        return record(kind)(event, "")
    except Malformed as error:
        raise EventError(sentence.format(error)) from error
