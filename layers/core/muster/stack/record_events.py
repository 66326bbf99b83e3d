"""Recording events: the stream of the event table becomes the audit and alerts, a malformed record a dead letter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from muster.errors import MusterError, Transient
from muster.lifecycle.events import FindingEvent
from muster.sdk.session import Clients
from muster.stack.documents.request import Environment
from muster.stack.recording import audit
from muster.stack.recording.at_once import at_once
from muster.stack.recording.dead_letters import set_aside
from muster.stack.recording.records import Record, records_of
from muster.storage.bucket import Bucket
from muster.storage.traffic import Traffic, each


@dataclass(frozen=True, slots=True)
class Recorded:
    """The outcome of an invocation: what Lambda is answered, and the records by what became of them.

    `response` names the records that failed; Lambda delivers again from the first of them on. Of the records before it,
    `events` counts those whose events are in the audit, `alerted` those whose events were alerted at once, `ignored`
    those that are no new item. `set_aside` has number and reason of each malformed record, `failures` those of each
    record that failed.
    """

    response: PartialItemFailureResponse
    events: int
    alerted: int
    ignored: int
    set_aside: tuple[tuple[str, str], ...]
    failures: tuple[tuple[str, str], ...]


Alert = Callable[[Sequence[FindingEvent]], object]
"""Sends the alerts of events now, each once however often it is called; raises a MusterError where it is to be tried
again."""


def record_events(
    event: object, environment: Environment, clients: Clients, alert: Alert, traffic: Traffic | None = None
) -> Recorded:
    """Write the audit of the events in a batch of the stream, alert people, and set malformed records aside.

    A record fails only if it may succeed later. Lambda delivers again from the first failure on, so what follows it is
    left to that delivery, except for objects that are written once however often they are delivered. The
    events that are worth an alert at once are sent together, after they were recorded.

    Raises:
        EventError: it is not what Lambda sends for a stream.
        Transient: a malformed record could not be set aside, and has no sequence number by which to report it.
    """
    records = records_of(event)
    bucket = Bucket(environment.bucket, clients, environment.region, traffic)
    events = {place: record.event for place, record in enumerate(records) if record.event}
    failed: dict[int, MusterError] = {}

    def note(place: int, failure: MusterError | None) -> None:
        if failure is not None:
            failed[place] = failure

    def end() -> int:
        return min(failed, default=len(records))

    writes = each(events.items(), lambda item: (item[0], _failure(lambda: audit.write_event(bucket, item[1]))))
    for place, failure in writes:
        note(place, failure)
    for place, record in enumerate(records):
        if record.malformed and place < end():
            queue = environment.record_queue_url
            note(place, _failure(lambda: set_aside(record, queue, bucket, clients, environment.region)))  # noqa: B023 - called at once
    for day, places in audit.by_day({place: event for place, event in events.items() if place < end()}).items():
        of_day = [events[place] for place in places]
        note(min(places), _failure(lambda: audit.write_day(bucket, day, of_day)))  # noqa: B023 - called at once
    urgent = {place: event for place, event in events.items() if place < end() and at_once(event)}
    if urgent:
        note(min(urgent), _failure(lambda: alert(tuple(urgent.values()))))
    return _outcome(records, failed)


def _failure(write: Callable[[], object]) -> MusterError | None:
    """Return the error with which something was not done, None where it was."""
    try:
        write()
    except MusterError as error:
        return error
    return None


def _outcome(records: Sequence[Record], failed: Mapping[int, MusterError]) -> Recorded:
    done = records[: min(failed, default=len(records))]
    return Recorded(
        response=_response(records, failed),
        events=sum(record.event is not None for record in done),
        alerted=sum(record.event is not None and at_once(record.event) for record in done),
        ignored=sum(record.event is None and not record.malformed for record in done),
        set_aside=tuple((record.sequence_number, record.malformed) for record in done if record.malformed),
        failures=tuple((records[place].sequence_number, str(error)) for place, error in sorted(failed.items())),
    )


def _response(records: Sequence[Record], failed: Mapping[int, MusterError]) -> PartialItemFailureResponse:
    """Return the answer that Lambda reads; it counts a null number as a failure of the whole batch.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    errors = {records[place].sequence_number: error for place, error in failed.items()}
    if error := errors.get(""):
        raise Transient(f"{error}; the record has no sequence number, so the whole batch is to be delivered again")

    def finish(record: DynamoDBRecord) -> None:
        number = record.dynamodb.sequence_number if record.dynamodb else None
        if number in errors:
            raise errors[number]

    raw: list[Any] = [record.raw for record in records if record.sequence_number]
    processor = BatchProcessor(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
    with processor(records=raw, handler=finish):
        processor.process()
    return processor.response()
