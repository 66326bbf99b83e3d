"""EventBridge: one event for each transition of a finding.

The schema of `detail` is docs/schemas/finding-event.json. EventBridge may deliver an event twice, and so may Muster:
`detail.id` is the same each time.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from muster.alerts.destinations.leftover import Leftover
from muster.alerts.destinations.sending import Place, Unsent, asking, persistently, require_time
from muster.configuration.alerts import Destination
from muster.lifecycle.events import FindingEvent
from muster.model.arn import Arn
from muster.model.text import shortened
from muster.sdk.errors import Meaning, code_of, meaning_of

SOURCE, DETAIL_TYPE = "muster", "Muster Finding Changed"
ENTRIES, LIMIT = 10, 256_000
"""Entries and bytes of a call at most.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
"""
_REASON = 10_000
_TIME = 14
"""Bytes that a time counts as, by the same page."""
_FINAL = (
    "InvalidArgument",
    "MalformedDetail",
    "NotAuthorizedForSourceException",
    "NotAuthorizedForDetailTypeException",
)


def send(events: Iterable[FindingEvent], destination: Destination, place: Place, leftover: Leftover) -> None:
    """Put events on a bus; those that it did not take are added to `leftover`."""
    bus = destination.target
    client = place.clients.get("events", region_of(bus) or place.region)
    batches = _batches(iter(events), bus)
    try:
        persistently(lambda: require(client, bus), place)
        for number, batch in enumerate(batches):
            _put(client, batch, place, leftover)
            if number:
                require_time(place)
    except Unsent as error:
        leftover.rest((event for batch in batches for event, _ in batch), str(error))


def require(client: Any, bus: str) -> None:
    """Refuse a bus that does not exist: PutEvents accepts events for it, and they are lost.

    Where the bus must not be described, as one of another account, it is taken to exist.

    Raises:
        Unsent: there is no such bus, or it cannot be known now.
    """

    def describe() -> None:
        try:
            client.describe_event_bus(Name=bus)
        except client.exceptions.ClientError as error:
            if meaning_of(code_of(error)) is not Meaning.DENIED:
                raise

    try:
        asking(f"cannot look up the event bus {bus}", describe)
    except Unsent as error:
        missing = "ResourceNotFound" in str(error)
        raise Unsent(f"there is no event bus {bus}", again=False) if missing else error from None


def region_of(bus: str) -> str:
    """Return the region of a bus that is named by its ARN, otherwise nothing."""
    return Arn.of(bus).region if bus.startswith("arn:") else ""


def entry(event: FindingEvent, bus: str) -> dict[str, Any]:
    """Return the entry of an event."""
    return {
        "Source": SOURCE,
        "DetailType": DETAIL_TYPE,
        "Time": datetime.fromtimestamp(event.timestamp / 1000, UTC),
        "Resources": [event.resource_arn] if event.resource_arn else [],
        "Detail": json.dumps(detail(event), ensure_ascii=False),
        "EventBusName": bus,
    }


def detail(event: FindingEvent) -> dict[str, Any]:
    """Return the detail of an event: all its fields, and an id that is the same however often it is sent."""
    document = event.to_json()
    return {
        "version": 1,
        "id": f"{event.finding_id}:{event.timestamp}",
        **document,
        "reason": shortened(event.reason, _REASON),
    }


def _size(item: dict[str, Any]) -> int:
    texts = [item["Source"], item["DetailType"], item["Detail"], *item["Resources"]]
    return _TIME + sum(len(text.encode()) for text in texts)


_Batch = list[tuple[FindingEvent, dict[str, Any]]]


def _batches(events: Iterator[FindingEvent], bus: str) -> Iterator[_Batch]:
    batch: _Batch = []
    size = 0
    for event in events:
        item = entry(event, bus)
        if batch and (len(batch) == ENTRIES or size + _size(item) > LIMIT):
            yield batch
            batch, size = [], 0
        batch.append((event, item))
        size += _size(item)
    if batch:
        yield batch


def _put(client: Any, batch: _Batch, place: Place, leftover: Leftover) -> None:
    """Put one batch, and again what of it may pass later.

    Raises:
        Unsent: the bus takes nothing now; the batch is in `leftover`.
    """
    waiting = batch

    def put() -> None:
        nonlocal waiting
        entries = [item for _, item in waiting]
        answer = asking("EventBridge did not take the events", lambda: client.put_events(Entries=entries))
        waiting, reason = _failed(waiting, answer.get("Entries", ()), leftover)
        if waiting:
            raise Unsent(f"EventBridge did not take {len(waiting)} events ({reason})", again=True)

    try:
        persistently(put, place)
    except Unsent as error:
        leftover.rest((event for event, _ in waiting), str(error))
        raise


def _failed(batch: _Batch, answers: Sequence[dict[str, Any]], leftover: Leftover) -> tuple[_Batch, str]:
    """Return the entries that are worth another try, and why; entries that are refused for good are left over."""
    again: _Batch = []
    reason = ""
    for (event, item), answer in zip(batch, answers, strict=True):
        code = str(answer.get("ErrorCode") or "")
        if code in _FINAL:
            leftover.add(event, f"EventBridge refuses the event ({code}): {answer.get('ErrorMessage', '')}")
        elif code:
            again.append((event, item))
            reason = code
    return again, reason
