"""What tests of several folders share: how many examples a law gets, and an overview without findings."""

from hypothesis import settings

from muster.reports.overview import Collector, Facts, Overview
from muster.reports.report import ScanReport


def examples(count: int) -> int:
    """Return how many examples to draw where 100 would be drawn of any other law by Hypothesis's own default."""
    return max(1, count * settings.default.max_examples // 100)


def overview(scan: ScanReport) -> Overview:
    """Return the overview of a scan without findings, for writers that do not show one."""
    return Collector().overview(Facts(scan_id=scan.scan_id, at=scan.started_at))
