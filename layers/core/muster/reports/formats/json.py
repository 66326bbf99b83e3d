"""One JSON object, written as the scan goes: findings first, since what they sum up to is known last."""

from typing import Any, TextIO

from muster.model.finding import Finding
from muster.model.text import json_text
from muster.reports.overview import Overview
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

    def add(self, finding: Finding, scan_id: str = "") -> None:
        """Write one finding; `scan_id` is its scan where findings of several are written."""
        before, self._before = self._before, ",\n"
        self._stream.write(before + json_text(record(finding, scan_id or self._scan_id)))

    def close(self, tally: ReportTally, scan: ScanReport, _overview: Overview) -> None:
        """Write the summary and the scan."""
        self.end(summary=tally.to_json(), scan=scan.to_json())

    def end(self, **parts: Any) -> None:
        """Write what follows the findings, each part under its name."""
        start = self._before if self._before != ",\n" else "\n"
        lines = ",\n".join(f'"{name}": {json_text(part)}' for name, part in parts.items())
        self._stream.write(f"{start}],\n{lines}}}\n")
