"""What is remembered of an account between scans, brought up to date with what a scan saw, and what changed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from muster.lifecycle import events, transitions
from muster.lifecycle.events import Cause, FindingEvent, Outcome
from muster.lifecycle.state_document import CheckKey
from muster.lifecycle.transitions import Change, CheckHistory, Event, Kind, Look, Observation, Subject, TrackedFinding
from muster.model.finding import TARGET
from muster.reports.tables import ScanHeader
from muster.stack.documents.account import Reported
from muster.stack.documents.commit import Commit, EventChanges, NotedChange, ShardChanges
from muster.stack.settling.outbox import Entry
from muster.stack.settling.publish import home_of
from muster.stack.summarizing.bounds import CHANGES
from muster.stack.summarizing.worst import Worst
from muster.storage import parquet

Histories = Mapping[CheckKey, CheckHistory]
LookOf = Callable[[Subject, TrackedFinding | None], Look | None]
"""Returns the look at a finding, given what is remembered of it; None without a look, or where a later one is known."""
_BASELINE = "baseline"
"""The kind of changes at a first look, which are no news."""
_REASON = 1_000
"""Characters of a reason that an event has: an item of DynamoDB of more than 1 KB costs more to write."""
_LOOKED = timedelta(days=2)
"""How long a look at a single resource is remembered: longer than a scan that began before it takes to settle."""


class ResourceName(NamedTuple):
    """The name of a resource within its account, by which looks at single resources are remembered."""

    region: str
    resource_type: str
    resource_id: str

    @classmethod
    def of(cls, subject: Subject) -> "ResourceName":
        """Return the name of a finding's resource."""
        return cls(subject.kind.region, subject.kind.resource_type, subject.resource_id)

    def __str__(self) -> str:
        """Return the name as a state has it."""
        return " ".join(self)


def recent(looks: Mapping[str, datetime], at: datetime) -> dict[str, datetime]:
    """Return the looks at single resources that are still remembered at a time."""
    return {key: time for key, time in looks.items() if time >= at - _LOOKED}


class Looks:
    """How a scan looked at each finding of an account: by which shard, and how thoroughly."""

    def __init__(
        self,
        commits: Iterable[Commit],
        header: ScanHeader,
        histories: Histories,
        resources: Mapping[str, datetime] = MappingProxyType({}),
    ) -> None:
        """Take the commits of an account, and the memory of each check before the scan.

        `resources` says when single resources were looked at between scans.
        """
        self._header, self._histories = header, histories
        self._later = {key for key, at in resources.items() if at > header.observed_at}
        self._homes: dict[str, list[Commit]] = {}
        for commit in commits:
            self._homes.setdefault(home_of(commit.shard), []).append(commit)
        self._checks = {
            (home, check.check_id) for home, of in self._homes.items() for commit in of for check in commit.checks
        }
        self._known: dict[Kind, Look | None] = {}

    def settled_before(self) -> bool:
        """Whether the scan may have settled the account before: it did, or something was looked at later."""
        found = [self._histories[key] for key in self._checks if key in self._histories]
        scan_id, at = self._header.scan_id, self._header.observed_at
        own = any(each.scan_id == scan_id or transitions.looked_later(each, at) for each in found)
        return own or bool(self._later)

    def histories(self) -> Histories:
        """Return the memory of each check after the scan."""
        scan_id, at = self._header.scan_id, self._header.observed_at
        looked = {
            key: transitions.looked(self._histories.get(key), scan_id, at)
            for key in sorted(self._checks)
            if not transitions.looked_later(self._histories.get(key), at)
        }
        return {**self._histories, **looked}

    def of(self, subject: Subject, _: TrackedFinding | None = None) -> Look | None:
        """Return how the scan looked at a finding; None where it did not, or something looked later."""
        if self._later and str(ResourceName.of(subject)) in self._later:
            return None
        if subject.kind.resource_type == TARGET:
            return self._look(subject.kind, subject.resource_id)
        if subject.kind not in self._known:
            self._known[subject.kind] = self._look(subject.kind, subject.kind.resource_type)
        return self._known[subject.kind]

    def _look(self, kind: Kind, resource_type: str) -> Look | None:
        key, header = (kind.home, kind.check_id), self._header
        later = transitions.looked_later(self._histories.get(key), header.observed_at)
        if key not in self._checks or later:
            return None
        for commit in self._homes[kind.home]:
            if commit.resource_type in ("", resource_type):
                _, region, *_ = commit.shard.split(".")
                listed = kind.resource_type not in commit.unlisted
                thorough = listed and kind.region in (*commit.scope, region)
                return Look(header.scan_id, header.observed_at, thorough, commit.shard)
        return None


