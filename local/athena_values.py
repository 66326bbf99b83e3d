"""Spells rows and types of DuckDB as Athena's answers and result files do."""

import datetime as dt
import decimal
import re
from collections.abc import Iterable, Mapping
from typing import Any

from local.athena import Found

_TYPES = {
    "VARCHAR": "varchar", "INTEGER": "integer", "BIGINT": "bigint", "HUGEINT": "bigint", "DOUBLE": "double",
    "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp", "FLOAT": "float", "SMALLINT": "smallint",
    "TINYINT": "tinyint", "TIMESTAMP WITH TIME ZONE": "timestamp with time zone", "TIME": "time",
}  # fmt: skip
"""DuckDB adds up whole numbers in 128 bits, where Athena's sum of them is a bigint."""


def columns(found: Found) -> list[dict[str, Any]]:
    """Return the columns as ColumnInfo of GetQueryResults."""
    return [
        {
            "CatalogName": "hive", "SchemaName": "", "TableName": "", "Name": name, "Label": name, "Type": _type(kind),
            "Precision": 0, "Scale": 0, "Nullable": "UNKNOWN", "CaseSensitive": _type(kind) == "varchar",
        }
        for name, kind in found.columns
    ]  # fmt: skip


def rows(found: Found) -> list[list[str | None]]:
    """Return the values as VarCharValue, None for NULL."""
    return [[None if value is None else text(value) for value in row] for row in found.rows]


def csv(named: Iterable[Mapping[str, Any]], values: Iterable[Iterable[str | None]]) -> str:
    """Return a result file: every value is quoted, and NULL is nothing at all."""
    lines = [",".join(_quoted(column["Name"]) for column in named)]
    lines += [",".join("" if value is None else _quoted(value) for value in row) for row in values]
    return "".join(f"{line}\n" for line in lines)


def text(value: Any) -> str:
    """Return a value as Athena's answers spell it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return (
            value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03d}" + (" UTC" if value.tzinfo else "")
        )
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}={_inner(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_inner(each) for each in value) + "]"
    return f"{value:f}" if isinstance(value, decimal.Decimal) else str(value)


def _inner(value: Any) -> str:
    return "null" if value is None else text(value)


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def _type(kind: str) -> str:
    """Return Athena's name of one of DuckDB's types."""
    if kind.endswith("[]"):
        return "array"
    plain = re.sub(r"\(.*", "", kind).strip()
    return _TYPES.get(plain, {"STRUCT": "row", "MAP": "map", "DECIMAL": "decimal"}.get(plain, "varchar"))
