"""What changed since the last scan: the states of a finding, and the events that lead from one to another. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from muster.model.finding import Finding, Severity, Status
from muster.reports.schema import Row

FORGET = timedelta(days=90)
"""How long a resolved finding is remembered, so that its return is reported as a return."""


class State(StrEnum):
    """The state of a finding between scans; one that is fine is not remembered."""

    OPEN = "open"
    UNREAD = "unread"
    SUPPRESSED = "suppressed"
    RESOLVED = "resolved"
    FINE = "fine"


class Event(StrEnum):
    """The part of a finding that an alert reports."""

    OPENED = "opened"
    REOPENED = "reopened"
    RESOLVED = "resolved"
    UNREADABLE = "unreadable"
    SUPPRESSED = "suppressed"


_SEES = (State.OPEN, State.UNREAD, State.SUPPRESSED, State.FINE)
_UNREAD_FAILURE = "unread, and it failed before"
_EVENTS: Mapping[str, Mapping[State, Event | None]] = MappingProxyType(
    {
        before: dict(zip(_SEES, events, strict=True))
        for before, events in {
            # the scan sees:        OPEN            UNREAD            SUPPRESSED        FINE
            State.FINE:            (Event.OPENED,   Event.UNREADABLE, None,             None),
            State.OPEN:            (None,           Event.UNREADABLE, Event.SUPPRESSED, Event.RESOLVED),
            State.UNREAD:          (Event.OPENED,   None,             None,             None),
            _UNREAD_FAILURE:       (None,           None,             None,             Event.RESOLVED),
            State.SUPPRESSED:      (Event.REOPENED, Event.UNREADABLE, None,             None),
            State.RESOLVED:        (Event.REOPENED, Event.UNREADABLE, None,             None),
        }.items()
    }
)  # fmt: skip
"""The event that a scan makes of a finding, by the state before and by what the scan sees."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The fields of a finding that a report of its changes needs, kept because a resolved resource may be gone."""

    check_id: str
    title: str
    severity: str
    resource_type: str
    resource_id: str
    resource_arn: str
    account_id: str
    region: str


_SUBJECT = tuple(field.name for field in fields(Subject))


@dataclass(frozen=True, slots=True)
class TrackedFinding:
    """The memory of one finding.

    `was_open` distinguishes an unread or suppressed finding that failed before from one that never did, and from one
    that was suppressed before it was unread.
    `before` is the finding as the scan `changed_in` read it: a retry of that scan starts from there, so that however
    often a scan is tried, the outcome is that of its last attempt alone.
    """

    state: State
    subject: Subject
    first_seen: datetime
    changed_in: str
    changed_at: datetime
    was_open: bool = False
    before: "TrackedFinding | None" = None

    @property
    def failed(self) -> bool:
        """Whether it failed when it was last read."""
        return self.state is State.OPEN or self.was_open


@dataclass(frozen=True, slots=True)
class Observation:
    """A finding as a scan saw it, when it is not simply fine."""

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
    """The memory of one check in one shard: the scans that wrote it last and first, the findings by id."""

    scan_id: str
    started_at: datetime
    first_scan_id: str
    findings: Mapping[str, TrackedFinding] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShardScope:
    """The scope of one scan of a shard.

    `looked_at` returns whether the scan would have seen a finding's resource if it were still there: its lister
    finished and its region was in scope. `owns` returns whether the finding is this shard's to reconcile: several
    shards of a scan may share a history.
    """

    scan_id: str
    started_at: datetime
    looked_at: Callable[[Subject], bool]
    owns: Callable[[Subject], bool] = lambda _subject: True


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A history brought up to date, what changed, and whether this was the first look of all."""

    history: CheckHistory
    changes: tuple[Change, ...]
    baseline: bool


def observation(row: Row) -> Observation | None:
    """Reduce a row of the table `findings` to what must be remembered, None when it is fine."""
    state = _state(Status(row["status"]), suppressed=row["suppression"] is not None)
    if state is State.FINE:
        return None
    return Observation(state, Subject(**{name: row[name] or "" for name in _SUBJECT}), row["reason"])


def first_seen(history: CheckHistory | None, finding: Finding, scan_id: str) -> datetime | None:
    """Return since when a finding fails, the scan's own time if it did not fail before, None if it is fine."""
    if _state(finding.status, suppressed=finding.suppression is not None) is State.FINE:
        return None
    tracked = history.findings.get(finding.finding_id) if history else None
    old = _before_scan(tracked, scan_id) if tracked else None
    return old.first_seen if old and old.failed else finding.observed_at


