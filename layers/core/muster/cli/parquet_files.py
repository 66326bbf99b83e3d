"""Findings in Parquet files: those of the tables `findings` and `latest`, in a folder or one by one."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from muster.errors import ConfigurationError
from muster.reports.fields import Entry
from muster.reports.reading import entry_of
from muster.reports.record import from_row
from muster.reports.tables import FINDINGS
from muster.storage import parquet
from muster.storage.parquet import Batch

EXTENSION = ".parquet"
NEEDED = ("finding_id", "check_id", "severity", "status", "account_id", "region", "resource_type", "resource_id")


def files_of(path: Path) -> list[Path]:
    """Return the Parquet files of a path: itself, or those below a folder, sorted by name.

    Raises:
        ConfigurationError: there is no such path, or the folder has no Parquet file.
    """
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise ConfigurationError(f"{path}: there is no such file or folder")
    found = sorted(each for each in path.rglob(f"*{EXTENSION}") if each.is_file())
    if not found:
        raise ConfigurationError(f"{path} has no *{EXTENSION} files")
    return found


def batches_of(path: Path, name: str = "") -> Iterator[Batch]:
    """Yield the rows of a file by columns; `name` stands for the path in messages.

    A column that the file does not have is null: an earlier version of Muster did not write it.

    Raises:
        ConfigurationError: it is no Parquet file of findings, or broken.
    """
    name = name or str(path)
    try:
        for number, batch in enumerate(parquet.conformed(path, FINDINGS)):
            if not number and (missing := [each for each in NEEDED if batch.column(each).null_count]):
                raise ConfigurationError(
                    f"{name} has no findings: the column {missing[0]} is missing or empty\n"
                    "  use files of the table findings or latest"
                )
            yield batch
    except parquet.Unreadable as error:
        raise ConfigurationError(f"{name} cannot be read: {error}") from error
    except OSError as error:
        raise ConfigurationError(f"{name}: {error.strerror or error}") from error


def entries_of(batch: Batch, places: Sequence[int]) -> Iterator[Entry]:
    """Yield findings of a batch by their places."""
    for row in parquet.rows(batch, places):
        yield entry_of({**from_row(row), "service": row["service"] or ""})


def selected(batch: Batch, **wanted: Callable[[Any], bool] | None) -> list[int]:
    """Return the places of the rows whose values in the named columns are wanted; None wants every value."""
    places: Sequence[int] = range(batch.num_rows)
    for name, test in wanted.items():
        if test is not None and places:
            values = parquet.column(batch, name)
            places = [place for place in places if test(values[place])]
    return list(places)
