"""One finding a line, each a JSON object: what `jq`, `grep` and log pipelines read."""

from typing import TextIO

from muster.model.finding import Finding
from muster.model.text import json_text
from muster.reports.overview import Overview
from muster.reports.record import record
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally


class NdjsonWriter:
    """Writes findings and nothing else; that the scan is incomplete is told by the exit status."""

    def __init__(self, stream: TextIO, scan_id: str) -> None:
        """Write to a stream of text."""
        self._stream = stream
        self._scan_id = scan_id

    def add(self, finding: Finding, scan_id: str = "") -> None:
        """Write one finding; `scan_id` is its scan where findings of several are written."""
        self._stream.write(json_text(record(finding, scan_id or self._scan_id)) + "\n")

    def close(self, tally: ReportTally, scan: ScanReport, _overview: Overview) -> None:
        """Write nothing: every line is a finding."""
