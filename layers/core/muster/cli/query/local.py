"""Athena's SQL on files of this machine: sqlglot translates it, DuckDB runs it, and no other file can be read.

The tables are those of a stack, so that the same queries run here and there.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from muster.cli.parquet_files import EXTENSION
from muster.cli.query.result import Result
from muster.cli.query.saved import saved
from muster.cli.report_file import ReportFile
from muster.errors import ConfigurationError
from muster.model.suggest import unknown
from muster.model.text import shortened
from muster.reports import schema
from muster.reports.columns import FindingRow
from muster.reports.tables import COVERAGE, FINDINGS, TALLIES
from muster.stack.recording import audit
from muster.storage import parquet

_BATCH = 1_000
_JSON = (".json", ".ndjson", ".jsonl")
DUCKDB_TYPES = {
    "string": "VARCHAR",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
}
"""DuckDB's types by Glue's."""
_DAY = {"scan_date": "string"}
TABLES: Mapping[str, Mapping[str, str]] = {
    "findings": {**FINDINGS, **_DAY},
    "latest": dict(FINDINGS),
    "latest_findings": {**FINDINGS, **_DAY},
    "tallies": {**TALLIES, **_DAY},
    "coverage": {**COVERAGE, **_DAY},
    "audit": {**audit.COLUMNS, "event_date": "string"},
}
"""The tables with their columns in Glue's types; the last column of most is the partition."""
_PLACE = re.compile(r'(?:column|Table with name|Function with name|Table) "?([\w.]+)"?', re.IGNORECASE)
_MEANT = re.compile(r"(?:Did you mean|Candidate bindings:) (.+)")


class _Source:
    """The files of each table below a path."""

    def __init__(self, path: Path, scratch: Path) -> None:
        """Find the files.

        Raises:
            ConfigurationError: there are none, or a report cannot be read.
        """
        self.files: dict[str, list[Path]] = {}
        self.report = path.is_file()
        if path.is_file():
            self.files["latest"] = [_as_parquet(path, scratch) if path.suffix.lower() in _JSON else path]
        elif path.is_dir():
            self._folder(path)
        else:
            raise ConfigurationError(f"{path}: there is no such file or folder")
        self.files.setdefault("findings", self.files.get("latest", []))

    def _folder(self, path: Path) -> None:
        """Take a copy of a stack's bucket with a folder for each table, or a folder that has findings only."""
        for name in TABLES:
            if (path / name).is_dir():
                pattern = "*.json*" if name == "audit" else f"*{EXTENSION}"
                self.files[name] = sorted(each for each in (path / name).rglob(pattern) if each.is_file())
        # The audit has an object for each finding besides the files by day, which Athena reads.
        self.files["audit"] = [each for each in self.files.get("audit", ()) if "event_date=" in str(each)]
        if not any(self.files.values()):
            self.files = {"latest": sorted(each for each in path.rglob(f"*{EXTENSION}") if each.is_file())}
        if not any(self.files.values()):
            raise ConfigurationError(
                f"{path} has no {EXTENSION} files: name a report, or a copy of a stack's bucket "
                "(aws s3 sync s3://BUCKET FOLDER)"
            )
        self.report = not self.files.get("latest") and not self.files.get("findings")


def run(sql: str, path: Path, scratch: Path) -> contextlib.AbstractContextManager[Result]:
    """Run a statement of Athena's SQL on a report, a Parquet file or a folder; `scratch` is an empty folder to use.

    Raises:
        ConfigurationError: the files cannot be read, or the statement is wrong; the message has the place in it.
    """
    return _running(sql, path, scratch)


@contextlib.contextmanager
def _running(sql: str, path: Path, scratch: Path) -> Iterator[Result]:
    statement = translated(sql)
    source = _Source(path, scratch)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for name in TABLES:
            _make(connection, name, source)
        _close(connection, source)
        try:
            cursor = connection.execute(statement)
            columns = [column[0] for column in cursor.description or ()]
            yield Result(columns, _rows(cursor, sql), _remark(sql, source, path))
        except duckdb.Error as error:
            raise ConfigurationError(_sentence(error, sql)) from error


def translated(sql: str) -> str:
    """Return one statement of Athena's SQL that reads in DuckDB's dialect.

    Raises:
        ConfigurationError: it is no SQL, more than one statement, or writes.
    """
    try:
        statements = [each for each in sqlglot.parse(sql, read="athena") if each is not None]
    except sqlglot.errors.SqlglotError as error:
        first: dict[str, Any] = next(iter(getattr(error, "errors", ())), {})
        place = f"line {first.get('line', 1)}, column {first.get('col', 1)}"
        near = f" (near {shortened(str(first['highlight']), 40)!r})" if first.get("highlight") else ""
        raise ConfigurationError(f"SQL, {place}: {first.get('description') or error}{near}") from error
    if len(statements) != 1:
        raise ConfigurationError(f"SQL: one statement at a time; there are {len(statements)}")
    (tree,) = statements
    if not isinstance(tree, exp.Query):
        kind = sql.split(maxsplit=1)[0].upper() if sql.split() else "nothing"
        raise ConfigurationError(f"SQL: only SELECT and WITH … SELECT can be run, not {shortened(kind, 40)}")
    for table in tree.find_all(exp.Table):
        if table.catalog.lower() in ("awsdatacatalog", "") and table.args.get("db") is not None:
            # The database has another name in every stack.
            table.set("db", None)
            table.set("catalog", None)
    return str(tree.sql(dialect="duckdb"))


