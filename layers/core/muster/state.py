"""What is remembered between scans, in the bucket: one object a shard, one memory a check.

It is as large as what fails: a hundred thousand findings are 44 MB of JSON, so that neither the text nor what it is
parsed into is ever there as a whole beside the records themselves.
"""

import dataclasses
import gzip
import io
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import tenacity

from muster.diff import Memory, Record, State, Subject
from muster.sinks.bucket import Bucket, Conflict

Memories = Mapping[str, Memory]


def read(bucket: Bucket, key: str) -> tuple[Memories, str | None]:
    """Return the memories of a shard by check id, and the ETag of the object (None when there is none)."""
    found = bucket.get_bytes(key)
    if found is None:
        return {}, None
    body, etag = found
    return _read(body), etag


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
        bucket.put_bytes(key, _written(after), etag=etag)

    attempt()


_HEAD, _END = '{"version":1,"checks":{', "}}"


def _written(memories: Memories) -> bytes:
    """Return memories as gzipped JSON, a check a line."""
    written = io.BytesIO()
    with gzip.GzipFile(fileobj=written, mode="wb", mtime=0) as file:
        file.write(f"{_HEAD}\n".encode())
        for left, (check_id, memory) in zip(reversed(range(len(memories))), sorted(memories.items()), strict=True):
            file.write(f"{_text(check_id)}:{_text(_plain(memory))}{',' if left else ''}\n".encode())
        file.write(_END.encode())
    return written.getvalue()


def _read(body: bytes) -> Memories:
    revive, found = _Reviver(), {}
    with gzip.open(io.BytesIO(body), "rt", encoding="utf-8") as lines:
        first = lines.readline()
        if first.rstrip() != _HEAD:
            # Until 2026-11 it was all one line.
            found = json.loads(first + lines.read(), object_hook=revive)["checks"]
        for line in lines:
            if line != _END:
                found |= json.loads(f"{{{line.rstrip().removesuffix(',')}}}", object_hook=revive)
    return {check_id: _memory(memory) for check_id, memory in found.items()}


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


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


_RECORD = frozenset(field.name for field in dataclasses.fields(Record))
_SUBJECT = frozenset(field.name for field in dataclasses.fields(Subject))


class _Reviver:
    """Makes records of JSON objects as they are parsed; equal texts and times are one."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._times: dict[str, datetime] = {}

    def __call__(self, document: dict[str, Any]) -> Any:
        if document.keys() == _SUBJECT:
            return Subject(**{name: self._one(text) for name, text in document.items()})
        if document.keys() == _RECORD:
            return Record(
                State(document["state"]),
                document["subject"],
                self._time(document["first_seen"]),
                self._one(document["changed_in"]),
                self._time(document["changed_at"]),
                document["was_open"],
                document["before"],
            )
        return document

    def _one(self, text: str) -> str:
        return self._texts.setdefault(text, text)

    def _time(self, text: str) -> datetime:
        found = self._times.get(text)
        if found is None:
            found = self._times[text] = datetime.fromisoformat(text)
        return found


def _memory(document: Mapping[str, Any]) -> Memory:
    return Memory(
        document["scan_id"],
        datetime.fromisoformat(document["started_at"]),
        document["first_scan_id"],
        document["records"],
    )
