"""Starts a reader for every event source mapping, in whichever account and region, and ends them all."""

import functools
import threading
from collections.abc import Callable, Iterator
from typing import Any

from local.eventing.arrivals import ARRIVALS, install
from local.eventing.batches import Answer
from local.eventing.behalf import Behalf, Server
from local.eventing.mapping import Settings
from local.eventing.queue_reader import QueueReader
from local.eventing.stream_reader import SHARDS, Invoke, StreamReader

_LONGEST_END = 5.0


class EventSources:
    """The mappings of the embedded AWS, read from `start` to `stop`."""

    def __init__(self, aws: Server, invoke: Invoke) -> None:
        """Make ready; `invoke` runs a function."""
        self._aws, self._invoke = aws, invoke
        self._ended = threading.Event()
        self._known: set[str] = set()
        self._threads: list[threading.Thread] = []
        self._readers: list[StreamReader | QueueReader] = []

    def start(self) -> None:
        """Begin to watch for mappings."""
        install()
        self._begin(self._watch, "event-sources")

    def end(self) -> None:
        """Let no further invocation begin."""
        self._ended.set()
        ARRIVALS.say()

    def join(self) -> None:
        """Wait until every reader has ended."""
        for thread in list(self._threads):
            thread.join(_LONGEST_END)

    @property
    def idle(self) -> bool:
        """Whether every mapping is read and has delivered everything."""
        known = all(mapping.uuid in self._known for _, mapping in _mappings())
        return known and all(reader.idle for reader in list(self._readers))

    def _begin(self, run: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=run, daemon=True, name=name)
        self._threads.append(thread)
        thread.start()

    def _watch(self) -> None:
        while not self._ended.is_set():
            seen = ARRIVALS.count
            for backend, mapping in _mappings():
                if mapping.uuid not in self._known:
                    self._known.add(mapping.uuid)
                    self._read(backend, mapping)
            ARRIVALS.wait(seen)

    def _read(self, backend: Any, mapping: Any) -> None:
        def alive() -> bool:
            return any(each is mapping for _, each in _mappings())

        @functools.cache
        def behalf() -> Behalf:
            return Behalf(self._aws, str(backend.get_function(mapping.function_arn).role), backend.region_name)

        def invoke(function: str, event: dict[str, Any]) -> Answer:
            _record(behalf(), mapping.event_source_arn)
            return self._invoke(function, event)

        if mapping.event_source_arn.split(":")[2] == "sqs":
            reader = QueueReader(mapping, _queue(mapping), invoke, alive, self._ended)
            self._readers.append(reader)
            self._begin(reader.run, "queue-reader")
            return
        count = SHARDS * Settings.of(mapping).factor
        for number in range(count):
            found = StreamReader(mapping, _shard(mapping), number, count, invoke, alive, behalf, self._ended)
            self._readers.append(found)
            self._begin(found.run, "stream-reader")


def _record(behalf: Behalf, source: str) -> None:
    """Record the calls with which Lambda reads a source; that the role may make them was seen with the mapping."""
    for operation, parameters in _calls(source):
        behalf.record(operation, parameters)


def _calls(source: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the calls with which Lambda reads a source."""
    if source.split(":")[2] == "sqs":
        for name in ("GetQueueAttributes", "ReceiveMessage", "DeleteMessage"):
            yield f"sqs:{name}", {"QueueUrl": f"/{source.rpartition(':')[2]}"}
    else:
        for name in ("ListStreams", "DescribeStream", "GetShardIterator", "GetRecords"):
            yield f"dynamodbstreams:{name}", {"StreamArn": source}


def _mappings() -> Iterator[tuple[Any, Any]]:
    """Yield every mapping with its backend."""
    from moto.awslambda.models import lambda_backends  # noqa: PLC0415 - moto takes seconds to import

    for account in list(lambda_backends.values()):
        for backend in list(account.values()):
            for mapping in list(backend._event_source_mappings.values()):
                yield backend, mapping


def _queue(mapping: Any) -> Any:
    from moto.sqs.models import sqs_backends  # noqa: PLC0415 - moto takes seconds to import

    _, _, _, region, account, name = mapping.event_source_arn.split(":")
    return sqs_backends[account][region].queues[name]


def _shard(mapping: Any) -> Any:
    from moto.dynamodb.models import dynamodb_backends  # noqa: PLC0415 - moto takes seconds to import

    _, _, _, region, account, table = mapping.event_source_arn.split(":", 5)
    return dynamodb_backends[account][region].tables[table.split("/")[1]].stream_shard
