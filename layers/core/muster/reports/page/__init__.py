"""The report as one page of HTML that loads nothing."""

from muster.reports.page.anchors import anchor
from muster.reports.page.page import write

__all__ = ["anchor", "write"]
