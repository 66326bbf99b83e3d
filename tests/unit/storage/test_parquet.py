"""Parquet in and out, batch by batch."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from muster.errors import Throttled
from muster.storage import parquet

COLUMNS = {
    "name": "string",
    "number": "bigint",
    "at": "timestamp",
    "good": "boolean",
    "share": "double",
    "small": "int",
}
AT = datetime(2026, 11, 21, 23, 59, 59, 123000, tzinfo=UTC)
ROW = {"name": "Zoë", "number": 2**40, "at": AT, "good": True, "share": 0.5, "small": 7}
EMPTY = dict.fromkeys(COLUMNS)


def test_rows_come_back_with_times_in_utc_and_nulls(tmp_path: Path) -> None:
    assert parquet.write(tmp_path / "a.parquet", COLUMNS, [ROW, EMPTY]) == 2
    assert list(parquet.read(tmp_path / "a.parquet")) == [{**ROW, "at": AT.replace(tzinfo=None)}, EMPTY]


def test_another_reader_sees_milliseconds_without_a_zone(tmp_path: Path) -> None:
    parquet.write(tmp_path / "a.parquet", COLUMNS, [ROW])
    assert duckdb.sql(f'SELECT typeof("at"), "at" FROM \'{tmp_path}/a.parquet\'').fetchall() == [  # noqa: S608 - our path
        ("TIMESTAMP", AT.replace(tzinfo=None))
    ]


def test_more_rows_than_a_batch_and_none_at_all(tmp_path: Path) -> None:
    many = parquet.BATCH * 2 + 1
    assert parquet.write(tmp_path / "many.parquet", {"n": "bigint"}, ({"n": n} for n in range(many))) == many
    assert sum(row["n"] for row in parquet.read(tmp_path / "many.parquet")) == many * (many - 1) // 2
    assert parquet.write(tmp_path / "none.parquet", COLUMNS, []) == 0
    assert list(parquet.read(tmp_path / "none.parquet")) == []


def test_files_are_put_together_in_order(tmp_path: Path) -> None:
    for number in range(3):
        parquet.write(tmp_path / f"{number}.parquet", {"n": "bigint"}, [{"n": number}])
    files = (tmp_path / f"{number}.parquet" for number in range(3))
    assert parquet.copy(tmp_path / "all.parquet", files, {"n": "bigint"}) == 3
    assert [row["n"] for row in parquet.read(tmp_path / "all.parquet")] == [0, 1, 2]


def test_an_error_of_the_rows_keeps_its_class_because_retries_depend_on_it(tmp_path: Path) -> None:
    def rows() -> Iterator[dict[str, int]]:
        yield {"n": 1}
        raise Throttled("later")

    with pytest.raises(Throttled, match="later"):
        parquet.write(tmp_path / "a.parquet", {"n": "bigint"}, rows())
