"""The summary of a small scan, of which the tests change what they are about."""

from datetime import UTC, datetime

from muster.reports.tally import STATUSES
from muster.stack.documents.summary import ChangeCounts, ResourceCounts, ShardCounts, Summary

SCAN = "20261121T060000Z-0a1b2c3d"
SUMMARY = Summary(
    scan_id=SCAN,
    scan_kind="manual",
    started_at=datetime(2026, 11, 21, 6, tzinfo=UTC),
    record=True,
    stack="dev",
    regions=("eu-west-1",),
    packs=("all",),
    whole=True,
    accounts=1,
    accounts_excluded={},
    complete=True,
    incomplete=(),
    shards=ShardCounts(planned=2, committed=2, incomplete=0),
    blocked=0,
    resources=ResourceCounts(scanned=3, compliant=2, non_compliant=1),
    findings=dict.fromkeys(STATUSES, 1),
    failing=dict.fromkeys(("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"), 0),
    checks=(),
    calls=0,
    forecast=None,
    report=f"s3://reports/scans/{SCAN}/report.json",
    findings_at="s3://reports/findings/scan_date=2026-11-21/",
    attempt="",
    damaged=(),
    coverage=(),
    changes=ChangeCounts(baseline=False),
)
