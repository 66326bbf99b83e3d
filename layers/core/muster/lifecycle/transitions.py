"""What changed since the last scan: a finding's life in five states, and the events between them. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from muster.model.finding import Finding, Status

FORGET = timedelta(days=90)
"""How long a resolved finding is remembered, so that its return is told as a return."""


class State(StrEnum):
    """What is remembered of a finding between scans; what is fine is not remembered at all."""

    OPEN = "open"
    UNREAD = "unread"
    SUPPRESSED = "suppressed"
    RESOLVED = "resolved"
    FINE = "fine"


class Event(StrEnum):
    """What is told of a finding."""

    OPENED = "opened"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    UNREADABLE = "unreadable"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a change is about, kept because a resolved resource may be gone."""

    check_id: str
    title: str
    severity: str
    resource_type: str
    resource_id: str
    resource_arn: str
    account_id: str
    region: str


@dataclass(frozen=True, slots=True)
class TrackedFinding:
    """What is remembered of one finding.

    `was_open` tells an unread or suppressed finding that failed before from one that never did, and from one that
    somebody had accepted before it was unread.
    `before` is the record as the scan `changed_in` found it: a retry of that scan starts from there, so that
    however often a scan is tried, the outcome is that of its last attempt alone.
    """

    state: State
    subject: Subject
    first_seen: datetime
    changed_in: str
    changed_at: datetime
    was_open: bool = False
    before: "TrackedFinding | None" = None


@dataclass(frozen=True, slots=True)
class Observation:
    """A finding as this scan saw it, when it is not simply fine."""

    state: State
    subject: Subject
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """One event in a finding's life."""

    event: Event
    finding_id: str
    subject: Subject
    reason: str
    first_seen: datetime


@dataclass(frozen=True, slots=True)
class CheckHistory:
    """What is remembered of one check in one shard: the scans that wrote it last and first, the findings by id."""

    scan_id: str
    started_at: datetime
    first_scan_id: str
    records: Mapping[str, TrackedFinding] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """A memory brought up to date, what changed, and whether this was the first look at all."""

    memory: CheckHistory
    changes: tuple[Change, ...]
    baseline: bool


def seen(finding: Finding) -> Observation | None:
    """Reduce a finding to what must be remembered, or None when it is fine."""
    state = _state(finding)
    if state is State.FINE:
        return None
    return Observation(state, _subject(finding), finding.reason)


def seen_row(row: Mapping[str, Any]) -> Observation | None:
    """Reduce a row of the table `findings` likewise."""
    state = _state_of(Status(row["status"]), suppressed=row["suppression"] is not None)
    if state is State.FINE:
        return None
    told = {name: row[name] or "" for name in Subject.__dataclass_fields__}
    return Observation(state, Subject(**told), row["reason"])


def reconcile(  # noqa: PLR0913 - a memory, what was found, and what was looked at
    memory: CheckHistory | None,
    found: Mapping[str, Observation],
    scan_id: str,
    at: datetime,
    looked_at: Callable[[Subject], bool],
    owns: Callable[[Subject], bool] = lambda _subject: True,
) -> Settled:
    """Bring the memory of one check up to date with what a scan found.

    `looked_at` says whether the scan would have seen the finding's resource if it were still there: its lister
    finished and its region was in scope. What the scan did not look at stays as it is. `owns` says whether it is
    for this shard to reconcile at all: several shards of a scan may share one memory.
    A memory that a later scan wrote is returned unchanged.
    """
    if memory is not None and memory.started_at > at:
        return Settled(memory, (), baseline=False)
    known = memory.records if memory else {}
    records = {key: record for key, record in known.items() if not owns(record.subject)}
    base = {key: old for key, record in known.items() if key not in records and (old := _base(record, scan_id))}
    changes: list[Change] = []
    for key in base.keys() | found.keys():
        record, change = _next(key, base.get(key), found.get(key), scan_id, at, looked_at)
        if change:
            changes.append(change)
        if record and not (record.state is State.RESOLVED and record.changed_at < at - FORGET):
            records[key] = record
    first = memory.first_scan_id if memory else scan_id
    return Settled(CheckHistory(scan_id, at, first, records), tuple(changes), baseline=first == scan_id)


