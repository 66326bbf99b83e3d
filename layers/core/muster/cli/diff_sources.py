"""The two sides of `muster diff`: a report, Parquet files, or a scan of a stack, as sightings."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from muster.cli.parquet_files import EXTENSION, batches_of, files_of
from muster.cli.report_file import ReportFile
from muster.cli.sighting import Looked, Seen, Sighting, seen, with_header
from muster.cli.stack_files import StackBucket
from muster.errors import ConfigurationError
from muster.model.coverage import ALL
from muster.model.finding import Finding
from muster.model.json_values import timestamp
from muster.reports.fields import Entry
from muster.reports.tables import COVERAGE
from muster.storage import parquet
from muster.storage.parquet import Batch

Found = Iterator[tuple[Seen, Sighting]]


class Source(Protocol):
    """One side: its findings, and what it looked at, which is known when they were read to their end."""

    looked: Looked

    def sightings(self) -> Found:
        """Yield its findings.

        Raises:
            ConfigurationError: it cannot be read.
        """
        ...


def source_of(path: Path) -> Source:
    """Return the source of a path: Parquet for a folder or a *.parquet file, else a report.

    Raises:
        ConfigurationError: there is no such path, or the folder has no Parquet file.
    """
    if path.is_dir() or path.suffix.lower() == EXTENSION:
        return ParquetSource(path)
    if not path.exists():
        raise ConfigurationError(f"{path}: there is no such file or folder")
    return ReportSource(path)


class ReportSource:
    """A report in JSON, or lines of JSON."""

    def __init__(self, path: Path) -> None:
        """Take the path; it is opened when its findings are read."""
        self._file = ReportFile(path)
        self.looked = Looked(name=str(path))

    def sightings(self) -> Found:
        """Yield its findings."""
        for entry in self._file.entries():
            self.looked.scan_ids.add(entry.scan_id)
            yield seen_in(entry)
        file, looked = self._file, self.looked
        with_header(looked, file.scan)
        looked.only_failing, looked.truncated = file.only_failing, file.truncated
        if file.only_failing:
            checks = file.summary.get("checks")
            looked.hidden = frozenset(_hidden(checks if isinstance(checks, list) else []))


def _hidden(checks: Iterable[Any]) -> Iterator[str]:
    for row in checks:
        if isinstance(row, dict) and (row.get("suppressed") or row.get("insufficient_data")):
            yield str(row.get("check_id"))


def seen_in(entry: Entry) -> tuple[Seen, Sighting]:
    """Return what a scan saw of a finding, and the fields that a comparison needs."""
    finding: Finding = entry.finding
    resource, accepted = finding.resource, finding.suppression
    texts = (
        finding.finding_id,
        finding.check_id,
        finding.title,
        finding.severity.value,
        finding.reason,
        resource.type,
        resource.id,
        resource.arn or "",
        resource.account_id,
        resource.region,
        timestamp(finding.first_seen) if finding.first_seen else "",
        timestamp(finding.observed_at),
        accepted.expires if accepted else "",
    )
    return seen(finding.status, suppressed=accepted is not None), Sighting._make(map(_storable, texts))


class ParquetSource:
    """Parquet files of the table `findings` or `latest`."""

    def __init__(self, path: Path) -> None:
        """Take a folder or a file."""
        self._files = files_of(path)
        self.looked = Looked(name=str(path))

    def sightings(self) -> Found:
        """Yield the findings of all files."""
        for path in self._files:
            yield from _of_file(path, str(path), self.looked)


class StackSource:
    """One scan of a stack, from the bucket."""

    def __init__(self, stack: StackBucket, scan_id: str, folder: Path) -> None:
        """Read the plan and the summary of the scan; its files come to a scratch folder one by one.

        Raises:
            ConfigurationError: there is no such scan, or it has not ended.
        """
        self._stack, self._folder = stack, folder
        self._plan = stack.plan(scan_id)
        summary = stack.summary(scan_id)
        scan = self._plan.scan
        self.looked = Looked(
            name=scan_id,
            checks=frozenset(self._plan.severities),
            accounts=frozenset(scan.accounts),
            regions=frozenset(scan.regions),
            complete=summary.complete,
        )
        folder.mkdir()

    def sightings(self) -> Found:
        """Yield the findings of all accounts."""
        names = self._stack.published("findings", self._plan)
        if not names:
            raise ConfigurationError(
                f"the scan {self.looked.name} has no findings in the bucket: they expired, or it scanned nothing"
            )
        for path, url in self._stack.files(names, self._folder):
            yield from _of_file(path, url, self.looked)
        for path, url in self._stack.files(self._stack.published("coverage", self._plan), self._folder):
            self._note_blocked(path, url)

    def _note_blocked(self, path: Path, url: str) -> None:
        """Note the regions that a policy blocks: their row of the ledger speaks of every API."""
        try:
            for batch in parquet.conformed(path, COVERAGE):
                names = ("account_id", "region", "api", "reason")
                for account, region, api, reason in zip(*(parquet.column(batch, each) for each in names), strict=True):
                    if api == ALL and reason:
                        self.looked.blocked.add((account, region))
        except parquet.Unreadable as error:
            raise ConfigurationError(f"{url} cannot be read: {error}") from error


_COLUMNS = (
    "finding_id", "check_id", "title", "severity", "reason", "resource_type", "resource_id", "resource_arn",
    "account_id", "region",
)  # fmt: skip


def _of_file(path: Path, name: str, looked: Looked) -> Found:
    for batch in batches_of(path, name):
        looked.scan_ids.update(each for each in set(parquet.column(batch, "scan_id")) if each)
        yield from _of_batch(batch, name)


def _of_batch(batch: Batch, name: str) -> Found:
    texts = zip(*(parquet.column(batch, each) for each in _COLUMNS), strict=True)
    others = (parquet.column(batch, each) for each in ("status", "suppression", "first_seen", "observed_at"))
    for fields, status, accepted, first, at in zip(texts, *others, strict=True):
        try:
            what = seen(status, suppressed=accepted is not None)
            until = str(json.loads(accepted)["expires"]) if accepted is not None else ""
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(f"{name}: the finding {fields[0]} cannot be read: {error}") from error
        yield what, Sighting._make((*(each or "" for each in fields), _moment(first), _moment(at), until))


def _moment(naive: datetime | None) -> str:
    return "" if naive is None else timestamp(naive.replace(tzinfo=UTC))


def _storable(text: str) -> str:
    """Return a text that a database takes: JSON may have half of a character that UTF-8 has not."""
    return text if text.isascii() else text.encode(errors="replace").decode()
