"""Records of the event table's stream: each holds an event, is passed over, or is malformed. Pure.

The raw record is checked here, before Powertools sees it: a record that is no object, or has no `dynamodb`, would end
the whole invocation there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from muster.errors import EventError
from muster.lifecycle.events import Cause, EventStatus, FindingEvent, Outcome, status_of
from muster.lifecycle.transitions import Event
from muster.model.finding import Severity
from muster.stack.documents.fields import MOST, Malformed, record, text
from muster.stack.documents.names import SCAN_ID

_IGNORED = ("MODIFY", "REMOVE")
"""What happens to an item after its event was recorded: it is written again, or its time to live ends."""
_LAST_MILLISECOND = 253_402_300_799_999
"""The end of the year 9999, after which no date can be written."""
_NUMBER = re.compile(r"\d{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record of the stream: its event, or why it is malformed; neither where nothing is to be done.

    `raw` is the record as Lambda delivered it; `sequence_number` is empty where it has none.
    """

    raw: object
    sequence_number: str
    event: FindingEvent | None = None
    malformed: str = ""


def records_of(event: object) -> tuple[Record, ...]:
    """Return the records of an invocation, in the order of the stream.

    https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html

    Raises:
        EventError: it is not what Lambda sends for a stream.
    """
    batch = event.get("Records") if isinstance(event, Mapping) else None
    if not isinstance(batch, list):
        raise EventError("record_events: the event has no list 'Records', as Lambda sends it for a DynamoDB stream")
    return tuple(_read(raw) for raw in batch)


def _read(raw: object) -> Record:
    change = raw.get("dynamodb") if isinstance(raw, Mapping) else None
    found = change.get("SequenceNumber") if isinstance(change, Mapping) else None
    number = found if isinstance(found, str) and _NUMBER.fullmatch(found) else ""
    try:
        return Record(raw=raw, sequence_number=number, event=_event(raw, number))
    except Malformed as error:
        return Record(raw=raw, sequence_number=number, malformed=str(error))


def _event(raw: object, number: str) -> FindingEvent | None:
    """Return the event of a record, None where the record is no new item."""
    whole = _object(raw, "the record")
    kind = whole.get("eventName")
    if kind in _IGNORED:
        return None
    if kind != "INSERT":
        raise Malformed(f"eventName is not INSERT, MODIFY or REMOVE: {kind!r:.80}")
    change = _object(whole.get("dynamodb"), "dynamodb")
    if not number:
        raise Malformed("dynamodb.SequenceNumber is not a number of the stream")
    image = _object(change.get("NewImage"), "dynamodb.NewImage")
    return _checked(_FINDING_EVENT({name: _value(value) for name, value in image.items()}, "NewImage"))


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Malformed(f"{where} is not an object: {value!r:.80}")
    return value


def _value(attribute: object) -> object:
    """Return the value of an attribute: a text, a number or a truth value; of another type, the attribute itself.

    No field of an event has another type, so that its reader refuses it; attributes that are no fields are not read.
    """
    match attribute:
        case {"S": str(value), **rest} if not rest:
            return value
        case {"BOOL": bool(truth), **rest} if not rest:
            return truth
        case {"N": str(number), **rest} if not rest:
            return _whole(number)
        case {**other}:
            return other
        case _:
            # Without its type it is no attribute, although a reader may take what it is.
            return [attribute]


def _whole(value: str) -> object:
    """Return a whole number as one, anything else as it is written, which no reader of numbers takes."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if number.is_finite() and number.copy_abs() <= MOST and number == number.to_integral_value():
        return int(number)
    return value


def _one_of(*values: str) -> Any:
    return text("|".join(map(re.escape, values)), f"one of {', '.join(value or 'nothing' for value in values)}")


_FINDING_EVENT = record(
    FindingEvent,
    finding_id=text(r"[A-Za-z0-9_-][A-Za-z0-9._:+@=-]{0,199}", "the id of a finding"),
    event=_one_of(*Event),
    status=_one_of(*EventStatus),
    severity=_one_of(*Severity),
    cause=_one_of(*Cause),
    outcome=_one_of("", *Outcome),
    scan_id=SCAN_ID,
    until=text(r"|\d{4}-\d{2}-\d{2}", "a day like 2026-11-21, or empty"),
)
"""Reads an item. A field with a default may be missing: an item of an earlier version lacks what was added since."""


def _checked(event: FindingEvent) -> FindingEvent:
    for name, moment in (("timestamp", event.timestamp), ("first_seen", event.first_seen)):
        if moment > _LAST_MILLISECOND:
            raise Malformed(f"NewImage.{name} is after the year 9999: {moment}")
    if event.status != status_of(Event(event.event)):
        raise Malformed(f"NewImage.status is {event.status}, which is not the status of the event {event.event}")
    return event
