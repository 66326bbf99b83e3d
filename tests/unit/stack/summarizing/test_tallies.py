"""The rows of the table `tallies`."""

from datetime import UTC, datetime
from pathlib import Path

from muster.reports.tables import TALLIES, ScanHeader
from muster.stack.documents.account import CheckCounts
from muster.stack.summarizing.tallies import tallies
from muster.storage import parquet
from tests.unit.stack.accounts import ACCOUNT, account_result
from tests.unit.stack.summaries import SCAN

HEADER = ScanHeader(SCAN, "manual", datetime(2026, 11, 21, 6, tzinfo=UTC))


def test_each_check_of_a_shard_in_a_region_is_a_row(tmp_path: Path) -> None:
    checks = {
        f"{ACCOUNT}.global.s3": (
            CheckCounts("c", "eu-west-1", True, 1, 2, 3, 4, 5), CheckCounts("d", "us-east-1", False, 6, 0, 0, 0, 0),
        ),
        f"{ACCOUNT}.eu-west-1.ec2.Instance": (CheckCounts("c", "eu-west-1", True, 7, 0, 0, 0, 0),),
    }  # fmt: skip
    batch = tallies(account_result(checks=checks), HEADER, {"c": "HIGH", "d": "LOW"})
    assert batch.keys() == TALLIES.keys()
    parquet.write_columns(tmp_path / "tallies", TALLIES, [batch])
    rows = list(parquet.read(tmp_path / "tallies"))
    assert [list(row) for row in rows] == [list(TALLIES)] * 3
    assert rows[1] == {
        "scan_id": SCAN,
        "scan_kind": "manual",
        "shard": f"{ACCOUNT}.global.s3",
        "account_id": ACCOUNT,
        "region": "eu-west-1",
        "service": "s3",
        "check_id": "c",
        "severity": "HIGH",
        "started_at": datetime(2026, 11, 21, 6),  # noqa: DTZ001 - as the file has it
        "complete": True,
        "compliant": 1,
        "non_compliant": 2,
        "not_applicable": 3,
        "insufficient_data": 4,
        "suppressed": 5,
    }
    names = [(row["service"], row["region"], row["severity"], row["complete"], row["compliant"]) for row in rows]
    assert names[0] == ("ec2", "eu-west-1", "HIGH", True, 7)
    assert names[2] == ("s3", "us-east-1", "LOW", False, 6)


def test_an_account_without_findings_has_no_row(tmp_path: Path) -> None:
    batch = tallies(account_result(checks={}), HEADER, {})
    parquet.write_columns(tmp_path / "tallies", TALLIES, [batch])
    assert list(parquet.read(tmp_path / "tallies")) == []
