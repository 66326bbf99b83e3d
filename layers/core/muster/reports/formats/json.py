"""One JSON object, written as the scan goes: findings first, since what they sum up to is known last."""

from typing import TextIO

from muster.model.finding import Finding
from muster.model.text import json_text
from muster.reports.record import record
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally


class JsonWriter:
    """Writes `{"findings": […], "summary": {…}, "scan": {…}}`, one finding a line."""

    def __init__(self, stream: TextIO, scan_id: str) -> None:
        """Write to a stream of text."""
        self._stream = stream
        self._scan_id = scan_id
        self._before = '{"findings": [\n'

    def add(self, finding: Finding) -> None:
        """Write one finding."""
        before, self._before = self._before, ",\n"
        self._stream.write(before + json_text(record(finding, self._scan_id)))

    def close(self, tally: ReportTally, scan: ScanReport) -> None:
        """Write the summary and the scan."""
        start = self._before if self._before != ",\n" else "\n"
        summary = json_text(tally.to_json())
        header = json_text(scan.to_json())
        self._stream.write(f'{start}],\n"summary": {summary},\n"scan": {header}}}\n')
