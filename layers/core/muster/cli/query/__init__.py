"""`muster query`: SQL on the findings of a report, of Parquet files, or of a stack."""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from muster.cli.output import results, say
from muster.cli.screen import show_line, show_text
from muster.cli.stacks import on_stack
from muster.errors import ConfigurationError
from muster.model.suggest import unknown

if TYPE_CHECKING:
    from muster.cli.query.result import Result

_HERE = ("findings.parquet", "report.parquet", "report.json", "report.ndjson", "findings.ndjson")
"""The reports in the current folder that are read where no option names one, the first that exists."""
_SHOWN = 200
"""Rows of a table on a terminal, unless --limit says otherwise."""
_EXTENSIONS = {".csv": "csv", ".json": "json", ".ndjson": "ndjson", ".jsonl": "ndjson", ".txt": "table"}


@click.command("query", short_help="Run SQL on a report, on Parquet files or on a stack.")
@click.argument("sql", required=False, metavar="[SQL|NAME|-]")
@click.option("--from", "source", type=click.Path(path_type=Path), metavar="PATH",
              help="A report (Parquet, JSON, NDJSON), or a copy of a stack's bucket. [default: ./findings.parquet or "
              "./report.json if there is one]")  # fmt: skip
@click.option("--stack", metavar="NAME", help="Run it on the Athena workgroup of this stack.")
@on_stack
@click.option("--list", "listed", is_flag=True, help="List the saved queries.")
@click.option("--tables", is_flag=True, help="List the tables and their columns.")
@click.option("--show", is_flag=True, help="Print the SQL, and do not run it.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "ndjson"]),
              help="How rows are written. [default: by the extension of --output, else table]")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N",
              help=f"Write at most N rows. [default: {_SHOWN} in a table on a terminal, else all]")  # fmt: skip
@click.option("--output", type=click.Path(path_type=Path), metavar="PATH", help="Write there, not to standard output.")
def command(sql: str | None, **options: Any) -> None:
    """Run SQL on findings: on a report, on a copy of a stack's bucket, or on the stack itself.

    The SQL is Athena's, wherever it runs; --tables lists what can be read. NAME is a saved query, - reads SQL from
    standard input. On this machine DuckDB runs it, and it can read the named files and write nothing. On a stack
    Athena runs it, which costs about 5 USD for each terabyte that it scans, 10 MB at least; ^C stops it.

    \b
    Examples:
      muster scan --output findings.parquet && muster query worst-accounts
      muster query "SELECT check_id, count(*) AS n FROM latest GROUP BY 1 ORDER BY n DESC LIMIT 5"
      aws s3 sync s3://BUCKET bucket --exclude '*' --include 'latest/*' && muster query latest-failures --from bucket
      muster query trend-by-day --stack muster-prod --format csv --output trend.csv
      muster query --list

    \b
    Exit status:
      0  the rows are written, also when there are none
      2  wrong usage or SQL, or the files or the stack cannot be read
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    if options["listed"] or options["tables"]:
        _show_names(tables=options["tables"])
        return
    text = _sql(sql)
    if options["show"]:
        click.echo(text.rstrip("\n"))
        return
    if options["source"] and options["stack"]:
        raise click.UsageError("--from reads files and --stack reads a stack; name one of them")
    form = _form(options["form"], options["output"])
    with _result(text, options) as result, results(options["output"]) as stream:
        from muster.cli.query.output import write

        on_terminal = form == "table" and stream is sys.stdout and sys.stdout.isatty()
        limit = options["limit"] or (_SHOWN if on_terminal else None)
        written = write(form, stream, result, limit)
        if on_terminal and not options["limit"] and next(result.rows, None) is not None:
            say(f"these are the first {written} rows: --limit N or --format csv has more")
        if result.remark:
            say(result.remark)


def _show_names(*, tables: bool) -> None:
    if not tables:
        from muster.cli.query.saved import saved

        found = saved().values()
        widest = max(len(each.name) for each in found)
        for each in found:
            show_text(each.description, " " * (widest + 2), first=f"{each.name:<{widest}}  ")
        return
    from muster.cli.query.local import TABLES

    for name, columns in TABLES.items():
        show_line((name, "bold"))
        show_text(", ".join(f"{column} {kind}" for column, kind in columns.items()), "  ")


def _sql(given: str | None) -> str:
    """Return the SQL that the argument is or names."""
    from muster.cli.query.saved import saved

    if given is None:
        raise click.UsageError("say what to run: SQL, the name of a saved query (--list), or - for standard input")
    if given == "-":
        given = sys.stdin.read()
        if not given.strip():
            raise ConfigurationError("there is no SQL on standard input")
        return given
    queries = saved()
    if (found := queries.get(given.replace("_", "-"))) is not None:
        return found.sql
    if given.endswith(".sql") and Path(given).is_file():
        return Path(given).read_text(encoding="utf-8")
    if given.strip() and not any(letter.isspace() for letter in given.strip()):
        raise ConfigurationError(unknown(given, "a saved query", queries))
    return given


def _form(form: str | None, output: Path | None) -> str:
    if form is not None or output is None:
        return form or "table"
    if output.suffix and output.suffix.lower() not in _EXTENSIONS:
        raise click.BadParameter(
            f"no format has the extension {output.suffix!r}: use {', '.join(_EXTENSIONS)}, or add --format",
            param_hint="--output",
        )
    return _EXTENSIONS.get(output.suffix.lower(), "table")


@contextmanager
def _result(sql: str, options: Mapping[str, Any]) -> "Iterator[Result]":
    if options["stack"]:
        from muster.cli.query.athena import run as run_on_stack
        from muster.cli.stacks import clients_of

        clients, region = clients_of(options)
        with _progress() as report:
            result = run_on_stack(sql, clients, region, options["stack"], report)
        yield result
        return
    source = options["source"] or next((Path(name) for name in _HERE if Path(name).is_file()), None)
    if source is None:
        raise click.UsageError(
            "say what to read: --from PATH (a report or a folder) or --stack NAME; 'muster scan --output "
            "findings.parquet' writes a report that is read by default"
        )
    from muster.cli.query.local import run

    with (
        tempfile.TemporaryDirectory(prefix="muster-", ignore_cleanup_errors=True) as scratch,
        run(sql, source, Path(scratch)) as result,
    ):
        yield result


@contextmanager
def _progress() -> Iterator[Callable[[str, float, int], None]]:
    """Show on a terminal how long Athena has been at it, and how much it has scanned."""
    if not sys.stderr.isatty():
        yield lambda _state, _seconds, _scanned: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Athena") as status:
        yield lambda state, seconds, scanned: status.update(
            f"Athena: {state.lower()}, {seconds:.0f} s, {scanned / 1e6:,.1f} MB scanned"
        )
