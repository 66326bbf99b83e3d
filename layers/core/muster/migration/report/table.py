"""The report of a migration as a table for a terminal."""

from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from muster.migration.report.report import Entry, MigrationReport, Parity
from muster.migration.report.steps import NextStep
from muster.model.finding import Finding, Status
from muster.model.text import counted, printable
from muster.reports.nouns import noun
from muster.reports.terminal.layout import STYLES

_WIDE = 10_000
"""Columns of a file or pipe: there lines are not folded, so that they can be searched."""
_WORDS = {
    Status.COMPLIANT: "pass",
    Status.NON_COMPLIANT: "fail",
    Status.NOT_APPLICABLE: "skip",
    Status.INSUFFICIENT_DATA: "unread",
}
_STATUS_COLOURS = {
    Status.COMPLIANT: "green",
    Status.NON_COMPLIANT: "red",
    Status.NOT_APPLICABLE: "dim",
    Status.INSUFFICIENT_DATA: "yellow",
}
_SHOWN = (Status.NON_COMPLIANT, Status.INSUFFICIENT_DATA)
_PARITY = {
    Parity.YES: ("The target matches the source", "bold green"),
    Parity.NO: ("The target does not match the source", "bold red"),
    Parity.UNKNOWN: ("Unknown: something could not be read, and nothing that could be read fails", "bold yellow"),
}
_COLOURS = {Parity.YES: "green", Parity.NO: "red", Parity.UNKNOWN: "yellow"}


def write_table(report: MigrationReport, stream: TextIO, width: int | None = None) -> None:
    """Write the report; colours and folding follow from whether the stream is a terminal."""
    console = Console(file=stream, width=width, highlight=False, emoji=False, markup=False)
    if width is None and not console.is_terminal:
        console.width = _WIDE
    with console.capture() as captured:
        console.print(Group(*_blocks(report)))
    text = captured.get()
    stream.write(text if console.is_terminal else "".join(f"{line.rstrip()}\n" for line in text.splitlines()))


def _blocks(report: MigrationReport) -> Iterator[RenderableType]:
    source, target = report.region.source.resource, report.region.resource
    yield Text(f"Migration {report.file.batch}: {source.region} to {target.region}", style="bold")
    yield Text(f"account {source.account_id}" + (f" to {target.account_id}" if _two(report) else ""), style="dim")
    yield Text()
    yield _resources(report.entries)
    for title, status in (("Differs", Status.NON_COMPLIANT), ("Could not be read", Status.INSUFFICIENT_DATA)):
        if found := [each for each in report.findings if each.status is status]:
            yield Text(f"\n{title} ({counted(len(found), 'finding')})", style=f"bold {_STATUS_COLOURS[status]}")
            yield Padding(_findings(found), (0, 0, 0, 2))
    if report.next_steps:
        yield Text("\nNext steps", style="bold")
        for number, step in enumerate(report.next_steps, 1):
            yield from _step(number, step)
    for reason in report.incomplete:
        yield Text(f"\nThe validation is INCOMPLETE: {printable(reason)}", style="bold red")
    yield Text()
    yield _counts(report)
    yield Text(*_PARITY[report.parity])


def _two(report: MigrationReport) -> bool:
    return report.region.source.resource.account_id != report.region.resource.account_id


def _resources(entries: Sequence[Entry]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("source", "target", "kind", "replication", "parity", "differs", "unread"):
        table.add_column(name, header_style="dim", overflow="fold")
    for entry in entries:
        statuses = [each.status for each in entry.findings]
        counts = [str(statuses.count(status) or "") for status in _SHOWN]
        table.add_row(
            Text(printable(entry.source.resource.id)), Text(printable(entry.resource.id)), noun(entry.resource.type),
            (entry.replication_status or "").lower(), Text(entry.parity.value, style=_COLOURS[entry.parity]), *counts,
        )  # fmt: skip
    return table


def _findings(findings: Sequence[Finding]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for finding in sorted(findings, key=lambda each: (-each.severity.rank, each.resource.id, each.check_id)):
        severity = Text(finding.severity.value, style=STYLES[finding.severity])
        what = Text.assemble((printable(finding.resource.id), "bold"), "  ", (finding.check_id, "dim"))
        table.add_row(severity, Group(what, Text(printable(finding.reason))))
    return table


def _step(number: int, step: NextStep) -> Iterator[RenderableType]:
    style = STYLES[step.severity] if step.severity else "bold"
    severity = f"{step.severity.value}  " if step.severity else ""
    yield Text.assemble(f"{number:>3}. ", (severity, style), printable(step.title))
    if step.resources:
        yield Padding(Text(printable(", ".join(step.resources)), style="dim"), (0, 0, 0, 5))
    for each in step.steps:
        # A command stands on a line of its own, so that it can be pasted.
        yield Padding(Text(printable(each.text), style="cyan" if each.command else ""), (0, 0, 0, 5))


def _counts(report: MigrationReport) -> Text:
    statuses = report.tally.counts.statuses
    line = Text(f"{counted(len(report.entries), 'pair')}, {counted(report.calls, 'call')}: ")
    for number, (status, word) in enumerate(_WORDS.items()):
        count = statuses[status.value.lower()]
        style = _STATUS_COLOURS[status] if count else "dim"
        line.append(" · " if number else "").append(f"{count} {word}", style=style)
    return line
