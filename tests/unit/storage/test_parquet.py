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


def test_a_full_disk_is_an_error_of_the_system_and_no_panic(tmp_path: Path) -> None:
    full = Path("/dev/full")
    with pytest.raises(OSError, match=r"cannot write full: .*No space left on device"):
        parquet.write(full, COLUMNS, [ROW])
    parquet.write(tmp_path / "a.parquet", COLUMNS, [ROW])
    with pytest.raises(OSError, match="No space left on device"):
        parquet.copy(full, [tmp_path / "a.parquet"], COLUMNS)


def test_a_value_that_does_not_fit_its_column_is_named_and_not_that_the_rows_were_closed(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"(?i)overflow|too large|range|convert"):
        parquet.write(tmp_path / "a.parquet", {"n": "bigint"}, [{"n": 10**30}])


def test_an_error_of_the_rows_keeps_its_class_because_retries_depend_on_it(tmp_path: Path) -> None:
    def rows() -> Iterator[dict[str, int]]:
        yield {"n": 1}
        raise Throttled("later")

    with pytest.raises(Throttled, match="later"):
        parquet.write(tmp_path / "a.parquet", {"n": "bigint"}, rows())


def test_a_column_that_a_file_lacks_is_null_and_others_are_left_out(tmp_path: Path) -> None:
    parquet.write(tmp_path / "old", {"b": "string", "gone": "string"}, [{"b": "x", "gone": "y"}])
    assert parquet.copy(tmp_path / "new", [tmp_path / "old"], {"a": "bigint", "b": "string"}) == 1
    assert list(parquet.read(tmp_path / "new")) == [{"a": None, "b": "x"}]


def test_a_column_of_another_type_is_refused_with_the_file(tmp_path: Path) -> None:
    parquet.write(tmp_path / "old", {"n": "string"}, [{"n": "1"}])
    with pytest.raises(parquet.Unreadable, match="column types must match") as error:
        parquet.copy(tmp_path / "new", [tmp_path / "old"], {"n": "bigint"})
    assert error.value.path == tmp_path / "old"


def test_rows_can_be_changed_or_left_out_on_the_way(tmp_path: Path) -> None:
    many = 2 * parquet.BATCH
    parquet.write(tmp_path / "all", {"n": "bigint"}, ({"n": n} for n in range(many)))

    def even(batch: parquet.Batch) -> parquet.Batch | None:
        numbers = parquet.column(batch, "n")
        if numbers[0] == 0:
            return None
        return parquet.take(batch, [place for place, number in enumerate(numbers) if number % 2 == 0])

    assert parquet.copy(tmp_path / "some", [tmp_path / "all"], {"n": "bigint"}, even) == parquet.BATCH // 2
    assert [row["n"] for row in parquet.read(tmp_path / "some")] == list(range(parquet.BATCH, many, 2))


def test_rows_are_taken_in_any_order(tmp_path: Path) -> None:
    parquet.write(tmp_path / "all", {"n": "bigint", "at": "timestamp"}, [{"n": n, "at": AT} for n in range(3)])
    (batch,) = parquet.conformed(tmp_path / "all", {"n": "bigint", "at": "timestamp"})
    assert list(parquet.rows(batch, [2, 0])) == [{"n": n, "at": AT.replace(tzinfo=None)} for n in (2, 0)]


def test_a_column_of_times_is_replaced(tmp_path: Path) -> None:
    parquet.write(tmp_path / "all", COLUMNS, [ROW, ROW])
    moments = [None, parquet.millis(AT)]
    parquet.copy(tmp_path / "new", [tmp_path / "all"], COLUMNS, lambda batch: parquet.with_times(batch, "at", moments))
    assert [row["at"] for row in parquet.read(tmp_path / "new")] == [None, AT.replace(tzinfo=None)]


@pytest.mark.parametrize("damage", ["empty", "cut", "no Parquet", "long footer", "other rows"])
def test_a_file_that_is_broken_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "file"
    parquet.write(path, COLUMNS, [ROW] * 100)
    body = path.read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "cut": body[:-9],
            "no Parquet": b"<html>" * 9,
            "long footer": body[:-8] + b"\xff\xff\xff\x7fPAR1",
            "other rows": body[:4] + b"\x00" * 40 + body[44:],
        }[damage]
    )
    with pytest.raises(parquet.Unreadable) as error:
        list(parquet.read(path))
    assert error.value.path == path


def test_half_a_surrogate_pair_is_written_as_an_escape(tmp_path: Path) -> None:
    """JSON may have one, in a description of anybody's, and no file of UTF-8 can."""
    parquet.write(tmp_path / "a", {"text": "string"}, [{"text": "a\ud800b"}, {"text": None}, {"text": "c"}])
    assert [row["text"] for row in parquet.read(tmp_path / "a")] == ["a\\ud800b", None, "c"]
