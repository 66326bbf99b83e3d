"""Publishing a scan: committed parts become the tables that Athena reads, and what nobody committed is deleted."""

import heapq
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from muster.errors import Damaged, Transient
from muster.model.coverage import Coverage
from muster.model.finding import Severity, Status
from muster.reports.record import from_row
from muster.reports.schema import Record, Row
from muster.reports.tables import COVERAGE, FINDINGS, TALLIES, ScanHeader, coverage_row
from muster.stack.documents.commit import Commit
from muster.stack.limits import PUBLISHED, REPORTED
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket


class DamagedPart(Damaged):
    """A part that a commit names cannot be read; `shard` is whose it is."""

    def __init__(self, bucket: Bucket, key: str, error: object) -> None:
        """Name the part."""
        self.shard = keys.shard_of(key)
        super().__init__(
            f"s3://{bucket.name}/{key} is damaged (findings of a shard): {error}: the shard counts as not scanned; "
            'scan it with {"resume": SCAN_ID}'
        )


def delete_orphans(bucket: Bucket, parts: Iterable[str], named: Collection[str], done: Collection[str] | None) -> None:
    """Delete the parts that nobody names: those of attempts that died.

    `done` are the shards that are committed for good, where another execution may be at work on the others: what it
    has written is not named yet. None where nobody else is.
    """
    for part in parts:
        if part not in named and (done is None or keys.shard_of(part) in done):
            bucket.delete(part)


def publish_findings(bucket: Bucket, header: ScanHeader, commits: Sequence[Commit], folder: Path) -> tuple[Record, ...]:
    """Merge the committed parts into published files, and return the worst failing findings on the way.

    Raises:
        Transient: a part is gone; whoever tries again reads commits that do not name it.
        DamagedPart: a part cannot be read.
    """
    named = {part for commit in commits for part in commit.parts}
    sizes = [(key, size) for key, size in bucket.keys(keys.parts(header.scan_id)) if key in named]
    if gone := named.difference(key for key, _ in sizes):
        raise Transient(f"{len(gone)} parts of the scan are gone, among them s3://{bucket.name}/{min(gone)}")
    worst: list[tuple[int, str, Record]] = []
    written: set[str] = set()
    merged = folder / "merged.parquet"
    for number, group in enumerate(_grouped(sizes)):
        # Read before they are merged: what the bucket refuses reaches the caller by its name, which decides on retries.
        paths = list(_downloaded(bucket, group, folder))
        try:
            parquet.concatenate(merged, paths)
        except parquet.Unreadable as error:
            raise DamagedPart(bucket, f"{keys.parts(header.scan_id)}{error.path.name}", error) from error
        for path in paths:
            path.unlink()
        key = keys.table("findings", header.scan_date, header.scan_id, number)
        bucket.upload(merged, key)
        written.add(key)
        worst = heapq.nlargest(
            REPORTED, itertools.chain(worst, _failing(merged)), key=lambda entry: (entry[0], entry[1])
        )
    _empty(bucket, header, written, merged)
    worst.sort(key=lambda entry: (-entry[0], entry[2]["check_id"], entry[1]))
    return tuple(row for _, _, row in worst)


def _empty(bucket: Bucket, header: ScanHeader, written: Collection[str], scratch: Path) -> None:
    """Leave no rows in the files that an earlier attempt published and this one, which has fewer, did not."""
    parquet.write(scratch, FINDINGS, ())
    for key, _ in bucket.keys(keys.table("findings", header.scan_date, header.scan_id, 0).removesuffix("0000.parquet")):
        if key not in written:
            bucket.upload(scratch, key)


def _failing(path: Path) -> Iterator[tuple[int, str, Record]]:
    for row in parquet.read(path):
        if row["status"] == Status.NON_COMPLIANT.value and row["suppression"] is None:
            yield Severity(row["severity"]).rank, row["finding_id"], from_row(row)


def _grouped(sizes: Sequence[tuple[str, int]]) -> Iterator[list[str]]:
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


def _downloaded(bucket: Bucket, group: Sequence[str], folder: Path) -> Iterator[Path]:
    for key in group:
        path = folder / key.rpartition("/")[2]
        bucket.download(key, path)
        try:
            parquet.examine(path, FINDINGS)
        except parquet.Unreadable as error:
            raise DamagedPart(bucket, key, error) from error
        yield path


def publish_tables(
    bucket: Bucket, header: ScanHeader, commits: Sequence[Commit], ledger: Iterable[tuple[str, Coverage]], folder: Path
) -> None:
    """Write the scan's tallies and its ledger, whose rows come with their shard."""
    coverage = (coverage_row(row, header, shard) for shard, row in ledger)
    for name, columns, rows in (("tallies", TALLIES, _tallies(header, commits)), ("coverage", COVERAGE, coverage)):
        path = folder / f"{name}.parquet"
        parquet.write(path, columns, rows)
        bucket.upload(path, keys.table(name, header.scan_date, header.scan_id))


def _tallies(header: ScanHeader, commits: Sequence[Commit]) -> Iterator[Row]:
    for commit in commits:
        for check in commit.checks:
            yield {
                "scan_id": header.scan_id,
                "scan_kind": header.scan_kind,
                "shard": commit.shard,
                "account_id": commit.account_id,
                "service": commit.service,
                "started_at": header.observed_at,
                **asdict(check),
            }