def reconciled(
    before: Iterator[tuple[str, TrackedFinding]],
    seen: Iterator[tuple[str, Observation]],
    look_of: LookOf,
    changed: Callable[[Change], None],
) -> Iterator[tuple[str, TrackedFinding]]:
    """Yield what is remembered of each finding after a look; both sides come sorted by finding id."""
    for key, tracked, observation in _joined(before, seen):
        subject = observation.subject if observation else tracked.subject if tracked else None
        look = look_of(subject, tracked) if subject else None
        if look is None:
            if tracked:
                yield key, tracked
            continue
        after, change = transitions.reconcile(key, tracked, observation, look)
        if change:
            changed(change)
        if after:
            yield key, after


def _joined(
    before: Iterator[tuple[str, TrackedFinding]], seen: Iterator[tuple[str, Observation]]
) -> Iterator[tuple[str, TrackedFinding | None, Observation | None]]:
    old, new = next(before, None), next(seen, None)
    while old is not None or new is not None:
        if old is not None and (new is None or old[0] < new[0]):
            yield old[0], old[1], None
            old = next(before, None)
        elif new is not None and (old is None or new[0] < old[0]):
            yield new[0], None, new[1]
            new = next(seen, None)
        elif old is not None and new is not None:
            yield old[0], old[1], new[1]
            old, new = next(before, None), next(seen, None)


def event_of(change: Change, header: ScanHeader, *, baseline: bool, cause: Cause = Cause.SCAN) -> FindingEvent:
    """Return the event that a change is in the event store, the audit and the alerts."""
    subject, kind = change.subject, change.subject.kind
    outcome = Outcome.DELETED if change.gone else Outcome.FIXED
    return FindingEvent(
        finding_id=change.finding_id,
        timestamp=parquet.millis(change.at),
        event=change.event.value,
        status=events.status_of(change.event).value,
        baseline=baseline,
        check_id=kind.check_id,
        title=kind.title,
        severity=kind.severity,
        reason=change.reason[:_REASON],
        resource_type=kind.resource_type,
        resource_id=subject.resource_id,
        resource_arn=subject.resource_arn,
        account_id=kind.account_id,
        account_name=kind.account_name,
        region=kind.region,
        owner=subject.owner,
        first_seen=parquet.millis(change.first_seen),
        scan_id=header.scan_id,
        cause=cause.value,
        outcome=outcome.value if change.event is Event.RESOLVED else "",
        until=subject.until,
    )


@dataclass(slots=True)
class _Noted:
    count: int = 0
    worst: Worst[FindingEvent] = field(default_factory=lambda: Worst(CHANGES, events.weight))

    def add(self, event: FindingEvent) -> None:
        self.count += 1
        self.worst.add((event,))


class Notes:
    """The changes of an account by the attempt that reports them: how many of each kind, and the worst."""

    def __init__(self, header: ScanHeader, histories: Histories, reported: Mapping[str, Reported]) -> None:
        """Take the memory of each check after the scan, and which attempt reports each shard."""
        self._header, self._histories, self._reported = header, histories, reported
        self._noted: dict[str, dict[str, _Noted]] = {}

    def entry(self, change: Change) -> Entry:
        """Return a change as an event of the outbox."""
        kind = change.subject.kind
        event = event_of(change, self._header, baseline=self._first(kind.home, kind.check_id))
        return Entry(event, self._reported[change.shard].by)

    def add(self, entry: Entry) -> None:
        """Note an event of the outbox."""
        kind = _BASELINE if entry.event.baseline else entry.event.event
        self._noted.setdefault(entry.attempt, {}).setdefault(kind, _Noted()).add(entry.event)

    def changes(self, commits: Iterable[Commit]) -> dict[str, ShardChanges]:
        """Return the changes of each attempt that reports shards; a first look at any check is a baseline."""
        first: dict[str, bool] = {}
        for commit in commits:
            home, by = home_of(commit.shard), self._reported[commit.shard].by
            new = any(self._first(home, check.check_id) for check in commit.checks)
            first[by] = first.get(by, False) or new
        first |= dict.fromkeys(self._noted.keys() - first.keys(), False)
        return {
            by: ShardChanges(
                baseline,
                {event: _event(noted) for event, noted in sorted(self._noted.get(by, {}).items())},
            )
            for by, baseline in sorted(first.items())
        }

    def _first(self, home: str, check_id: str) -> bool:
        history = self._histories.get((home, check_id))
        return history is not None and history.first_scan_id == history.scan_id == self._header.scan_id


def _event(noted: _Noted) -> EventChanges:
    return EventChanges(noted.count, tuple(map(NotedChange.of, noted.worst.items())))


def reports(commits: Iterable[Commit], attempt: str, before: Mapping[str, Reported]) -> dict[str, Reported]:
    """Return which attempt reports the changes of each shard: the one that settled its commit first."""
    return {
        commit.shard: known
        if (known := before.get(commit.shard)) and known.commit == commit.attempt
        else Reported(commit.attempt, attempt)
        for commit in commits
    }
