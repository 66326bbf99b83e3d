"""Answers Athena's queries with DuckDB: the Glue catalogue's tables over the objects in the bucket, the SQL translated.

DuckDB is not Trino: it shows that columns exist and that the SQL means something, not every rule of Athena's types.
"""

import base64
import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import sqlglot

from local.server import EmbeddedAws

Rows = tuple[list[str], list[tuple[Any, ...]]]
"""Column names and rows."""

_DUCKDB = {
    "string": "VARCHAR",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
}
_VIEW = re.compile(r"/\* Presto View: (\S+) \*/")


def query(aws: EmbeddedAws, sql: str, database: str, region: str = "eu-west-1") -> Rows:
    """Run one statement of Athena's SQL over a database of the catalogue."""
    glue = aws.client("glue", region)
    tables = glue.get_tables(DatabaseName=database)["TableList"]
    with tempfile.TemporaryDirectory(prefix="muster-athena-") as folder, duckdb.connect() as connection:
        for table in sorted(tables, key=lambda table: table["TableType"] == "VIRTUAL_VIEW"):
            connection.execute(_definition(aws, table, Path(folder), region))
        cursor = connection.execute(translated(sql))
        return [column[0] for column in cursor.description or ()], cursor.fetchall()


def named_queries(aws: EmbeddedAws, workgroup: str, region: str = "eu-west-1") -> Iterator[tuple[str, str]]:
    """Yield name and SQL of the saved queries of a workgroup."""
    athena = aws.client("athena", region)
    for query_id in sorted(athena.list_named_queries(WorkGroup=workgroup)["NamedQueryIds"]):
        found = athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]
        yield found["Name"], found["QueryString"]


def translated(sql: str) -> str:
    """Say a statement of Athena's in DuckDB's dialect."""
    return str(sqlglot.transpile(sql, read="athena", write="duckdb")[0])


def _definition(aws: EmbeddedAws, table: dict[str, Any], folder: Path, region: str) -> str:
    name = table["Name"]
    if table["TableType"] == "VIRTUAL_VIEW":
        encoded = _VIEW.fullmatch(table["ViewOriginalText"])
        if encoded is None:
            raise ValueError(f"the view {name} holds no Presto view")
        view = json.loads(base64.b64decode(encoded.group(1)))
        return f'CREATE VIEW "{name}" AS {translated(view["originalSql"])}'
    columns = {column["Name"]: _DUCKDB[column["Type"]] for column in table["StorageDescriptor"]["Columns"]}
    partitions = {key["Name"]: _DUCKDB[key["Type"]] for key in table.get("PartitionKeys", ())}
    listed = ", ".join(f'"{column}" {kind}' for column, kind in {**columns, **partitions}.items())
    if not _downloaded(aws, table["StorageDescriptor"]["Location"], folder / name, region):
        return f'CREATE TABLE "{name}" ({listed})'
    cast = ", ".join(f'CAST("{column}" AS {kind}) AS "{column}"' for column, kind in {**columns, **partitions}.items())
    source = f"read_parquet('{folder / name}/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)"
    return f'CREATE VIEW "{name}" AS SELECT {cast} FROM {source}'


def _downloaded(aws: EmbeddedAws, location: str, folder: Path, region: str) -> int:
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    s3, count = aws.client("s3", region), 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", ()):
            path = folder / found["Key"].removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(bucket, found["Key"], str(path))
            count += 1
    return count
