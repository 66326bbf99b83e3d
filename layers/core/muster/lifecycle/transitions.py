"""What changed since the last scan: the states of a finding, and the events that lead from one to another. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from muster.model.finding import Status

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


_READ = (State.OPEN, State.SUPPRESSED, State.FINE)
_EVENTS: Mapping[State, Mapping[State, Event | None]] = MappingProxyType(
    {
        before: dict(zip(_READ, events, strict=True))
        for before, events in {
            # the scan reads:   OPEN            SUPPRESSED        FINE
            State.FINE:        (Event.OPENED,   Event.SUPPRESSED, None),
            State.OPEN:        (None,           Event.SUPPRESSED, Event.RESOLVED),
            State.SUPPRESSED:  (Event.REOPENED, None,             Event.RESOLVED),
            State.RESOLVED:    (Event.REOPENED, Event.SUPPRESSED, None),
        }.items()
    }
)  # fmt: skip
"""The event that a look makes of a finding, by the state in which it was read last and by what the look reads."""
_FAILS = (State.OPEN, State.SUPPRESSED)
_MILLISECOND = timedelta(milliseconds=1)
_NEVER = datetime.fromtimestamp(0, UTC)
_GONE = "the resource is gone"


class Kind(NamedTuple):
    """The fields that many findings have in common; `home` names the region and service of their shard."""

    home: str
    check_id: str
    title: str
    severity: str
    resource_type: str
    account_id: str
    region: str
    account_name: str = ""


class Subject(NamedTuple):
    """The fields of a finding that a report of its changes needs, kept because a resolved resource may be gone.

    `owner` is the value of the resource's owner tag. `until` is the last day (YYYY-MM-DD) of the suppression that
    accepts the failure, or of an expired one that would. Both are empty where there is none.
    """

    kind: Kind
    resource_id: str
    resource_arn: str
    owner: str = ""
    until: str = ""


class TrackedFinding(NamedTuple):
    """The memory of one finding.

    `known` is the state in which it was read last; it differs from `state` while the finding is unread. `changed_in`
    is the scan that changed the state last, and `changed_at` the time of that change. A retry of the scan that sees
    something else makes another change, which is a millisecond later: a finding has no two changes of the same time.
    """

    state: State
    subject: Subject
    first_seen: datetime
    changed_in: str
    changed_at: datetime
    known: State

    @property
    def failed(self) -> bool:
        """Whether it failed when it was last read; an accepted failure fails, too."""
        return self.known in _FAILS


class Observation(NamedTuple):
    """A finding as a scan saw it; what is fine is an observation only where it failed before."""

    state: State
    subject: Subject
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """One event in a finding's life, and its time; `shard` is the one that looked.

    `gone` says of a resolved finding that its resource was not there any more.
    """

    event: Event
    finding_id: str
    subject: Subject
    reason: str
    first_seen: datetime
    shard: str = ""
    at: datetime = _NEVER
    gone: bool = False


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


def failed_since(tracked: TrackedFinding, scan_id: str) -> datetime | None:
    """Return since when a finding fails, None if it does not; a scan does not believe that it resolved one itself."""
    return tracked.first_seen if tracked.failed or _resolved_by(tracked, scan_id) else None


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
    if seen is None and (tracked is None or not look.thorough):
        return tracked, None
    new = seen or Observation(State.FINE, tracked.subject, _GONE)  # type: ignore[union-attr]  # one of both is there
    known = tracked.known if tracked else State.FINE
    after = _after(known, new.state)
    if after is (tracked.state if tracked else State.FINE):
        return _unchanged(tracked, new, look) if tracked else None, None
    made = _changed(tracked, known, after, new, look)
    event = _event(tracked, made, new, look)
    if event is None:
        return made, None
    until = _expired(tracked, new, look) if event is Event.EXPIRED else made.subject.until
    subject = made.subject._replace(until=until)
    gone = seen is None and event is Event.RESOLVED
    return made, Change(event, key, subject, new.reason, made.first_seen, look.shard, made.changed_at, gone)


def _after(known: State, now: State) -> State:
    """Return the state after a look, by the one in which a finding was read last."""
    return State.RESOLVED if now is State.FINE and known is not State.FINE else now


def _changed(
    tracked: TrackedFinding | None, known: State, after: State, new: Observation, look: Look
) -> TrackedFinding:
    """Return what is remembered of a finding whose state changes."""
    now = _floored(look.started_at)
    at = max(now, tracked.changed_at + _MILLISECOND) if tracked else now
    known = known if after is State.UNREAD else after
    goes_on = tracked and (after not in _FAILS or failed_since(tracked, look.scan_id))
    since = tracked.first_seen if tracked and goes_on else now
    return TrackedFinding(after, _accepted(tracked, known, new), since, look.scan_id, at, known)


def _event(tracked: TrackedFinding | None, made: TrackedFinding, new: Observation, look: Look) -> Event | None:
    if new.state is State.UNREAD:
        return Event.UNREADABLE
    event = _EVENTS[tracked.known if tracked else State.FINE][new.state]
    return Event.EXPIRED if made.state is State.OPEN and _expired(tracked, new, look) else event


def _expired(tracked: TrackedFinding | None, new: Observation, look: Look) -> str:
    """Return the last day of the suppression that accepted a failure and has expired, empty where there is none.

    It may have expired by itself, or somebody has moved its last day into the past.
    """
    if tracked is None or tracked.known is not State.SUPPRESSED:
        return ""
    until = tracked.subject.until
    return new.subject.until or (until if until < str(look.started_at.date()) else "")


def _unchanged(tracked: TrackedFinding, new: Observation, look: Look) -> TrackedFinding | None:
    """Return what is remembered of a finding whose state stays as it was."""
    if tracked.state is State.FINE and tracked.changed_at < _floored(look.started_at):
        return None
    if tracked.state is State.RESOLVED and tracked.changed_at < look.started_at - FORGET:
        return None
    return tracked._replace(subject=_accepted(tracked, tracked.known, new))


def _accepted(tracked: TrackedFinding | None, known: State, new: Observation) -> Subject:
    """Return the subject of an observation, with the last day of the suppression that is known to accept it."""
    until = new.subject.until if new.state is State.SUPPRESSED else tracked.subject.until if tracked else ""
    return new.subject._replace(until=until if known is State.SUPPRESSED else "")


def _resolved_by(tracked: TrackedFinding, scan_id: str) -> bool:
    return tracked.state is State.RESOLVED and tracked.changed_in == scan_id


def _floored(time: datetime) -> datetime:
    """Return a time in whole milliseconds, never later than it is."""
    return _NEVER + (time - _NEVER) // _MILLISECOND * _MILLISECOND
