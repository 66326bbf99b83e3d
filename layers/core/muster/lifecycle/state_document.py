"""The state of an account as gzipped JSON, a tracked finding a line, sorted by finding id.

An account may have millions of tracked findings, so that neither its text nor its findings are ever in memory as a
whole. The first line has the memory of each check and the kinds of findings, which the lines name by their place; the
last has the number of findings.
"""

import gzip
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from muster.errors import Signal
from muster.lifecycle.transitions import CheckHistory, Kind, State, Subject, TrackedFinding
from muster.model.finding import Severity
from muster.model.text import shown

VERSION = 3
"""Of what is written. Version 2 is read, too: it has no owners, no ends of suppressions and no outboxes."""
_OLD = 2
CheckKey = tuple[str, str]
"""The home of a shard, which is its region and service, and a check id."""
_LEVEL = 3
"""Of gzip: a level more costs twice the time for a twentieth of the size."""
_STATES = tuple(State)
_EPOCH = datetime.fromtimestamp(0, UTC)
_MILLISECOND = timedelta(milliseconds=1)


class ForeignVersion(Signal, ValueError):  # noqa: N818 - it is no error of the object
    """Another version of Muster wrote the object."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of a state: the memory of each check, and the kinds of its findings.

    `lost_in` is the scan that replaced a damaged object. `outboxes` are the keys of objects with events of this state
    and of earlier ones that the event store may not have yet, the oldest first. `looks` says when single resources were
    looked at between scans, by `resource_key`.
    """

    checks: Mapping[CheckKey, CheckHistory] = field(default_factory=dict)
    kinds: tuple[Kind, ...] = ()
    lost_in: str = ""
    outboxes: tuple[str, ...] = ()
    looks: Mapping[str, datetime] = field(default_factory=dict)


def write(path: Path, findings: Iterable[tuple[str, TrackedFinding]], head: Callable[[], Head]) -> int:
    """Write a state and return the number of findings, which come sorted by their ids.

    `head` is called when all findings were taken. It is written before them, as a gzip member of its own, with the
    kinds of the findings.
    """
    body = path.with_suffix(".body")
    places: dict[Kind, int] = {}
    count = 0
    with _gzipped(body) as file:
        for count, (key, tracked) in enumerate(findings, 1):  # noqa: B007 - the last count is that of all
            places.setdefault(tracked.subject.kind, len(places))
            file.write(_line([key, *_fields(tracked, places)]))
        file.write(_line({"count": count}))
    with _gzipped(path) as file:
        file.write(_line(_first(head(), tuple(places))))
    with path.open("ab") as whole, body.open("rb") as rest:
        shutil.copyfileobj(rest, whole)
    body.unlink()
    return count


@contextmanager
def _gzipped(path: Path) -> Iterator[gzip.GzipFile]:
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as file:
        yield file


def _first(head: Head, kinds: Sequence[Kind]) -> dict[str, object]:
    return {
        "version": VERSION,
        "lost_in": head.lost_in,
        "outboxes": head.outboxes,
        "looks": {key: _millis(at) for key, at in sorted(head.looks.items())},
        "checks": [
            [*key, each.scan_id, _millis(each.started_at), each.first_scan_id] for key, each in head.checks.items()
        ],
        "kinds": kinds,
    }


def head_of(path: Path) -> Head:
    """Return the first line of a state.

    Raises:
        ForeignVersion: another version of Muster wrote it.
        ValueError and others: it is damaged.
    """
    with _opened(path) as lines:
        return _head(lines)[0]


def findings_of(path: Path) -> Iterator[tuple[str, TrackedFinding]]:
    """Yield the tracked findings of a state with their ids, sorted; what was read is whole when the iteration ends.

    Raises:
        ForeignVersion: another version of Muster wrote it.
        ValueError and others: it is damaged.
    """
    with _opened(path) as lines:
        head, version = _head(lines)
        reader = _Reader(head.kinds)
        read = reader.finding if version == VERSION else reader.old_finding
        last, count = "", 0
        for line in lines:
            item = json.loads(line)
            if isinstance(item, dict):
                _refuse_end(item, count, lines)
                return
            key = item[0]
            if not isinstance(key, str) or key <= last:
                raise ValueError("its findings are not in order")
            yield key, read(item[1:])
            last, count = key, count + 1
    raise ValueError("its last line is missing")


