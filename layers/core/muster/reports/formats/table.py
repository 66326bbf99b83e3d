"""The table for a terminal: the failures worst first, by check, then what could not be read and the counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from muster.model.finding import Finding, Severity, Status
from muster.model.text import counted, listed, printable
from muster.reports.overview import Overview
from muster.reports.remedy import steps
from muster.reports.report import ScanReport
from muster.reports.tally import SUPPRESSED, Gap, ReportTally
from muster.reports.wording import difference

ROWS = 20
"""How many failing resources are shown of a check; the rest is counted, and in the other formats."""
LINES = 12
"""How many reasons of one kind are shown."""
_WIDE = 10_000
"""Columns of a file or pipe: there lines are not folded, so that they can be searched."""
_NARROW = 60
"""Columns that reasons need at least to stand beside the resource; below, they stand under it."""

WORDS = {
    Status.COMPLIANT: "pass",
    Status.NON_COMPLIANT: "fail",
    Status.NOT_APPLICABLE: "skip",
    Status.INSUFFICIENT_DATA: "unread",
}
COLOURS = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "bold yellow",
    Severity.LOW: "bold cyan",
    Severity.INFORMATIONAL: "bold",
}
STATUS_COLOURS = {
    Status.COMPLIANT: "green",
    Status.NON_COMPLIANT: "red",
    Status.NOT_APPLICABLE: "dim",
    Status.INSUFFICIENT_DATA: "yellow",
}


@dataclass(frozen=True, slots=True, order=True)
class _Row:
    account_id: str
    region: str
    name: str
    reason: str


@dataclass(slots=True)
class _Group:
    """The failures of one check: the first rows in order, and what is told once."""

    title: str
    severity: Severity
    fix: str
    rows: list[_Row]

    def add(self, row: _Row) -> None:
        self.rows.append(row)
        if len(self.rows) > 2 * ROWS:
            self.trim()

    def trim(self) -> None:
        self.rows.sort()
        del self.rows[ROWS:]


class TableWriter:
    """Holds at most a few rows a check while the scan runs, and writes everything at the end."""

    def __init__(
        self, stream: TextIO, *, terminal: bool | None = None, width: int | None = None, verbose: bool = False
    ) -> None:
        """Write to a stream; colours and folding follow from whether it is a terminal; `verbose` is for the footer."""
        self._verbose = verbose
        self._stream = stream
        self._console = Console(file=stream, force_terminal=terminal, width=width, highlight=False, emoji=False)
        if width is None and not self._console.is_terminal:
            self._console.width = _WIDE
        self._groups: dict[str, _Group] = {}

    def add(self, finding: Finding) -> None:
        """Take one finding; only failures that nobody accepted become rows."""
        if not finding.failing:
            return
        group = self._groups.get(finding.check_id)
        if group is None:
            group = _Group(finding.title, finding.severity, finding.remediation, [])
            self._groups[finding.check_id] = group
        variant = f" ({finding.variant})" if finding.variant else ""
        resource = finding.resource
        reason = printable(finding.reason) + variant
        group.add(_Row(resource.account_id, resource.region, printable(resource.id), reason))

    def close(self, tally: ReportTally, scan: ScanReport, _overview: Overview) -> None:
        """Write the tables and the footer."""
        with self._console.capture() as captured:
            for each in self._blocks(tally, scan):
                self._console.print(each)
        text = captured.get()
        if not self._console.is_terminal:
            text = "".join(line.rstrip() + "\n" for line in text.splitlines())
        self._stream.write(text)

    def _blocks(self, tally: ReportTally, scan: ScanReport) -> Iterable[RenderableType]:
        hidden = 0
        checks = tally.counts.by_check()
        for name, group in sorted(self._groups.items(), key=lambda item: (-item[1].severity.rank, item[0])):
            group.trim()
            count = checks[name][Status.NON_COMPLIANT.value.lower()]
            hidden += count - len(group.rows)
            yield from self._group(name, group, count, several=len(scan.accounts) > 1)
        if hidden:
            yield Text(f"{hidden} more failing findings are not shown: --format csv, json or ndjson has them all.\n")
        if not self._groups:
            yield Text(_nothing(tally, scan) + "\n")
        yield from _unread(tally)
        yield from _incomplete(scan)
        yield from footer(tally, scan, verbose=self._verbose)

    def _group(self, name: str, group: _Group, count: int, *, several: bool) -> Iterable[RenderableType]:
        yield Text.assemble(
            (f" {group.severity} " if group.severity is Severity.CRITICAL else str(group.severity),
             COLOURS[group.severity]),
            "  ", (name, "bold"), f"  {count} fail",
        )  # fmt: skip
        yield Padding(Text(printable(f"{group.title}."), style="dim"), (0, 0, 0, 2))
        yield Padding(self._rows(group.rows, several=several), (0, 0, 0, 2))
        if count > len(group.rows):
            yield Text(f"  … and {count - len(group.rows)} more", style="dim")
        # A command stands on a line of its own, so that it can be pasted.
        fix = "\n     ".join(printable(step.text) for step in steps(group.fix))
        yield Padding(Text.assemble(("Fix: ", "bold"), fix), (0, 0, 1, 2))

    def _rows(self, rows: Sequence[_Row], *, several: bool) -> Table:
        """Lay out the rows of a check, with the account of each where there are several."""
        places = [f"{row.account_id} {row.region}" if several else row.region for row in rows]
        widest = max(len(place) + len(row.name) for place, row in zip(places, rows, strict=True))
        beside = self._console.width - widest >= _NARROW
        table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        if beside:
            table.add_column(overflow="fold")
        for place, row in zip(places, rows, strict=True):
            if beside:
                table.add_row(place, Text(row.name), Text(row.reason))
            else:
                table.add_row(place, Text.assemble((row.name, "bold"), "\n", row.reason))
        return table


def footer(tally: ReportTally, scan: ScanReport, *, verbose: bool = False) -> Iterable[Text]:
    """Yield the lines that end a report: what was looked at, and how many findings of each status.

    With `verbose`, also how many calls were made, and how many `muster estimate` predicts for what was found.
    """
    seconds = (scan.finished_at - scan.started_at).total_seconds() if scan.finished_at else 0
    name = f" ({printable(scan.account_name)})" if scan.account_name else ""
    where = f"account {scan.account_id}{name}" if not scan.accounts[1:] else f"{len(scan.accounts)} accounts"
    yield Text(
        f"{counted(tally.counts.resources, 'resource')} and {counted(len(scan.checks), 'check')} in "
        f"{counted(len(scan.regions), 'region')} of {where}, {seconds:.1f} s"
    )
    if scan.blocked:
        yield Text(f"Blocked by a policy of the organization: {printable(', '.join(sorted(set(scan.blocked))))}")
    if scan.accounts_excluded:
        left_out = "; ".join(f"{each}: {why}" for each, why in scan.accounts_excluded.items())
        yield Text(f"Not scanned: {printable(left_out)}")
    if verbose and scan.calls_forecast is not None:
        yield Text(f"{difference(scan.calls_forecast, scan.calls)} for what was found", style="dim")
    line, statuses = Text(), tally.counts.statuses
    for status, word in WORDS.items():
        number = statuses[status.value.lower()]
        line.append(f"{number} {word}", style=STATUS_COLOURS[status] if number else "dim").append(" · ")
    line.append(f"{statuses[SUPPRESSED]} suppressed")
    if failing := tally.failing:
        worst = [f"{failing[each]} {each}" for each in reversed(Severity) if failing[each]]
        line.append(f"   failing: {', '.join(worst)}")
    yield line
    if scan.off:
        yield Text(scan.off, style="dim")


def _nothing(tally: ReportTally, scan: ScanReport) -> str:
    if tally.unread and tally.unread == tally.findings:
        return "Nothing could be read."
    if tally.unread or not scan.complete:
        return "Nothing that could be read fails."
    return "Nothing fails." if tally.findings else "There is nothing to judge: no resource that the checks concern."


def _unread(tally: ReportTally) -> Iterable[RenderableType]:
    if not tally.gaps:
        return
    yield Text(f"Could not be read ({counted(tally.unread, 'finding')})", style="bold yellow")
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold", style="dim")
    ranked = sorted(tally.gaps.items(), key=lambda item: (-item[1].findings, str(item[0])))
    for (permission, reason), gap in ranked[:LINES]:
        where = f": {', '.join(gap.examples)}" + (" …" if gap.findings > len(gap.examples) else "")
        table.add_row(permission or "—", Text(printable(reason + where)), Text(_checks(gap)))
    yield Padding(table, (0, 0, 0, 2))
    if len(ranked) > LINES:
        yield Text(f"  … and {counted(len(ranked) - LINES, 'more reason')}", style="dim")
    if any(permission for permission, _ in tally.gaps):
        yield Text("  'muster iam-policy' prints all permissions that the checks need.", style="dim")
    yield Text()


def _checks(gap: Gap) -> str:
    return listed(sorted(gap.checks), 3)  # as many as fit a line


def _incomplete(scan: ScanReport) -> Iterable[RenderableType]:
    if scan.complete:
        return
    yield Text("The scan is INCOMPLETE", style="bold red")
    for reason in scan.incomplete[:LINES]:
        yield Padding(Text(printable(reason)), (0, 0, 0, 2))
    if len(scan.incomplete) > LINES:
        yield Text(f"  … and {counted(len(scan.incomplete) - LINES, 'more reason')}", style="dim")
    yield Text()
