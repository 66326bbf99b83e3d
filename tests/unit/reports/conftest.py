"""One finding and one scan, from which each example changes one thing."""

from datetime import UTC, datetime, timedelta

import pytest

from muster.model.finding import Finding, Resource, Severity, Status
from muster.reports.report import ScanReport

AT = datetime(2027, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)


@pytest.fixture
def finding() -> Finding:
    bucket = Resource(
        "AWS::S3::Bucket", "photos", "111122223333", "eu-west-1", arn="arn:aws:s3:::photos", tags={"Owner": "web"}
    )
    return Finding(
        finding_id="0" * 32,
        check_id="s3-bucket-versioning-enabled",
        check_version=1,
        title="S3 buckets should have versioning enabled",
        severity=Severity.MEDIUM,
        status=Status.NON_COMPLIANT,
        reason="the bucket was never versioned",
        resource=bucket,
        service="s3",
        observed_at=AT,
        controls=("FSBP S3.14", "CIS 1"),
        settings={"days": 90, "keys": ("a", "b")},
        remediation="Turn it on.",
        docs_url="https://docs.aws.amazon.com/",
        account_name="shop",
    )


@pytest.fixture
def scan() -> ScanReport:
    return ScanReport(
        scan_id="20270304T050607Z-00000000",
        started_at=AT,
        account_id="111122223333",
        account_name="shop",
        regions=("eu-west-1",),
        packs=("all",),
        checks=("s3-bucket-versioning-enabled",),
        finished_at=AT + timedelta(seconds=2.5),
    )
