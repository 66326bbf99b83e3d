"""Parquet files, written and read batch by batch."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import arro3.io
from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema

BATCH = 2_000
"""Rows that are in memory at a time as Python's values."""
ROW_GROUP = 20_000
"""Rows that are in memory at a time as columns, until they are compressed and written."""

_TYPES = {
    "string": DataType.utf8(),
    "int": DataType.int32(),
    "bigint": DataType.int64(),
    "double": DataType.float64(),
    "boolean": DataType.bool(),
    "timestamp": DataType.timestamp("ms"),
}


def write(path: Path, columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write rows to a file and return how many there were; memory is bounded by a batch.

    `columns` maps names to Glue types; aware datetimes become milliseconds of UTC.
    An error of the iteration reaches the caller as it is.
    """
    schema = Schema([Field(name, _TYPES[kind], nullable=True) for name, kind in columns.items()])
    counted = _Counted(rows)
    batches = (_batch(schema, columns, chunk) for chunk in _chunks(counted))
    try:
        arro3.io.write_parquet(
            RecordBatchReader.from_batches(schema, batches), path, compression="zstd(3)", max_row_group_size=ROW_GROUP
        )
    except Exception:
        if counted.error is not None:
            raise counted.error  # noqa: B904 - arro3 wraps it in text and loses its class, which decides on retries
        raise
    return counted.count


def read(path: Path | str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file; timestamps come back as naive datetimes in UTC."""
    batch: Any
    for batch in arro3.io.read_parquet(path, batch_size=BATCH):
        names = batch.schema.names
        columns = [[scalar.as_py() for scalar in batch.column(name)] for name in names]
        yield from (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


def concatenate(path: Path, parts: Iterable[Path]) -> int:
    """Write the rows of several files with one schema into one file and return how many there were."""
    readers = (arro3.io.read_parquet(part, batch_size=BATCH) for part in parts)
    first = next(readers)
    count = 0

    def batches() -> Iterator[RecordBatch]:
        nonlocal count
        for reader in itertools.chain([first], readers):
            for batch in reader:
                count += batch.num_rows
                yield batch

    stream = RecordBatchReader.from_batches(first.schema, batches())
    arro3.io.write_parquet(stream, path, compression="zstd(3)", max_row_group_size=ROW_GROUP)
    return count


class _Counted:
    """Counts what passes and keeps the error that stopped it."""

    def __init__(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self._rows = rows
        self.count = 0
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        try:
            for row in self._rows:
                self.count += 1
                yield row
        except BaseException as error:
            self.error = error
            raise


def _chunks(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    iterator = iter(rows)
    while chunk := list(itertools.islice(iterator, BATCH)):
        yield chunk


def _batch(schema: Schema, columns: Mapping[str, str], rows: list[Mapping[str, Any]]) -> RecordBatch:
    arrays = [_column(kind, [row[name] for row in rows]) for name, kind in columns.items()]
    return RecordBatch.from_arrays(arrays, schema=schema)


def _column(kind: str, values: list[Any]) -> Array:
    if kind == "timestamp":
        millis = [None if value is None else _millis(value) for value in values]
        return Array(millis, DataType.int64()).cast(_TYPES[kind])
    return Array(values, _TYPES[kind])


def _millis(value: datetime) -> int:
    return round(value.timestamp() * 1000)