def reconcile(history: CheckHistory | None, seen: Mapping[str, Observation], scope: ShardScope) -> Reconciled:
    """Bring the history of one check up to date with what a scan saw, by finding id.

    What the scan did not look at stays as it is. A history that a later scan wrote is returned unchanged.
    """
    scan_id, at = scope.scan_id, scope.started_at
    if history is not None and history.started_at > at:
        return Reconciled(history, (), baseline=False)
    known = history.findings if history else {}
    findings = {key: tracked for key, tracked in known.items() if not scope.owns(tracked.subject)}
    base = {key: old for key, one in known.items() if key not in findings and (old := _before_scan(one, scan_id))}
    changes: list[Change] = []
    for key in base.keys() | seen.keys():
        tracked, change = _next(key, base.get(key), seen.get(key), scope)
        if change:
            changes.append(change)
        if tracked and not (tracked.state is State.RESOLVED and tracked.changed_at < at - FORGET):
            findings[key] = tracked
    first = history.first_scan_id if history else scan_id
    return Reconciled(CheckHistory(scan_id, at, first, findings), tuple(changes), baseline=first == scan_id)


def worst_first(changes: Iterable[Change]) -> list[Change]:
    """Sort changes by severity, then check and resource."""
    return sorted(
        changes,
        key=lambda change: (
            -Severity(change.subject.severity).rank, change.subject.check_id, change.subject.resource_id
        ),
    )  # fmt: skip


def _state(status: Status, *, suppressed: bool) -> State:
    if status is Status.INSUFFICIENT_DATA:
        return State.UNREAD
    if status is Status.NON_COMPLIANT:
        return State.SUPPRESSED if suppressed else State.OPEN
    return State.FINE


def _before_scan(tracked: TrackedFinding, scan_id: str) -> TrackedFinding | None:
    """Return a finding as it was before the scan, which may have been tried before."""
    if tracked.changed_in == scan_id:
        return tracked.before
    return None if tracked.state is State.FINE else tracked


def _next(
    key: str, old: TrackedFinding | None, new: Observation | None, scope: ShardScope
) -> tuple[TrackedFinding | None, Change | None]:
    """Return a finding after a scan, and what changed; None for what is not remembered and for no change."""
    if new is None:
        if old is None or not scope.looked_at(old.subject):
            return _without_past(old), None
        new = Observation(State.FINE, old.subject, "it complies now, or is gone")
    before, failed = (old.state, old.failed) if old else (State.FINE, False)
    after = _after(before, new.state, failed=failed)
    if after is before and old:
        return replace(old, subject=new.subject, before=None), None
    event = _EVENTS[_UNREAD_FAILURE if before is State.UNREAD and failed else before][new.state]
    since = old.first_seen if old and failed else scope.started_at
    # A failure that was suppressed last is news when it fails again, also when it was unread in between.
    was_open = failed and (after is State.SUPPRESSED or (after is State.UNREAD and before is not State.SUPPRESSED))
    past = _without_past(old)
    tracked = TrackedFinding(after, new.subject, since, scope.scan_id, scope.started_at, was_open, past)
    return tracked, Change(event, key, new.subject, new.reason, since) if event else None


def _after(before: State, now: State, *, failed: bool) -> State:
    if now is not State.FINE:
        return now
    remembered = failed or before in (State.SUPPRESSED, State.RESOLVED)
    return State.RESOLVED if remembered else State.FINE


def _without_past(tracked: TrackedFinding | None) -> TrackedFinding | None:
    return replace(tracked, before=None) if tracked else None
