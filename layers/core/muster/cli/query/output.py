"""How the rows of a query are written: as a table that fits, as CSV, or as JSON."""

import csv
import itertools
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TextIO

from muster.cli.query.result import Result
from muster.cli.screen import columns as screen_columns
from muster.cli.screen import wrapped
from muster.model.text import counted, printable, shortened, shown
from muster.reports.formats.csv import cell as csv_cell

FORMS = ("table", "csv", "json", "ndjson")
_SAMPLE = 1_000
"""Rows that decide the widths of a table."""
_NARROWEST = 8
_READABLE = 24
"""Columns that a value has at least, unless it is shorter: with less, rows are written as records."""
_GAP = 2


def write(form: str, stream: TextIO, result: Result, limit: int | None) -> int:
    """Write a result, at most `limit` rows of it; return how many were written."""
    rows = result.rows if limit is None else itertools.islice(result.rows, limit)
    if form == "csv":
        return _csv(stream, result.columns, rows)
    if form in ("json", "ndjson"):
        return _json(stream, result.columns, rows, lines=form == "ndjson")
    return _table(stream, result.columns, rows)


def _csv(stream: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    number = 0
    for row in rows:
        number += 1
        writer.writerow([csv_cell(_text(value)) if isinstance(value, str) else _text(value) for value in row])
    return number


def _json(stream: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, lines: bool) -> int:
    number = 0
    for number, row in enumerate(rows, 1):
        record = {name: _value(value) for name, value in zip(columns, row, strict=True)}
        text = shown(json.dumps(record, ensure_ascii=False))
        before = "" if lines else "[\n" if number == 1 else ",\n"
        stream.write(f"{before}{text}{chr(10) if lines else ''}")
    if not lines:
        stream.write("\n]\n" if number else "[]\n")
    return number


def _table(stream: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write aligned columns; on a terminal long values end in `…` where a line would not fit, elsewhere none does."""
    rows = iter(rows)
    sample = list(itertools.islice(rows, _SAMPLE))
    heads = [printable(name) for name in columns]
    cells = list(_cells(sample))
    widths = [max(map(len, each)) for each in zip(heads, *cells, strict=True)] if heads else []
    if sys.stdout.isatty() and stream is sys.stdout:
        natural, widths = widths, _fitted(widths, screen_columns())
        if any(width < min(_READABLE, wanted) for width, wanted in zip(widths, natural, strict=True)):
            return _records(stream, heads, itertools.chain(cells, _cells(rows)))
    right = [all(isinstance(row[place], int | float | Decimal | None) for row in sample) for place in range(len(heads))]
    number = 0
    _line(stream, heads, widths, right)
    _line(stream, ["─" * width for width in widths], widths, right)
    for row in itertools.chain(cells, _cells(rows)):
        _line(stream, row, widths, right)
        number += 1
    stream.write(f"{counted(number, 'row')}\n")
    return number


def _cells(rows: Iterable[Sequence[Any]]) -> Iterator[list[str]]:
    return ([printable(_text(value)) for value in row] for row in rows)


def _records(stream: TextIO, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write each row as lines of name and value, as is better where the columns do not fit beside each other."""
    widest = max(map(len, heads), default=0)
    number = 0
    for row in rows:
        number += 1
        for head, cell in zip(heads, row, strict=True):
            first, *more = wrapped(cell, widest + _GAP)
            stream.write(f"{head:<{widest}}{' ' * _GAP}{first}".rstrip() + "\n")
            stream.writelines(f"{' ' * (widest + _GAP)}{each}\n" for each in more)
        stream.write("\n")
    stream.write(f"{counted(number, 'row')}\n")
    return number


def _line(stream: TextIO, cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> None:
    shortened_cells = (
        shortened(each, width) if stream.isatty() and len(each) > width else each
        for each, width in zip(cells, widths, strict=True)
    )
    aligned = (
        each.rjust(width) if to_right else each.ljust(width)
        for each, width, to_right in zip(shortened_cells, widths, right, strict=True)
    )
    stream.write(f"{(' ' * _GAP).join(aligned).rstrip()}\n")


def _fitted(widths: Sequence[int], room: int) -> list[int]:
    """Return widths that fit into a line: the widest column gives first, and none becomes unreadable."""
    made = list(widths)
    while sum(made) + _GAP * (len(made) - 1) > room:
        widest = max(range(len(made)), key=made.__getitem__)
        if made[widest] <= _NARROWEST:
            break
        made[widest] -= 1
    return made


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def _value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        zone = "Z" if isinstance(value, datetime) and value.tzinfo is None else ""
        seconds = value.replace(microsecond=0) if isinstance(value, datetime) else value
        return f"{seconds.isoformat()}{zone}"
    if isinstance(value, list | tuple):
        return [_value(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _value(each) for key, each in value.items()}
    return str(value)


def names(lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield names with their descriptions, aligned."""
    rows = list(lines)
    widest = max((len(name) for name, _ in rows), default=0)
    for name, text in rows:
        yield f"{name:<{widest}}  {text}"
