"""The outbox: the events that a settled state of an account has, and that the event store may not have yet.

The object is written before the state that names it, and the state before anything else: a function that dies at any
moment leaves either no change at all, or a state whose next reader finds the events. Decision 29 says why.
"""

import gzip
import hashlib
import heapq
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from muster.errors import MusterError
from muster.lifecycle.event_store import EventStore
from muster.lifecycle.events import FindingEvent
from muster.lifecycle.state_store import BROKEN
from muster.model.text import shown
from muster.stack.documents import objects
from muster.stack.documents.account import AccountNews
from muster.stack.documents.fields import Malformed, record
from muster.stack.documents.objects import Document
from muster.stack.limits import RESERVE
from muster.storage import keys
from muster.storage.bucket import Bucket, scratch
from muster.storage.traffic import each

_LEVEL = 3
_SAVED = 20_000
"""Events after which a function notes how many it wrote: one that dies has so many written again at most."""
_EVENT = record(FindingEvent)


class Entry(NamedTuple):
    """One event of an outbox, and the attempt that reports it."""

    event: FindingEvent
    attempt: str

    @property
    def key(self) -> tuple[str, int]:
        """The key of the event, by which an outbox is sorted."""
        return self.event.finding_id, self.event.timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Flushed(Document):
    """How many of the events of an outbox were written to the event store, in their order.

    `lost` says why the outbox could not be read; then no more of it can be written.
    """

    NAME: ClassVar[str] = "the progress of an outbox"
    WAY_OUT: ClassVar[str] = "its events are written again"
    VERSION: ClassVar[int | None] = 1

    written: int
    complete: bool
    lost: str = ""


