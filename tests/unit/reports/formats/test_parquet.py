"""The format parquet: a file with the columns of the table `findings`, in bounded memory."""

import io
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.cli.formats import FORMATS
from muster.model.finding import Finding
from muster.reports.record import from_row, record
from muster.reports.report import ScanReport
from muster.reports.tables import FINDINGS
from muster.storage import findings_file, parquet
from tests.examples import examples

from . import drawn

SCAN = drawn.CONTEXT.scan_id


def file_of(path: Path, found: Iterable[Finding], scan: ScanReport) -> Path:
    stream = io.BytesIO()
    drawn.scanned(FORMATS["parquet"].make(stream, drawn.CONTEXT), found, scan)
    path.write_bytes(stream.getvalue())
    return path


@given(found=st.lists(drawn.FINDINGS, max_size=7))
@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_findings_come_back_as_their_json(found: list[Finding], scan: ScanReport, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(findings_file, "_PART", 3)
        rows = list(parquet.read(file_of(tmp_path / "f.parquet", found, scan)))
    assert [list(row) for row in rows] == [list(FINDINGS)] * len(found)
    assert [whole(from_row(row)) for row in rows] == [whole(record(each, SCAN)) for each in found]


def whole(value: object) -> object:
    """Return a record with half surrogate pairs as escapes, as the columns of text have them."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True).encode(errors="backslashreplace").decode()
    return re.sub(r"\\+(ud[89a-f])", r"\1", text)


@pytest.mark.parametrize("count", [0, 1, 3, 4, 7])
def test_parts_are_put_together(
    finding: Finding, scan: ScanReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(findings_file, "_PART", 3)
    found = [replace(finding, reason=str(number)) for number in range(count)]
    path = file_of(tmp_path / "f.parquet", found, scan)
    assert [row["reason"] for row in parquet.read(path)] == [each.reason for each in found]
    assert {row["scan_kind"] for row in parquet.read(path)} <= {"manual"}


def test_duckdb_reads_it(finding: Finding, scan: ScanReport, tmp_path: Path) -> None:
    path = file_of(tmp_path / "f.parquet", [finding, finding], scan)
    found = duckdb.sql(f"SELECT severity, tags->>'Owner', count(*) FROM '{path}' GROUP BY ALL").fetchall()  # noqa: S608
    assert found == [("MEDIUM", "web", 2)]


def test_no_file_stays_behind(
    finding: Finding, scan: ScanReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(parts))
    file_of(tmp_path / "f.parquet", [finding], scan)
    assert list(parts.iterdir()) == []
