"""The table: failures by resource for people to read, then what was not evaluated, then the closing block."""

from collections.abc import Iterator
from typing import TextIO

from rich.text import Text

from muster.model.finding import Finding
from muster.model.text import printable
from muster.reports.overview import Item, Overview
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally
from muster.reports.terminal.closing import Ending, closing
from muster.reports.terminal.layout import View, width_of, wrapped, written
from muster.reports.terminal.listing import listing
from muster.reports.terminal.missing import incomplete, not_evaluated
from muster.reports.wording import NOT_APPLICABLE, PASSING, difference, owner_of, status_name


class TableWriter:
    """Writes the table when the scan ends: its order is known then.

    Findings that the overview does not keep, those that pass or are not applicable, are kept only where they are to be
    listed.
    """

    def __init__(
        self, stream: TextIO, view: View | None = None, *, owner_tag: str = "Owner", verbose: bool = False,
        ends: bool = True,
    ) -> None:  # fmt: skip
        """Write to a stream; its width and colours follow from whether it is a terminal, unless a view says so.

        `verbose` adds how many calls were made; without `ends` the caller writes the closing block.
        """
        self._stream, self._verbose, self._ends, self._owner_tag = stream, verbose, ends, owner_tag
        self._view = view or View(width=width_of(stream))
        self._others: list[Item] = []
        self._wanted = self._view.statuses & {PASSING, NOT_APPLICABLE}

    def add(self, finding: Finding) -> None:
        """Take one finding."""
        if self._wanted and status_name(finding) in self._wanted:
            self._others.append(Item(finding, owner=owner_of(finding, self._owner_tag)))

    def close(self, tally: ReportTally, scan: ScanReport, overview: Overview) -> None:  # noqa: ARG002 - the protocol
        """Write everything."""
        lines = [*self._lines(scan, overview)]
        if self._ends:
            lines += closing(overview, self._view, Ending(off=scan.off))
        written(self._stream, lines)

    def _lines(self, scan: ScanReport, overview: Overview) -> Iterator[Text]:
        others = sorted(self._others, key=lambda item: (item.finding.resource.identity, item.finding.check_id))
        yield from listing(overview, self._view, others)
        if overview.shown < overview.facts.failures:
            more = overview.facts.failures - overview.shown
            yield Text(f"{more:,} less severe failures are not shown: --output findings.csv has all of them.")
            yield Text()
        yield from not_evaluated(overview.facts, self._view)
        yield from incomplete(overview.facts, self._view)
        for remark in remarks(scan, verbose=self._verbose):
            yield from (Text(line) for line in wrapped(remark, self._view.width))


def remarks(scan: ScanReport, *, verbose: bool = False) -> Iterator[str]:
    """Yield what else the reader should know of a scan: regions and accounts left out, and the calls with `verbose`."""
    if scan.blocked:
        yield f"Blocked by a policy of the organization: {printable(', '.join(sorted(set(scan.blocked))))}"
    if scan.accounts_excluded:
        accounts = "; ".join(f"{each}: {why}" for each, why in scan.accounts_excluded.items())
        yield f"Not scanned: {printable(accounts)}"
    if verbose and scan.calls_forecast is not None:
        yield f"{difference(scan.calls_forecast, scan.calls)} for these resources"
