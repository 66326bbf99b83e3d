"""The keys of a finding as JSON are a contract."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from muster.model.finding import Finding, Status, Suppression, Unavailable
from muster.model.json_values import timestamp
from muster.model.text import printable
from muster.reports.record import record


def test_it_has_these_keys_and_values(finding: Finding) -> None:
    assert record(finding, "scan-1") == {
        "finding_id": "0" * 32,
        "check_id": "s3-bucket-versioning-enabled",
        "check_version": 1,
        "variant": "",
        "title": "S3 buckets should have versioning enabled",
        "severity": "MEDIUM",
        "status": "NON_COMPLIANT",
        "reason": "the bucket was never versioned",
        "resource": {
            "type": "AWS::S3::Bucket",
            "arn": "arn:aws:s3:::photos",
            "id": "photos",
            "account_id": "111122223333",
            "region": "eu-west-1",
            "tags": {"Owner": "web"},
        },
        "account_name": "shop",
        "controls": ["FSBP S3.14", "CIS 1"],
        "settings": {"days": 90, "keys": ["a", "b"]},
        "remediation": "Turn it on.",
        "docs_url": "https://docs.aws.amazon.com/",
        "scan_id": "scan-1",
        "observed_at": "2027-03-04T05:06:07Z",
        "first_seen": None,
        "suppression": None,
    }


def test_what_could_not_be_read_is_named(finding: Finding) -> None:
    gap = Unavailable("s3:GetBucketVersioning", "access denied (AccessDenied)")
    unread = replace(finding, status=Status.INSUFFICIENT_DATA, unavailable=(gap,))
    assert record(unread, "scan-1")["unavailable"] == [
        {"permission": "s3:GetBucketVersioning", "reason": "access denied (AccessDenied)"}
    ]


def test_a_suppression_is_told_whole(finding: Finding) -> None:
    accepted = Suppression("a static site", "web", "2027-12-31", "WEB-1")
    assert record(replace(finding, suppression=accepted), "scan-1")["suppression"] == {
        "reason": "a static site", "owner": "web", "expires": "2027-12-31", "ticket": "WEB-1",
    }  # fmt: skip


def test_tags_that_nobody_read_are_null_and_not_empty(finding: Finding) -> None:
    untold = replace(finding, resource=replace(finding.resource, tags=None))
    assert record(untold, "scan-1")["resource"]["tags"] is None


def test_times_are_told_in_utc() -> None:
    moment = datetime(2027, 1, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(moment) == "2026-12-31T23:30:00Z"
    assert timestamp(moment.astimezone(UTC)) == "2026-12-31T23:30:00Z"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("\x1b[31mred", " [31mred", id="an escape sequence cannot reach the terminal"),
        pytest.param("a\nb\tc", "a b c", id="one line stays one line"),
        pytest.param("\u202egnp.exe", " gnp.exe", id="text is not turned around"),
        pytest.param("Größe 山", "Größe 山", id="letters of all scripts stay"),
    ],
)
def test_only_what_can_be_shown_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown
