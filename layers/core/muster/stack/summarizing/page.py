"""The report of a scan as a page, beside report.json, and the trend that the page shows."""

import io

from muster.errors import Damaged
from muster.reports.page import write
from muster.stack.documents import objects
from muster.stack.documents.notes import Trend, TrendPoint
from muster.stack.documents.plan import PlanDocument
from muster.stack.documents.summary import ReportDocument, Summary
from muster.stack.summarizing.overview import overview_of
from muster.storage import keys
from muster.storage.bucket import Bucket, Conflict

SCANS = 14
"""Scans of the trend."""
_ROUNDS = 5
_HTML = "text/html; charset=utf-8"


def publish_page(bucket: Bucket, plan: PlanDocument, report: ReportDocument) -> None:
    """Write the page of a scan; that of a recorded one also under the key of the latest report."""
    trend = trend_with(bucket, report.summary) if plan.scan.record else _trend(bucket)[0]
    text = io.StringIO()
    write(overview_of(plan, report, trend), text)
    body = text.getvalue().encode()
    bucket.put_bytes(keys.page(plan.scan.scan_id), body, kind=_HTML)
    if plan.scan.record:
        bucket.put_bytes(keys.latest_page(), body, kind=_HTML)


def trend_with(bucket: Bucket, summary: Summary) -> Trend:
    """Add a scan to the trend of the stack and return the trend: the last SCANS recorded scans.

    Where others write it again and again, the scan is in the trend that is returned, and the next one adds itself.
    """
    point = TrendPoint(summary.scan_id, summary.started_at, summary.complete, dict(summary.failing))
    for _ in range(_ROUNDS):
        before, etag = _trend(bucket)
        others = [each for each in before.points if each.scan_id != point.scan_id]
        trend = Trend(tuple(sorted([*others, point], key=lambda each: (each.at, each.scan_id))[-SCANS:]))
        try:
            bucket.put_json(keys.trend(), trend.to_json(), etag=etag)
        except Conflict:
            continue
        return trend
    return trend


def _trend(bucket: Bucket) -> tuple[Trend, str | None]:
    """Return the trend and its version; an object that is damaged counts as empty, and is replaced."""
    try:
        found = objects.read(bucket, keys.trend(), Trend)
    except Damaged as error:
        return Trend(), error.etag
    return found or (Trend(), None)
