"""A finding that went through the table says the same as one that did not."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from muster.model.finding import Finding, Resource, Severity, Status, Suppression, Unavailable
from muster.reports.record import from_row, record
from muster.reports.tables import FINDINGS, ScanHeader, finding_row
from muster.storage import parquet

AT = datetime(2026, 11, 21, 6, 0, 1, tzinfo=UTC)
HEADER = ScanHeader("20261121T060001Z-0a1b2c3d", "manual", AT)
BUCKET = Resource("AWS::S3::Bucket", "b", "111122223333", "eu-west-1", arn="arn:aws:s3:::b", tags={"Öwner": "a=b"})
PLAIN = Finding("id", "c", 1, "X should be", Severity.HIGH, Status.COMPLIANT, "it is", BUCKET, "s3", AT)


def finding(**changed: object) -> Finding:
    return replace(PLAIN, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(PLAIN, id="plain"),
        pytest.param(finding(settings={"keys": ("a", "b"), "values": {"a": {"pattern": "x"}}}), id="with settings"),
        pytest.param(
            finding(controls=("FSBP S3.1",), first_seen=AT, account_name="production"), id="with all its words"
        ),
        pytest.param(finding(suppression=Suppression("r", "o", "2027-01-01", "T-1")), id="suppressed"),
        pytest.param(finding(unavailable=(Unavailable(None, "gone"), Unavailable("s3:X", "denied"))), id="unread"),
        pytest.param(finding(resource=Resource("AWS::::Account", "1", "1", "global")), id="without ARN and tags"),
    ],
)
def test_through_the_table_and_back(found: Finding, tmp_path: Path) -> None:
    parquet.write(tmp_path / "f.parquet", FINDINGS, [finding_row(found, HEADER, "shard")])
    (row,) = parquet.read(tmp_path / "f.parquet")
    assert from_row(row) == json.loads(json.dumps(record(found, HEADER.scan_id)))
