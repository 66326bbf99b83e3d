"""What changed since the last scan: the states of a finding, and the events that lead from one to another. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from muster.model.finding import Severity, Status

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
    EXPIRED = "expired"


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


class Kind(NamedTuple):
    """The fields that many findings have in common; `home` names the region and service of their shard."""

    home: str
    check_id: str
    title: str
    severity: str
    resource_type: str
    account_id: str
    region: str


class Subject(NamedTuple):
    """The fields of a finding that a report of its changes needs, kept because a resolved resource may be gone."""

    kind: Kind
    resource_id: str
    resource_arn: str


class TrackedFinding(NamedTuple):
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


class Observation(NamedTuple):
    """A finding as a scan saw it, when it is not simply fine."""

    state: State
    subject: Subject
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """One event in a finding's life; `shard` is the one that looked."""

    event: Event
    finding_id: str
    subject: Subject
    reason: str
    first_seen: datetime
    shard: str = ""


class CheckHistory(NamedTuple):
    """The memory of one check in one shard: the scans that looked at it last and first."""

    scan_id: str
    started_at: datetime
    first_scan_id: str


class Look(NamedTuple):
    """How a scan looked at a finding's check.

    `thorough` says that the scan would have seen the finding's resource if it were still there: its lister finished and
    its region was in scope. `shard` is the one that looked.
    """

    scan_id: str
    started_at: datetime
    thorough: bool = True
    shard: str = ""


def state_of(status: Status, *, suppressed: bool) -> State:
    """Return the state of a finding as a scan sees it."""
    if status is Status.INSUFFICIENT_DATA:
        return State.UNREAD
    if status is Status.NON_COMPLIANT:
        return State.SUPPRESSED if suppressed else State.OPEN
    return State.FINE


def failed_since(tracked: TrackedFinding | None, scan_id: str) -> datetime | None:
    """Return since when a finding failed before a scan, None if it did not."""
    old = _before_scan(tracked, scan_id) if tracked else None
    return old.first_seen if old and old.failed else None


def looked_later(history: CheckHistory | None, at: datetime) -> bool:
    """Whether a later scan than the one of a time looked at a check: what it remembers stays as it is then."""
    return history is not None and history.started_at > at


def looked(history: CheckHistory | None, scan_id: str, at: datetime) -> CheckHistory:
    """Return the memory of a check after a scan; the first look is a baseline, however often that scan is tried."""
    return CheckHistory(scan_id, at, history.first_scan_id if history else scan_id)


def reconcile(
    key: str, tracked: TrackedFinding | None, seen: Observation | None, look: Look
) -> tuple[TrackedFinding | None, Change | None]:
    """Return a finding after a scan looked at its check, and what changed; `key` is its id.

    Either is None: nothing is remembered of what is fine, and of what was resolved long ago.
    """
    base = _before_scan(tracked, look.scan_id) if tracked else None
    after, change = _next(key, base, seen, look)
    if after and after.state is State.RESOLVED and after.changed_at < look.started_at - FORGET:
        after = None
    return after, change


def weight(change: Change) -> tuple[int, str, str, str, str, str]:
    """Order changes by severity, the worst first, then by check, resource, account, region and id."""
    kind, name = change.subject.kind, change.subject.resource_id
    return -Severity(kind.severity).rank, kind.check_id, name, kind.account_id, kind.region, change.finding_id


def _before_scan(tracked: TrackedFinding, scan_id: str) -> TrackedFinding | None:
    """Return a finding as it was before the scan, which may have been tried before."""
    if tracked.changed_in == scan_id:
        return tracked.before
    return None if tracked.state is State.FINE else tracked


def _next(
    key: str, old: TrackedFinding | None, new: Observation | None, look: Look
) -> tuple[TrackedFinding | None, Change | None]:
    """Return a finding after a scan, and what changed; None for what is not remembered and for no change."""
    if new is None:
        if old is None or not look.thorough:
            return _without_past(old), None
        new = Observation(State.FINE, old.subject, "it complies now, or is gone")
    before, failed = (old.state, old.failed) if old else (State.FINE, False)
    after = _after(before, new.state, failed=failed)
    if after is before and old:
        return old._replace(subject=new.subject, before=None), None
    event = _EVENTS[_UNREAD_FAILURE if before is State.UNREAD and failed else before][new.state]
    since = old.first_seen if old and failed else look.started_at
    # A failure that was suppressed last is news when it fails again, also when it was unread in between.
    was_open = failed and (after is State.SUPPRESSED or (after is State.UNREAD and before is not State.SUPPRESSED))
    past = _without_past(old)
    tracked = TrackedFinding(after, new.subject, since, look.scan_id, look.started_at, was_open, past)
    return tracked, Change(event, key, new.subject, new.reason, since, look.shard) if event else None


def _after(before: State, now: State, *, failed: bool) -> State:
    if now is not State.FINE:
        return now
    remembered = failed or before in (State.SUPPRESSED, State.RESOLVED)
    return State.RESOLVED if remembered else State.FINE


def _without_past(tracked: TrackedFinding | None) -> TrackedFinding | None:
    return tracked._replace(before=None) if tracked and tracked.before else tracked
