"""Two scans compared: what opened, what was fixed or deleted, what is accepted or unread, and what cannot be compared.

Both are written to a database of SQLite in a scratch folder, and joined there: memory does not grow with the findings.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from muster.cli.sighting import Looked, Seen, Sighting
from muster.errors import ConfigurationError
from muster.lifecycle.events import Outcome
from muster.lifecycle.transitions import Event
from muster.model.finding import Severity

NEWS = (Event.OPENED, Event.REOPENED, Event.EXPIRED)
"""The changes after which something fails that did not."""
_BATCH = 5_000
_CACHE_KB = 32 << 10
_FIELDS = Sighting._fields
_COLUMNS = ", ".join(f"{name} TEXT" for name in _FIELDS[1:])
_TABLES = f"""
PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-{_CACHE_KB};
CREATE TABLE old (finding_id TEXT PRIMARY KEY, seen INTEGER, {_COLUMNS}) WITHOUT ROWID;
CREATE TABLE new (finding_id TEXT PRIMARY KEY, seen INTEGER, {_COLUMNS}) WITHOUT ROWID;
CREATE TABLE resources (hash BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE changes (event INTEGER, outcome TEXT, rank INTEGER, was INTEGER, until TEXT,
    finding_id TEXT, {_COLUMNS.replace("until TEXT", "last TEXT")});
BEGIN;
"""
_ORDER = (Event.OPENED, Event.REOPENED, Event.EXPIRED, Event.UNREADABLE, Event.RESOLVED, Event.SUPPRESSED)


class Change(NamedTuple):
    """One change: the event, how it was resolved, what the old scan saw, and the finding as the newer one has it.

    `was` is None where the old scan does not have the finding. Of one that the new scan does not have, `finding` is
    that of the old scan. `until` is the last day of the suppression that accepts it or accepted it.
    """

    event: Event
    outcome: str
    was: Seen | None
    until: str
    finding: Sighting


@dataclass(frozen=True, slots=True)
class Uncompared:
    """Findings of a check that cannot be compared, and why."""

    check_id: str
    reason: str
    findings: int


class Comparison:
    """Compares an old scan with a new one; close it to free the disk."""

    def __init__(self, folder: Path) -> None:
        """Begin in a scratch folder."""
        self._db = sqlite3.connect(folder / "comparison.sqlite", isolation_level=None)
        self._db.executescript(_TABLES)
        self.counts: Counter[str] = Counter()
        self.by_severity: Counter[str] = Counter()
        self._uncompared: Counter[tuple[str, str]] = Counter()

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def take_old(self, sightings: Iterable[tuple[Seen, Sighting]], looked: Looked) -> None:
        """Take the findings of the old scan.

        Raises:
            ConfigurationError: a finding is there twice.
        """
        self._take("old", sightings, looked)

    def take_new(self, sightings: Iterable[tuple[Seen, Sighting]], looked: Looked) -> None:
        """Take the findings of the new scan, as `take_old` does."""
        self._take("new", self._with_resources(sightings), looked)

    def _take(self, table: str, sightings: Iterable[tuple[Seen, Sighting]], looked: Looked) -> None:
        marks = ", ".join("?" * (len(_FIELDS) + 1))
        rows = self._rows(sightings, looked)
        while chunk := list(islice(rows, _BATCH)):
            try:
                self._db.executemany(f"INSERT INTO {table} VALUES ({marks})", chunk)  # noqa: S608 - our own table
            except sqlite3.IntegrityError as error:
                scans = ", ".join(sorted(looked.scan_ids)[:3])
                raise ConfigurationError(
                    f"{looked.name} has a finding twice: it holds the findings of several scans ({scans})\n"
                    "  name the files of one scan\n  or two scans of a stack: muster diff SCAN_ID SCAN_ID --stack NAME"
                ) from error

    @staticmethod
    def _rows(sightings: Iterable[tuple[Seen, Sighting]], looked: Looked) -> Iterator[tuple[object, ...]]:
        nothing = ("",) * (len(_FIELDS) - 1)
        for what, sighting in sightings:
            looked.note(sighting, what)
            # Of what is fine no more is needed than that it is there.
            yield (sighting[0], int(what), *(nothing if what is Seen.FINE else sighting[1:]))

    def _with_resources(self, sightings: Iterable[tuple[Seen, Sighting]]) -> Iterator[tuple[Seen, Sighting]]:
        last = ""
        for what, sighting in sightings:
            if sighting.resource != last:
                last = sighting.resource
                self._db.execute("INSERT OR IGNORE INTO resources VALUES (?)", (_hash(last),))
            yield what, sighting

    def compare(self, old: Looked, new: Looked) -> None:
        """Find the changes, and count what is the same and what cannot be compared."""
        names = [f"{side}.{name}" for side in ("old", "new") for name in _FIELDS[1:]]
        both = self._db.execute(
            f"SELECT new.finding_id, old.seen, new.seen, {', '.join(names)} FROM new JOIN old USING (finding_id) "  # noqa: S608
            "WHERE new.seen != old.seen"
        )
        width = len(_FIELDS) - 1
        for key, was, now, *fields in both:
            self._pair(Seen(was), Seen(now), Sighting(key, *fields[:width]), Sighting(key, *fields[width:]))
        for now, sighting in self._only("new", "old"):
            self._added(now, sighting, old, old.narrowing(sighting, new))
        for was, sighting in self._only("old", "new"):
            self._missing(was, sighting, new, new.narrowing(sighting, old))
        same = dict(
            self._db.execute(
                "SELECT new.seen, COUNT(*) FROM new JOIN old USING (finding_id) WHERE new.seen = old.seen GROUP BY 1"
            )
        )
        self.counts["still_open"] = same.get(int(Seen.OPEN), 0)
        self.counts["unchanged"] = sum(same.values())

    def _only(self, table: str, other: str) -> Iterator[tuple[Seen, Sighting]]:
        names = ", ".join(_FIELDS)
        rows = self._db.execute(
            f"SELECT seen, {names} FROM {table} WHERE seen != 0 AND NOT EXISTS "  # noqa: S608 - our own tables
            f"(SELECT 1 FROM {other} WHERE {other}.finding_id = {table}.finding_id)"
        )
        return ((Seen(what), Sighting(*fields)) for what, *fields in rows)

    def _pair(self, was: Seen, now: Seen, before: Sighting, after: Sighting) -> None:
        """Note the change of a finding that both scans have and saw differently."""
        if now is Seen.OPEN:
            over = was is Seen.SUPPRESSED and before.until < after.observed_at[: len(before.until)]
            event = Event.OPENED if was is not Seen.SUPPRESSED else Event.EXPIRED if over else Event.REOPENED
            self._note(event, was, after, until=before.until)
        elif now is Seen.UNREAD:
            self._note(Event.UNREADABLE, was, after)
        elif was is Seen.OPEN and now is Seen.SUPPRESSED:
            self._note(Event.SUPPRESSED, was, after, until=after.until)
        elif was is Seen.OPEN:
            self._note(Event.RESOLVED, was, before, Outcome.FIXED)
        else:
            self.counts["other"] += 1

    def _added(self, now: Seen, after: Sighting, old: Looked, gap: str) -> None:
        """Note a finding that only the new scan has; one that is accepted from its start is no change."""
        if now is Seen.SUPPRESSED:
            self.counts["other"] += 1
            return
        gap = gap or old.gap(after.cell)
        if not gap and now is Seen.UNREAD and old.only_failing:
            gap = f"{old.name} has failing findings only"
        if not gap and now is Seen.OPEN and old.truncated:
            gap = f"{old.name} does not have all failing findings"
        if gap:
            self._uncompared[after.check_id, gap] += 1
        else:
            self._note(Event.OPENED if now is Seen.OPEN else Event.UNREADABLE, None, after)

    def _missing(self, was: Seen, before: Sighting, new: Looked, gap: str) -> None:
        """Note a finding that only the old scan has."""
        if was is not Seen.OPEN:
            self.counts["other"] += 1
        elif gap := gap or new.absence(before.cell):
            self._uncompared[before.check_id, gap] += 1
        elif new.only_failing:
            self._note(Event.RESOLVED, was, before)
        else:
            there = self._db.execute("SELECT 1 FROM resources WHERE hash = ?", (_hash(before.resource),)).fetchone()
            self._note(Event.RESOLVED, was, before, Outcome.FIXED if there else Outcome.DELETED)

    def _note(self, event: Event, was: Seen | None, finding: Sighting, outcome: str = "", until: str = "") -> None:
        self.counts[event] += 1
        if outcome:
            self.counts[outcome] += 1
        if event in NEWS:
            self.by_severity[finding.severity] += 1
        marks = ", ".join("?" * (len(_FIELDS) + 5))
        rank = Severity(finding.severity).rank
        self._db.execute(
            f"INSERT INTO changes VALUES ({marks})",  # noqa: S608 - question marks
            (_ORDER.index(event), str(outcome), rank, None if was is None else int(was), until, *finding),
        )

    def changes(self, most: int | None = None, event: Event | None = None) -> Iterator[Change]:
        """Yield the changes by kind, the worst first; with `most` so many, with `event` those of one kind."""
        kinds = list(range(len(_ORDER))) if event is None else [_ORDER.index(event)]
        rows = self._db.execute(
            f"SELECT * FROM changes WHERE event IN ({', '.join(map(str, kinds))}) "  # noqa: S608 - numbers
            "ORDER BY event, rank DESC, check_id, account_id, region, resource_id, finding_id LIMIT ?",
            (-1 if most is None else most,),
        )
        for kind, outcome, _, was, until, *fields in rows:
            yield Change(_ORDER[kind], outcome, None if was is None else Seen(was), until, Sighting(*fields))

    def uncompared(self) -> list[Uncompared]:
        """Return what cannot be compared, by check and reason, the most findings first."""
        found = [Uncompared(check, reason, count) for (check, reason), count in self._uncompared.items()]
        return sorted(found, key=lambda each: (-each.findings, each.check_id, each.reason))


def _hash(name: str) -> bytes:
    return blake2b(name.encode(errors="surrogatepass"), digest_size=12).digest()
