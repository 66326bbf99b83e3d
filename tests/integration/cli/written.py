"""Reports and Parquet files of findings, written as Muster writes them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from muster.model.finding import Finding, Resource, Severity, Status, Suppression, finding_id
from muster.reports.formats.json import JsonWriter
from muster.reports.formats.ndjson import NdjsonWriter
from muster.reports.report import ScanReport
from muster.reports.tables import FINDINGS, ScanHeader, finding_row
from muster.reports.tally import ReportTally
from muster.storage import parquet
from tests.examples import overview

ACCOUNT, REGION = "123456789012", "eu-west-1"
FIRST, SECOND = datetime(2026, 11, 28, 6, tzinfo=UTC), datetime(2026, 11, 29, 6, tzinfo=UTC)
VERSIONING, PUBLIC = "s3-bucket-versioning-enabled", "s3-bucket-public-access-prohibited"
CHECKS = (VERSIONING, PUBLIC)
SEVERITIES = {VERSIONING: Severity.MEDIUM, PUBLIC: Severity.CRITICAL}


def finding(
    name: str,
    status: Status = Status.NON_COMPLIANT,
    check: str = VERSIONING,
    *,
    until: str = "",
    at: datetime = SECOND,
    **changes: Any,
) -> Finding:
    """Return a finding on a bucket; with `until` it is suppressed."""
    arn = f"arn:aws:s3:::{name}"
    bucket = Resource("AWS::S3::Bucket", name, ACCOUNT, REGION, arn=arn, tags={"Owner": "team-a"})
    bucket = replace(bucket, **{key: changes.pop(key) for key in ("account_id", "region", "tags") if key in changes})
    return Finding(
        finding_id=finding_id(bucket, check),
        check_id=check,
        check_version=1,
        title="Buckets should be well",
        severity=SEVERITIES.get(check, Severity.LOW),
        status=status,
        reason=f"{name} is {status.lower()}",
        resource=bucket,
        service="s3",
        observed_at=at,
        first_seen=changes.pop("first_seen", None),
        suppression=Suppression("a reason", "data", until) if until else None,
        **changes,
    )


def scan_of(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}-c22b102a"


def json_report(path: Path, findings: Sequence[Finding], at: datetime = SECOND, **changes: Any) -> Path:
    """Write what `muster scan --format json` writes."""
    report = ScanReport(
        scan_id=scan_of(at),
        started_at=at,
        account_id=ACCOUNT,
        account_name="",
        regions=changes.pop("regions", [REGION]),
        packs=["all"],
        checks=changes.pop("checks", CHECKS),
        accounts=changes.pop("accounts", [ACCOUNT]),
        **changes,
    )
    tally = ReportTally()
    with path.open("w", encoding="utf-8") as stream:
        writer = JsonWriter(stream, report.scan_id)
        for each in findings:
            tally.count(each)
            writer.add(each)
        writer.close(tally, report, overview(report))
    return path


def ndjson_report(path: Path, findings: Iterable[Finding], at: datetime = SECOND) -> Path:
    """Write what `muster scan --format ndjson` writes."""
    with path.open("w", encoding="utf-8") as stream:
        writer = NdjsonWriter(stream, scan_of(at))
        for each in findings:
            writer.add(each)
    return path


def parquet_file(path: Path, findings: Iterable[Finding], at: datetime = SECOND) -> Path:
    """Write a file of the table `findings` or `latest`."""
    header = ScanHeader(scan_of(at), "scheduled", at)
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write(path, FINDINGS, (finding_row(each, header, f"{ACCOUNT}.{REGION}.s3") for each in findings))
    return path