def first_seen(memory: CheckHistory | None, finding: Finding, scan_id: str) -> datetime | None:
    """Return since when a finding fails, the scan's own time if it did not fail before, None if it is fine."""
    if _state(finding) is State.FINE:
        return None
    record = memory.records.get(finding.finding_id) if memory else None
    old = _base(record, scan_id) if record else None
    return old.first_seen if old and (old.state is State.OPEN or old.was_open) else finding.observed_at


def _base(record: TrackedFinding, scan_id: str) -> TrackedFinding | None:
    if record.changed_in == scan_id:
        return record.before
    return None if record.state is State.FINE else record


def _next(  # noqa: PLR0913 - one step of one life
    key: str,
    old: TrackedFinding | None,
    new: Observation | None,
    scan_id: str,
    at: datetime,
    looked_at: Callable[[Subject], bool],
) -> tuple[TrackedFinding | None, Change | None]:
    if new is None:
        if old is None or not looked_at(old.subject):
            return _without_past(old), None
        new = Observation(State.FINE, old.subject, "it complies now, or is gone")
    was = old.state if old else State.FINE
    was_open = old is not None and (old.state is State.OPEN or old.was_open)
    after = _after(was, new.state, was_open=was_open)
    if after is was and old:
        return replace(old, subject=new.subject, before=None), None
    event = _event(was, new.state, was_open=was_open)
    since = old.first_seen if old and was_open else at
    # What was accepted last is news when it fails again, also when nobody could look in between.
    stays_open = was_open and (after is State.SUPPRESSED or (after is State.UNREAD and was is not State.SUPPRESSED))
    record = TrackedFinding(after, new.subject, since, scan_id, at, stays_open, _without_past(old))
    change = Change(event, key, new.subject, new.reason, since) if event else None
    return record, change


def _after(was: State, now: State, *, was_open: bool) -> State:
    if now is not State.FINE:
        return now
    remembered = was_open or was in (State.SUPPRESSED, State.RESOLVED)
    return State.RESOLVED if remembered else State.FINE


def _event(was: State, now: State, *, was_open: bool) -> Event | None:
    if now is State.OPEN:
        if was is State.UNREAD and was_open:
            return None
        return Event.REOPENED if was in (State.RESOLVED, State.SUPPRESSED) else Event.OPENED
    if now is State.FINE:
        return Event.RESOLVED if was is State.OPEN or (was is State.UNREAD and was_open) else None
    if now is State.UNREAD:
        return Event.UNREADABLE
    return Event.SUPPRESSED if was is State.OPEN else None


def _state(finding: Finding) -> State:
    return _state_of(finding.status, suppressed=finding.suppression is not None)


def _state_of(status: Status, *, suppressed: bool) -> State:
    if status is Status.INSUFFICIENT_DATA:
        return State.UNREAD
    if status is Status.NON_COMPLIANT:
        return State.SUPPRESSED if suppressed else State.OPEN
    return State.FINE


def _subject(finding: Finding) -> Subject:
    resource = finding.resource
    return Subject(
        finding.check_id,
        finding.title,
        finding.severity.value,
        resource.type,
        resource.id,
        resource.arn or "",
        resource.account_id,
        resource.region,
    )


def _without_past(record: TrackedFinding | None) -> TrackedFinding | None:
    return replace(record, before=None) if record else None


def worst_first(changes: Iterable[Change], rank: Callable[[str], int]) -> list[Change]:
    """Sort changes by severity, then check and resource."""
    return sorted(
        changes,
        key=lambda change: (-rank(change.subject.severity), change.subject.check_id, change.subject.resource_id),
    )
