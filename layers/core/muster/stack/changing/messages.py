"""The messages of the queue of changes: what each says, and what becomes of those that are no event."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.catalog.changes import Change, Changes, ForeignEvent
from muster.errors import ConfigurationError, EventError, Transient
from muster.model.text import shortened
from muster.sdk.errors import READ_ERRORS, code_of
from muster.sdk.session import Clients

_LONGEST = 100_000
"""Characters of a message that its dead letter repeats; a queue takes 256 KiB, and JSON may double a text."""
_AGAIN_SECONDS = 60
"""After how many seconds a message that was left in the queue is delivered again."""
_AT_ONCE = 10
"""Messages of one ChangeMessageVisibilityBatch."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its event, or the reason why it is `malformed`. `deliveries` counts how often it was delivered."""

    id: str
    receipt: str
    body: str
    deliveries: int
    change: Change | None
    malformed: str = ""


def messages_of(event: object, catalogue: Changes, partition: str) -> tuple[Message, ...]:
    """Read the batch that Lambda sends for a queue.

    Raises:
        EventError: it is none.
    """
    records = event.get("Records") if isinstance(event, Mapping) else None
    if not isinstance(records, Sequence) or isinstance(records, str):
        raise EventError("the event has no list of Records: it is not what Lambda sends for a queue")
    return tuple(_message(record, catalogue, partition) for record in records)


def _message(record: object, catalogue: Changes, partition: str) -> Message:
    if not isinstance(record, Mapping) or not isinstance(record.get("messageId"), str):
        raise EventError("a record has no messageId: it is not what Lambda sends for a queue")
    name, body = record["messageId"], record.get("body")
    attributes = record.get("attributes")
    count = attributes.get("ApproximateReceiveCount", 1) if isinstance(attributes, Mapping) else 1
    text = body if isinstance(body, str) else json.dumps(body)
    deliveries = int(count) if str(count).isdecimal() else 1
    change, malformed = None, ""
    try:
        change = catalogue.of(json.loads(text), partition)
    except ForeignEvent as error:
        malformed = str(error)
    except (ValueError, RecursionError):
        malformed = "the message is no JSON"
    return Message(name, str(record.get("receiptHandle") or ""), text, deliveries, change, malformed)


def set_aside(message: Message, queue_url: str, clients: Clients, region: str) -> None:
    """Send a message that is no event to the dead-letter queue, as `{"reason": …, "message": …}`.

    A longer message is cut. The letter is ASCII: a queue does not take every character.

    Raises:
        ConfigurationError: the function does not know the queue.
        Transient: SQS did not take it now.
    """
    if not queue_url:
        raise ConfigurationError("the environment variable MUSTER_CHANGE_DLQ_URL is not set; deploy by template.yaml")
    cut = message.body[:_LONGEST]
    letter = {"reason": message.malformed, "message": cut} | ({"cut": True} if cut != message.body else {})
    try:
        clients.get("sqs", region).send_message(QueueUrl=queue_url, MessageBody=json.dumps(letter))
    except READ_ERRORS as error:
        raise Transient(f"cannot send to {queue_url} ({code_of(error)}): {shortened(str(error))}") from error


def leave(messages: Sequence[Message], queue_url: str, clients: Clients, region: str) -> None:
    """Let messages that stay in the queue be delivered again soon, not only when their visibility ends.

    Nothing depends on it: where SQS refuses, they come later.
    """
    for few in _few([message for message in messages if message.receipt and queue_url]):
        entries: list[Any] = [
            {"Id": str(number), "ReceiptHandle": message.receipt, "VisibilityTimeout": _AGAIN_SECONDS}
            for number, message in enumerate(few)
        ]
        try:
            clients.get("sqs", region).change_message_visibility_batch(QueueUrl=queue_url, Entries=entries)
        except READ_ERRORS:
            return


def _few(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    return (messages[start : start + _AT_ONCE] for start in range(0, len(messages), _AT_ONCE))
