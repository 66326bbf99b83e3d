"""Answers Athena's queries with DuckDB: the Glue catalogue's tables over the objects in the bucket, the SQL translated.

DuckDB is not Trino: it shows that columns exist and that the SQL means something, not every rule of Athena's types.
"""

import base64
import json
import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from local.server import EmbeddedAws
from muster.cli.query.local import DUCKDB_TYPES

Rows = tuple[list[str], list[tuple[Any, ...]]]
"""Column names and rows."""

Clients = Callable[[str], Any]
"""Makes a client of a service."""

_VIEW = re.compile(r"/\* Presto View: (\S+) \*/")
_CATALOG = "awsdatacatalog"
_JSON = "org.openx.data.jsonserde.JsonSerDe"


class QueryError(Exception):
    """A query that Athena would refuse or fail; the message begins as Athena's does."""


@dataclass(frozen=True, slots=True)
class Found:
    """Names and DuckDB's types of the columns, the rows, and how many bytes of objects were read."""

    columns: list[tuple[str, str]]
    rows: list[tuple[Any, ...]]
    scanned: int


def query(aws: EmbeddedAws, sql: str, database: str, region: str = "eu-west-1") -> Rows:
    """Run one statement of Athena's SQL over a database of the catalogue.

    Raises:
        QueryError: the statement means nothing, or fails.
    """
    found = run(lambda service: aws.client(service, region), sql, database)
    return [name for name, _ in found.columns], found.rows


def run(clients: Clients, sql: str, database: str) -> Found:
    """Run one statement of Athena's SQL; tables without a database are looked up in the one that is given.

    Raises:
        QueryError: the statement means nothing, or fails.
    """
    statement = translated(sql)
    glue, s3 = clients("glue"), clients("s3")
    wanted = {database, *(table.db for table in _parsed(sql).find_all(exp.Table) if table.db)}
    known = [each["Name"] for page in glue.get_paginator("get_databases").paginate() for each in page["DatabaseList"]]
    with tempfile.TemporaryDirectory(prefix="muster-athena-") as folder, duckdb.connect() as connection:
        scanned = 0
        for name in sorted(wanted & {*known}, key=lambda each: each == database):
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{name}"')
            connection.execute(f'USE "{name}"')
            scanned += _create_tables(connection, glue, s3, name, Path(folder) / name)
        # A query reads what lies in the tables and no file of this machine.
        connection.execute(f"SET allowed_directories = ['{folder}']")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            cursor = connection.execute(statement)
            rows = cursor.fetchall()
        except duckdb.Error as error:
            raise QueryError(_message(error)) from None
        return Found([(column[0], str(column[1])) for column in cursor.description or ()], rows, scanned)


def named_queries(aws: EmbeddedAws, workgroup: str, region: str = "eu-west-1") -> Iterator[tuple[str, str]]:
    """Yield name and SQL of the saved queries of a workgroup."""
    athena = aws.client("athena", region)
    for query_id in sorted(athena.list_named_queries(WorkGroup=workgroup)["NamedQueryIds"]):
        found = athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]
        yield found["Name"], found["QueryString"]


def translated(sql: str) -> str:
    """Return a statement of Athena's in DuckDB's dialect.

    Raises:
        QueryError: the statement is none, or is more than one.
    """
    tree = _parsed(sql)
    for table in tree.find_all(exp.Table):
        if table.catalog.lower() == _CATALOG:
            table.set("catalog", None)
    return str(tree.sql(dialect="duckdb"))


def _parsed(sql: str) -> exp.Expression:
    try:
        statements = [each for each in sqlglot.parse(sql, read="athena") if each is not None]
    except sqlglot.errors.SqlglotError as error:
        first: dict[str, Any] = next(iter(getattr(error, "errors", ())), {})
        place = f"line {first.get('line', 1)}:{first.get('col', 1)}"
        raise QueryError(f"{place}: {first.get('description') or error}") from None
    if len(statements) != 1:
        raise QueryError(f"Only one sql statement is allowed. Got: {sql}")
    found: exp.Expression = statements[0]
    return found


def _message(error: duckdb.Error) -> str:
    """Return a failure under the name that Athena gives its kind."""
    kinds = {duckdb.CatalogException: "TABLE_NOT_FOUND", duckdb.BinderException: "COLUMN_NOT_FOUND"}
    kind = next((name for each, name in kinds.items() if isinstance(error, each)), "GENERIC_USER_ERROR")
    first, _, _ = str(error).partition("\n")
    return f"{kind}: {first.partition('Error: ')[2] or first}"


def _create_tables(connection: Any, glue: Any, s3: Any, database: str, folder: Path) -> int:
    """Make the tables and views of a database, and return how many bytes lie under them."""
    pages = glue.get_paginator("get_tables").paginate(DatabaseName=database)
    tables = [table for page in pages for table in page["TableList"]]
    for table in sorted(tables, key=lambda table: table["TableType"] == "VIRTUAL_VIEW"):
        connection.execute(_definition(connection, s3, table, folder))
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _definition(connection: Any, s3: Any, table: dict[str, Any], folder: Path) -> str:
    """Return the statement that makes a table or a view.

    Athena reads columns of Parquet by name: a column that a file lacks is null in its rows, one that the table lacks is
    not read. https://docs.aws.amazon.com/athena/latest/ug/handling-schema-updates-chapter.html
    """
    name = table["Name"]
    if table["TableType"] == "VIRTUAL_VIEW":
        encoded = _VIEW.fullmatch(table["ViewOriginalText"])
        if encoded is None:
            raise ValueError(f"the view {name} holds no Presto view")
        view = json.loads(base64.b64decode(encoded.group(1)))
        return f'CREATE VIEW "{name}" AS {translated(view["originalSql"])}'
    declared = (*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", ()))
    columns = {f'"{column["Name"]}"': DUCKDB_TYPES[column["Type"]] for column in declared}
    if not _downloaded(s3, table["StorageDescriptor"]["Location"], folder / name):
        return f'CREATE TABLE "{name}" ({", ".join(f"{column} {kind}" for column, kind in columns.items())})'
    source = _source(table, folder / name)
    written = {f'"{row[0]}"' for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    values = [(column if column in written else "NULL", kind, column) for column, kind in columns.items()]
    cast = ", ".join(f"CAST({value} AS {kind}) AS {column}" for value, kind, column in values)
    return f'CREATE VIEW "{name}" AS SELECT {cast} FROM {source}'


def _source(table: dict[str, Any], folder: Path) -> str:
    """Return the function that reads a table's files: Parquet, or lines of JSON where its SerDe says so."""
    options = "hive_partitioning = true, hive_types_autocast = false, union_by_name = true"
    if table["StorageDescriptor"].get("SerdeInfo", {}).get("SerializationLibrary") == _JSON:
        fields = {column["Name"]: DUCKDB_TYPES[column["Type"]] for column in table["StorageDescriptor"]["Columns"]}
        return f"read_json('{folder}/**/*', format = 'newline_delimited', columns = {fields}, {options})"
    return f"read_parquet('{folder}/**/*.parquet', {options})"


def _downloaded(s3: Any, location: str, folder: Path) -> int:
    bucket, _, prefix = location.removeprefix("s3://").partition("/")
    count = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Contents", ()):
            path = folder / found["Key"].removeprefix(prefix)
            path.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file(bucket, found["Key"], str(path))
            count += 1
    return count
