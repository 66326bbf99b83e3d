"""The worst of many items, with memory for few of them: of anything, and of failing findings. Pure."""

import operator
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from muster.model.finding import Severity
from muster.reports.schema import Record

T = TypeVar("T")
RANKS = {severity.value: severity.rank for severity in Severity}
"""The rank of each severity by its name, the worst highest."""


class Worst(Generic[T]):
    """Keeps the first `most` items by an order; what is left does not depend on when each was added."""

    def __init__(self, most: int, order: Callable[[T], Any], *, reverse: bool = False) -> None:
        """Keep none; `order` returns a different key for each item, `reverse` says that the largest is the first."""
        self._most, self._order, self._reverse = most, order, reverse
        self._before = operator.gt if reverse else operator.lt
        self._kept: list[T] = []
        self._limit: Any = None

    def wants(self, key: Any) -> bool:
        """Whether an item with that key would be kept now, as far as is known without sorting."""
        return self._limit is None or self._before(key, self._limit)

    def add(self, items: Iterable[T]) -> None:
        """Add items, in any order."""
        for item in items:
            if self.wants(self._order(item)):
                self._kept.append(item)
                # Sorting a few too many at a time is faster than a heap, and simpler.
                if len(self._kept) >= self._most + max(self._most // 4, 1):
                    self._shorten()

    def items(self) -> tuple[T, ...]:
        """Return those that are kept, the worst first."""
        self._shorten()
        return tuple(self._kept)

    def _shorten(self) -> None:
        self._kept.sort(key=self._order, reverse=self._reverse)
        del self._kept[self._most :]
        if len(self._kept) == self._most:
            self._limit = self._order(self._kept[-1])


def worst_findings(most: int, records: Iterable[Record] = ()) -> Worst[Record]:
    """Return what keeps the worst failing findings of some records and of those that are added.

    They are chosen by severity, then by id from the last on, which is the key that `wants` takes.
    """
    worst: Worst[Record] = Worst(most, _rank_of, reverse=True)
    worst.add(records)
    return worst


def _rank_of(record: Record) -> tuple[int, str]:
    """Order findings for the choice: ids are digests, so that no check of a severity comes before the others."""
    return RANKS[record["severity"]], record["finding_id"]


def worst_first(records: Iterable[Record]) -> tuple[Record, ...]:
    """Sort failing findings by severity, then by check and id."""
    return tuple(sorted(records, key=lambda each: (-RANKS[each["severity"]], each["check_id"], each["finding_id"])))
