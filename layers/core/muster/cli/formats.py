"""All formats of `muster scan`: those of reports/, and Parquet, which a room above reports/ writes."""

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from muster.reports import formats
from muster.reports.formats import Context, Format, Writer


def _parquet(stream: Any, context: Context) -> Writer:
    from muster.storage.findings_file import ParquetWriter

    return ParquetWriter(stream, context.scan_id)


FORMATS: Mapping[str, Format] = formats.registry(
    (
        *formats.FORMATS.values(),
        Format(
            "parquet",
            (".parquet",),
            "every finding as a row with the columns of the table findings, for DuckDB, Athena and pandas",
            _parquet,
            binary=True,
        ),
    )
)
"""The formats by name, in the order in which help texts list them."""


def format_of(path: PurePath) -> str:
    """Return the name of the format that a file's extension stands for.

    Raises:
        ValueError: no format has the extension, or the file has none; the message lists the extensions.
    """
    return formats.format_of(path, FORMATS)


def require_fit(name: str, path: PurePath) -> None:
    """Check that a file may hold the format that the user named.

    Raises:
        ValueError: the extension stands for another format.
    """
    formats.require_fit(name, path, FORMATS)
