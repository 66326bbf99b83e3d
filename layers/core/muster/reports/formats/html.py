"""One page of HTML that loads nothing."""

from typing import TextIO

from muster.model.finding import Finding
from muster.reports.overview import Overview
from muster.reports.page import write
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally


class HtmlWriter:
    """Writes the report from the overview when the scan has ended."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream of UTF-8."""
        self._stream = stream

    def add(self, finding: Finding) -> None:
        """Take a finding; the overview has collected it."""

    def close(self, tally: ReportTally, scan: ScanReport, overview: Overview) -> None:  # noqa: ARG002 - the overview has both
        """Write the page."""
        write(overview, self._stream)
