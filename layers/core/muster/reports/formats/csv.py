"""A header and one row a finding, failures first, safe to open in a spreadsheet."""

import csv
from typing import Any, TextIO

from muster.model.finding import Finding, Severity
from muster.model.text import escaped, json_text
from muster.reports import schema
from muster.reports.fields import Entry
from muster.reports.formats.spool import Spool
from muster.reports.overview import Overview
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally
from muster.reports.wording import FAILING, STATUS_NAMES, owner_of, status_name

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets take the wide ones too
OWNER = "owner"
"""The column of the value of the owner tag; every other column is a field of the finding."""
FIRST = (
    "severity", "status", OWNER, "account_name", "resource_id", "check_id", "title", "reason", "remediation", "region",
    "account_id",
)  # fmt: skip
"""The columns that people read first; the other fields follow in the order of the JSON."""
_RANKS = {name: len(Severity) + place for place, name in enumerate(STATUS_NAMES)}


def columns() -> list[str]:
    """Return the names of the columns in their order."""
    return [*FIRST, *(field.name for field in schema.FINDING.reported if field.name not in FIRST)]


class CsvWriter:
    """Writes comma-separated values: failing findings, worst first, then suppressed, unread, passing and the rest.

    The rows wait in a spool, since the order is known when the scan ends.
    """

    def __init__(self, stream: TextIO, scan_id: str, owner_tag: str = "Owner") -> None:
        """Write to a stream of text, beginning with the header."""
        self._stream, self._scan_id, self._owner_tag = stream, scan_id, owner_tag
        names = columns()
        csv.writer(stream, lineterminator="\n").writerow(names)
        places = {field.name: place for place, field in enumerate(schema.FINDING.reported)}
        self._places = [places.get(name) for name in names]
        self._spool = Spool()
        self._rows: dict[int, Any] = {}

    def add(self, finding: Finding, scan_id: str = "") -> None:
        """Take one finding; `scan_id` is its scan where findings of several are written."""
        values = [cell(value) for value in schema.FINDING.csv(Entry(finding, scan_id or self._scan_id))]
        owner = cell(owner_of(finding, self._owner_tag))
        rows = self._of(_rank(finding))
        rows.writerow([owner if place is None else values[place] for place in self._places])

    def close(self, tally: ReportTally, scan: ScanReport, _overview: Overview) -> None:  # noqa: ARG002 - every row is a finding
        """Write the rows."""
        self.finish()

    def finish(self) -> None:
        """Write the rows in their order."""
        for piece in self._spool.pieces():
            self._stream.write(piece)
        self._rows.clear()

    def _of(self, rank: int) -> Any:
        rows = self._rows.get(rank)
        if rows is None:
            rows = self._rows[rank] = csv.writer(self._spool.of(rank), lineterminator="\n")
        return rows


def _rank(finding: Finding) -> int:
    """Return the place of a finding in the order of rows: failures by severity, all others by status."""
    name = status_name(finding)
    return -finding.severity.rank if name == FAILING else _RANKS[name]


def cell(value: object) -> str:
    """Return a cell's text: control characters are escaped, and a formula gets a quotation mark, so it stays text.

    Names and tags are text from outside.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else json_text(value)
    # csv.writer leaves a lone carriage return bare, and readers take it for the end of the row.
    text = escaped(text.replace("\r\n", "\n").replace("\r", "\n"), keep="\t\n")
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(("\t", "\n")) else text
