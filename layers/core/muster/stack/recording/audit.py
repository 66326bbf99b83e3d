"""The audit: an object for each event, and the events of an invocation by day for Athena. Decision 30 says why."""

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import get_type_hints

from muster.errors import Transient
from muster.lifecycle.events import FindingEvent
from muster.model.text import shown
from muster.sdk.errors import code_of
from muster.storage import keys
from muster.storage.bucket import Bucket, Conflict

_GLUE = {str: "string", int: "bigint", bool: "boolean"}
COLUMNS: Mapping[str, str] = MappingProxyType(
    {name: _GLUE[kind] for name, kind in get_type_hints(FindingEvent).items()}
)
"""The columns of the table `audit` with Glue's types; `event_date` is its partition."""


def write_event(bucket: Bucket, event: FindingEvent) -> None:
    """Write the object of an event, unless it was written before: nothing in the audit is ever replaced.

    Raises:
        MusterError: S3 did not take it now, or the role or the key does not allow it.
    """
    _write_once(bucket, keys.audit(event.finding_id, event.timestamp), _line(event))


def by_day(events: Mapping[int, FindingEvent]) -> dict[str, tuple[int, ...]]:
    """Return the places of events by the day (YYYY-MM-DD, in UTC) of their timestamps."""
    days: dict[str, list[int]] = {}
    for place, event in events.items():
        days.setdefault(f"{datetime.fromtimestamp(event.timestamp / 1000, UTC):%Y-%m-%d}", []).append(place)
    return {day: tuple(places) for day, places in days.items()}


def write_day(bucket: Bucket, day: str, events: Iterable[FindingEvent]) -> None:
    """Write events of one day as a file of the table `audit`: a line each, named by what it holds.

    The same events give the same file. A batch that is delivered again in other pieces gives other files with the same
    lines, so that queries read distinct rows.

    Raises:
        MusterError: S3 did not take it now, or the role or the key does not allow it.
    """
    lines = b"\n".join(map(_line, sorted(events, key=lambda event: (event.finding_id, event.timestamp))))
    name = hashlib.sha256(lines).hexdigest()[:32]
    _write_once(bucket, keys.audit_of_day(day, name), gzip.compress(lines + b"\n", mtime=0))


def _line(event: FindingEvent) -> bytes:
    """Return an event as one line of JSON: what Athena reads."""
    return shown(json.dumps(event.to_json(), ensure_ascii=False)).encode()


def _write_once(bucket: Bucket, key: str, body: bytes) -> None:
    try:
        bucket.put_bytes(key, body, etag=None)
    except Conflict as error:
        # S3 answers 409 where another request writes the object just now: neither may have succeeded.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
        if code_of(error.__cause__ or error) not in ("PreconditionFailed", "412"):
            raise Transient(str(error)) from error
