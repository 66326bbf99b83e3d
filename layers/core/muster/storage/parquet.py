"""Parquet files, written and read batch by batch."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import arro3.io
from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema

from muster.errors import Signal
from muster.reports.columns import FindingRow, Repeated

Values = Sequence[Any] | Repeated
"""The values of a column."""
Batch = RecordBatch
"""Some rows of a file, by columns."""
BATCH = 1_000
"""Rows that are in memory at a time as Python's values."""
_ROW_GROUP = 20_000
"""Rows that are in memory at a time as columns, until they are compressed and written."""
_SMALL_GROUP = 5_000
"""The same for rows that are written as they are found, beside the pages that they are found in."""

_MAGIC = b"PAR1"
_FOOTER = 8  # bytes at the end of a file: the length of what describes it, and the magic number
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

    `columns` maps names to Glue types; aware datetimes become milliseconds of UTC. Rows of findings are taken by
    column, which is several times as fast. An error of the iteration reaches the caller as it is.

    Raises:
        OSError: the file cannot be written, because the disk is full for example.
    """
    counted = _Counted(rows)
    write_columns(path, columns, (_by_column(chunk, columns) for chunk in _chunks(counted)), group=_SMALL_GROUP)
    return counted.count


def write_columns(
    path: Path, columns: Mapping[str, str], batches: Iterable[Mapping[str, Values]], group: int = _ROW_GROUP
) -> None:
    """Write rows to a file as `write` does, so many in a group; each batch has the values of its rows by column."""
    schema = _schema(columns)
    _write(path, schema, (RecordBatch.from_arrays(_arrays(columns, batch), schema=schema) for batch in batches), group)


def _write(path: Path, schema: Schema, batches: Iterable[RecordBatch], group: int) -> None:
    counted = _Counted(batches)
    try:
        arro3.io.write_parquet(
            RecordBatchReader.from_batches(schema, counted), path, compression="zstd(3)", max_row_group_size=group
        )
    except BaseException as error:
        if counted.error is not None:
            raise counted.error  # noqa: B904 - arro3 wraps it in text and loses its class, which decides on retries
        if isinstance(error, Exception) or not _of_library(error):
            raise
        raise OSError(f"cannot write {path.name}: {error}") from error


class Unreadable(Signal, ValueError):  # noqa: N818 - it says what the file is
    """A file is no Parquet file, is cut, or its contents are broken; `path` names it."""

    def __init__(self, path: Path, why: object) -> None:
        """Name the file."""
        super().__init__(str(why))
        self.path = path


def read(path: Path | str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file; timestamps come back as naive datetimes in UTC.

    Raises:
        Unreadable: it is no such file.
    """
    batch: Any
    for batch in _batches_of(Path(path)):
        names = batch.schema.names
        columns = [column(batch, name) for name in names]
        yield from (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


def examine(path: Path, columns: Iterable[str]) -> None:
    """Check that a file is complete and has the columns; its contents are not read.

    Raises:
        Unreadable: it is not.
    """
    names = list(_opened(path).schema.names)
    if names != list(columns):
        raise Unreadable(path, f"it has other columns: {', '.join(sorted(set(names) ^ set(columns)))}")


def copy(
    path: Path,
    parts: Iterable[Path],
    columns: Mapping[str, str],
    change: Callable[[RecordBatch], RecordBatch | None] = lambda batch: batch,
) -> int:
    """Write the rows of several files into one file, batch by batch, and return how many there were.

    `change` may replace a batch, or leave it out. A column that a file does not have is null; others are left out.

    Raises:
        Unreadable: one of the files is broken.
    """
    schema, rows = _schema(columns), 0

    def batches() -> Iterator[RecordBatch]:
        nonlocal rows
        for part in parts:
            for batch in conformed(part, columns):
                changed = change(batch)
                if changed is not None and changed.num_rows:
                    rows += changed.num_rows
                    yield changed

    _write(path, schema, batches(), _ROW_GROUP)
    return rows


def column(batch: RecordBatch, name: str) -> list[Any]:
    """Return the values of a column; timestamps are naive datetimes in UTC."""
    values: list[Any] = batch.column(name).to_pylist()
    return values


def rows(batch: RecordBatch, places: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Yield rows of a batch as `read` does, by their places in any order."""
    some = batch.take(Array(places, DataType.uint32()))
    names = some.schema.names
    columns = [column(some, name) for name in names]
    return (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))


def take(batch: RecordBatch, places: Sequence[int]) -> RecordBatch:
    """Return some rows of a batch, by their places in ascending order."""
    return batch if len(places) == batch.num_rows else batch.take(Array(places, DataType.uint32()))


def with_times(batch: RecordBatch, name: str, moments: Sequence[int | None]) -> RecordBatch:
    """Return a batch with other values in a column of timestamps, in milliseconds of UTC."""
    place = batch.schema.names.index(name)
    times = Array(moments, DataType.int64()).cast(_TYPES["timestamp"])
    return batch.set_column(place, batch.schema.field(place), times)


def millis(value: datetime) -> int:
    """Return an aware time in milliseconds of UTC."""
    return round(value.timestamp() * 1000)


def conformed(path: Path, columns: Mapping[str, str]) -> Iterator[RecordBatch]:
    """Yield the rows of a file, BATCH at a time, with these columns: one that it does not have is null.

    Raises:
        Unreadable: the file is broken, or one of the columns has another type.
    """
    schema = _schema(columns)
    for batch in _batches_of(path):
        try:
            whole = _conformed(batch, schema)
        except Exception as error:
            raise Unreadable(path, error) from error
        yield whole


def _conformed(batch: RecordBatch, schema: Schema) -> RecordBatch:
    names = batch.schema.names
    if names == schema.names:
        return batch.with_schema(schema)
    arrays = [
        batch.column(field.name) if field.name in names else _nulls(batch.num_rows, field.type)
        for field in map(schema.field, schema.names)
    ]
    return RecordBatch.from_arrays(arrays, schema=schema)


def _nulls(count: int, kind: DataType) -> Array:
    nothing = [None] * count
    # arro3 makes no arrays of times, and casts them.
    return Array(nothing, DataType.int64()).cast(kind) if DataType.is_timestamp(kind) else Array(nothing, kind)


def _schema(columns: Mapping[str, str]) -> Schema:
    return Schema([Field(name, _TYPES[kind], nullable=True) for name, kind in columns.items()])


def _batches_of(path: Path) -> Iterator[RecordBatch]:
    """Yield the rows of a file, BATCH at a time.

    Raises:
        Unreadable: it is no such file, or broken.
    """
    reader = _opened(path)
    try:
        yield from reader
    except BaseException as error:
        if _of_library(error):
            raise Unreadable(path, error) from error
        raise


def _opened(path: Path) -> RecordBatchReader:
    """Open a file; one without its footer would make the library panic.

    https://parquet.apache.org/docs/file-format/
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(len(_MAGIC))
        file.seek(max(0, size - _FOOTER))
        foot = file.read()
    if not size:
        raise Unreadable(path, "it is empty")
    length = int.from_bytes(foot[:4], "little")
    if head != _MAGIC or foot[4:] != _MAGIC or size < _FOOTER + len(_MAGIC) + length:
        raise Unreadable(path, "it is no Parquet file, or cut")
    try:
        return arro3.io.read_parquet(path, batch_size=BATCH)
    except BaseException as error:
        if _of_library(error):
            raise Unreadable(path, error) from error
        raise


def _of_library(error: BaseException) -> bool:
    """Whether the library failed; its panics are no `Exception`."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


class _Counted:
    """Counts what passes and keeps the error that stopped it."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows = rows
        self.count = 0
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[Any]:
        try:
            for row in self._rows:
                self.count += 1
                yield row
        except GeneratorExit:  # the reader gave up; its own error says why
            raise
        except BaseException as error:
            self.error = error
            raise


def _chunks(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    iterator = iter(rows)
    while chunk := list(itertools.islice(iterator, BATCH)):
        yield chunk


def _by_column(rows: Sequence[Mapping[str, Any]], names: Iterable[str]) -> Mapping[str, Values]:
    findings = [row for row in rows if type(row) is FindingRow]
    if len(findings) == len(rows):
        return FindingRow.in_columns(findings)
    return {name: [row[name] for row in rows] for name in names}


def _arrays(columns: Mapping[str, str], batch: Mapping[str, Values]) -> list[Array]:
    positions: dict[int, Array] = {}
    arrays = []
    for name, kind in columns.items():
        values = batch[name]
        if isinstance(values, Repeated):
            places = positions.get(id(values.positions))
            if places is None:
                places = positions[id(values.positions)] = Array(values.positions, DataType.uint32())
            arrays.append(Array.from_arrow(_column(kind, values.values).take(places)))
        else:
            arrays.append(_column(kind, values))
    return arrays


def _column(kind: str, values: Sequence[Any]) -> Array:
    if kind == "timestamp":
        moments = [None if value is None else millis(value) for value in values]
        return Array(moments, DataType.int64()).cast(_TYPES[kind])
    try:
        return Array(values, _TYPES[kind])
    except UnicodeEncodeError:  # JSON may have half a surrogate pair, UTF-8 cannot
        return Array([value and value.encode(errors="backslashreplace").decode() for value in values], _TYPES[kind])
