"""One JSON array with a finding a line, in the schema of another tool: OCSF and ASFF."""

from collections.abc import Callable, Mapping
from typing import Any, TextIO

from muster.model.finding import Finding
from muster.model.text import json_text
from muster.reports.overview import Overview
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally


class ArrayWriter:
    """Writes each finding as it comes; memory does not grow."""

    def __init__(self, stream: TextIO, convert: Callable[[Finding], Mapping[str, Any]]) -> None:
        """Write to a stream of text; `convert` returns a finding as plain JSON."""
        self._stream, self._convert = stream, convert
        self._before = "[\n"

    def add(self, finding: Finding) -> None:
        """Write one finding."""
        before, self._before = self._before, ",\n"
        self._stream.write(before + json_text(self._convert(finding)))

    def close(self, tally: ReportTally, scan: ScanReport, _overview: Overview) -> None:  # noqa: ARG002 - the array has findings only
        """End the array."""
        self._stream.write("[]\n" if self._before == "[\n" else "\n]\n")
