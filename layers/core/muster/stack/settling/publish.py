"""The findings of an account on their way into the tables: parts in, few large files out, compared on the way.

What the shards wrote is read once, part by part: since when a finding fails is filled in, the worst failures are kept
for the report, and what must be compared goes into the database of `observed`.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from muster.configuration.suppression import Suppressions
from muster.errors import Damaged
from muster.lifecycle.transitions import Kind, State, state_of
from muster.model.finding import Status
from muster.reports.record import from_row
from muster.reports.schema import Record
from muster.reports.tables import FINDINGS, ScanHeader
from muster.stack.limits import PUBLISHED
from muster.stack.settling.observed import Observed, place_of
from muster.stack.summarizing.worst import RANKS, Worst
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket
from muster.storage.parquet import Batch
from muster.storage.traffic import each

_STATES = {
    (status.value, suppressed): state_of(status, suppressed=suppressed)
    for status in Status
    for suppressed in (True, False)
}
_PLACES = {state: place_of(state) for state in State}
_KINDS = ("shard", "check_id", "title", "severity", "resource_type", "account_id", "region", "account_name")
_OTHERS = ("resource_id", "resource_arn", "tags", "suppression", "reason")
_NEEDED = (*_KINDS[:-1], "finding_id", "resource_id", "status", "reason")
_VALUES = (("status", frozenset(status.value for status in Status)), ("severity", frozenset(RANKS)))


class DamagedParts(Damaged):
    """Parts that commits name cannot be read; `shards` has what is wrong by their shards."""

    def __init__(self, bucket: Bucket, wrong: Mapping[str, object]) -> None:
        """Name the parts: `wrong` has what is wrong by their keys."""
        self.shards = {
            keys.shard_of(key): f"s3://{bucket.name}/{key} is damaged (findings of a shard): {why}: "
            'the shard counts as not scanned; scan it with {"resume": SCAN_ID}'
            for key, why in wrong.items()
        }
        super().__init__("; ".join(self.shards.values()))


def grouped(sizes: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
    """Yield the parts that make one published file, by their sizes in bytes."""
    group: list[str] = []
    total = 0
    for key, size in sizes:
        if group and total + size > PUBLISHED:
            yield group
            group, total = [], 0
        group.append(key)
        total += size
    if group:
        yield group


@dataclass(frozen=True, slots=True)
class Publisher:
    """Writes published files of an account's findings; `compared` has the shards whose findings are remembered.

    `owner_tag` is the key of the tag that names a resource's owner; `suppressions` are those of the scan.
    """

    bucket: Bucket
    header: ScanHeader
    observed: Observed
    worst: Worst[Record]
    compared: Collection[str]
    folder: Path
    owner_tag: str
    suppressions: Suppressions

    def write(self, group: Sequence[str], local: Sequence[Path], path: Path) -> None:
        """Write the findings of parts, and those of files that are here already, into one file.

        Raises:
            DamagedParts: some of the parts cannot be read.
        """
        paths = {self.folder / key.rpartition("/")[2]: key for key in group}
        found = each(paths, lambda file: self._fetch(paths[file], file))
        # All of them at once: the account is settled again without their shards.
        if wrong := {key: why for key, why in zip(group, found, strict=True) if why}:
            raise DamagedParts(self.bucket, wrong)
        current = path

        def parts() -> Iterator[Path]:
            nonlocal current
            for current in (*paths, *local):  # noqa: UP028 - the name of the file is kept for `noted`
                yield current

        def noted(batch: Batch) -> Batch:
            if current in paths and (why := _wrong(batch, keys.shard_of(paths[current]))):
                raise parquet.Unreadable(current, why)
            return self._noted(batch)

        try:
            parquet.copy(path, parts(), FINDINGS, noted)
        except parquet.Unreadable as error:
            raise DamagedParts(self.bucket, {paths.get(error.path, error.path.name): error}) from error
        finally:
            for file in paths:
                file.unlink(missing_ok=True)

    def _fetch(self, key: str, path: Path) -> str:
        """Read a part into a file, and return what is wrong with it."""
        if self.bucket.fetch(key, path) is None:
            return "it is gone"
        try:
            parquet.examine(path, FINDINGS)
        except parquet.Unreadable as error:
            return str(error) or "it is broken"
        return ""

    def _noted(self, batch: Batch) -> Batch:
        """Note what must be remembered of rows, and fill in since when they fail."""
        suppressions = parquet.column(batch, "suppression")
        states = [
            _STATES[status, suppression is not None]
            for status, suppression in zip(parquet.column(batch, "status"), suppressions, strict=True)
        ]
        every = parquet.column(batch, "finding_id")
        # Of what is fine now, only what failed before is looked up: usually nothing did.
        fine = self.observed.since(every) if State.FINE in states and self.observed.has_failed() else {}
        places = [place for place, state in enumerate(states) if state is not State.FINE or every[place] in fine]
        if not places:
            return batch
        ids = [every[place] for place in places]
        if None in ids:
            raise ValueError("finding_id is null")
        since, began = self.observed.since(ids), parquet.millis(self.header.observed_at)
        moments: list[int | None] = [None] * len(states)
        for place, key in zip(places, ids, strict=True):
            if states[place] is not State.FINE:
                moments[place] = since.get(key, began)
        filled = parquet.with_times(batch, "first_seen", moments)
        self._observe(parquet.take(filled, places), ids, [states[place] for place in places])
        return filled

    def _observe(self, rows: Batch, ids: Sequence[str], states: Sequence[State]) -> None:
        fields = list(zip(*(parquet.column(rows, name) for name in _KINDS), strict=True))
        # Most are not among the worst, and no record is made of them.
        worst = [
            place
            for place, (key, state, kind) in enumerate(zip(ids, states, fields, strict=True))
            if state is State.OPEN and self.worst.wants((RANKS[kind[3]], key))
        ]
        self.worst.add(map(from_row, parquet.rows(rows, worst)))
        names, arns, tags, suppressions, reasons = (parquet.column(rows, name) for name in _OTHERS)
        self.observed.add(
            (
                key,
                self.observed.place(_kind(kind)),
                _PLACES[state],
                name,
                arn or "",
                member(tag, self.owner_tag),
                member(suppression, "expires") or expired,
                reason,
            )
            for key, state, kind, name, arn, tag, suppression, reason, expired in zip(
                ids, states, fields, names, arns, tags, suppressions, reasons, self._expired(rows, states), strict=True
            )
            if kind[0] in self.compared
        )

    def _expired(self, rows: Batch, states: Sequence[State]) -> list[str]:
        """Return the last day of the suppression that accepted each open failure until it expired, empty for none."""
        days = [""] * len(states)
        checks = parquet.column(rows, "check_id")
        found = [
            place
            for place, (state, check) in enumerate(zip(states, checks, strict=True))
            if state is State.OPEN and check in self.suppressions.checks
        ]
        for place, row in zip(found, parquet.rows(rows, found), strict=True):
            days[place] = self.suppressions.expired_on(row)
        return days


def member(column: str | None, key: str) -> str:
    """Return a member of a column that holds a JSON object of strings, empty where there is none."""
    if column is None:
        return ""
    members = json.loads(column)
    found = members.get(key) if isinstance(members, dict) else None
    return found if isinstance(found, str) else ""


def _wrong(batch: Batch, shard: str) -> str:
    """Return what rows of a part have that no function wrote, or nothing: a changed byte may leave a whole file."""
    for name in _NEEDED:
        if batch.column(name).null_count:
            return f"a row has no {name}"
    for name, values in (*_VALUES, ("shard", {shard})):
        if others := set(parquet.column(batch, name)) - values:
            return f"a row has the {name} {min(others)[:80]!r}"
    return ""


def _kind(fields: Sequence[str | None]) -> Kind:
    shard, *rest = (field or "" for field in fields)
    return Kind(home_of(shard), *rest)


def home_of(shard: str) -> str:
    """Return the home of a shard: its region and service; shards that were cut by resource type share it."""
    return ".".join(shard.split(".")[1:3])
