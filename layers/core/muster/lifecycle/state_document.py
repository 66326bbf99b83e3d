"""The state of a shard as gzipped JSON, the history of a check a line.

It is as large as what fails: a hundred thousand findings are 44 MB of JSON, so that neither the text nor the parsed
JSON is ever there as a whole beside the findings themselves.
"""

import gzip
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from muster.errors import Signal
from muster.lifecycle.transitions import CheckHistory, State, Subject, TrackedFinding
from muster.model.text import shown

Histories = Mapping[str, CheckHistory]
"""What is remembered of a shard, by check id."""
Json = dict[str, Any]
VERSION = 1
_HEAD = f'{{"version":{VERSION},"checks":{{'


class ForeignVersion(Signal, ValueError):  # noqa: N818 - it is no error of the object
    """Another version of Muster wrote the object."""


def encode(histories: Histories, lost_in: str = "") -> bytes:
    """Return histories as gzipped JSON; the last line has their count, and the scan that replaced a damaged object."""
    written = io.BytesIO()
    with gzip.GzipFile(fileobj=written, mode="wb", mtime=0) as file:
        file.write(f"{_HEAD}\n".encode())
        for left, (check_id, history) in zip(reversed(range(len(histories))), sorted(histories.items()), strict=True):
            file.write(f"{_text(check_id)}:{_text(_history_to_json(history))}{',' if left else ''}\n".encode())
        file.write(f'}},"count":{len(histories)},"lost_in":{_text(lost_in)}}}'.encode())
    return written.getvalue()


def decode(body: bytes) -> tuple[Histories, str]:
    """Return the histories in an object, and the scan that replaced a damaged one before it.

    Raises:
        ForeignVersion: another version of Muster wrote it.
        ValueError and others: it is damaged.
    """
    reader = _Reader()
    with gzip.open(io.BytesIO(body), "rt", encoding="utf-8") as lines:
        first = lines.readline()
        if first.rstrip() == _HEAD:
            checks, end = _checks_of_lines(lines, reader)
        else:
            # Until 2026-11 it was all one line.
            end = json.loads(first + lines.read(), object_hook=reader)
            if end["version"] != VERSION:
                raise ForeignVersion(f"version {end['version']!r}")
            checks = end["checks"]
    if end.get("count", len(checks)) != len(checks):
        raise ValueError(f"it holds {len(checks)} of {end['count']} checks")
    return {check_id: _history_from_json(check) for check_id, check in checks.items()}, str(end.get("lost_in", ""))


def _checks_of_lines(lines: Iterable[str], reader: "_Reader") -> tuple[Json, Json]:
    """Return the checks, a line each, and the last line."""
    checks: Json = {}
    end: Json | None = None
    for line in lines:
        if end is not None:
            raise ValueError("something follows its last line")
        if line.startswith("}"):
            end = json.loads(f'{{"checks":{{{line}')
        else:
            checks |= json.loads(f"{{{line.rstrip().removesuffix(',')}}}", object_hook=reader)
    if end is None:
        raise ValueError("its last lines are missing")
    return checks, end


def _text(value: object) -> str:
    return shown(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _history_to_json(history: CheckHistory) -> Json:
    return {
        "scan_id": history.scan_id,
        "started_at": history.started_at.isoformat(),
        "first_scan_id": history.first_scan_id,
        "records": {key: _finding_to_json(tracked) for key, tracked in sorted(history.findings.items())},
    }


def _finding_to_json(tracked: TrackedFinding) -> Json:
    return {
        "state": tracked.state.value,
        "subject": asdict(tracked.subject),
        "first_seen": tracked.first_seen.isoformat(),
        "changed_in": tracked.changed_in,
        "changed_at": tracked.changed_at.isoformat(),
        "was_open": tracked.was_open,
        "before": _finding_to_json(tracked.before) if tracked.before else None,
    }


_HISTORY_KEYS = {"scan_id", "started_at", "first_scan_id", "records"}
_FINDING_KEYS = {field.name for field in fields(TrackedFinding)}
_SUBJECT_KEYS = {field.name for field in fields(Subject)}


def _history_from_json(document: Any) -> CheckHistory:
    if document.keys() != _HISTORY_KEYS:
        raise ValueError("a check has other keys")
    findings = document["records"]
    if not all(isinstance(tracked, TrackedFinding) for tracked in findings.values()):
        raise ValueError("a record has other keys")
    started_at = datetime.fromisoformat(document["started_at"])
    return CheckHistory(str(document["scan_id"]), started_at, str(document["first_scan_id"]), findings)


class _Reader:
    """Makes findings and subjects of JSON objects while they are parsed; equal texts and times are one object."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._times: dict[str, datetime] = {}

    def __call__(self, document: Json) -> Any:
        if document.keys() == _SUBJECT_KEYS:
            return Subject(**{name: self._one(text) for name, text in document.items()})
        return self._finding_from_json(document) if document.keys() == _FINDING_KEYS else document

    def _finding_from_json(self, document: Json) -> TrackedFinding:
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

    def _one(self, text: object) -> str:
        if not isinstance(text, str):
            raise TypeError(f"{text!r} is no string")
        return self._texts.setdefault(text, text)

    def _time(self, text: str) -> datetime:
        if text not in self._times:
            self._times[text] = datetime.fromisoformat(text)
        return self._times[text]
