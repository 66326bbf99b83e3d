"""Which findings `muster findings` lists, and where it reads them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from muster.analysis.patterns.globs import matches
from muster.cli.parquet_files import EXTENSION, batches_of, entries_of, files_of
from muster.cli.report_file import ReportFile
from muster.cli.stack_files import StackBucket
from muster.errors import ConfigurationError
from muster.model.finding import Finding, Severity, Status
from muster.reports.fields import Entry
from muster.storage import parquet
from muster.storage.parquet import Batch

KEPT = timedelta(days=30)
"""How long the latest findings stay that no scan looked at again: the view `latest_findings` shows no older ones."""
_AGO = re.compile(r"(\d{1,5})([mhdw])")
_UNITS: Mapping[str, timedelta] = MappingProxyType(
    {
        "m": timedelta(minutes=1),
        "h": timedelta(hours=1),
        "d": timedelta(days=1),
        "w": timedelta(weeks=1),
    }
)


class Word(StrEnum):
    """A status as a person names it: `open` fails and is not suppressed, `passing` complies."""

    OPEN = "open"
    SUPPRESSED = "suppressed"
    UNREAD = "unread"
    PASSING = "passing"
    SKIPPED = "not applicable"


_WORDS: Mapping[str, Word] = MappingProxyType(
    {
        Status.NON_COMPLIANT: Word.OPEN,
        Status.INSUFFICIENT_DATA: Word.UNREAD,
        Status.COMPLIANT: Word.PASSING,
        Status.NOT_APPLICABLE: Word.SKIPPED,
    }
)


def moment(text: str, now: datetime) -> datetime:
    """Return the time that a text names: so long before now (`7d`, `12h`, `30m`, `2w`), a date, or a time.

    A date is its first moment in UTC; a time without a zone is in UTC.

    Raises:
        ValueError: it names none.
    """
    if found := _AGO.fullmatch(text):
        return now - int(found[1]) * _UNITS[found[2]]
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither a duration like 7d, 12h or 2w nor a date like 2026-11-01") from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def word_of(finding: Finding) -> Word:
    """Return the word for a finding's status."""
    return Word.SUPPRESSED if finding.suppression else _WORDS[finding.status]


@dataclass(slots=True, kw_only=True)
class Query:
    """The findings that are wanted: those that match all that is given. Checks, owners and resources are globs.

    `since` is a time: findings that fail, are suppressed or unread since then or later; `undated` counts those that
    match all else and do not say since when, `untagged` those of resources whose tags no scan read. `oldest` leaves out
    findings of earlier scans.
    """

    words: frozenset[Word]
    checks: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    owner_tag: str = "Owner"
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    severity: Severity = Severity.INFORMATIONAL
    since: datetime | None = None
    oldest: datetime | None = None
    undated: int = 0
    untagged: int = 0

    def wants(self, finding: Finding) -> bool:
        """Return whether a finding is wanted."""
        resource = finding.resource
        if not (
            word_of(finding) in self.words
            and finding.severity.rank >= self.severity.rank
            and _any(self.checks, finding.check_id)
            and (not self.accounts or resource.account_id in self.accounts)
            and (not self.regions or resource.region in self.regions)
            and (_any(self.resources, resource.key) or _any(self.resources, resource.id))
            and (self.oldest is None or finding.observed_at >= self.oldest)
        ):
            return False
        return self._owned(finding) and self._began(finding)

    def _began(self, finding: Finding) -> bool:
        if self.since is None:
            return True
        if finding.first_seen is None:
            self.undated += 1
            return False
        return finding.first_seen >= self.since

    def owner(self, finding: Finding) -> str:
        """Return the value of the resource's owner tag, empty where it has none."""
        return (finding.resource.tags or {}).get(self.owner_tag, "")

    def _owned(self, finding: Finding) -> bool:
        if not self.owners:
            return True
        if finding.resource.tags is None:
            self.untagged += 1
            return False
        owner = self.owner(finding)
        return bool(owner) and _any(self.owners, owner)

    def places(self, batch: Batch) -> list[int]:
        """Return the places of rows that may be wanted: most are not, and no finding is made of them."""
        places = list(range(batch.num_rows))
        for name, test in self._tests():
            if not places:
                break
            values = parquet.column(batch, name)
            places = [place for place in places if test(values[place])]
        return places

    def _tests(self) -> Iterator[tuple[str, Callable[[Any], bool]]]:
        statuses = {status for status, word in _WORDS.items() if word in self.words}
        if Word.SUPPRESSED in self.words:
            statuses.add(Status.NON_COMPLIANT)
        yield "status", lambda value: value in statuses
        if Word.SUPPRESSED not in self.words:
            yield "suppression", lambda value: value is None
        if self.severity is not Severity.INFORMATIONAL:
            severities = {each for each in Severity if each.rank >= self.severity.rank}
            yield "severity", lambda value: value in severities
        if self.checks:
            known: dict[str, bool] = {}
            yield "check_id", lambda value: known.setdefault(value, _any(self.checks, value))
        if self.accounts:
            yield "account_id", lambda value: value in self.accounts
        if self.regions:
            yield "region", lambda value: value in self.regions


def _any(patterns: tuple[str, ...], text: str) -> bool:
    return not patterns or any(matches(pattern, text) for pattern in patterns)


def found_in(path: Path, query: Query) -> Iterator[Entry]:
    """Yield the wanted findings of a report, or of Parquet files.

    Raises:
        ConfigurationError: they cannot be read.
    """
    if path.is_dir() or path.suffix.lower() == EXTENSION:
        for each in files_of(path):
            yield from _of_file(each, str(each), query)
    elif path.exists():
        yield from (entry for entry in ReportFile(path).entries() if query.wants(entry.finding))
    else:
        raise ConfigurationError(f"{path}: there is no such file or folder")


def found_on(stack: StackBucket, query: Query, scratch: Path) -> Iterator[Entry]:
    """Yield the wanted findings among a stack's latest ones.

    Raises:
        ConfigurationError: there are none, or they cannot be read.
    """
    for path, url in stack.files(stack.latest(query.accounts), scratch):
        yield from _of_file(path, url, query)


def _of_file(path: Path, name: str, query: Query) -> Iterator[Entry]:
    for batch in batches_of(path, name):
        places = query.places(batch)
        if places:
            yield from (entry for entry in _entries(batch, places, name) if query.wants(entry.finding))


def _entries(batch: Batch, places: list[int], name: str) -> Iterator[Entry]:
    try:
        yield from entries_of(batch, places)
    except ValueError as error:
        raise ConfigurationError(f"{name} has a row that is not a finding: {error}") from error