def _remark(sql: str, source: _Source, path: Path) -> str:
    """Say which of the tables in a statement have no files."""
    read = {
        each.name.lower() for tree in sqlglot.parse(sql, read="athena") if tree for each in tree.find_all(exp.Table)
    }
    empty = [name for name in TABLES if name in read and name != "latest_findings" and not source.files.get(name)]
    what = f"the table{'s' * (len(empty) > 1)} {', '.join(empty)}"
    return f"{path} has no files of {what}: a copy of a stack's bucket has them" if empty else ""


def _make(connection: Any, name: str, source: _Source) -> None:
    """Make a table; one without files is empty.

    Athena reads columns of Parquet by name: a column that a file lacks is null, one that the table lacks is not read.
    """
    columns = TABLES[name]
    files = [str(each) for each in source.files.get(name, ())]
    if name == "latest_findings" and not files:
        connection.execute(f'CREATE VIEW "{name}" AS {_latest_findings(whole=source.report)}')
        return
    if not files:
        declared = ", ".join(f'"{column}" {DUCKDB_TYPES[kind]}' for column, kind in columns.items())
        connection.execute(f'CREATE TABLE "{name}" ({declared})')
        return
    options = "hive_partitioning = true, hive_types_autocast = false, union_by_name = true"
    quoted = "[" + ", ".join("'" + each.replace("'", "''") + "'" for each in files) + "]"
    if name == "audit":
        fields = {column: DUCKDB_TYPES[kind] for column, kind in audit.COLUMNS.items()}
        reader = f"read_json({quoted}, format = 'newline_delimited', columns = {fields}, {options})"
    else:
        reader = f"read_parquet({quoted}, {options})"
    try:
        written = {row[0] for row in connection.execute(f"DESCRIBE FROM {reader}").fetchall()}
        if name in ("latest", "findings") and not {"finding_id", "check_id", "status"} <= written:
            raise ConfigurationError(f"{files[0]} has no findings: use a Parquet report or files of the table {name}")
        made = ", ".join(_value(column, kind, written) for column, kind in columns.items())
        connection.execute(f'CREATE VIEW "{name}" AS FROM {reader} SELECT {made}')
    except duckdb.Error as error:
        raise ConfigurationError(f"{files[0]} cannot be read: {_first_line(error)}") from error


def _value(column: str, kind: str, written: set[str]) -> str:
    if column == "scan_date" and column not in written and "observed_at" in written:
        return "strftime(CAST(observed_at AS TIMESTAMP), '%Y-%m-%d') AS scan_date"
    value = f'"{column}"' if column in written else "NULL"
    return f'CAST({value} AS {DUCKDB_TYPES[kind]}) AS "{column}"'


def _latest_findings(*, whole: bool) -> str:
    """Return the SQL of the view; of a report all findings are the latest, however old it is."""
    if whole:
        return "SELECT *, strftime(observed_at, '%Y-%m-%d') AS scan_date FROM latest"
    return translated(saved()["latest-findings"].sql)


def _close(connection: Any, source: _Source) -> None:
    """Let queries read the files of the tables, and nothing else; nothing can be loaded, and no setting changed."""
    paths = sorted({str(each) for files in source.files.values() for each in files})
    quoted = "[" + ", ".join("'" + each.replace("'", "''") + "'" for each in paths) + "]"
    connection.execute(f"SET allowed_paths = {quoted}")
    for setting in ("autoinstall_known_extensions", "autoload_known_extensions", "enable_external_access"):
        connection.execute(f"SET {setting} = false")
    connection.execute("SET lock_configuration = true")


def _rows(cursor: Any, sql: str) -> Iterator[tuple[Any, ...]]:
    try:
        while batch := cursor.fetchmany(_BATCH):
            yield from batch
    except duckdb.Error as error:
        raise ConfigurationError(_sentence(error, sql)) from error


def _as_parquet(path: Path, scratch: Path) -> Path:
    """Write the findings of a report as a file of the table."""
    layout = schema.FINDING.layout
    made = scratch / "report.parquet"
    rows: Iterable[FindingRow] = (
        FindingRow(layout, entry.finding, entry.scan_id, entry.scan_kind, entry.shard)
        for entry in ReportFile(path).entries()
    )
    parquet.write(made, FINDINGS, rows)
    return made


def _sentence(error: duckdb.Error, sql: str) -> str:
    """Return DuckDB's message with the place in the statement as it was typed."""
    text = str(error)
    named = _PLACE.search(text)
    place = _place(named[1].rpartition(".")[2], sql) if named else ""
    message = _first_line(error)
    if isinstance(error, duckdb.CatalogException) and named and "Table" in message:
        message = unknown(named[1], "a table", TABLES)
    elif meant := _MEANT.search(text.replace("\n", " ")):
        names: Sequence[str] = re.findall(r'"([\w.]+)"', meant[1])
        message = message.partition(" Candidate bindings")[0].partition(" Did you mean")[0].rstrip("!. ")
        message += f"; did you mean {' or '.join(names[:3])}?" if names else ""
    return f"SQL{place}: {shortened(message, 400)}"


def _first_line(error: duckdb.Error) -> str:
    first = str(error).partition("\n")[0]
    return first.partition("Error: ")[2] or first


def _place(name: str, sql: str) -> str:
    for number, line in enumerate(sql.splitlines(), 1):
        if found := re.search(rf"\b{re.escape(name)}\b", line, re.IGNORECASE):
            return f", line {number}, column {found.start() + 1}"
    return ""
