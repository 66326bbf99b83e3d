"""A header and one row a finding, safe to open in a spreadsheet."""

import csv
from typing import TextIO

from muster.model.finding import Finding
from muster.model.text import escaped, json_text
from muster.reports import schema
from muster.reports.fields import Entry
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets take the wide ones too


class CsvWriter:
    """Writes comma-separated values."""

    def __init__(self, stream: TextIO, scan_id: str) -> None:
        """Write to a stream of text, beginning with the header."""
        self._rows = csv.writer(stream, lineterminator="\n")
        self._scan_id = scan_id
        self._rows.writerow(field.name for field in schema.FINDING.reported)

    def add(self, finding: Finding, scan_id: str = "") -> None:
        """Write one row; `scan_id` is its scan where findings of several are written."""
        self._rows.writerow(map(cell, schema.FINDING.csv(Entry(finding, scan_id or self._scan_id))))

    def close(self, tally: ReportTally, scan: ScanReport) -> None:
        """Write nothing: every row is a finding."""


def cell(value: object) -> str:
    """Return a cell's text: control characters are escaped, and what a spreadsheet would compute is quoted.

    Names and tags are anybody's.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else json_text(value)
    # csv.writer leaves a lone carriage return bare, and readers take it for the end of the row.
    text = escaped(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\t\n")
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(("\t", "\n")) else text
