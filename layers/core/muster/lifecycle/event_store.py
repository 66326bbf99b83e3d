"""The event store: a DynamoDB table with one item for each event in the life of a finding.

The key and all attributes of an item follow from the scan, so that writing an event again changes nothing. Batches
have no conditions, and need none.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import botocore.exceptions
import tenacity
from boto3.dynamodb.types import TypeSerializer

from muster.errors import MusterError, Refused, Signal, Transient
from muster.lifecycle.events import FindingEvent
from muster.sdk.errors import READ_ERRORS, Meaning, code_of, meaning_of, throttled, transient
from muster.sdk.redaction import safe

BATCH = 25
"""Items that a call takes at most."""
PACE = 900.0
"""Events of one status a second at most: a partition of the index by status takes 1,000 writes a second.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
"""
_SLOWEST = 25.0
_FASTER = 1.05
ATTEMPTS = 8
"""How often a batch is tried of which nothing is taken."""
LONGEST = 20.0
"""Seconds between two attempts at most."""
TRYING_FOR = 30.0
"""Seconds after which a batch is not tried again, although some of it is taken each time: less than functions keep as a
reserve."""
_DAY = 24 * 60 * 60
_SERIALIZER = TypeSerializer()
Item = Mapping[str, Any]


def item_of(event: FindingEvent, days: int) -> dict[str, Any]:
    """Return the item of an event in DynamoDB's JSON; `ttl` is the second in which it expires, `days` after it."""
    content = {**event.to_json(), "ttl": event.timestamp // 1000 + days * _DAY}
    return {name: _SERIALIZER.serialize(value) for name, value in content.items()}


class Unprocessed(Signal):
    """DynamoDB took a part of a batch, or nothing."""


@dataclass(slots=True)
class EventStore:
    """Writes events to the table; `client` is one of DynamoDB, `days` says how long an event is kept."""

    client: Any
    table: str
    days: int
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _pace: float = PACE
    _free: dict[str, float] = field(default_factory=dict)
    """When the next event of a status may be written."""

    def write(self, events: Iterable[FindingEvent]) -> Iterator[int]:
        """Write events in their order, and yield after each batch how many were in it.

        Raises:
            Transient: the table takes nothing, however often it is tried.
            Refused: the table refuses the call for good: the role lacks a permission, or it is another table.
        """
        rest = iter(events)
        while batch := list(islice(rest, BATCH)):
            self._wait(batch)
            try:
                self._put([{"PutRequest": {"Item": item_of(event, self.days)}} for event in batch])
            except Unprocessed as error:
                raise Transient(f"the table {self.table} does not take events now; they are written later") from error
            except READ_ERRORS as error:
                raise self._named(error) from error
            yield len(batch)

    def _wait(self, batch: Sequence[FindingEvent]) -> None:
        """Wait until the index by status takes a batch, too."""
        counts, now = Counter(event.status for event in batch), self.clock()
        until = max(self._free.get(status, now) for status in counts)
        if until > now:
            self.sleep(until - now)
        for status, count in counts.items():
            self._free[status] = max(until, now) + count / self._pace

    def _put(self, items: Sequence[Item]) -> None:
        """Put items until none is unprocessed.

        Raises:
            Unprocessed: DynamoDB took nothing in all attempts, or too little for too long.
            ClientError: DynamoDB refuses the call.
        """
        left, vain, until = items, 0, self.clock() + TRYING_FOR

        def some() -> None:
            nonlocal left, vain
            before, vain = len(left), vain + 1
            left = self._put_once(left)
            if len(left) < before:
                vain = 0
            if left:
                raise Unprocessed

        tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, Unprocessed) or transient(error)),
            wait=tenacity.wait_random_exponential(multiplier=0.1, max=LONGEST),
            stop=lambda _: vain >= ATTEMPTS or self.clock() >= until,
            sleep=self.sleep,
            reraise=True,
        )(some)
        self._pace = min(PACE, self._pace * _FASTER)

    def _put_once(self, items: Sequence[Item]) -> Sequence[Item]:
        """Put items, and return those that were not taken; then the next batches are slower."""
        try:
            answer = self.client.batch_write_item(RequestItems={self.table: list(items)})
        except botocore.exceptions.ClientError as error:
            if throttled(error):
                self._slow_down()
                return items
            raise
        unprocessed: Sequence[Item] = answer.get("UnprocessedItems", {}).get(self.table, [])
        if unprocessed:
            self._slow_down()
        return unprocessed

    def _slow_down(self) -> None:
        self._pace = max(_SLOWEST, self._pace / 2)

    def _named(self, error: BaseException) -> MusterError:
        code = code_of(error)
        what = f"cannot write events to the table {self.table} ({code}): {safe(str(error))}"
        if transient(error) or meaning_of(code) is Meaning.EXPIRED:
            return Transient(what)
        return Refused(
            f"{what}; the function's role needs dynamodb:BatchWriteItem on the table and kms:Decrypt on its key. "
            "What was not written is written by the next scan of the account"
        )
