"""The formats of `muster diff`: a table for people, JSON, lines of JSON and CSV for programs."""

import csv
from collections.abc import Callable, Iterator
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from muster.cli.comparison import NEWS, Change, Comparison
from muster.cli.sighting import Looked, Seen
from muster.lifecycle.events import Outcome
from muster.lifecycle.transitions import Event
from muster.model.finding import Severity
from muster.model.text import json_text, printable
from muster.reports.formats.csv import cell

ROWS = 40
"""How many changes of a kind the table shows; the rest is counted, and in the other formats."""
_WIDE = 10_000
_WORDS = {Seen.FINE: "fine", Seen.OPEN: "failing", Seen.SUPPRESSED: "suppressed", Seen.UNREAD: "unread"}
_ORDER = (Event.OPENED, Event.REOPENED, Event.EXPIRED, Event.UNREADABLE, Event.RESOLVED, Event.SUPPRESSED)


def record(change: Change) -> dict[str, Any]:
    """Return a change as plain JSON: its keys are a contract."""
    found = change.finding
    return {
        "event": str(change.event),
        "outcome": change.outcome or None,
        "was": None if change.was is None else _WORDS[change.was],
        "finding_id": found.finding_id,
        "check_id": found.check_id,
        "title": found.title,
        "severity": found.severity,
        "reason": found.reason,
        "resource": {
            "type": found.resource_type,
            "arn": found.resource_arn or None,
            "id": found.resource_id,
            "account_id": found.account_id,
            "region": found.region,
        },
        "first_seen": found.first_seen or None,
        "until": change.until or None,
    }


def counts(comparison: Comparison) -> dict[str, int]:
    """Return how many findings changed in each way, did not change, and cannot be compared."""
    found = comparison.counts
    names = (*map(str, _ORDER), *map(str, Outcome), "still_open", "unchanged")
    return {name: found[name] for name in names} | {
        "not_compared": sum(each.findings for each in comparison.uncompared())
    }


def write(form: str, stream: TextIO, comparison: Comparison, old: Looked, new: Looked) -> None:
    """Write a comparison in a format."""
    writers: dict[str, Callable[[TextIO, Comparison, Looked, Looked], None]] = {
        "table": _table, "json": _json, "ndjson": _ndjson, "csv": _csv,
    }  # fmt: skip
    writers[form](stream, comparison, old, new)


def _json(stream: TextIO, comparison: Comparison, old: Looked, new: Looked) -> None:
    """Write the changes first, one a line, so that none is kept in memory."""
    stream.write('{"changes": [\n')
    before = ""
    for change in comparison.changes():
        stream.write(before + json_text(record(change)))
        before = ",\n"
    rest = {
        "counts": counts(comparison),
        "not_compared": [
            {"check_id": each.check_id, "reason": each.reason, "findings": each.findings}
            for each in comparison.uncompared()
        ],
        "old": _scan(old),
        "new": _scan(new),
    }
    lines = ",\n".join(f'"{name}": {json_text(value)}' for name, value in rest.items())
    stream.write(f"{'' if not before else chr(10)}],\n{lines}}}\n")


def _scan(looked: Looked) -> dict[str, Any]:
    return {
        "name": looked.name,
        "scan_ids": sorted(looked.scan_ids),
        "started_at": looked.started_at or None,
        "complete": looked.complete,
        "findings": looked.findings,
    }


def _ndjson(stream: TextIO, comparison: Comparison, _old: Looked, _new: Looked) -> None:
    stream.writelines(json_text(record(change)) + "\n" for change in comparison.changes())


def _csv(stream: TextIO, comparison: Comparison, _old: Looked, _new: Looked) -> None:
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow((*_FIRST, *_OF_RESOURCE.values(), *_LAST))
    for change in comparison.changes():
        each = record(change)
        values = (
            *(each[name] for name in _FIRST),
            *(each["resource"][name] for name in _OF_RESOURCE),
            *(each[name] for name in _LAST),
        )
        rows.writerow([cell(value) for value in values])


_FIRST = ("event", "outcome", "was", "finding_id", "check_id", "title", "severity", "reason")
_OF_RESOURCE = {
    "type": "resource_type",
    "arn": "resource_arn",
    "id": "resource_id",
    "account_id": "account_id",
    "region": "region",
}
_LAST = ("first_seen", "until")
"""The columns of the CSV; those of the resource are named as in the CSV of findings."""


def _table(stream: TextIO, comparison: Comparison, old: Looked, new: Looked) -> None:
    console = Console(file=stream, highlight=False, emoji=False, markup=False)
    if not console.is_terminal:
        console.width = _WIDE
    with console.capture() as captured:
        for event in _ORDER:
            _section(console, comparison, event, several=_accounts(new) > 1)
        for line in _sums(comparison, old, new):
            console.print(Text(line))
    text = captured.get()
    if not console.is_terminal:
        text = "".join(line.rstrip() + "\n" for line in text.splitlines())
    stream.write(text)


def _accounts(looked: Looked) -> int:
    return len({account for account, _, _ in looked.cells})


def _section(console: Console, comparison: Comparison, event: Event, *, several: bool) -> None:
    count = comparison.counts[event]
    if not count:
        return
    console.print(Text(f"{event.upper()}  {count}", style="bold red" if event in NEWS else "bold"))
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for change in comparison.changes(ROWS, event):
        found = change.finding
        place = f"{found.account_id} {found.region}" if several else found.region
        name = printable(found.resource_id)
        table.add_row(f"  {found.severity}", found.check_id, place, Text(name), Text(_remark(change)))
    console.print(table)
    if count > ROWS:
        console.print(Text(f"  … and {count - ROWS} more: --format json, ndjson or csv has them all"))
    console.print()


def _remark(change: Change) -> str:
    reason = printable(change.finding.reason)
    if change.event is Event.RESOLVED:
        return f"{change.outcome or 'fixed or deleted'}; it was: {reason}"
    if change.event is Event.SUPPRESSED:
        return f"until {change.until}: {reason}"
    return f"accepted until {change.until}; {reason}" if change.event is Event.EXPIRED else reason


def _sums(comparison: Comparison, old: Looked, new: Looked) -> Iterator[str]:
    found = counts(comparison)
    yield f"old: {_described(old)}"
    yield f"new: {_described(new)}"
    resolved = [f"{found[each]} {each}" for each in Outcome if found[each]]
    news = comparison.by_severity
    worst = ", ".join(f"{news[each]} {each}" for each in reversed(Severity) if news[each])
    yield " · ".join(
        [
            f"{found[Event.OPENED]} opened",
            *(f"{found[event]} {event}" for event in (Event.REOPENED, Event.EXPIRED) if found[event]),
            f"{found[Event.RESOLVED]} resolved" + (f" ({', '.join(resolved)})" if resolved else ""),
            *(f"{found[event]} {event}" for event in (Event.SUPPRESSED, Event.UNREADABLE) if found[event]),
            f"{found['still_open']} still failing",
            f"{found['unchanged']} unchanged",
            *([f"{found['not_compared']} not compared"] if found["not_compared"] else []),
        ]
    ) + (f"   new failures: {worst}" if worst else "")


def _described(looked: Looked) -> str:
    state = {True: ", complete", False: ", incomplete", None: ""}[looked.complete]
    scans = sorted(looked.scan_ids - {""})
    scan = f", scan {scans[0]}" if len(scans) == 1 and scans[0] != looked.name else ""
    when = f" of {looked.started_at}" if looked.started_at else ""
    return f"{printable(looked.name)}{scan}{when}, {looked.findings:,} findings{state}"
