"""The events of settled accounts on their way from outboxes to the event store, as far as the time goes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

from muster.errors import MusterError
from muster.lifecycle.event_store import EventStore
from muster.sdk.session import Clients
from muster.stack.documents import objects
from muster.stack.documents.objects import Document
from muster.stack.documents.request import Environment
from muster.stack.settling import outbox
from muster.storage import keys
from muster.storage.bucket import Bucket


@dataclass(frozen=True, slots=True, kw_only=True)
class Unflushed(Document):
    """The outboxes that are left of an account when nothing else of it is: `result` is the ETag of its result."""

    NAME: ClassVar[str] = "the outboxes that are left of an account"
    WAY_OUT: ClassVar[str] = "the account is settled from its beginning"
    VERSION: ClassVar[int | None] = 1

    result: str
    outboxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flushing:
    """Flushes outboxes of an account for an attempt at a scan; without a store, they are left where they are."""

    bucket: Bucket
    store: EventStore | None
    scan_id: str
    account_id: str
    attempt: str

    def left_of(self, result: str) -> tuple[str, ...]:
        """Return the outboxes that another function did not come to, after it wrote the result of this ETag."""
        found = objects.or_none(self.bucket, self._key, Unflushed, [])
        return found.outboxes if self.store and found and found.result == result else ()

    def flush(
        self,
        outboxes: Sequence[str],
        result: str,
        left: Callable[[], float],
        here: Mapping[str, Path] = MappingProxyType({}),
    ) -> bool:
        """Write the events of outboxes to the event store; False when the time was up before.

        `here` has those that are files already. Where it ends early, `left_of` returns the rest to the next function.

        Raises:
            Transient: the store takes nothing now.
            Refused: the store refuses the events for good.
        """
        if self.store is None:
            return True
        try:
            rest = outbox.flush_all(self.bucket, self.store, outboxes, left, here)
        except MusterError:
            self._leave(result, outboxes)
            raise
        if rest:
            self._leave(result, rest)
        return not rest

    def _leave(self, result: str, outboxes: Sequence[str]) -> None:
        self.bucket.put_json(self._key, Unflushed(result=result, outboxes=tuple(outboxes)).to_json())

    @property
    def _key(self) -> str:
        attempt = f"-{self.attempt}" if self.attempt else ""
        return keys.settling(self.scan_id, self.account_id, f"unflushed{attempt}")


def open_store(environment: Environment, clients: Clients) -> EventStore | None:
    """Return the event store of the stack, None where the function has none."""
    if not environment.event_table:
        return None
    client = clients.get("dynamodb", environment.region)
    return EventStore(client, environment.event_table, environment.event_days)
