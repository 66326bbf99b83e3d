"""The stack's tables over files of several versions of Muster, and what the view of the latest findings leaves out.

Embedded only: it puts files of its own into the tables.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local import athena
from muster.reports.tables import FINDINGS
from muster.storage import keys, parquet

from .conftest import Deployed

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
"""Midnight: the view counts days from the day of the query."""
TEXTS = {name: "x" for name, kind in FINDINGS.items() if kind == "string"}
ADDED = "settings"
"""A column that files of an earlier version lack."""
OLD, NEW = "111122223333", "123456789012"
"""An account whose files an earlier version wrote, and one of this version."""


def row(account: str, name: str, days: int = 0) -> dict[str, Any]:
    """Return a row of a scan that began so many days ago."""
    observed = TODAY - timedelta(days=days)
    own = {"finding_id": name, "account_id": account, "check_version": 1, "observed_at": observed, "first_seen": None}
    return {**TEXTS, **own, ADDED: "{}"}


@pytest.fixture(scope="module", autouse=True)
def _files(deployed: Deployed, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Put a file of each version into `findings` and into `latest`."""
    folder = tmp_path_factory.mktemp("tables")
    earlier = {name: kind for name, kind in FINDINGS.items() if name != ADDED}
    files = {
        keys.table("findings", TODAY.date(), f"scan-{OLD}", 0): (earlier, [row(OLD, "a")]),
        keys.table("findings", TODAY.date(), f"scan-{NEW}", 0): (FINDINGS, [row(NEW, "b")]),
        f"latest/{OLD}-0000.parquet": (earlier, [row(OLD, "a"), row(OLD, "c", days=30)]),
        f"latest/{NEW}-0000.parquet": (FINDINGS, [row(NEW, "b"), row(NEW, "d", days=31)]),
    }
    for key, (columns, rows) in files.items():
        put(deployed, folder / "file.parquet", key, columns, rows)


def put(deployed: Deployed, path: Path, key: str, columns: Any, rows: list[dict[str, Any]]) -> None:
    parquet.write(path, columns, rows)
    deployed.aws.client("s3").upload_file(str(path), deployed.stack.outputs["ReportBucketName"], key)


def answer(deployed: Deployed, sql: str) -> list[tuple[Any, ...]]:
    return athena.query(deployed.aws, sql, deployed.stack.outputs["DatabaseName"])[1]


@pytest.mark.parametrize("table", ["findings", "latest", "latest_findings"])
def test_files_of_two_versions_are_read_by_one_query(deployed: Deployed, table: str) -> None:
    sql = f"SELECT finding_id, {ADDED}, title FROM {table} WHERE observed_at = (SELECT max(observed_at) FROM {table})"  # noqa: S608 - our own names
    assert sorted(answer(deployed, sql)) == [("a", None, "x"), ("b", "{}", "x")]


def test_a_table_that_holds_only_files_of_an_earlier_version_has_all_columns(deployed: Deployed) -> None:
    s3, bucket = deployed.aws.client("s3"), deployed.stack.outputs["ReportBucketName"]
    key = f"latest/{NEW}-0000.parquet"
    kept = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    s3.delete_object(Bucket=bucket, Key=key)
    try:
        assert answer(deployed, f"SELECT DISTINCT {ADDED} FROM latest_findings") == [(None,)]  # noqa: S608 - our own name
    finally:
        s3.put_object(Bucket=bucket, Key=key, Body=kept)


def test_the_view_has_the_columns_of_findings_and_rows_of_thirty_days(deployed: Deployed) -> None:
    columns, rows = athena.query(
        deployed.aws, "SELECT * FROM latest_findings ORDER BY finding_id", deployed.stack.outputs["DatabaseName"]
    )
    assert columns == [*FINDINGS, "scan_date"]
    dates = {made[0]: made[-1] for made in rows}
    assert dates == {
        "a": f"{TODAY:%Y-%m-%d}",
        "b": f"{TODAY:%Y-%m-%d}",
        "c": f"{TODAY - timedelta(days=30):%Y-%m-%d}",
    }


def test_the_view_reads_no_table_of_all_scans(deployed: Deployed) -> None:
    """What it reads is what Athena charges for."""
    s3, bucket = deployed.aws.client("s3"), deployed.stack.outputs["ReportBucketName"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="findings/")
    for found in [each for page in pages for each in page["Contents"]]:
        s3.delete_object(Bucket=bucket, Key=found["Key"])
    assert len(answer(deployed, "SELECT * FROM latest_findings")) == 3
