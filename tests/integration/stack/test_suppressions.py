"""Suppressions of a stack from configuration to announcement, on moto: counted, ending, ended, stale."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.alerts.acceptances import Announced, Matches, announced, judged_checks
from muster.catalog.catalog import load
from muster.configuration import SuppressionRule, parse
from muster.configuration.suppression import Suppressions
from muster.model.finding import Status, Unavailable
from muster.reports.overview import Unread
from muster.sdk.session import Clients
from muster.stack.documents import objects
from muster.stack.documents.summary import ReportDocument, Summary
from muster.stack.settling.counted import accepted_in, gaps_in
from muster.storage import keys
from tests.integration.cli.deployed import FIRST, Deployed
from tests.integration.cli.written import PUBLIC, VERSIONING, finding, parquet_file

REGION = "eu-west-1"
DAY = FIRST.date()


@pytest.fixture
def clients(moto_clients: Clients) -> Clients:
    return moto_clients


def entry(resource: str, until: date, check: str = VERSIONING) -> str:
    return f"  - {{check: {check}, resource: '{resource}', reason: old, owner: web, expires: {until}}}\n"


@pytest.fixture
def stack(clients: Clients) -> Deployed:
    found = Deployed(clients)
    where: Any = {"LocationConstraint": REGION}
    for name in ("scratch-1", "scratch-2", "old"):
        clients.get("s3", REGION).create_bucket(Bucket=name, CreateBucketConfiguration=where)
    return found


def scanned(stack: Deployed, scan_id: str, before: tuple[str, ...] = ()) -> tuple[Summary, Announced]:
    """Return the summary of a scan, and what its alert announces."""
    summary = objects.content(stack.bucket, keys.summary(scan_id), Summary)
    report = objects.content(stack.bucket, keys.report(scan_id), ReportDocument)
    assert summary is not None
    assert report is not None
    assert report.summary.suppressions == summary.suppressions
    rules = parse(stack.configuration, load()).suppressions
    unknown = {each.check_id: each.insufficient_data for each in summary.checks}
    # The scans of this test name their checks, so that they are not whole; what they looked at they saw whole.
    judged = judged_checks(unknown, whole=True, complete=summary.complete)
    return summary, announced(
        rules, summary.started_at.date(), 14, Matches(counts=summary.suppressions, judged=judged), before
    )


def test_suppressions_are_counted_and_announced_once(stack: Deployed) -> None:
    soon, far, past = DAY + timedelta(days=5), DAY + timedelta(days=90), DAY - timedelta(days=1)
    stack.configure(
        "suppressions:\n"
        + entry("arn:aws:s3:::scratch-*", soon)
        + entry("arn:aws:s3:::old", past)
        + entry("arn:aws:s3:::gone", far)
    )
    rules = parse(stack.configuration, load()).suppressions
    summary, said = scanned(stack, stack.scan(VERSIONING))
    assert summary.suppressions == {rules[0].key: 2, rules[1].key: 1}
    assert summary.findings["suppressed"] == 2
    assert [(each.state, each.resource, each.count) for each in said.acceptances] == [
        ("ended", "arn:aws:s3:::old", 1),
        ("ending", "arn:aws:s3:::scratch-*", 2),
        ("stale", "arn:aws:s3:::gone", 0),
    ]
    _, again = scanned(stack, stack.scan(VERSIONING), said.remember)
    assert again.acceptances == ()


def test_a_configuration_without_suppressions_counts_none(stack: Deployed) -> None:
    summary, said = scanned(stack, stack.scan(VERSIONING))
    assert (summary.suppressions, said.acceptances) == ({}, ())
    assert "suppressions" not in summary.to_json()


def test_failures_are_counted_over_files_and_for_the_first_entry_that_accepts_them(tmp_path: Path) -> None:
    rules = parse(
        "suppressions:\n"
        + entry("arn:aws:s3:::a*", DAY)
        + entry("arn:aws:s3:::*", DAY)
        + entry("arn:aws:s3:::b", DAY, PUBLIC)
        + "  - {check: "
        + VERSIONING
        + ", tag: {Owner: team-*}, reason: r, owner: o, expires: 2026-01-01}\n",
        load(),
    ).suppressions
    files = [
        parquet_file(tmp_path / "1.parquet", [finding("a1"), finding("a2", Status.COMPLIANT), finding("b")]),
        parquet_file(tmp_path / "2.parquet", [finding("a3"), finding("b", check=PUBLIC), finding("c", check=PUBLIC)]),
    ]
    assert accepted_in(files, Suppressions(rules, DAY)) == {rules[0].key: 2, rules[1].key: 1, rules[2].key: 1}
    later = DAY + timedelta(days=1)
    assert accepted_in(files, Suppressions(rules, later)) == {rules[0].key: 2, rules[1].key: 1, rules[2].key: 1}
    assert accepted_in(files, Suppressions(rules[3:], DAY)) == {rules[3].key: 3}
    assert accepted_in(files, Suppressions(list[SuppressionRule](), DAY)) == {}


def test_what_could_not_be_read_is_counted_over_files(tmp_path: Path) -> None:
    denied, slow = Unavailable("s3:GetBucketPolicy", "AccessDenied"), Unavailable(None, "it timed out")
    unread = replace(finding("a", Status.INSUFFICIENT_DATA), unavailable=(denied, slow))
    files = [
        parquet_file(tmp_path / "1.parquet", [unread, finding("b")]),
        parquet_file(tmp_path / "2.parquet", [replace(unread, unavailable=(denied,), check_id=PUBLIC)]),
    ]
    assert gaps_in(files) == (
        Unread("s3:GetBucketPolicy", "AccessDenied", 2, (PUBLIC, VERSIONING), ("a",)),
        Unread(None, "it timed out", 1, (VERSIONING,), ("a",)),
    )
