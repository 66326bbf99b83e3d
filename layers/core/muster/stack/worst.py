"""The worst of many items, with memory for few of them. Pure."""

import operator
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


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
