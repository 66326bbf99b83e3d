"""What tests of several folders share: how many examples a law gets, and an overview without findings."""

import zlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

from hypothesis import settings

from muster.reports.overview import Collector, Facts, Overview
from muster.reports.report import ScanReport

_T = TypeVar("_T")


def examples(count: int) -> int:
    """Return how many examples to draw where 100 would be drawn of any other law by Hypothesis's own default."""
    return max(1, count * settings.default.max_examples // 100)


def tried(choices: Sequence[_T], name: str) -> Sequence[_T]:
    """Return the choices to try with what has this name: always the same one, and all of them every night."""
    return choices if examples(100) > 100 else [choices[zlib.crc32(name.encode()) % len(choices)]]


def every_third(choices: Iterable[_T], name: str) -> Sequence[_T]:
    """Return a third of the choices to try with what has this name, the same each time; all of them every night."""
    found = list(choices)
    return found if examples(100) > 100 else found[zlib.crc32(name.encode()) % 3 :: 3]


def overview(scan: ScanReport) -> Overview:
    """Return the overview of a scan without findings, for writers that do not show one."""
    return Collector().overview(Facts(scan_id=scan.scan_id, at=scan.started_at))
