"""The report of a scan of the stack as a page: where it is, what it has of the accounts' results, and the trend."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from muster.model.finding import Severity
from muster.reports.overview import News, Overview, Unread
from muster.sdk.session import Clients
from muster.stack.documents import objects
from muster.stack.documents.notes import Trend
from muster.stack.documents.plan import PlanDocument
from muster.stack.documents.summary import ReportDocument
from muster.stack.summarizing.overview import overview_of
from muster.stack.summarizing.page import SCANS, trend_with
from muster.storage import keys
from muster.storage.bucket import Bucket
from tests.integration.stack.test_summarize_scan import AT, ONE, REGION, TWO, planned, settled, summarized
from tests.unit.stack.accounts import account_result, change, changes, finding
from tests.unit.stack.summaries import SCAN

DENIED = Unread("kms:DescribeKey", "AccessDenied", 4, ("c",), ("key-1",))


@pytest.fixture
def bucket(clients: Clients) -> Bucket:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    return Bucket("reports", clients, REGION)


def text_of(bucket: Bucket, key: str) -> str:
    found = bucket.get_bytes(key)
    assert found is not None
    return found[0].decode()


def overview(bucket: Bucket) -> Overview:
    plan, report = (
        objects.content(bucket, key(SCAN), kind)
        for key, kind in ((keys.plan, PlanDocument), (keys.report, ReportDocument))
    )
    assert plan is not None
    assert report is not None
    trend = objects.content(bucket, keys.trend(), Trend) or Trend()
    return overview_of(plan, report, trend)


def test_the_page_lies_beside_the_report_and_a_recorded_scan_s_also_under_a_fixed_key(
    bucket: Bucket, clients: Clients
) -> None:
    planned(bucket, ONE)
    settled(bucket, account_result(ONE))
    summary = summarized(clients)
    assert summary.page == f"s3://reports/{keys.page(SCAN)}"
    page = text_of(bucket, keys.page(SCAN))
    assert page.startswith("<!doctype html>")
    assert "Nothing new: 1 failure is still open" in page
    assert text_of(bucket, keys.latest_page()) == page
    head = clients.get("s3", REGION).head_object(Bucket="reports", Key=keys.page(SCAN))
    assert head["ContentType"] == "text/html; charset=utf-8"


def test_a_scan_that_is_not_recorded_leaves_the_latest_page_and_the_trend_alone(
    bucket: Bucket, clients: Clients
) -> None:
    planned(bucket, ONE, record=False)
    settled(bucket, account_result(ONE))
    summarized(clients)
    assert text_of(bucket, keys.page(SCAN))
    assert bucket.get_bytes(keys.latest_page()) is None
    assert bucket.get_bytes(keys.trend()) is None


def test_the_overview_has_what_could_not_be_read_in_all_accounts(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE, TWO)
    others = replace(DENIED, findings=3, checks=("d",), examples=("key-2",))
    settled(bucket, account_result(ONE, gaps=(DENIED,)), account_result(TWO, gaps=(others,)))
    summarized(clients)
    assert overview(bucket).facts.unread == (
        Unread("kms:DescribeKey", "AccessDenied", 7, ("c", "d"), ("key-1", "key-2")),
    )


def test_what_is_new_and_what_is_gone_is_that_of_the_scan(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE)
    noted = changes(opened=(change(ONE, "v"),), resolved=(change(ONE, "w", "LOW"),))
    settled(bucket, account_result(ONE, changes={"": noted}))
    summarized(clients)
    found = overview(bucket)
    assert [(item.name, item.news) for item in found.news] == [("v", News.NEW)]
    assert found.changes is not None
    assert [(gone.name, gone.severity) for gone in found.changes.gone] == [("w", Severity.LOW)]
    assert found.verdict.startswith("1 new high failure: ")


def test_a_finding_that_cannot_be_read_is_left_out(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE)
    settled(bucket, account_result(ONE, findings=(finding(ONE), finding(ONE, "x", status="FAILED"))))
    summarized(clients)
    assert [item.name for item in overview(bucket).items] == ["v"]


def test_a_plan_of_other_checks_still_has_a_page(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE)
    settled(bucket, account_result(ONE))
    summarized(clients)
    plan = objects.content(bucket, keys.plan(SCAN), PlanDocument)
    report = objects.content(bucket, keys.report(SCAN), ReportDocument)
    assert plan is not None
    assert report is not None
    other = replace(plan, rules=[{"check": "of-another-version"}])
    assert overview_of(other, report, Trend()).facts.failures == 1


def test_the_trend_has_the_last_recorded_scans_each_once(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE)
    settled(bucket, account_result(ONE))
    first = summarized(clients)
    for days in range(20):
        later = replace(first, scan_id=f"later-{days:02d}", started_at=AT + timedelta(days=days + 1))
        trend_with(bucket, later)
        trend = trend_with(bucket, later)
    assert [point.scan_id for point in trend.points] == [f"later-{days:02d}" for days in range(20 - SCANS, 20)]
    assert trend == objects.content(bucket, keys.trend(), Trend)


@pytest.mark.parametrize("body", [b"", b"[1]", b"{}"])
def test_a_damaged_trend_is_replaced(body: bytes, bucket: Bucket, clients: Clients) -> None:
    bucket.put_bytes(keys.trend(), body)
    planned(bucket, ONE)
    settled(bucket, account_result(ONE))
    summarized(clients)
    trend = objects.content(bucket, keys.trend(), Trend)
    assert trend is not None
    assert [point.scan_id for point in trend.points] == [SCAN]


def test_an_attack_in_a_name_stays_text(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE)
    attack: dict[str, Any] = finding(ONE, "</script><script>alert(1)</script>")
    settled(bucket, account_result(ONE, findings=(attack,)))
    summarized(clients)
    page = text_of(bucket, keys.page(SCAN))
    assert "<script>alert(1)" not in page
    assert len(re.findall("<script", page)) == 2
