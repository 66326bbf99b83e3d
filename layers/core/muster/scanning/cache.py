"""Facets that are read once and used by many: by resources of a shard, or by shards of an account and region."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from muster.model.finding import ACCOUNT, Unavailable
from muster.model.readers import Describer
from muster.model.shard import Shard

T = TypeVar("T")
_KEPT = 16
"""How many accounts and regions the cache keeps facets of: shards come region by region, a few side by side."""


class SingleFlight:
    """Reads each key a single time, however many threads need it."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self._locks: dict[Hashable, threading.Lock] = {}
        self._values: dict[Hashable, object] = {}
        self._guard = threading.Lock()

    def __call__(self, key: Hashable, read: Callable[[], T]) -> T:
        """Return the value of a key; the first call reads it."""
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._values:
                self._values[key] = read()
            return cast("T", self._values[key])

    def forget(self, key: Hashable) -> None:
        """Drop the value of a key, so that the next call reads it again."""
        with self._guard:
            self._values.pop(key, None)


class RegionCache:
    """The facets of accounts and regions, each read once for all shards that are scanned in this process."""

    def __init__(self, kept: int = _KEPT) -> None:
        """Keep the facets of so many accounts and regions; those used longest ago are dropped."""
        self._kept = kept
        self._read: OrderedDict[tuple[str, str], SingleFlight] = OrderedDict()
        self._guard = threading.Lock()

    def __call__(
        self,
        shard: Shard,
        describer: Describer,
        read: Callable[[], object],
        given_up: Callable[[], bool] = lambda: False,
    ) -> object:
        """Return a facet of the shard's account or region.

        `given_up` says whether the API was retried in vain: then the failure is kept, and the call is not repeated.
        """
        owner = (shard.account_id, "" if describer.resource_type == ACCOUNT else shard.region)
        with self._guard:
            once = self._read.setdefault(owner, SingleFlight())
            self._read.move_to_end(owner)
            while len(self._read) > self._kept:
                self._read.popitem(last=False)
        value = once(describer.facet, read)
        if isinstance(value, Unavailable) and value.permission is None and not given_up():
            # A call that expired or was cut off may succeed for the next shard; a denial or an outage holds for all.
            once.forget(describer.facet)
        return value
