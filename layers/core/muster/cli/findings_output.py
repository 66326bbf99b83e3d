"""The formats of `muster findings`: a table for people, and what `muster scan` writes for programs."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from muster.cli.findings_query import Query, Word, word_of
from muster.model.finding import Severity
from muster.model.text import counted, printable
from muster.reports.fields import Entry
from muster.reports.formats.csv import CsvWriter
from muster.reports.formats.json import JsonWriter
from muster.reports.formats.ndjson import NdjsonWriter

_WIDE = 10_000
"""Columns of a file or pipe: there lines are not folded, so that they can be searched."""
_HEADINGS = ("severity", "check", "resource", "account", "region", "since", "owner", "reason")


class Listing:
    """Counts the findings that match as they pass; `query` names their owners."""

    def __init__(self, query: Query) -> None:
        """Start from nothing."""
        self.query = query
        self.statuses: Counter[str] = Counter()
        self.severities: Counter[str] = Counter()

    def counted(self, found: Iterator[Entry]) -> Iterator[Entry]:
        """Yield findings, and count them."""
        for entry in found:
            word = word_of(entry.finding)
            self.statuses[word] += 1
            if word is Word.OPEN:
                self.severities[entry.finding.severity.value] += 1
            yield entry

    @property
    def total(self) -> int:
        """The number of findings."""
        return sum(self.statuses.values())

    def to_json(self) -> dict[str, Any]:
        """Return the counts as plain JSON."""
        return {
            "findings": {word.value.replace(" ", "_"): self.statuses[word] for word in Word},
            "open": {each.value: self.severities[each.value] for each in reversed(Severity)},
        }


def worst_first(entry: Entry) -> tuple[object, ...]:
    """Return what findings are sorted by: severity, check, place."""
    finding = entry.finding
    resource = finding.resource
    return (
        -finding.severity.rank,
        finding.check_id,
        resource.account_id,
        resource.region,
        resource.id,
        finding.finding_id,
    )


def write(form: str, stream: TextIO, found: Iterator[Entry], listing: Listing, source: str) -> None:
    """Write findings in a format."""
    if form == "table":
        _table(stream, found, listing)
        return
    writers: dict[str, Callable[[], JsonWriter | NdjsonWriter | CsvWriter]] = {
        "json": lambda: JsonWriter(stream, ""),
        "ndjson": lambda: NdjsonWriter(stream, ""),
        "csv": lambda: CsvWriter(stream, "", listing.query.owner_tag),
    }
    writer = writers[form]()
    for finding, scan_id, *_ in found:
        writer.add(finding, scan_id)
    if isinstance(writer, JsonWriter):
        writer.end(summary=listing.to_json(), source=source)
    if isinstance(writer, CsvWriter):
        writer.finish()


def _table(stream: TextIO, found: Iterator[Entry], listing: Listing) -> None:
    """Write the findings, which come sorted and are few, and how many there are."""
    console = Console(file=stream, highlight=False, emoji=False, markup=False)
    if not console.is_terminal:
        console.width = _WIDE
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in _HEADINGS:
        table.add_column(name.upper(), overflow="fold", no_wrap=name in ("severity", "check", "account", "since"))
    shown = 0
    for entry in found:
        shown += 1
        table.add_row(*map(Text, _cells(entry, listing.query)))
    with console.capture() as captured:
        if shown:
            console.print(table)
            console.print()
        console.print(Text(_sum(listing, shown)))
    text = captured.get()
    if not console.is_terminal:
        text = "".join(line.rstrip() + "\n" for line in text.splitlines())
    stream.write(text)


def _cells(entry: Entry, query: Query) -> Iterator[str]:
    finding = entry.finding
    resource, word = finding.resource, word_of(finding)
    accepted = f" (accepted until {finding.suppression.expires})" if finding.suppression else ""
    yield finding.severity
    yield finding.check_id
    yield printable(resource.id)
    yield printable(f"{finding.account_name or resource.account_id}")
    yield resource.region
    yield _day(finding.first_seen)
    yield printable(query.owner(finding)) or "-"
    yield ("" if word is Word.OPEN else f"{word}: ") + printable(finding.reason) + accepted


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "-"


def _sum(listing: Listing, shown: int) -> str:
    if not listing.total:
        return "No finding matches."
    words = ", ".join(f"{listing.statuses[word]} {word}" for word in Word if listing.statuses[word])
    worst = ", ".join(f"{listing.severities[each]} {each}" for each in reversed(Severity) if listing.severities[each])
    more = listing.total - shown
    rest = (
        f" The worst {shown} are shown: --limit shows more, --format json, ndjson or csv has them all." if more else ""
    )
    return f"{counted(listing.total, 'finding')}: {words}{f' ({worst})' if worst else ''}.{rest}"
