"""Single resources that were looked at between scans: compared with the state of their account, and remembered.

Such looks and scans of the account never undo each other: the state remembers when a resource was looked at, and what
was looked at later stays as it is.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from muster.configuration.suppression import Suppressions
from muster.errors import Damaged, Transient
from muster.lifecycle import state_store
from muster.lifecycle.event_store import EventStore
from muster.lifecycle.events import Cause, FindingEvent
from muster.lifecycle.state_store import StoredState
from muster.lifecycle.transitions import (
    Change,
    Kind,
    Look,
    Observation,
    State,
    Subject,
    TrackedFinding,
    looked_later,
    state_of,
)
from muster.model.finding import Status
from muster.reports.schema import Row
from muster.reports.tables import ScanHeader
from muster.stack.settling import outbox
from muster.stack.settling.keep import Keeping
from muster.stack.settling.outbox import Entry
from muster.stack.settling.publish import home_of, member
from muster.stack.settling.remember import ResourceName, event_of
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket, Conflict, scratch

_ROUNDS = 10
"""How often a look is compared again because another function wrote the state meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceLook:
    """A look at single resources of one account.

    `header` has the id of the look and when it began: nothing was read before. `rows` are the findings of the
    resources, as `finding_row` makes them, those that comply included; `owner_tag` is the key of the tag that names an
    owner. `looked` has each resource that was looked at, and whether it would have been found if it were there: one
    that would have been and has no rows is gone. `suppressions` are those of the
    configuration.
    """

    account_id: str
    header: ScanHeader
    rows: tuple[Row, ...]
    looked: Mapping[ResourceName, bool]
    owner_tag: str
    suppressions: Suppressions
    cause: Cause = Cause.CHANGE
    _there: frozenset[ResourceName] = field(init=False)

    def __post_init__(self) -> None:
        """Note which resources are there."""
        object.__setattr__(self, "_there", frozenset(ResourceName.of(each.subject) for _, each in self.seen()))

    def seen(self) -> Iterator[tuple[str, Observation]]:
        """Yield what was seen, sorted by finding id."""
        found = {str(row["finding_id"]): self._observation(row) for row in self.rows}
        yield from sorted(found.items())

    def _observation(self, row: Row) -> Observation:
        names = ("check_id", "title", "severity", "resource_type", "account_id", "region", "account_name")
        kind = Kind(home_of(str(row["shard"])), *(str(row[name] or "") for name in names))
        state = state_of(Status(row["status"]), suppressed=row["suppression"] is not None)
        expired = self.suppressions.expired_on(row) if state is State.OPEN else ""
        owner, until = member(row["tags"], self.owner_tag), member(row["suppression"], "expires") or expired
        subject = Subject(kind, str(row["resource_id"]), str(row["resource_arn"] or ""), owner, until)
        return Observation(state, subject, str(row["reason"]))

    def found(self, name: ResourceName) -> bool:
        """Return whether the look found a resource."""
        return name in self._there

    def of(self, state: StoredState, subject: Subject, tracked: TrackedFinding | None) -> Look | None:
        """Return how the look saw a finding; None where it did not, or where something looked later."""
        name, at = ResourceName.of(subject), self.header.observed_at
        if name not in self.looked:
            return None
        later = looked_later(state.head.checks.get((subject.kind.home, subject.kind.check_id)), at)
        if later or state.head.looks.get(str(name), at) > at or (tracked and tracked.changed_at > at):
            return None
        # A check that was not judged this time says nothing of a resource that is there.
        thorough = self.looked[name] and not self.found(name)
        return Look(self.header.scan_id, at, thorough)


def settle_resources(
    bucket: Bucket, store: EventStore | None, look: ResourceLook, left: Callable[[], float]
) -> tuple[FindingEvent, ...]:
    """Compare what was seen of single resources with the state of their account, and return what changed.

    The events are in the outbox of the new state, and in the event store as far as the time goes; the rest is written
    by the next function that settles the account. Of an account that no scan has settled yet, nothing is known to
    compare with: its first scan finds the resources. The history of checks and the table `latest` stay as they are.

    Raises:
        Damaged: the state cannot be read; the next scan of the account replaces it.
        Transient: others write the state again and again, or the event store takes nothing now.
        Refused: the event store refuses the events for good.
    """
    for _ in range(_ROUNDS):
        with scratch() as folder:
            try:
                return _settled(bucket, store, look, left, Path(folder))
            except Conflict:
                continue
    raise Transient(f"others settle the account {look.account_id} again and again")


def _settled(
    bucket: Bucket, store: EventStore | None, look: ResourceLook, left: Callable[[], float], folder: Path
) -> tuple[FindingEvent, ...]:
    state = state_store.fetch(bucket, keys.state(look.account_id), folder / "state", _read)
    if state.damage:
        raise Damaged(f"{state.damage}: the next scan of the account replaces it", state.etag or "")
    if state.etag is None:
        return ()
    events: list[FindingEvent] = []

    def look_of(subject: Subject, tracked: TrackedFinding | None) -> Look | None:
        return look.of(state, subject, tracked)

    def entry_of(change: Change) -> Entry:
        kind = change.subject.kind
        first = (kind.home, kind.check_id) not in state.head.checks
        return Entry(event_of(change, look.header, baseline=first, cause=look.cause), "")

    keeping = Keeping(bucket, look.account_id, look.header, state, folder)
    before = {key: parquet.millis(at) for key, at in state.head.looks.items()}
    keeping.replace(
        look.seen(),
        look_of,
        entry_of,
        lambda entry: events.append(entry.event),
        replace(state.head, looks=_looks(look, state)),
        settled_before=any(before.get(str(name)) == parquet.millis(look.header.observed_at) for name in look.looked),
    )
    if store:
        outbox.flush_all(bucket, store, keeping.outboxes, left, keeping.drafts)
    return tuple(events)


def _looks(look: ResourceLook, state: StoredState) -> dict[str, datetime]:
    """Return when single resources were looked at, this look included where it saw anything."""
    at, known = look.header.observed_at, state.head.looks
    saw = [str(name) for name, thorough in look.looked.items() if thorough or look.found(name)]
    return {**known, **{name: max(at, known.get(name, at)) for name in saw}}


def _read(findings: Iterable[object]) -> None:
    """Read all findings: only then is it known that the state is whole."""
    for _ in findings:
        pass