@dataclass(slots=True)
class Draft:
    """An outbox on its way into a file: what a scan changed in an account, and how often it was settled before.

    `earlier` are the events that earlier functions settled the account with in the same scan. They stay as they are:
    an event is never written with other contents. `noted` is called with each event.
    """

    path: Path
    earlier: Iterator[Entry] = field(default_factory=lambda: iter(()))
    noted: Callable[[Entry], None] = lambda _: None
    _count: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)
    _files: ExitStack = field(default_factory=ExitStack)
    _file: gzip.GzipFile | None = None
    _next: Entry | None = None

    def add(self, entry: Entry) -> None:
        """Add an event; they come sorted."""
        self._add_earlier(entry.key)
        self._write(entry)

    def close(self) -> int:
        """End the file, and return how many events it has; without one there is no file."""
        self._add_earlier(None)
        if self._count:
            self._line({"count": self._count})
        self._files.close()
        return self._count

    @property
    def digest(self) -> str:
        """The name of the outbox: equal events have an equal one."""
        return str(self._digest.hexdigest()[:16])

    def _add_earlier(self, until: tuple[str, int] | None) -> None:
        while (following := self._next or next(self.earlier, None)) and (until is None or following.key < until):
            self._next = None
            self._write(following)
        self._next = following

    def _write(self, entry: Entry) -> None:
        self._line([entry.attempt, entry.event.to_json()])
        self._count += 1
        self.noted(entry)

    def _line(self, value: object) -> None:
        if self._file is None:
            raw = self._files.enter_context(self.path.open("wb"))
            self._file = self._files.enter_context(gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0))
        line = shown(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode() + b"\n"
        self._digest.update(line)
        self._file.write(line)


def entries_of(path: Path) -> Iterator[Entry]:
    """Yield the events of an outbox, sorted.

    Raises:
        Malformed: the file is damaged; the events before are whole.
    """
    try:
        yield from _entries(path)
    except BROKEN as error:
        raise Malformed(str(error) or type(error).__name__) from error


def _entries(path: Path) -> Iterator[Entry]:
    count = 0
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            value = json.loads(line)
            if isinstance(value, dict):
                if value["count"] != count or next(lines, None) is not None:
                    raise ValueError(f"it holds {count} of {value['count']} events")
                return
            attempt, event = value
            if type(attempt) is not str:
                raise ValueError("an event has other values")
            yield Entry(_EVENT(event, ""), attempt)
            count += 1
    raise ValueError("its last line is missing")


def events_of(
    bucket: Bucket, scan_id: str, attempt: str | None = "", problems: list[str] | None = None
) -> Iterator[FindingEvent]:
    """Yield what an attempt at a scan reports of all accounts, account by account, sorted by finding; None is for all.

    Few accounts are read at a time, and no outbox is in memory as a whole. Of an outbox that is damaged, the events
    before the damage are yielded, and what is wrong is added to `problems`. Accounts without a readable result have no
    events: the summary of the scan names them.
    """
    results = [key for key, _ in bucket.keys(keys.accounts(scan_id))]
    for news in each(results, lambda key: objects.or_none(bucket, key, AccountNews, [])):
        if news and news.outbox and (attempt is None or attempt in news.changes):
            with scratch() as folder:
                found = _fetched(bucket, news.outbox, Path(folder) / "outbox", problems)
                yield from (entry.event for entry in found if attempt in (None, entry.attempt))


def committed(bucket: Bucket, scan_id: str, account_id: str, named: Sequence[str], folder: Path) -> Iterator[Entry]:
    """Yield the events that earlier functions settled an account with in the same scan, sorted, each once.

    An outbox counts that is `named` by the state, or that was flushed: no other has a state that has its events. The
    outbox of a scan has all that earlier ones had, so that a named one is enough.
    """
    prefix = keys.outboxes(scan_id, account_id)
    whole = [key for key in named if key.startswith(prefix)]
    if not whole:
        found = {key for key, _ in bucket.keys(prefix)}
        whole = [key for key in sorted(found) if keys.flushed(key) in found - {key}]
    sources = [_fetched(bucket, key, folder / f"earlier-{number}") for number, key in enumerate(whole)]
    last = None
    for entry in heapq.merge(*sources, key=lambda entry: entry.key):
        if entry.key != last:
            yield entry
        last = entry.key


def pending(bucket: Bucket, scan_id: str, account_id: str, named: Sequence[str]) -> tuple[str, ...]:
    """Return the outboxes that a state names and still has to name when a scan settles it.

    Those of earlier scans are left out once they are flushed, and that of this scan: it is written anew.
    """
    others = [key for key in named if not key.startswith(keys.outboxes(scan_id, account_id))]
    marks = each(others, lambda key: objects.or_none(bucket, keys.flushed(key), Flushed, []))
    return tuple(key for key, mark in zip(others, marks, strict=True) if mark is None or not mark.complete)


def flush(bucket: Bucket, store: EventStore, key: str, left: Callable[[], float]) -> bool:
    """Write the events of an outbox to the event store, as far as the time goes; False when some are left.

    Raises:
        Transient: the store takes nothing now.
        Refused: the store refuses the events for good.
    """
    mark = objects.or_none(bucket, keys.flushed(key), Flushed, [])
    if mark and mark.complete:
        return True
    written = mark.written if mark else 0
    with scratch() as folder:
        path = Path(folder) / "outbox"
        if bucket.fetch(key, path) is None:
            return _marked(bucket, key, Flushed(written=written, complete=True, lost="it is gone"))
        return _flush_file(bucket, store, key, path, left, written)


def flush_all(
    bucket: Bucket, store: EventStore, outboxes: Sequence[str], left: Callable[[], float], here: Mapping[str, Path]
) -> Sequence[str]:
    """Flush outboxes in their order, and return those that are left when the time is up; `here` has some as files."""
    for place, key in enumerate(outboxes):
        path = here.get(key)
        if not (_flush_file(bucket, store, key, path, left) if path else flush(bucket, store, key, left)):
            return outboxes[place:]
    return ()


def _flush_file(  # noqa: PLR0913 - where the events are, where they go, and how far they are
    bucket: Bucket, store: EventStore, key: str, path: Path, left: Callable[[], float], written: int = 0
) -> bool:
    """Write the events of an outbox that is here as a file, as `flush` does; what is whole of a damaged one, too."""
    lost = ""

    def whole() -> Iterator[FindingEvent]:
        nonlocal lost
        try:
            for entry in entries_of(path):
                yield entry.event
        except Malformed as error:
            lost = str(error)

    rest, saved = islice(whole(), written, None), written
    try:
        for count in store.write(rest):
            written += count
            if written - saved >= _SAVED:
                saved = written
                _marked(bucket, key, Flushed(written=written, complete=False))
            if left() < RESERVE and next(rest, None):
                return _marked(bucket, key, Flushed(written=written, complete=False))
    except MusterError:
        if written:
            _marked(bucket, key, Flushed(written=written, complete=False))
        raise
    return _marked(bucket, key, Flushed(written=written, complete=True, lost=lost))


def _marked(bucket: Bucket, key: str, mark: Flushed) -> bool:
    bucket.put_json(keys.flushed(key), mark.to_json())
    return mark.complete


def _fetched(bucket: Bucket, key: str, path: Path, problems: list[str] | None = None) -> Iterator[Entry]:
    """Yield the events of an outbox in the bucket, as far as it can be read."""
    try:
        if bucket.fetch(key, path) is None:
            raise Malformed("it is gone")
        yield from entries_of(path)
    except Malformed as error:
        if problems is not None:
            problems.append(
                f"s3://{bucket.name}/{key} is damaged (events of an account): {error}: some of its changes are missing "
                "here; the table of events may have them"
            )
