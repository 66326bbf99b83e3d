"""The state of an account as gzipped JSON, a tracked finding a line, sorted by finding id.

An account may have millions of tracked findings, so that neither its text nor its findings are ever in memory as a
whole. The first line has the memory of each check and the kinds of findings, which the lines name by their place; the
last has the number of findings.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from muster.errors import Signal
from muster.lifecycle.transitions import CheckHistory, Kind, State, Subject, TrackedFinding
from muster.model.finding import Severity
from muster.model.text import shown

VERSION = 2
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

    `lost_in` is the scan that replaced a damaged object.
    """

    checks: Mapping[CheckKey, CheckHistory] = field(default_factory=dict)
    kinds: tuple[Kind, ...] = ()
    lost_in: str = ""


def write(path: Path, head: Head, findings: Iterable[tuple[str, TrackedFinding]]) -> int:
    """Write a state and return the number of findings, which come sorted by their ids."""
    places = {kind: place for place, kind in enumerate(head.kinds)}
    checks = [[*key, each.scan_id, _millis(each.started_at), each.first_scan_id] for key, each in head.checks.items()]
    count = 0
    with path.open("wb") as raw, gzip.GzipFile("", "wb", _LEVEL, raw, mtime=0) as file:
        file.write(_line({"version": VERSION, "lost_in": head.lost_in, "checks": checks, "kinds": head.kinds}))
        for count, (key, tracked) in enumerate(findings, 1):  # noqa: B007 - the last count is that of all
            file.write(_line([key, *_fields(tracked, places)]))
        file.write(_line({"count": count}))
    return count


def head_of(path: Path) -> Head:
    """Return the first line of a state.

    Raises:
        ForeignVersion: another version of Muster wrote it.
        ValueError and others: it is damaged.
    """
    with _opened(path) as lines:
        return _head(lines)


def findings_of(path: Path) -> Iterator[tuple[str, TrackedFinding]]:
    """Yield the tracked findings of a state with their ids, sorted; what was read is whole when the iteration ends.

    Raises:
        ForeignVersion: another version of Muster wrote it.
        ValueError and others: it is damaged.
    """
    with _opened(path) as lines:
        kinds = _head(lines).kinds
        reader = _Reader(kinds)
        last, count = "", 0
        for line in lines:
            item = json.loads(line)
            if isinstance(item, dict):
                _refuse_end(item, count, lines)
                return
            key = item[0]
            if not isinstance(key, str) or key <= last:
                raise ValueError("its findings are not in order")
            yield key, reader.finding(item[1:])
            last, count = key, count + 1
    raise ValueError("its last line is missing")


def _opened(path: Path) -> TextIO:
    return gzip.open(path, "rt", encoding="utf-8", newline="\n")


def _head(lines: Iterator[str]) -> Head:
    first = json.loads(next(lines, ""))
    if first["version"] != VERSION:
        raise ForeignVersion(f"version {first['version']!r}")
    checks, kinds = first["checks"], first["kinds"]
    if type(checks) is not list or type(kinds) is not list:
        raise TypeError("its checks or kinds are no list")
    histories = {
        (_text(home), _text(check)): CheckHistory(_text(last), _time(at), _text(begun))
        for home, check, last, at, begun in checks
    }
    return Head(histories, tuple(map(_kind, kinds)), _text(first["lost_in"]))


def _kind(texts: Any) -> Kind:
    kind = Kind(*map(_text, texts))
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
    subject, before = tracked.subject, tracked.before
    return [
        places[subject.kind],
        _STATES.index(tracked.state),
        subject.resource_id,
        subject.resource_arn,
        _millis(tracked.first_seen),
        tracked.changed_in,
        _millis(tracked.changed_at),
        tracked.was_open,
        _fields(before, places) if before else None,
    ]


class _Reader:
    """Makes tracked findings of lines; equal times are one object."""

    def __init__(self, kinds: tuple[Kind, ...]) -> None:
        self._kinds = kinds
        self._times: dict[int, datetime] = {}

    def finding(self, values: Any) -> TrackedFinding:
        kind, state, resource_id, arn, seen, changed_in, changed_at, was_open, before = values
        if type(was_open) is not bool or type(kind) is not int or type(state) is not int or min(kind, state) < 0:
            raise ValueError("a finding has other values")
        subject = Subject(self._kinds[kind], _text(resource_id), _text(arn))
        past = self.finding(before) if before is not None else None
        moments = self._time(seen), _text(changed_in), self._time(changed_at)
        return TrackedFinding(_STATES[state], subject, *moments, was_open, past)

    def _time(self, millis: Any) -> datetime:
        found = self._times.get(millis)
        if found is None:
            found = self._times[millis] = _time(millis)
        return found


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
