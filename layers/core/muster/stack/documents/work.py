"""The work list of a scan: its shards in batches, and the items of the Distributed Map."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from muster.model.shard import Shard
from muster.stack.documents.fields import plain
from muster.stack.documents.names import AccountId, AttemptName, BatchName, ShardFields
from muster.stack.documents.objects import START_AGAIN, Document


@dataclass(frozen=True, slots=True)
class ShardBatch:
    """Shards of one account that one function scans; `attempt` names the execution that resumed the scan."""

    batch: BatchName
    attempt: AttemptName = field(default="", kw_only=True)
    shards: tuple[ShardFields, ...]


@dataclass(frozen=True, slots=True)
class AccountItem:
    """The batches of one account: an item of the Distributed Map."""

    account_id: AccountId
    batches: tuple[ShardBatch, ...]


@dataclass(frozen=True, slots=True)
class WorkList(Document):
    """All batches of an attempt at a scan, by account."""

    NAME: ClassVar[str] = "the work list of the scan"
    WAY_OUT: ClassVar[str] = START_AGAIN
    BARE: ClassVar[bool] = True

    accounts: tuple[AccountItem, ...]

    def written(self) -> bytes:
        """Return the work list as JSON; of a thousand accounts, one is held as plain values at a time."""
        text = io.BytesIO()
        text.write(b"[")
        for place, item in enumerate(self.accounts):
            text.write(b"," * bool(place) + json.dumps(plain(item), separators=(",", ":")).encode())
        text.write(b"]")
        return text.getvalue()

    @property
    def batches(self) -> Iterator[ShardBatch]:
        """The batches of all accounts."""
        return (batch for item in self.accounts for batch in item.batches)

    def shards(self) -> list[tuple[Shard, str]]:
        """Return each shard with the name of its batch."""
        return [(shard, batch.batch) for batch in self.batches for shard in batch.shards]


@dataclass(frozen=True, slots=True)
class PlannedScan(Document):
    """The answer of plan_scan: where the work list is, how much it is, and how many accounts are scanned at a time."""

    scan_id: str
    attempt: str
    bucket: str
    batches_key: str
    accounts: int
    batches: int
    record: bool
    concurrency: int


@dataclass(frozen=True, slots=True)
class BatchOutcome(Document):
    """The answer of scan_shards: how many shards are done, and how many are left for another function."""

    scan_id: str
    shards: int
    left: int
