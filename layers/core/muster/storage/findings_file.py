"""The findings of a scan as one Parquet file, with the columns of the table `findings`."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from muster.model.finding import Finding
from muster.reports.overview import Overview
from muster.reports.report import ScanReport
from muster.reports.tables import FINDINGS, ScanHeader, finding_row
from muster.reports.tally import ReportTally
from muster.storage import parquet

_PART = 5_000
"""Findings that are in memory at a time; each part waits in a file of its own until the scan ends."""
_KIND = "manual"
"""The kind of a scan that a person started with the command."""


class ParquetWriter:
    """Writes parts to a temporary folder as findings come, and puts them together when the scan ends."""

    def __init__(self, stream: BinaryIO, scan_id: str) -> None:
        """Write to a stream of bytes."""
        self._stream, self._scan_id = stream, scan_id
        self._folder = tempfile.TemporaryDirectory(prefix="muster-")
        self._waiting: list[Finding] = []
        self._parts: list[Path] = []

    def add(self, finding: Finding) -> None:
        """Take one finding."""
        self._waiting.append(finding)
        if len(self._waiting) >= _PART:
            self._part()

    def close(self, _tally: ReportTally, _scan: ScanReport, _overview: Overview) -> None:
        """Write the file.

        Raises:
            OSError: there is no room for it.
        """
        if self._waiting or not self._parts:
            self._part()
        with self._folder as folder:
            whole = self._parts[0]
            if self._parts[1:]:
                whole = Path(folder, "whole.parquet")
                parquet.copy(whole, self._parts, FINDINGS)
            with whole.open("rb") as file:
                shutil.copyfileobj(file, self._stream)

    def _part(self) -> None:
        path = Path(self._folder.name, f"{len(self._parts)}.parquet")
        parquet.write(path, FINDINGS, self._rows())
        self._parts.append(path)
        self._waiting.clear()

    def _rows(self) -> Iterator[Mapping[str, Any]]:
        for finding in self._waiting:
            yield finding_row(finding, ScanHeader(self._scan_id, _KIND, finding.observed_at), "")
