"""JSON, NDJSON and CSV: written as findings come, and whole whenever the scan ends."""

import csv
import io
import json
from dataclasses import replace

import pytest

from muster.model.coverage import Coverage
from muster.model.finding import Finding, Severity, Status, Suppression
from muster.reports.formats.csv import CsvWriter, columns
from muster.reports.formats.json import JsonWriter
from muster.reports.formats.ndjson import NdjsonWriter
from muster.reports.record import record
from muster.reports.report import ScanReport
from muster.reports.schema import FINDING
from muster.reports.tally import ReportTally
from tests.examples import overview


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_is_one_object_with_findings_first(finding: Finding, scan: ScanReport, count: int) -> None:
    stream, tally = io.StringIO(), ReportTally()
    writer = JsonWriter(stream, scan.scan_id)
    for _ in range(count):
        tally.count(finding)
        writer.add(finding)
    writer.close(tally, scan, overview(scan))
    read = json.loads(stream.getvalue())
    assert list(read) == ["findings", "summary", "scan"]
    assert read["findings"] == [record(finding, scan.scan_id)] * count
    assert read["summary"]["findings"]["non_compliant"] == count
    assert read["scan"]["complete"] is True


def test_json_says_what_is_missing_and_what_was_asked(scan: ScanReport) -> None:
    scan.incomplete.append("AWS::S3::Bucket in global could not be listed")
    row = Coverage("111122223333", "global", "s3", "s3:ListBuckets", calls=1, denials=1, seconds=0.12345)
    scan.coverage.append(row)
    stream = io.StringIO()
    JsonWriter(stream, scan.scan_id).close(ReportTally(), scan, overview(scan))
    told = json.loads(stream.getvalue())["scan"]
    assert told["complete"] is False
    assert told["incomplete"] == ["AWS::S3::Bucket in global could not be listed"]
    assert told["started_at"] == "2027-03-04T05:06:07Z"
    assert told["finished_at"] == "2027-03-04T05:06:10Z"
    [read] = told["coverage"]
    assert (read["api"], read["calls"], read["denials"], read["seconds"]) == ("s3:ListBuckets", 1, 1, 0.123)


def test_json_is_written_before_the_scan_ends(finding: Finding, scan: ScanReport) -> None:
    stream = io.StringIO()
    JsonWriter(stream, scan.scan_id).add(finding)
    assert finding.finding_id in stream.getvalue()


def test_ndjson_has_one_finding_a_line_even_of_texts_with_line_breaks(finding: Finding, scan: ScanReport) -> None:
    stream = io.StringIO()
    writer = NdjsonWriter(stream, scan.scan_id)
    writer.add(replace(finding, reason="one\ntwo"))
    writer.add(finding)
    writer.close(ReportTally(), scan, overview(scan))
    lines = stream.getvalue().splitlines()
    assert [json.loads(line)["reason"] for line in lines] == ["one\ntwo", "the bucket was never versioned"]


def _row(finding: Finding) -> dict[str, str]:
    stream = io.StringIO(newline="")
    writer = CsvWriter(stream, "scan-1")
    writer.add(finding)
    writer.finish()
    stream.seek(0)
    [row] = csv.DictReader(stream)
    return row


def test_csv_has_every_value_of_the_json(finding: Finding) -> None:
    row = _row(finding)
    resource = {f"resource_{key}" if key in ("type", "arn", "id") else key for key in record(finding, "")["resource"]}
    assert row.keys() == (record(finding, "").keys() | resource | {"unavailable", "owner"}) - {"resource"}
    assert row["resource_arn"] == "arn:aws:s3:::photos"
    assert row["controls"] == "FSBP S3.14; CIS 1"
    assert json.loads(row["tags"]) == {"Owner": "web"}
    assert row["suppression"] == ""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\n=1"])
def test_csv_does_not_let_a_spreadsheet_compute(finding: Finding, text: str) -> None:
    assert _row(replace(finding, reason=text))["reason"] == "'" + text


def test_csv_keeps_commas_quotes_and_line_breaks(finding: Finding) -> None:
    text = 'a, "b"\nc'
    assert _row(replace(finding, reason=text))["reason"] == text
    assert _row(replace(finding, reason="a\rb\r\nc"))["reason"] == "a\nb\nc"


def test_csv_of_nothing_is_a_header() -> None:
    stream = io.StringIO()
    CsvWriter(stream, "scan-1").finish()
    assert stream.getvalue() == ",".join(columns()) + "\n"


def test_csv_begins_with_what_a_person_reads_first() -> None:
    assert columns()[:5] == ["severity", "status", "owner", "account_name", "resource_id"]
    assert sorted(columns()) == sorted([*(field.name for field in FINDING.reported), "owner"])


@pytest.mark.parametrize(
    ("tags", "tag", "owner"),
    [
        ({"Owner": "web"}, "Owner", "web"),
        ({"team": "data", "Owner": "web"}, "team", "data"),
        ({"owner": "web"}, "Owner", ""),
        (None, "Owner", ""),
        ({"Owner": "=1+1"}, "Owner", "'=1+1"),
    ],
)
def test_csv_names_the_owner_by_the_owner_tag(
    finding: Finding, tags: dict[str, str] | None, tag: str, owner: str
) -> None:
    stream = io.StringIO(newline="")
    writer = CsvWriter(stream, "scan-1", tag)
    writer.add(replace(finding, resource=replace(finding.resource, tags=tags)))
    writer.finish()
    [row] = csv.DictReader(stream.getvalue().splitlines())
    assert row["owner"] == owner


def test_csv_has_failures_first_and_the_worst_of_them_at_the_top(finding: Finding) -> None:
    accepted = Suppression("known", "web", "2027-12-31")
    mixed = [
        replace(finding, reason="n", status=Status.NOT_APPLICABLE),
        replace(finding, reason="p", status=Status.COMPLIANT, severity=Severity.CRITICAL),
        replace(finding, reason="u", status=Status.INSUFFICIENT_DATA, severity=Severity.CRITICAL),
        replace(finding, reason="s", suppression=accepted, severity=Severity.CRITICAL),
        replace(finding, reason="low", severity=Severity.LOW),
        replace(finding, reason="medium 1"),
        replace(finding, reason="critical", severity=Severity.CRITICAL),
        replace(finding, reason="medium 2"),
    ]
    stream = io.StringIO(newline="")
    writer = CsvWriter(stream, "scan-1")
    for each in mixed:
        writer.add(each)
    writer.finish()
    reasons = [row["reason"] for row in csv.DictReader(stream.getvalue().splitlines())]
    assert reasons == ["critical", "medium 1", "medium 2", "low", "s", "u", "p", "n"]
