"""Reads a queue for one mapping: batches side by side, what succeeded is deleted, what failed comes back later.

A message that failed stays invisible until the queue's visibility timeout is over; the queue itself moves it to its
dead-letter queue when it was received too often.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

import base64
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.eventing.arrivals import ARRIVALS, GATHERING
from local.eventing.batches import Answer
from local.eventing.mapping import Settings, failed_items
from local.eventing.stream_reader import Invoke

_LARGEST = 6 * 1024 * 1024
_FRAME = 1024
_BACKOFF, _LONGEST_BACKOFF = 0.05, 1.0


@dataclass(slots=True)
class QueueReader:
    """One mapping of a queue; `alive` says whether the mapping still is."""

    mapping: Any
    queue: Any
    invoke: Invoke
    alive: Callable[[], bool]
    ended: threading.Event
    _running: int = 0
    _workers: list[threading.Thread] = field(default_factory=list)

    def run(self) -> None:
        """Read until the mapping is gone or everything ends."""
        while self._goes_on():
            settings, seen = Settings.of(self.mapping), ARRIVALS.count
            if not settings.enabled or self._running >= settings.concurrency:
                ARRIVALS.wait(seen)
            elif messages := self._gather():
                self._running += 1
                self._workers = [each for each in self._workers if each.is_alive()]
                worker = threading.Thread(target=self._deliver, args=(messages,), daemon=True, name="queue-batch")
                self._workers.append(worker)
                worker.start()
        for worker in self._workers:
            worker.join()

    @property
    def idle(self) -> bool:
        """Whether the queue is empty and nothing of it is being handled; a disabled mapping has nothing to do."""
        if not Settings.of(self.mapping).enabled or not self.alive():
            return True
        return not self._running and not self.queue._messages

    def _goes_on(self) -> bool:
        return not self.ended.is_set() and self.alive()

    def _gather(self) -> list[Any]:
        """Wait for messages that can be seen, until a batch is full or its window is over."""
        found: list[Any] = []
        size, until = 0, float("inf")
        while self._goes_on() and (settings := Settings.of(self.mapping)).enabled:
            seen = ARRIVALS.count
            received = self._receive(self._fitting(settings.batch_size - len(found), _LARGEST - size))
            found += self._wanted(received, settings)
            size += sum(map(_size, received))
            if found and until == float("inf"):
                until = time.monotonic() + settings.window * ARRIVALS.pace
            full = len(found) >= settings.batch_size or (self._fitting(1, _LARGEST - size) == 0 and self._sees())
            if found and (full or time.monotonic() >= until):
                return found
            waits = [self._until_visible(), None if not found else max(until - time.monotonic(), 0)]
            ARRIVALS.wait(seen, min((each for each in waits if each is not None), default=None))
            self.ended.wait(GATHERING)
        return found

    def _sees(self) -> bool:
        """Whether the queue holds a message that can be seen."""
        return any(each.visible and not each.delayed for each in list(self.queue._messages))

    def _fitting(self, most: int, room: int) -> int:
        """Return how many of the messages that can be seen fit into so many bytes."""
        count = 0
        for message in list(self.queue._messages):
            if count >= most:
                break
            if message.visible and not message.delayed:
                room -= _size(message)
                if room < 0:
                    break
                count += 1
        return count

    def _receive(self, count: int) -> list[Any]:
        """Receive as a consumer does; messages past their last receive go to the dead-letter queue."""
        if not count:
            return []
        from moto.sqs.models import sqs_backends  # noqa: PLC0415 - moto takes seconds to import

        backend = sqs_backends[self.queue.account_id][self.queue.region]
        if self.queue.name not in backend.queues:
            return []
        timeout = int(self.queue.visibility_timeout)
        received = backend.receive_message(self.queue.name, count, 0, timeout, ["All"])
        ids = {each.id for each in received}
        now = time.time() * 1000
        for message in self.queue._messages:
            if message.id in ids:
                message.visible_at = now + timeout * 1000 * ARRIVALS.pace
        return list(received)

    def _wanted(self, messages: Sequence[Any], settings: Settings) -> list[Any]:
        """Return what the mapping's filters let through; Lambda deletes the others."""
        if not settings.patterns:
            return list(messages)
        wanted = [each for each in messages if settings.wants(_parsed(self._event(each)))]
        self._delete({each.id for each in messages} - {each.id for each in wanted})
        return wanted

    def _until_visible(self) -> float | None:
        """Return in how many seconds the next message can be seen, None if there is none."""
        moments = [max(each.visible_at, each.delayed_until) / 1000 - time.time() for each in self.queue._messages]
        return max(min(moments), 0) if moments else None

    def _deliver(self, messages: Sequence[Any]) -> None:
        settings = Settings.of(self.mapping)
        try:
            event = {"Records": [self._event(each) for each in messages]}
            answer = self._invoked(settings, event)
            known = [each.id for each in messages]
            failed: set[str] | None = set()
            if answer.errored or answer.throttled:
                failed = None
            elif settings.partial:
                failed = failed_items(answer.payload, known)
            if failed is not None and not self.ended.is_set():
                self._delete(set(known) - failed)
        finally:
            self._running -= 1
            ARRIVALS.say()

    def _invoked(self, settings: Settings, event: dict[str, Any]) -> Answer:
        """Invoke, and again while Lambda throttles, until the messages are visible to others again."""
        deadline = time.monotonic() + int(self.queue.visibility_timeout) * ARRIVALS.pace
        wait = _BACKOFF
        while True:
            answer = self.invoke(settings.function, event)
            if not answer.throttled or time.monotonic() + wait > deadline or self.ended.wait(wait):
                return answer
            wait = min(wait * 2, _LONGEST_BACKOFF)

    def _delete(self, ids: set[str]) -> None:
        with self.queue._messages_lock:
            gone = [each for each in self.queue._messages if each.id in ids]
            self.queue._messages = [each for each in self.queue._messages if each.id not in ids]
        for message in gone:
            self.queue.pending_messages.discard(message)
            self.queue.deleted_messages.update(message.all_receipt_handles)

    def _event(self, message: Any) -> dict[str, Any]:
        """Return what a function gets of a message."""
        attributes = {
            "ApproximateReceiveCount": str(message.approximate_receive_count),
            "SentTimestamp": str(message.sent_timestamp),
            "SenderId": message.sender_id,
            "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        }
        more = {
            "MessageGroupId": message.group_id,
            "MessageDeduplicationId": message.deduplication_id,
            "SequenceNumber": message.sequence_number,
        }
        return {
            "messageId": message.id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": {**attributes, **{key: value for key, value in more.items() if value}},
            "messageAttributes": {key: _attribute(value) for key, value in message.message_attributes.items()},
            "md5OfBody": message.body_md5,
            "eventSource": "aws:sqs",
            "eventSourceARN": self.queue.queue_arn,
            "awsRegion": self.queue.region,
        }


def _size(message: Any) -> int:
    """Return about how many bytes a message takes in an event."""
    return len(message.body.encode()) + _FRAME


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    spelled: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "StringValue" in value:
        spelled["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        binary = value["BinaryValue"]
        spelled["binaryValue"] = base64.b64encode(binary).decode() if isinstance(binary, bytes) else binary
    return spelled


def _parsed(event: dict[str, Any]) -> dict[str, Any]:
    """Return a message with its body as JSON if it is, which is how filters see it."""
    try:
        return {**event, "body": json.loads(event["body"])}
    except ValueError:
        return event
