"""The chart of the last scans: bars of failures by severity. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from muster.model.finding import Severity
from muster.reports.overview import Point

SCANS = 14
"""Bars of the chart, and rows of its table."""
WIDTH, HEIGHT = 372, 94
_TOP, _GAP, _LEAST = 8, 8.0, 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """The failures of one severity in a bar; 0 stands for CRITICAL."""

    severity: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A scan in the chart; `y` is where it begins."""

    point: Point
    x: float
    y: float
    width: float
    parts: tuple[Part, ...]


def bars(trend: Sequence[Point]) -> list[Bar]:
    """Return the bars of the last scans, oldest first."""
    points = trend[-SCANS:]
    most = max((sum(point.failing.values()) for point in points), default=0) or 1
    width = min(40.0, (WIDTH + _GAP) / max(len(points), 2) - _GAP)
    return [_bar(point, round(place * (width + _GAP), 1), round(width, 1), most) for place, point in enumerate(points)]


def _bar(point: Point, x: float, width: float, most: int) -> Bar:
    y, parts = float(HEIGHT), []
    for place, severity in enumerate(reversed(Severity)):
        if count := point.failing.get(severity, 0):
            # One critical failure among thousands is still a line.
            height = round(max(count / most * (HEIGHT - _TOP), _LEAST), 1)
            y = round(y - height, 1)
            parts.append(Part(place, y, height))
    return Bar(point, x, y, width, tuple(parts))
