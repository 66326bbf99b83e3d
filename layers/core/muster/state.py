"""What is remembered between scans, in the bucket: one object a shard, one memory a check."""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import tenacity

from muster.diff import Memory, Record, State, Subject
from muster.sinks.bucket import Bucket, Conflict

Memories = Mapping[str, Memory]


def read(bucket: Bucket, key: str) -> tuple[Memories, str | None]:
    """Return the memories of a shard by check id, and the ETag of the object (None when there is none)."""
    found = bucket.get_versioned(key)
    if found is None:
        return {}, None
    document, etag = found
    return {check_id: _memory(memory) for check_id, memory in document["checks"].items()}, etag


def update(bucket: Bucket, key: str, settle: Callable[[Memories], Memories]) -> None:
    """Read, settle and write back; when somebody else wrote meanwhile, begin again from what they wrote.

    Raises:
        Conflict: the write was lost ten times.
    """

    @tenacity.retry(
        retry=tenacity.retry_if_exception_type(Conflict),
        wait=tenacity.wait_random_exponential(multiplier=0.05, max=2),
        stop=tenacity.stop_after_attempt(10),
        reraise=True,
    )
    def attempt() -> None:
        before, etag = read(bucket, key)
        after = settle(before)
        document = {"version": 1, "checks": {check_id: _plain(memory) for check_id, memory in sorted(after.items())}}
        bucket.put_json(key, document, etag=etag)

    attempt()


def _plain(memory: Memory) -> dict[str, Any]:
    return {
        "scan_id": memory.scan_id,
        "started_at": memory.started_at.isoformat(),
        "first_scan_id": memory.first_scan_id,
        "records": {key: _plain_record(record) for key, record in sorted(memory.records.items())},
    }


def _plain_record(record: Record) -> dict[str, Any]:
    return {
        "state": record.state.value,
        "subject": dataclasses.asdict(record.subject),
        "first_seen": record.first_seen.isoformat(),
        "changed_in": record.changed_in,
        "changed_at": record.changed_at.isoformat(),
        "was_open": record.was_open,
        "before": _plain_record(record.before) if record.before else None,
    }


def _memory(document: Mapping[str, Any]) -> Memory:
    return Memory(
        document["scan_id"],
        datetime.fromisoformat(document["started_at"]),
        document["first_scan_id"],
        {key: _record(record) for key, record in document["records"].items()},
    )


def _record(document: Mapping[str, Any]) -> Record:
    return Record(
        State(document["state"]),
        Subject(**document["subject"]),
        datetime.fromisoformat(document["first_seen"]),
        document["changed_in"],
        datetime.fromisoformat(document["changed_at"]),
        document["was_open"],
        _record(document["before"]) if document["before"] else None,
    )
