"""The findings of an account that must be compared, on disk: an account may have millions that fail.

One database of SQLite in the function's scratch folder holds since when findings failed before the scan, and what the
scan saw. Its memory is bounded by its cache.
"""

import gzip
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from muster.lifecycle.transitions import Kind, Observation, State, Subject

_CACHE_KB = 64 << 10
_STATES = tuple(State)
_TABLES = """
CREATE TABLE failed (id TEXT PRIMARY KEY, since INTEGER) WITHOUT ROWID;
CREATE TABLE seen
  (id TEXT, kind INTEGER, state INTEGER, resource_id TEXT, arn TEXT, owner TEXT, until TEXT, reason TEXT);
"""
Row = tuple[str, int, int, str, str, str, str, str]
"""Finding id, place of the kind, place of the state, resource id, ARN, owner, last day of a suppression, reason."""


class Observed:
    """Since when findings failed before a scan, in milliseconds, and what the scan saw; close it to free the disk."""

    def __init__(self, path: Path) -> None:
        """Begin in a new file."""
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(
            f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-{_CACHE_KB}; {_TABLES} BEGIN;"
        )
        self._kinds: dict[Kind, int] = {}

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of the findings that were seen."""
        return tuple(self._kinds)

    def place(self, kind: Kind) -> int:
        """Return the place of a kind in `kinds`."""
        return self._kinds.setdefault(kind, len(self._kinds))

    def forget(self) -> None:
        """Drop what was noted of before the scan."""
        self._db.execute("DELETE FROM failed")

    def failed(self, since: Iterable[tuple[str, int]]) -> None:
        """Note since when findings failed before the scan."""
        self._db.executemany("INSERT INTO failed VALUES (?, ?)", since)

    def has_failed(self) -> bool:
        """Whether any finding failed before the scan."""
        return self._db.execute("SELECT 1 FROM failed LIMIT 1").fetchone() is not None

    def since(self, ids: Sequence[str]) -> Mapping[str, int]:
        """Return since when findings failed before the scan, by id; those that did not are not in it."""
        places = ",".join("?" * len(ids))
        found = self._db.execute(f"SELECT id, since FROM failed WHERE id IN ({places})", ids)  # noqa: S608 - places only
        return dict(found.fetchall())

    def add(self, rows: Iterable[Row]) -> None:
        """Note what the scan saw."""
        self._db.executemany("INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def seen(self) -> Iterator[tuple[str, Observation]]:
        """Yield what the scan saw, sorted by finding id; of a finding that was seen twice, what was seen last."""
        kinds, last = self.kinds, None
        rows = self._db.execute("SELECT * FROM seen ORDER BY id, rowid")
        for key, kind, state, *texts, reason in rows:
            if last is not None and last[0] != key:
                yield last
            last = key, Observation(_STATES[state], Subject(kinds[kind], *texts), reason)
        if last is not None:
            yield last

    def save(self, path: Path) -> None:
        """Write what the scan saw to a file, for another function to `load`."""
        with gzip.open(path, "wt", compresslevel=1, encoding="utf-8") as file:
            file.write(json.dumps(self.kinds) + "\n")
            for row in self._db.execute("SELECT * FROM seen"):
                file.write(json.dumps(row) + "\n")

    def load(self, path: Path) -> None:
        """Add what another function saved."""
        with gzip.open(path, "rt", encoding="utf-8") as file:
            places = [self.place(Kind(*kind)) for kind in json.loads(next(file, ""))]
            self.add(_moved(map(json.loads, file), places))


def _moved(rows: Iterable[Any], places: Sequence[int]) -> Iterator[Row]:
    for key, kind, *rest in rows:
        yield (key, places[kind], *rest)


def place_of(state: State) -> int:
    """Return the place of a state, by which a row names it."""
    return _STATES.index(state)
