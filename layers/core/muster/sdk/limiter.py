"""The one rate control, shared by all workers: it bounds the calls in flight for each account, region and API.

The bound grows by one for every round of calls that AWS takes, and is halved when AWS throttles: additive increase,
multiplicative decrease, as TCP shares a line. While AWS throttles, nobody calls for a moment that doubles each time.
"""

import random
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

MOST = 64
"""The most calls of one API in flight, whatever the number of workers."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
"""Seconds without a call after AWS throttled, the first time and at most."""


@dataclass(slots=True)
class _Bound:
    limit: float
    in_flight: int = 0
    pause: float = 0.0
    resume_at: float = 0.0


@dataclass(slots=True)
class Limiter:
    """Bounds calls in flight by key; safe to use from many threads."""

    most: int = MOST
    clock: Callable[[], float] = time.monotonic
    _bounds: dict[Hashable, _Bound] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def acquire(self, key: Hashable) -> None:
        """Wait until one more call may be made."""
        with self._changed:
            bound = self._bounds.setdefault(key, _Bound(float(self.most)))
            while (wait := self._wait(bound)) > 0:
                self._changed.wait(wait)
            bound.in_flight += 1

    def release(self, key: Hashable, *, taken: bool) -> None:
        """Give the place back; `taken` says that AWS took the call, which raises the bound again."""
        with self._changed:
            bound = self._bounds[key]
            bound.in_flight -= 1
            if taken:
                bound.pause = 0.0
                bound.limit = min(float(self.most), bound.limit + 1 / bound.limit)
            self._changed.notify_all()

    def throttled(self, key: Hashable) -> None:
        """Halve the bound and pause; what is throttled during a pause says nothing new."""
        with self._changed:
            bound = self._bounds.setdefault(key, _Bound(float(self.most)))
            now = self.clock()
            if now < bound.resume_at:
                return
            # What is in flight is what AWS did not take: half of that, not half of a bound that was never reached.
            bound.limit = max(1.0, min(bound.limit, bound.in_flight or 1) / 2)
            bound.pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, bound.pause * 2))
            bound.resume_at = now + bound.pause * random.uniform(0.5, 1)  # noqa: S311 - jitter is no secret

    def limit(self, key: Hashable) -> float:
        """Return the bound of a key as it stands."""
        with self._changed:
            bound = self._bounds.get(key)
            return bound.limit if bound else float(self.most)

    def _wait(self, bound: _Bound) -> float:
        """Return how many seconds to wait before looking again, 0 when a call may be made."""
        pause = bound.resume_at - self.clock()
        if pause > 0:
            return pause
        return 0 if bound.in_flight < max(1, int(bound.limit)) else 1.0


class CallGate:
    """The limiter as one client sees it: each call passes it with the client's account and region."""

    def __init__(self, limiter: Limiter, account_id: str, region: str, service: str) -> None:
        """Bound the calls of one client."""
        self._limiter, self._key = limiter, (account_id, region, service)

    def acquire(self, operation: str) -> None:
        """Wait until the call may be made."""
        self._limiter.acquire((*self._key, operation))

    def release(self, operation: str, *, taken: bool = True) -> None:
        """Say that the call has ended."""
        self._limiter.release((*self._key, operation), taken=taken)

    def throttled(self, operation: str) -> None:
        """Note that AWS throttled a call."""
        self._limiter.throttled((*self._key, operation))