def _opened(path: Path) -> TextIO:
    return gzip.open(path, "rt", encoding="utf-8", newline="\n")


def _head(lines: Iterator[str]) -> tuple[Head, int]:
    """Return the first line and its version."""
    first = json.loads(next(lines, ""))
    version = first["version"]
    if version not in (VERSION, _OLD) or type(version) is not int:
        raise ForeignVersion(f"version {version!r}")
    checks, kinds = first["checks"], first["kinds"]
    if type(checks) is not list or type(kinds) is not list:
        raise TypeError("its checks or kinds are no list")
    histories = {
        (_text(home), _text(check)): CheckHistory(_text(last), _time(at), _text(begun))
        for home, check, last, at, begun in checks
    }
    named = Head(histories, tuple(_kind(kind, version) for kind in kinds), _text(first["lost_in"]))
    if version == _OLD:
        return named, version
    outboxes, looks = first["outboxes"], first["looks"]
    if type(outboxes) is not list or type(looks) is not dict:
        raise TypeError("its outboxes are no list, or its looks no object")
    times = {key: _time(at) for key, at in looks.items()}
    return replace(named, outboxes=tuple(map(_text, outboxes)), looks=times), version


def _kind(texts: Any, version: int) -> Kind:
    kind = Kind(*map(_text, texts))
    if len(texts) != len(Kind._fields) - (version == _OLD):
        raise ValueError("a kind has other values")
    Severity(kind.severity)
    return kind


def _refuse_end(end: Mapping[str, Any], count: int, lines: Iterator[str]) -> None:
    if end["count"] != count:
        raise ValueError(f"it holds {count} of {end['count']} findings")
    if next(lines, None) is not None:
        raise ValueError("something follows its last line")


def _line(value: object) -> bytes:
    return shown(json.dumps(value, ensure_ascii=False, separators=(",", ":"))).encode() + b"\n"


def _fields(tracked: TrackedFinding, places: Mapping[Kind, int]) -> list[object]:
    subject = tracked.subject
    return [
        places[subject.kind],
        _STATES.index(tracked.state),
        subject.resource_id,
        subject.resource_arn,
        _millis(tracked.first_seen),
        tracked.changed_in,
        _millis(tracked.changed_at),
        _STATES.index(tracked.known),
        subject.owner,
        subject.until,
    ]


class _Reader:
    """Makes tracked findings of lines; equal times are one object."""

    def __init__(self, kinds: tuple[Kind, ...]) -> None:
        self._kinds = kinds
        self._times: dict[int, datetime] = {}

    def finding(self, values: Any) -> TrackedFinding:
        kind, state, resource_id, arn, seen, changed_in, changed_at, known, owner, until = values
        _refuse_places(kind, state, known)
        subject = Subject(self._kinds[kind], _text(resource_id), _text(arn), _text(owner), _text(until))
        moments = self._time(seen), _text(changed_in), self._time(changed_at)
        return TrackedFinding(_STATES[state], subject, *moments, _STATES[known])

    def old_finding(self, values: Any) -> TrackedFinding:
        """Return a finding of version 2, which says of an unread one only whether it was open before."""
        kind, state, resource_id, arn, seen, changed_in, changed_at, was_open, before = values
        _refuse_places(kind, state)
        if type(was_open) is not bool:
            raise ValueError("a finding has other values")
        subject = Subject(self._kinds[kind], _text(resource_id), _text(arn))
        moments = self._time(seen), _text(changed_in), self._time(changed_at)
        known = _STATES[state]
        if known is State.UNREAD:
            past = self.old_finding(before).known if before is not None else State.FINE
            known = State.OPEN if was_open else past
        return TrackedFinding(_STATES[state], subject, *moments, known)

    def _time(self, millis: Any) -> datetime:
        found = self._times.get(millis)
        if found is None:
            found = self._times[millis] = _time(millis)
        return found


def _refuse_places(*places: Any) -> None:
    if any(type(place) is not int or place < 0 for place in places):
        raise ValueError("a finding has other values")


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError(f"{value!r} is no string")
    return value


def _time(millis: Any) -> datetime:
    if type(millis) is not int:
        raise TypeError(f"{millis!r} is no time")
    return datetime.fromtimestamp(millis / 1000, UTC)


def _millis(time: datetime) -> int:
    # Never rounded up: a scan would seem to have begun after itself.
    return (time - _EPOCH) // _MILLISECOND
