"""Rows in columns say what the rows say one by one, whatever the findings have in common."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.model.finding import Finding, Resource, Severity, Status, Suppression, Unavailable
from muster.model.text import shown
from muster.reports.columns import FindingRow, Repeated
from muster.reports.schema import FINDING
from muster.reports.tables import FINDINGS, ScanHeader, finding_row
from muster.storage import parquet

AT = datetime(2026, 11, 21, 6, 0, 1, tzinfo=UTC)
BOX = Resource("Test::Box", "b", "111122223333", "x", arn="arn:b", tags={"Owner": "web"})
FOUND = Finding("id", "c", 1, "t", Severity.LOW, Status.COMPLIANT, "r", BOX, "box", AT, ("FSBP 1",), {"days": 30})
CHANGES = [
    {},
    {"check_id": "d", "title": "u"},
    {"title": "another title of the same check"},
    {"settings": {"days": 31}},
    {"settings": {"days": 30}},
    {"controls": ("FSBP 2", "CIS 1")},
    {"severity": Severity.HIGH, "status": Status.NON_COMPLIANT, "reason": "ö"},
    {"resource": replace(BOX, id="c", arn=None)},
    {"resource": replace(BOX, tags=None)},
    {"resource": replace(BOX, tags={"Owner": "\x9b"})},
    {"account_name": "data"},
    {"first_seen": AT - timedelta(days=3)},
    {"observed_at": AT + timedelta(days=1)},
    {"suppression": Suppression("why", "who", "2027-01-01")},
    {"unavailable": (Unavailable(None, "gone"), Unavailable("ec2:X", "denied"))},
    {"variant": "strict", "check_version": 2, "service": "ec2", "remediation": "fix", "docs_url": "https://a"},
]
HEADERS = [ScanHeader("scan-1", "manual", AT), ScanHeader("scan-2", "scheduled", AT)]
ROWS = st.builds(
    lambda change, more, header, shard: finding_row(replace(FOUND, **(change | more)), header, shard),
    st.sampled_from(CHANGES),
    st.sampled_from(CHANGES),
    st.sampled_from(HEADERS),
    st.sampled_from(["s", "t"]),
)


def column(values: Repeated | list[object]) -> list[object]:
    return [values.values[place] for place in values.positions] if isinstance(values, Repeated) else list(values)


@given(st.lists(ROWS, min_size=1, max_size=12))
def test_columns_say_what_the_rows_say(rows: list[FindingRow]) -> None:
    columns = FindingRow.in_columns(rows)
    assert list(columns.keys() ^ FINDINGS.keys()) == []
    for name in FINDINGS:
        assert column(columns[name]) == [row[name] for row in rows], name  # type: ignore[arg-type]


def test_what_findings_have_in_common_is_spelled_once() -> None:
    rows = [finding_row(replace(FOUND, finding_id=str(number)), HEADERS[0], "s") for number in range(50)]
    columns = FindingRow.in_columns(rows)
    once = {name for name, values in columns.items() if isinstance(values, Repeated) and len(values.values) == 1}
    assert set(FINDINGS) - once == {
        "finding_id", "status", "reason", "remediation", "first_seen", "suppression", "unavailable",
    }  # fmt: skip


def test_a_file_of_findings_is_the_same_as_one_of_plain_rows(tmp_path: Path) -> None:
    rows = [finding_row(replace(FOUND, **change), HEADERS[0], "s") for change in CHANGES]  # type: ignore[arg-type]
    for name, written in (("a", rows), ("b", [dict(row) for row in rows]), ("c", [dict(rows[0]), *rows[1:]])):
        assert parquet.write(tmp_path / name, FINDINGS, written) == len(CHANGES)
    assert (
        list(parquet.read(tmp_path / "a")) == list(parquet.read(tmp_path / "b")) == list(parquet.read(tmp_path / "c"))
    )


def test_a_row_has_the_columns_of_the_table() -> None:
    row = finding_row(FOUND, HEADERS[0], "s")
    assert (list(row), len(row)) == (list(FINDINGS), len(FINDING.columns))
    with pytest.raises(KeyError):
        row["nothing"]


@given(st.dictionaries(st.text(), st.text()))
def test_tags_are_spelled_as_json_spells_them(tags: dict[str, str]) -> None:
    row = finding_row(replace(FOUND, resource=replace(BOX, tags=tags)), HEADERS[0], "s")
    assert row["tags"] == shown(json.dumps(tags, ensure_ascii=False, sort_keys=True))
