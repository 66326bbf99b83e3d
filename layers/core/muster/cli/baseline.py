"""`muster scan --baseline`: only failures that an earlier scan does not have make the scan fail."""

import contextlib
import tempfile
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from muster.cli.comparison import NEWS, Change, Comparison, Uncompared
from muster.cli.sighting import Looked, Seen, Sighting, with_header
from muster.errors import ConfigurationError
from muster.lifecycle.transitions import Event
from muster.model.finding import Finding, Severity
from muster.model.text import counted, listed
from muster.reports.fields import Entry
from muster.reports.nouns import noun, shown_name
from muster.reports.overview import Changes, Gone, News
from muster.reports.report import ScanReport

if TYPE_CHECKING:
    from muster.cli.diff_sources import Source

LATEST = "latest"
"""The baseline that is the last scan of the stack whose results were saved."""
LINES = 12
"""Reasons why findings cannot be compared that are printed."""
_BATCH = 2_000
_NEWS = {Event.OPENED: News.NEW, Event.REOPENED: News.REOPENED, Event.EXPIRED: News.EXPIRED}


class Baseline:
    """Compares the findings of a scan, as they pass, with those of an earlier scan."""

    def __init__(self, name: str, old: "Source", comparison: Comparison) -> None:
        """Read the earlier scan to its end."""
        from muster.cli.diff_sources import seen_in

        self.name, self._seen_in = name, seen_in
        self._old, self._comparison = old, comparison
        comparison.take_old(old.sightings(), old.looked)
        self._new = Looked(name="this scan")
        self._waiting: list[tuple[Seen, Sighting]] = []

    def require(self, accounts: Collection[str]) -> None:
        """Check that the baseline has an account of the scan: otherwise nothing could be new.

        Raises:
            ConfigurationError: it is a scan of other accounts.
        """
        looked = self._old.looked
        known = looked.accounts or {account for account, _, _ in looked.cells}
        if known and not known & set(accounts):
            raise ConfigurationError(
                f"the baseline {self.name} is a scan of other accounts: {listed(sorted(known), 3)}\n"
                f"  this scan is of {listed(sorted(accounts), 3)}: name a report of the same accounts"
            )

    def count(self, finding: Finding) -> None:
        """Take one finding of the scan."""
        self._waiting.append(self._seen_in(Entry(finding, "")))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._comparison.take_new(self._waiting, self._new)
        self._waiting = []

    def changes(self, report: ScanReport) -> Changes:
        """Compare the two scans once the scan has ended."""
        self._flush()
        with_header(self._new, report.to_json())
        # What an incomplete baseline did not see may have failed then too.
        self._old.looked.certain_only = True
        self._comparison.compare(self._old.looked, self._new)
        found = self._comparison.changes()
        news: dict[str, News] = {}
        gone: list[Gone] = []
        for change in found:
            if change.event in NEWS:
                news[change.finding.finding_id] = _NEWS[change.event]
            elif change.event is Event.RESOLVED:
                gone.append(_gone(change))
        counts = self._comparison.counts
        unknown = counts[Event.RESOLVED] - counts["fixed"] - counts["deleted"]
        return Changes(
            previous=_moment(self._old.looked.started_at),
            news=news,
            gone=tuple(gone),
            counts={
                **{word.value: counts[event] for event, word in _NEWS.items()},
                "fixed": counts["fixed"],
                "deleted": counts["deleted"],
                "gone": unknown,
            },
        )

    def failing_from(self, least: Severity) -> int:
        """Return how many failures are new at a severity or above."""
        found = self._comparison.by_severity.items()
        return sum(count for name, count in found if Severity(name).rank >= least.rank)

    def doubts(self) -> Iterator[str]:
        """Yield what could not be compared: it counts as not new."""
        reasons: dict[str, list[Uncompared]] = {}
        for each in self._comparison.uncompared():
            # A failure of the baseline that this scan did not cover is neither new nor gone.
            if self._new.name not in each.reason:
                reasons.setdefault(each.reason, []).append(each)
        if reasons:
            total = sum(each.findings for found in reasons.values() for each in found)
            yield f"{counted(total, 'finding')} cannot be compared with {self.name} and {_counts(total)} as not new:"
            for reason, found in list(reasons.items())[:LINES]:
                checks = found[0].check_id if len(found) == 1 else counted(len(found), "check")
                yield f"  {sum(each.findings for each in found):,} of {checks}: {reason}"
            if len(reasons) > LINES:
                yield f"  … and {counted(len(reasons) - LINES, 'more reason')}"
        if self._old.looked.complete is False:
            yield f"{self.name} is an incomplete scan: a failure that counts as new may be older"


def _counts(number: int) -> str:
    return "counts" if number == 1 else "count"


def _gone(change: Change) -> Gone:
    one = change.finding
    return Gone(
        finding_id=one.finding_id,
        check_id=one.check_id,
        title=one.title,
        severity=Severity(one.severity),
        name=shown_name(one.resource_type, one.resource_id),
        noun=noun(one.resource_type),
        account=one.account_id,
        region=one.region,
        outcome=change.outcome,
        days=_days(one),
    )


def _days(one: Sighting) -> int | None:
    first, last = _moment(one.first_seen), _moment(one.observed_at)
    return (last - first).days if first and last else None


def _moment(text: str) -> datetime | None:
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(text) if text else None
    return None


@contextlib.contextmanager
def opened(name: str | None, stack_options: Mapping[str, Any]) -> Iterator[Baseline | None]:
    """Read the baseline before anything is scanned: a report, or a scan of the stack that the options name.

    Raises:
        ConfigurationError: there is no such report or scan, or it cannot be read.
    """
    if name is None:
        if stack_options["stack"]:
            raise ConfigurationError(
                f"--stack {stack_options['stack']} is for --baseline\n"
                f"  compare with its last scan: --baseline latest --stack {stack_options['stack']}"
            )
        yield None
        return
    if not name:
        raise ConfigurationError(
            "--baseline is empty\n  name a report, or with --stack a scan; is a variable of the build not set?"
        )
    with tempfile.TemporaryDirectory(prefix="muster-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        old = _source(name, stack_options, folder / "baseline")
        with contextlib.closing(Comparison(folder)) as comparison:
            yield Baseline(name, old, comparison)


def _source(name: str, options: Mapping[str, Any], folder: Path) -> "Source":
    # A scan without a baseline loads neither Parquet nor the stack's documents: they take 40 ms and 10 MB.
    from muster.cli.diff_sources import StackSource, source_of
    from muster.stack.documents.request import SCAN_ID

    if not options["stack"]:
        if not Path(name).exists() and (name == LATEST or SCAN_ID.match(name)):
            raise ConfigurationError(f"--baseline {name} is a scan of a stack\n  name the stack: --stack NAME")
        if not Path(name).exists():
            raise ConfigurationError(
                f"--baseline {name}: there is no such file\n  make one: muster scan --fail-on never --output {name}"
            )
        return source_of(Path(name))
    from muster.cli.stack_files import opened as stack_of

    if name != LATEST and not SCAN_ID.match(name):
        raise ConfigurationError(
            f"--baseline {name} is not a scan of the stack {options['stack']}\n"
            "  with --stack: --baseline latest, or the id of a scan, like 20261121T060000Z-c22b102a\n"
            "  for a file: leave --stack out"
        )
    stack = stack_of(options)
    return StackSource(stack, stack.last_scan() if name == LATEST else name, folder)
