"""The coverage ledger: what was asked of AWS, how it went, and what is missing."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Coverage:
    """How one API went in one shard: calls (pages), listed items, retries, denials, other errors, seconds.

    `reason` says why a lister did not finish or cannot find everything, `out_of_scope` counts resources of regions that
    were not asked for. A row of resources that are looked at for their tags only has their type instead of an API.
    """

    account_id: str
    region: str
    service: str
    api: str
    calls: int = 0
    items: int = 0
    retries: int = 0
    denials: int = 0
    errors: int = 0
    seconds: float = 0.0
    out_of_scope: int = 0
    reason: str = ""


ALL = "*"
"""The API of a row that speaks of every API."""
ONLY_TAGS = "Not looked at, but for the tags: no lister lists this type"
"""The reason of a row that has the tagged resources of a type instead of the calls of an API: `glue job`, say."""
_COUNTED = ("calls", "retries", "denials", "errors", "seconds")


@dataclass(slots=True)
class _Tally:
    """The calls of an API since its row was last asked for: a row is frozen, and there are many calls."""

    calls: int = 0
    retries: int = 0
    denials: int = 0
    errors: int = 0
    seconds: float = 0.0


class Ledger:
    """Counts the calls of one shard; safe to use from many threads."""

    def __init__(self, account_id: str, region: str, service: str, rows: Iterable[Coverage] = ()) -> None:
        """Open a ledger, empty or with the rows of an earlier attempt."""
        self._key = (account_id, region, service)
        self._rows = {row.api: row for row in rows}
        self._tallies: dict[str, _Tally] = {}
        self._lock = threading.Lock()

    def called(self, api: str, *, retries: int = 0, denied: bool = False, failed: bool = False, seconds: float) -> None:
        """Count one call and its outcome."""
        with self._lock:
            tally = self._tallies.get(api)
            if tally is None:
                tally = self._tallies[api] = _Tally()
            tally.calls += 1
            tally.retries += retries
            tally.denials += denied
            tally.errors += failed
            tally.seconds += seconds

    def listed(self, api: str, items: int, out_of_scope: int = 0) -> None:
        """Count the items of one page."""
        with self._lock:
            row = self._row(api)
            self._rows[api] = replace(row, items=row.items + items, out_of_scope=row.out_of_scope + out_of_scope)

    def stopped(self, api: str, reason: str) -> None:
        """Note that a lister did not finish."""
        with self._lock:
            self._rows[api] = replace(self._row(api), reason=reason)

    def tagged(self, kinds: Mapping[str, int]) -> None:
        """Count resources that are looked at for their tags only, by type."""
        with self._lock:
            for kind, items in kinds.items():
                row = self._row(kind)
                self._rows[kind] = replace(row, items=row.items + items, reason=ONLY_TAGS)

    def unlisted_again(self, api: str, *, rest: bool = False) -> None:
        """Forget the items of a listing that begins again; its calls were made all the same."""
        with self._lock:
            self._rows[api] = replace(self._row(api), items=0, out_of_scope=0)
            if rest:
                self._rows = {name: row for name, row in self._rows.items() if row.reason != ONLY_TAGS}

    def blocked(self, reason: str) -> None:
        """Say of the whole shard in one row that it may not be looked at."""
        with self._lock:
            rows = [self._row(api) for api in self._apis()]
            counts = {name: sum(getattr(row, name) for row in rows) for name in _COUNTED}
            self._tallies.clear()
            self._rows = {ALL: Coverage(*self._key, ALL, **counts, reason=reason)}

    def rows(self) -> Iterator[Coverage]:
        """Yield the rows, sorted by API."""
        with self._lock:
            yield from [self._row(api) for api in self._apis()]

    def _apis(self) -> list[str]:
        return sorted(self._rows.keys() | self._tallies.keys())

    def _row(self, api: str) -> Coverage:
        """Return a row with all that was counted by now."""
        row, tally = self._rows.get(api) or Coverage(*self._key, api), self._tallies.pop(api, None)
        if tally is not None:
            row = replace(row, **{name: getattr(row, name) + getattr(tally, name) for name in _COUNTED})
            self._rows[api] = row
        return row
