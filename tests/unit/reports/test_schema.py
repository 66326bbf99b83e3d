"""A field of a finding is declared once, and stands in the JSON, the CSV, the table, the template and its page."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from muster.lifecycle.transitions import Kind, Subject
from muster.model.finding import Finding, Suppression, Unavailable
from muster.reports import schema
from muster.reports.columns import FindingRow
from muster.reports.fields import TEXT, Entry, Field, structure
from muster.reports.formats.csv import CsvWriter, columns
from muster.reports.formats.json import JsonWriter
from muster.reports.formats.ndjson import NdjsonWriter
from muster.reports.record import from_row, record
from muster.reports.schema import FINDING, Schema
from muster.reports.tables import ScanHeader, finding_row
from muster.storage import parquet
from tools import generate
from tools.findings_page import findings_page

PARTITION = Field(
    "partition", TEXT, len(FINDING.fields) + 1, "resource.partition",
    lambda entry: entry.finding.resource.partition, "The partition of AWS: `aws`, `aws-cn` or `aws-us-gov`.",
)  # fmt: skip


@pytest.fixture
def extended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Declare one more field, between the account and the region."""
    place = [field.name for field in FINDING.fields].index("region")
    fields = (*FINDING.fields[:place], PARTITION, *FINDING.fields[place:])
    monkeypatch.setattr(schema, "FINDING", Schema(fields))


@pytest.mark.usefixtures("extended")
class TestOneMoreField:
    """A field that is declared in one place is everywhere."""

    def test_the_json_has_it_at_its_path(self, finding: Finding) -> None:
        assert record(finding, "scan-1")["resource"] == {
            "type": "AWS::S3::Bucket",
            "arn": "arn:aws:s3:::photos",
            "id": "photos",
            "account_id": "111122223333",
            "partition": "aws",
            "region": "eu-west-1",
            "tags": {"Owner": "web"},
        }

    @pytest.mark.parametrize("writer", [JsonWriter, NdjsonWriter])
    def test_the_formats_of_json_write_it(
        self, finding: Finding, writer: Callable[[io.StringIO, str], JsonWriter | NdjsonWriter]
    ) -> None:
        stream = io.StringIO()
        writer(stream, "scan-1").add(finding)
        assert '"account_id": "111122223333", "partition": "aws", "region"' in stream.getvalue()

    def test_the_csv_has_a_column_and_its_value(self, finding: Finding) -> None:
        stream = io.StringIO(newline="")
        writer = CsvWriter(stream, "scan-1")
        writer.add(finding)
        writer.finish()
        stream.seek(0)
        [row] = csv.DictReader(stream)
        assert row["partition"] == "aws"
        assert list(row)[15:18] == ["resource_arn", "partition", "tags"]

    def test_the_table_has_it_as_its_last_column(self, finding: Finding, tmp_path: Path) -> None:
        header = ScanHeader("scan-1", "manual", finding.observed_at)
        parquet.write(tmp_path / "a", schema.FINDING.columns, [finding_row(finding, header, "shard")])
        (row,) = parquet.read(tmp_path / "a")
        assert list(row)[-1] == "partition"
        assert row["partition"] == "aws"
        assert from_row(row) == json.loads(json.dumps(record(finding, "scan-1")))

    def test_the_template_has_it_in_the_table_and_in_the_view(self) -> None:
        template = generate.generated(generate.TEMPLATE.read_text("utf-8"))
        assert template.count("- {Name: partition, Type: string}") == 3
        assert template.count('{"name": "partition", "type": "varchar"}') == 1

    def test_the_page_describes_it(self) -> None:
        row = "| `partition` | `resource.partition` | string | string | The partition of AWS"
        assert row in findings_page()


def test_names_numbers_and_paths_are_each_there_once() -> None:
    numbers = [field.number for field in FINDING.fields]
    paths = [field.path for field in FINDING.reported]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert len({field.name for field in FINDING.fields}) == len(numbers)
    assert len(set(paths)) == len(paths)


def test_the_columns_of_the_table_keep_their_order() -> None:
    assert list(FINDING.columns.items()) == [
        ("finding_id", "string"),
        ("check_id", "string"),
        ("check_version", "int"),
        ("title", "string"),
        ("severity", "string"),
        ("status", "string"),
        ("reason", "string"),
        ("resource_type", "string"),
        ("resource_arn", "string"),
        ("resource_id", "string"),
        ("account_id", "string"),
        ("account_name", "string"),
        ("region", "string"),
        ("tags", "string"),
        ("controls", "string"),
        ("settings", "string"),
        ("variant", "string"),
        ("remediation", "string"),
        ("docs_url", "string"),
        ("suppression", "string"),
        ("unavailable", "string"),
        ("shard", "string"),
        ("service", "string"),
        ("scan_id", "string"),
        ("scan_kind", "string"),
        ("observed_at", "timestamp"),
        ("first_seen", "timestamp"),
    ]


def test_the_columns_of_the_csv_keep_their_order() -> None:
    assert columns() == [
        "severity", "status", "owner", "account_name", "resource_id", "check_id", "title", "reason", "remediation",
        "region", "account_id", "finding_id", "check_version", "variant", "resource_type", "resource_arn", "tags",
        "controls", "settings", "docs_url", "scan_id", "observed_at", "first_seen", "suppression", "unavailable",
    ]  # fmt: skip


def test_the_keys_of_the_json_keep_their_order(finding: Finding) -> None:
    found = record(replace(finding, unavailable=(Unavailable(None, "gone"),)), "scan-1")
    assert list(found) == [
        "finding_id", "check_id", "check_version", "variant", "title", "severity", "status", "reason", "resource",
        "account_name", "controls", "settings", "remediation", "docs_url", "scan_id", "observed_at", "first_seen",
        "suppression", "unavailable",
    ]  # fmt: skip
    assert list(found["resource"]) == ["type", "arn", "id", "account_id", "region", "tags"]


def test_what_is_remembered_of_a_finding_are_fields_of_it() -> None:
    """Owner and last day are read from the columns `tags` and `suppression`."""
    derived = {"kind", "home", "owner", "until"}
    remembered = {*Subject._fields, *Kind._fields, "status", "suppression", "tags", "reason"} - derived
    assert remembered <= {field.name for field in FINDING.fields}


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        pytest.param("a", None, {"a": None}, id="a key without a value"),
        pytest.param("a.b.c", "x", {"a": {"b": {"c": "x"}}}, id="a path of several keys"),
        pytest.param("", "x", {}, id="a field of the table alone"),
    ],
)
def test_a_value_stands_at_the_path_of_its_field(
    finding: Finding, path: str, value: object, expected: dict[str, object]
) -> None:
    one = Schema((Field("n", TEXT, 1, path, lambda _entry: value, "m"),))
    assert one.record(Entry(finding, "s")) == expected
    assert one.record_of_row({"n": value}) == expected
    assert dict(FindingRow(one.layout, finding, "s")) == {"n": value}


def test_a_field_that_may_be_left_out_has_no_key_without_a_value(finding: Finding) -> None:
    kind = structure("object")
    one = Schema((Field("n", kind, 1, "n", lambda entry: entry.finding.suppression, "m", may_be_left_out=True),))
    assert one.record(Entry(finding, "s")) == {}
    assert one.record_of_row({"n": None}) == {}
    accepted = replace(finding, suppression=Suppression("known", "web", "2027-01-01"))
    assert one.record(Entry(accepted, "s"))["n"]["owner"] == "web"
