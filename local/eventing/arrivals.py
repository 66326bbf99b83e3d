"""Wakes the readers of streams and queues when something arrives, so that nobody looks in vain.

moto calls functions in the writer's thread, one call for each item, before the write returns. That is taken out here.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
"""

import json
import threading
import time
import zlib
from collections import UserDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC
from functools import cached_property
from typing import Any

GATHERING = 0.02
"""Seconds between an arrival and the look at it, so that a thousand writes wake a reader a few times only."""


class Arrivals:
    """Counts what arrived; a reader waits until the count is another one than it saw last."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._changed = threading.Condition()
        self.count = 0
        self.active = False
        """Whether an embedded AWS runs; without one, moto is as it is without this module."""
        self.pace = 1.0
        """What a second of a delay, of a batching window and of a visibility timeout takes, in seconds."""

    def say(self) -> None:
        """Wake whoever waits."""
        with self._changed:
            self.count += 1
            self._changed.notify_all()

    def wait(self, seen: int, timeout: float | None = None) -> None:
        """Wait until something arrived after the count that was seen, or until the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: self.count != seen, timeout)


ARRIVALS = Arrivals()
"""The arrivals of this process: moto's resources are of the process too."""

_installed: list[bool] = []
_numbering = threading.Lock()
_expiring: ContextVar[bool] = ContextVar("expiring", default=False)
_SERVICE = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


@contextmanager
def as_service() -> Iterator[None]:
    """Let the records of what is deleted within the block say that DynamoDB deleted it."""
    token = _expiring.set(True)
    try:
        yield
    finally:
        _expiring.reset(token)


def install() -> None:
    """Change moto's streams, queues and mappings, once in a process."""
    if _installed:
        return
    _installed.append(True)
    from moto.awslambda.models import LambdaBackend  # noqa: PLC0415 - moto takes seconds to import
    from moto.dynamodb.models.table import StreamShard  # noqa: PLC0415 - the same
    from moto.sqs.models import Queue, SQSBackend  # noqa: PLC0415 - the same

    StreamShard.add = while_active(_add_record, StreamShard.add)
    Queue.attributes = property(while_active(_lazily(Queue.attributes.fget), Queue.attributes.fget))
    retention = "is_message_valid_based_on_retention_period"
    setattr(SQSBackend, retention, while_active(_is_kept, getattr(SQSBackend, retention)))
    Queue.add_message = while_active(_announced(_without_mappings(Queue.add_message)), Queue.add_message)
    for name in ("create_event_source_mapping", "update_event_source_mapping", "delete_event_source_mapping"):
        setattr(LambdaBackend, name, _announced(getattr(LambdaBackend, name)))


def while_active(ours: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that is ours while an embedded AWS runs, and moto's own otherwise."""

    def call(*arguments: Any, **named: Any) -> Any:
        return (ours if ARRIVALS.active else original)(*arguments, **named)

    return call


def _add_record(shard: Any, old: Any, new: Any) -> None:
    """Append a record; a write that changes nothing has none."""
    from moto.dynamodb.models.table import StreamRecord  # noqa: PLC0415 - moto takes seconds to import

    before, after = (None if item is None else item.to_json()["Attributes"] for item in (old, new))
    if before == after:
        return
    name = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    with _numbering:
        number = shard.starting_sequence_number + len(shard.items)
        record = StreamRecord(shard.table, shard.table.stream_specification["StreamViewType"], name, old, new, number)
        record.record |= {"awsRegion": shard.table.region_name, "eventVersion": "1.1"}
        if _expiring.get():
            record.record["userIdentity"] = dict(_SERVICE)
        created = record.record["dynamodb"]["ApproximateCreationDateTime"].replace(microsecond=0)
        record.record["dynamodb"]["ApproximateCreationDateTime"] = created
        record.age_from = created.replace(tzinfo=UTC).timestamp()
        keys = record.record["dynamodb"]["Keys"]
        record.partition = zlib.crc32(json.dumps(keys[shard.table.hash_key_attr]).encode())
        record.item = zlib.crc32(json.dumps(keys, sort_keys=True).encode())
        shard.items.append(record)
    ARRIVALS.say()


class _Attributes(UserDict[str, Any]):
    """The attributes of a queue, which are counted only when one is read that a standard queue has."""

    def __init__(self, count: Callable[[], dict[str, Any]]) -> None:
        self._count = count

    @cached_property
    def data(self) -> dict[str, Any]:  # type: ignore[override]  # the library assigns it
        return self._count()

    def get(self, key: str, default: Any = None) -> Any:
        return default if key == "ContentBasedDeduplication" else self.data.get(key, default)


def _lazily(read: Callable[[Any], dict[str, Any]]) -> Callable[[Any], Any]:
    """Spare a standard queue the counting of its messages, which moto does two times for each that is sent."""

    def attributes(queue: Any) -> Any:
        return read(queue) if queue.fifo_queue else _Attributes(lambda: read(queue))

    return attributes


def _is_kept(backend: Any, name: str, message: Any) -> bool:
    """Whether a message's retention period is not over yet: moto counts the queue's messages to know the period."""
    retention = float(backend.get_queue(name).message_retention_period)
    return bool(time.time() * 1000 <= message.sent_timestamp + retention * 1000)


def _without_mappings(add: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Append a message without calling the functions of the queue's mappings; a delay passes at the process's pace."""

    def added(queue: Any, message: Any) -> None:
        now = message.sent_timestamp or 0
        if message.delayed_until > now:
            message.delayed_until = now + (message.delayed_until - now) * ARRIVALS.pace
        kept, queue.lambda_event_source_mappings = queue.lambda_event_source_mappings, {}
        try:
            add(queue, message)
        finally:
            queue.lambda_event_source_mappings = kept

    return added


def _announced(change: Callable[..., Any]) -> Callable[..., Any]:
    def changed(*arguments: Any, **named: Any) -> Any:
        answer = change(*arguments, **named)
        ARRIVALS.say()
        return answer

    return changed
