"""What is remembered between scans, in the bucket: one object a shard, one memory a check.

It is as large as what fails: a hundred thousand findings are 44 MB of JSON, so that neither the text nor what it is
parsed into is ever there as a whole beside the records themselves.
"""

import dataclasses
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import tenacity

from muster.errors import Signal
from muster.lifecycle.transitions import CheckHistory, State, Subject, TrackedFinding
from muster.model.text import shown
from muster.storage.bucket import Bucket, Conflict

Memories = Mapping[str, CheckHistory]
VERSION = 1


class Known(NamedTuple):
    """What is remembered of a shard, by check id, and the ETag of the object (None when there is none).

    `damage` says why the object cannot be read; there are no memories then. `foreign` says that another version of
    Muster wrote it, so that it must not be replaced. `lost_in` is the scan that replaced a damaged object.
    """

    memories: Memories
    etag: str | None
    damage: str = ""
    foreign: bool = False
    lost_in: str = ""


class _ForeignError(Signal, ValueError):
    """Another version of Muster wrote the object."""


_BROKEN = (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What reading a damaged object raises: it is no gzip, it is cut, it is no JSON, or it has other keys or values."""


def read(bucket: Bucket, key: str) -> tuple[Memories, str | None]:
    """Return the memories of a shard by check id, and the ETag of the object (None when there is none)."""
    found = known(bucket, key)
    return found.memories, found.etag


def known(bucket: Bucket, key: str) -> Known:
    """Return what is remembered of a shard; of an object that cannot be read, nothing and why."""
    found = bucket.get_bytes(key)
    if found is None:
        return Known({}, None)
    body, etag = found
    where = f"s3://{bucket.name}/{key}"
    try:
        memories, lost_in = _read(body)
    except _ForeignError as error:
        told = f"{where} was written by another version of Muster ({error}): deploy that version, or delete the object"
        return Known({}, etag, told, foreign=True)
    except _BROKEN as error:
        why = "it is empty" if not body else str(error) or type(error).__name__
        return Known({}, etag, f"{where} is damaged ({why})")
    return Known(memories, etag, lost_in=lost_in)


def update(bucket: Bucket, key: str, reconcile: Callable[[Memories], Memories], scan_id: str = "") -> Known:
    """Read, reconcile and write back; when somebody else wrote meanwhile, begin again from what they wrote.

    An object that cannot be read is replaced, and keeps the name of the scan that did so; one of another version of
    Muster is left alone. Returns what was known before.

    Raises:
        Conflict: the write was lost ten times.
    """

    @tenacity.retry(
        retry=tenacity.retry_if_exception_type(Conflict),
        wait=tenacity.wait_random_exponential(multiplier=0.05, max=2),
        stop=tenacity.stop_after_attempt(10),
        reraise=True,
    )
    def attempt() -> Known:
        before = known(bucket, key)
        after = reconcile(before.memories)
        if not before.foreign:
            lost_in = scan_id if before.damage else before.lost_in
            bucket.put_bytes(key, _written(after, lost_in), etag=before.etag)
        return before

    return attempt()


_HEAD = f'{{"version":{VERSION},"checks":{{'
_MEMORY = frozenset({"scan_id", "started_at", "first_scan_id", "records"})


def _written(memories: Memories, lost_in: str = "") -> bytes:
    """Return memories as gzipped JSON, a check a line; the last line says how many there are."""
    written = io.BytesIO()
    with gzip.GzipFile(fileobj=written, mode="wb", mtime=0) as file:
        file.write(f"{_HEAD}\n".encode())
        for left, (check_id, memory) in zip(reversed(range(len(memories))), sorted(memories.items()), strict=True):
            file.write(f"{_text(check_id)}:{_text(_plain(memory))}{',' if left else ''}\n".encode())
        file.write(f'}},"count":{len(memories)},"lost_in":{_text(lost_in)}}}'.encode())
    return written.getvalue()


def _read(body: bytes) -> tuple[Memories, str]:
    """Return the memories in an object, and the scan that replaced a damaged one before it."""
    revive = _Reviver()
    with gzip.open(io.BytesIO(body), "rt", encoding="utf-8") as lines:
        first = lines.readline()
        if first.rstrip() == _HEAD:
            found, end = _of_lines(lines, revive)
        else:
            # Until 2026-11 it was all one line.
            end = json.loads(first + lines.read(), object_hook=revive)
            if end["version"] != VERSION:
                raise _ForeignError(f"version {end['version']!r}")
            found = end["checks"]
    if end.get("count", len(found)) != len(found):
        raise ValueError(f"it holds {len(found)} of {end['count']} checks")
    return {check_id: _memory(memory) for check_id, memory in found.items()}, str(end.get("lost_in", ""))


def _of_lines(lines: Iterable[str], revive: "_Reviver") -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the checks, a line each, and what the last line says."""
    found: dict[str, Any] = {}
    end: dict[str, Any] | None = None
    for line in lines:
        if end is not None:
            raise ValueError("something follows its last line")
        if line.startswith("}"):
            end = json.loads(f'{{"checks":{{{line}')
        else:
            found |= json.loads(f"{{{line.rstrip().removesuffix(',')}}}", object_hook=revive)
    if end is None:
        raise ValueError("its last lines are missing")
    return found, end


def _text(value: object) -> str:
    return shown(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _plain(memory: CheckHistory) -> dict[str, Any]:
    return {
        "scan_id": memory.scan_id,
        "started_at": memory.started_at.isoformat(),
        "first_scan_id": memory.first_scan_id,
        "records": {key: _plain_record(record) for key, record in sorted(memory.records.items())},
    }


def _plain_record(record: TrackedFinding) -> dict[str, Any]:
    return {
        "state": record.state.value,
        "subject": dataclasses.asdict(record.subject),
        "first_seen": record.first_seen.isoformat(),
        "changed_in": record.changed_in,
        "changed_at": record.changed_at.isoformat(),
        "was_open": record.was_open,
        "before": _plain_record(record.before) if record.before else None,
    }


_RECORD = frozenset(field.name for field in dataclasses.fields(TrackedFinding))
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
            subject, before = document["subject"], document["before"]
            if not isinstance(subject, Subject) or not (before is None or isinstance(before, TrackedFinding)):
                raise ValueError("a record has other keys")
            return TrackedFinding(
                State(document["state"]),
                subject,
                self._time(document["first_seen"]),
                self._one(document["changed_in"]),
                self._time(document["changed_at"]),
                document["was_open"],
                before,
            )
        return document

    def _one(self, text: object) -> str:
        if not isinstance(text, str):
            raise TypeError(f"{text!r} is no string")
        return self._texts.setdefault(text, text)

    def _time(self, text: str) -> datetime:
        found = self._times.get(text)
        if found is None:
            found = self._times[text] = datetime.fromisoformat(text)
        return found


def _memory(document: Mapping[str, Any]) -> CheckHistory:
    if document.keys() != _MEMORY:
        raise ValueError("a check has other keys")
    records = document["records"]
    if not all(isinstance(record, TrackedFinding) for record in records.values()):
        raise ValueError("a record has other keys")
    scan_id, first = str(document["scan_id"]), str(document["first_scan_id"])
    return CheckHistory(scan_id, datetime.fromisoformat(document["started_at"]), first, records)
