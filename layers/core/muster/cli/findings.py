"""`muster findings`: the findings of a stack, or of files, that match."""

import heapq
import re
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import Severities
from muster.cli.output import results, say
from muster.cli.stacks import on_stack
from muster.model.finding import Severity
from muster.model.text import counted
from muster.reports.wording import FAILING

if TYPE_CHECKING:
    from muster.cli.findings_query import Query
    from muster.cli.stack_files import StackBucket
    from muster.reports.fields import Entry

ALL = "all"
ROWS = 50
"""How many findings the table shows unless --limit says otherwise."""
_ACCOUNT = re.compile(r"\d{12}")
_STACK = "muster-dev"


def _since(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    from muster.cli.findings_query import moment

    try:
        return None if value is None else moment(value, datetime.now(UTC))
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(str(error)) from error


def _accounts(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    if wrong := [value for value in values if not _ACCOUNT.fullmatch(value)]:
        raise click.BadParameter(f"{wrong[0]!r} is not an account id of 12 digits")
    return values


def _statuses(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> frozenset[str]:
    """Return the statuses in options and comma lists; `failing` means open.

    Raises:
        click.BadParameter: one is none.
    """
    from muster.cli.findings_query import Word

    known = {**{word.replace(" ", "-"): word.value for word in Word}, ALL: ALL}
    names = [name.strip().lower() for value in values or (Word.OPEN,) for name in value.split(",")]
    if wrong := [name for name in names if name not in (*known, FAILING)]:
        raise click.BadParameter(f"{wrong[0]!r} is not a status\n  there are: {', '.join(known)}")
    return frozenset(known[Word.OPEN if name == FAILING else name] for name in names)


@click.command("findings", short_help="List findings of a stack or of files.")
@click.option("--status", "statuses", multiple=True, metavar="NAME", callback=_statuses,
              help="Only findings of this status: open, suppressed, unread, passing, not-applicable, all. Repeatable. "
              "[default: open]")  # fmt: skip
@click.option("--since", metavar="WHEN", callback=_since,
              help="Only what fails, is suppressed or unread since then: 7d, 12h, 2w, or a date.")  # fmt: skip
@click.option("--owner", "owners", multiple=True, metavar="NAME",
              help="Only resources of this owner (owner tag); * and ? match. Repeatable.")  # fmt: skip
@click.option("--owner-tag", metavar="KEY", help="Key of the owner tag. [default: alerts.owner_tag of muster.yaml]")
@click.option("--check", "checks", multiple=True, metavar="ID", help="Only this check; * and ? match. Repeatable.")
@click.option(
    "--severity",
    type=Severities(),
    metavar="LEVEL",
    default=Severity.INFORMATIONAL.value,
    help="Only findings of this severity or above.",
)
@click.option(
    "--account", "accounts", multiple=True, metavar="ID", callback=_accounts, help="Only this account. Repeatable."
)
@click.option(
    "--in-region", "regions", multiple=True, metavar="NAME", help="Only resources in this region. Repeatable."
)
@click.option(
    "--resource", "resources", multiple=True, metavar="ARN", help="Only this ARN or id; * and ? match. Repeatable."
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Show the N worst findings. "
              f"[default: {ROWS} in a table, else all]")  # fmt: skip
@click.option("--from", "source", type=click.Path(path_type=Path), metavar="PATH",
              help="Read a report or Parquet (file or folder) instead of a stack.")  # fmt: skip
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE",
              help="With --from: configuration that names the owner tag.")  # fmt: skip
@click.option("--stack", metavar="NAME", help=f"The stack. [default: {_STACK}]")
@on_stack
@click.option("--format", "form", type=click.Choice(["table", "json", "ndjson", "csv"]), default="table",
              show_default=True, help="Output format.")  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="PATH", help="Write this file instead of standard output."
)
def command(**options: Any) -> int:
    """List the latest findings of a stack, or the findings in files.

    A stack's latest findings come from the table `latest` in its bucket: for each account, region and check those of
    the last scan that read all of it, at most 30 days old. With --from they come from a copy of that table, from the
    table `findings`, or from a report.

    \b
    open            fails and is not suppressed (also: failing)
    suppressed      fails, and a suppression accepts it
    unread          could not be read
    passing         passes
    not-applicable  the check does not apply
    all             all of these

    The table shows the worst findings. The other formats have all of them; with --limit they are sorted, worst first.

    \b
    Examples:
      muster findings --stack muster-prod --since 7d --owner team-a
      muster findings --severity HIGH --check 's3-*' --account 111122223333 \\
        --format csv --output s3.csv
      muster findings --status suppressed --format ndjson | jq .suppression
      aws s3 sync s3://BUCKET/latest latest
      muster findings --from latest --since 2026-11-01

    \b
    Exit status:
      0  the findings are listed, also if none match
      2  wrong usage, or the stack or the files cannot be read
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.cli import findings_output

    if options["source"] and options["stack"]:
        raise click.UsageError("--from reads files and --stack reads a stack; name one of them")
    if options["config"] and not options["source"]:
        raise click.UsageError("--config goes with --from; the configuration of a stack is in its bucket")
    stack = None if options["source"] else _stack(options)
    query = _query(options, stack)
    limit = options["limit"] or (ROWS if options["form"] == "table" else None)
    with (
        results(options["output"]) as stream,
        tempfile.TemporaryDirectory(prefix="muster-", ignore_cleanup_errors=True) as scratch,
    ):
        listing = findings_output.Listing(query)
        found = listing.counted(_found(options, query, stack, Path(scratch)))
        if limit is not None:
            found = iter(heapq.nsmallest(limit, found, key=findings_output.worst_first))
        source = str(options["source"]) if stack is None else stack.url("latest/")
        findings_output.write(options["form"], stream, found, listing, source)
    if query.untagged:
        say(
            f"{counted(query.untagged, 'finding')} left out: the scan did not read the tags of their resources; add a "
            "check of tags or an alert route by owner"
        )
    if query.undated:
        say(
            f"{counted(query.undated, 'finding')} left out: the time of their first failure is unknown; only recorded "
            "scans of a stack keep it"
        )
    return 0


def _stack(options: Mapping[str, Any]) -> "StackBucket":
    from muster.cli.stack_files import opened

    return opened({**options, "stack": options["stack"] or _STACK})


def _query(options: Mapping[str, Any], stack: "StackBucket | None") -> "Query":
    from muster.cli.findings_query import KEPT, Query, Word

    words = frozenset(Word) if ALL in options["statuses"] else frozenset(map(Word, options["statuses"]))
    if options["since"] and words == {Word.PASSING}:
        raise click.UsageError(
            "--since and --status passing cannot be combined: only failing, suppressed and unread findings have a time"
        )
    return Query(
        words=words,
        checks=options["checks"],
        owners=options["owners"],
        owner_tag=options["owner_tag"] or _owner_tag(options, stack),
        accounts=options["accounts"],
        regions=options["regions"],
        resources=options["resources"],
        severity=Severity(options["severity"]),
        since=options["since"],
        oldest=datetime.now(UTC) - KEPT if stack else None,
    )


def _owner_tag(options: Mapping[str, Any], stack: "StackBucket | None") -> str:
    """Return the owner tag of the configuration; the default where the stack's own is wrong, with a warning."""
    from muster.catalog.catalog import load
    from muster.cli.options import configuration
    from muster.cli.suppress_target import BucketFile
    from muster.configuration import Configuration
    from muster.errors import ConfigurationError

    try:
        if stack:
            file = BucketFile(stack)
            return file.parsed(file.read()).alerts.owner_tag
        return configuration(options["config"], load()).alerts.owner_tag
    except ConfigurationError as error:
        if options["config"]:
            raise
        default = Configuration().alerts.owner_tag
        say(f"the configuration is wrong, so the owner tag is {default}: {str(error).splitlines()[0]}")
        return default


def _found(options: Mapping[str, Any], query: "Query", stack: "StackBucket | None", scratch: Path) -> "Iterator[Entry]":
    from muster.cli.findings_query import found_in, found_on

    return found_on(stack, query, scratch) if stack else found_in(options["source"], query)
