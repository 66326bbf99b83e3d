"""Reads one shard of a table's stream for one mapping: a batch in flight at a time, in the order of the stream."""

import json
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.eventing import destinations
from local.eventing.arrivals import ARRIVALS, GATHERING
from local.eventing.batches import Answer, Batches, Lost, Part, Record
from local.eventing.behalf import Behalf
from local.eventing.mapping import Settings

SHARDS = 4
"""How many shards the stream of a new table on demand has here; moto has one, so its records are dealt."""

_LARGEST = 6 * 1024 * 1024
_BACKOFF, _LONGEST_BACKOFF = 0.05, 1.0
_LOGGER = logging.getLogger(__name__)

Invoke = Callable[[str, dict[str, Any]], Answer]
"""Runs a function of an ARN with an event."""


@dataclass(slots=True)
class StreamReader:
    """One shard for one mapping; `alive` says whether the mapping still is."""

    mapping: Any
    shard: Any
    number: int
    count: int
    invoke: Invoke
    alive: Callable[[], bool]
    behalf: Callable[[], Behalf]
    ended: threading.Event
    _at: int = 0
    _batch: Batches = field(default_factory=lambda: Batches(()))
    _throttled: int = 0
    _waits: bool = False

    def run(self) -> None:
        """Read from the mapping's starting position until the mapping is gone or everything ends."""
        self._at = self._start()
        while not self.ended.is_set() and self.alive():
            settings, seen = Settings.of(self.mapping), ARRIVALS.count
            if not settings.enabled:
                self._wait(seen)
            elif part := self._batch.next:
                self._deliver(part, settings)
            else:
                self._batch = Batches(self._gather())

    @property
    def idle(self) -> bool:
        """Whether everything was delivered that the mapping is to deliver."""
        if not Settings.of(self.mapping).enabled or not self.alive():
            return True
        return self._waits and self._at == len(self.shard.items) and self._batch.next is None

    @property
    def name(self) -> str:
        """The shard's id."""
        return f"shardId-{self.number:020d}-{self.shard.id.rpartition('-')[2]}"

    def _start(self) -> int:
        position = self.mapping.starting_position
        if position == "LATEST":
            return len(self.shard.items)
        if position == "AT_TIMESTAMP":
            since = float(self.mapping.starting_position_timestamp)
            return sum(each.age_from < since for each in self.shard.items)
        return 0

    def _gather(self) -> list[Record]:
        """Wait for records of the shard, until a batch is full or its window is over."""
        found: list[Record] = []
        size, until = 0, float("inf")
        while not self.ended.is_set() and self.alive() and (settings := Settings.of(self.mapping)).enabled:
            seen = ARRIVALS.count
            while len(found) < settings.batch_size and size < _LARGEST and self._at < len(self.shard.items):
                item = self.shard.items[self._at]
                self._at += 1
                if self._mine(item) and settings.wants(event := _event(item, settings.source)):
                    found.append(Record(event["dynamodb"]["SequenceNumber"], item.age_from, event))
                    size += len(json.dumps(event))
            if found and until == float("inf"):
                until = time.monotonic() + settings.window * ARRIVALS.pace
            if found and (len(found) >= settings.batch_size or size >= _LARGEST or time.monotonic() >= until):
                return found
            if found:
                ARRIVALS.wait(seen, max(until - time.monotonic(), 0))
            else:
                self._wait(seen)
            self.ended.wait(GATHERING)
        return found

    def _wait(self, seen: int) -> None:
        self._waits = True
        ARRIVALS.wait(seen)
        self._waits = False

    def _mine(self, item: Any) -> bool:
        """Whether a record is dealt to this shard: by its partition, and by its item with a parallelization factor."""
        factor = self.count // SHARDS
        return bool((item.partition % SHARDS) * factor + item.item % factor == self.number)

    def _deliver(self, part: Part, settings: Settings) -> None:
        if old := self._batch.age(time.time(), settings):
            self._give_up(old, settings)
            return
        answer = self.invoke(settings.function, {"Records": [each.event for each in part.records]})
        if self.ended.is_set():
            return
        if lost := self._batch.take(answer, settings):
            self._give_up(lost, settings)
        self._throttled = self._throttled + 1 if answer.throttled else 0
        again = self._throttled or (self._batch.next.failures if self._batch.next else 0)
        if again:
            self.ended.wait(min(_BACKOFF * 2 ** min(again, 10), _LONGEST_BACKOFF))

    def _give_up(self, lost: Lost, settings: Settings) -> None:
        if not settings.destination:
            return
        letter = destinations.message(lost, settings.function, settings.source, self.name)
        payload = {"Records": [each.event for each in lost.part.records]}
        try:
            destinations.send(self.behalf(), settings.destination, letter, payload, str(self.mapping.uuid))
        except Exception:
            _LOGGER.exception("what was given up could not be sent to %s", settings.destination)


def _event(item: Any, source: str) -> dict[str, Any]:
    """Return what a function gets of a record."""
    record = item.record
    stream = {**record["dynamodb"], "ApproximateCreationDateTime": item.age_from}
    return {**record, "dynamodb": stream, "eventSourceARN": source}
