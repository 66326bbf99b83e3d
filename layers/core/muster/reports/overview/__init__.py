"""A scan as people read it: one value, which every report renders and none computes."""

from muster.reports.overview.collector import MOST, Collector
from muster.reports.overview.facts import coverage_lines, facts_of, unread_of
from muster.reports.overview.overview import (
    Accepted,
    Changes,
    CheckTexts,
    CoverageLine,
    Facts,
    Gone,
    Item,
    Job,
    JobPart,
    News,
    Overview,
    Point,
    Start,
    Unread,
)

__all__ = [
    "MOST",
    "Accepted",
    "Changes",
    "CheckTexts",
    "Collector",
    "CoverageLine",
    "Facts",
    "Gone",
    "Item",
    "Job",
    "JobPart",
    "News",
    "Overview",
    "Point",
    "Start",
    "Unread",
    "coverage_lines",
    "facts_of",
    "unread_of",
]
