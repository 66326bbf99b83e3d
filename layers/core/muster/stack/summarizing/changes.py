"""What changed in many accounts by what one attempt found: how much of each kind, and the worst. Pure."""

from collections import Counter

from muster.lifecycle.transitions import Event
from muster.stack.documents.commit import NotedChange, ShardChanges
from muster.stack.documents.summary import ChangeCounts
from muster.stack.summarizing.bounds import CHANGES
from muster.stack.summarizing.worst import RANKS, Worst


class Changes:
    """Adds up the changes of accounts; memory does not depend on how many there are."""

    def __init__(self) -> None:
        """Begin without a change."""
        self._baseline = False
        self._counts: Counter[str] = Counter()
        self._worst: dict[str, Worst[NotedChange]] = {}

    def add(self, changes: ShardChanges) -> None:
        """Add the changes of one account."""
        self._baseline = self._baseline or changes.baseline
        for event, found in changes.events.items():
            self._counts[event] += found.count
            self._worst.setdefault(event, Worst(CHANGES, _worst_first)).add(found.worst)

    def counts(self) -> ChangeCounts:
        """Return how much changed of each kind, and whether an account was scanned for the first time."""
        return ChangeCounts(
            baseline=self._baseline,
            opened=self._counts[Event.OPENED],
            reopened=self._counts[Event.REOPENED],
            resolved=self._counts[Event.RESOLVED],
            suppressed=self._counts[Event.SUPPRESSED],
            expired=self._counts[Event.EXPIRED],
            unreadable=self._counts[Event.UNREADABLE],
        )

    def worst(self) -> dict[str, tuple[NotedChange, ...]]:
        """Return the worst changes of each kind that there is."""
        return {event: worst.items() for event, worst in sorted(self._worst.items())}


def _worst_first(change: NotedChange) -> tuple[int, str, str, str, str, str]:
    rank = -RANKS[change.severity]
    return rank, change.check_id, change.resource_id, change.account_id, change.region, change.finding_id
