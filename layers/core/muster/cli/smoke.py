"""`muster smoke`: try a deployed stack, part by part, and print what holds."""

import dataclasses
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import listed_as
from muster.cli.stacks import clients_of, on_stack
from muster.model.text import json_text, printable

if TYPE_CHECKING:
    from muster.smoke.lines import Line

FAILED = 1
UNKNOWN = 3
_COLOURS = {"holds": "green", "fails": "bold red", "unknown": "bold yellow", "not shown": "dim"}


@click.command("smoke", short_help="Test a deployed stack.")
@click.argument("stack", metavar="STACK")
@on_stack
@click.option("--denied-region", default="", metavar="NAME", help="A region that an SCP closes, to see it reported.")
@listed_as
def command(stack: str, form: str, denied_region: str, **options: Any) -> int:
    """Test a deployed stack, part by part, and print a table of what works.

    It checks every output, scans two cheap checks, reads the scan's message from the queue, stops a scan and resumes
    it, runs the view and every saved query in Athena, sets an alarm and waits for its notification, checks the event
    stream and (with near real time) the trail, runs the crawler, and looks into the dead-letter queues. It takes some
    minutes and costs cents.

    Its scans are not recorded. It resets the alarm, and deletes the queue that it subscribes to the topic and its own
    messages. Other messages of the result queue are read once and stay; a message that is read five times goes to the
    dead-letter queue. Confirmed subscribers get two mails. Use the credentials of an administrator of the stack.

    \b
    Examples:
      muster smoke muster-dev --region eu-west-1
      muster smoke muster-dev --denied-region ap-south-1 --format json

    \b
    Exit status:
      0  everything works that could be tested; the rest is listed
      1  something does not work
      2  there is no such stack, or no credentials
      3  nothing fails, but a call was refused or failed
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.smoke.lines import Visit, tried
    from muster.smoke.probes import PROBES
    from muster.smoke.stack import find

    clients, region = clients_of(options)
    found = find(clients, region, stack)
    lines = tried(Visit(found, denied_region), PROBES, _begins)
    results = _as_json(lines) if form == "json" else _as_table(lines)
    if "fails" in results:
        return FAILED
    return UNKNOWN if "unknown" in results else 0


def _begins(name: str) -> None:
    click.echo(f"trying {name} ...", err=True)


def _as_json(lines: "Iterable[Line]") -> set[str]:
    found = [dataclasses.asdict(line) for line in lines]
    click.echo(json_text(found, indent=2))
    return {line["result"] for line in found}


def _as_table(lines: "Iterable[Line]") -> set[str]:
    """Print a table at the end on a terminal; elsewhere print each line as soon as it is known."""
    if not sys.stdout.isatty():
        return set(_one_by_one(lines))
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("LINE", "RESULT", "DETAIL"):
        table.add_column(column, overflow="fold", no_wrap=column != "DETAIL")
    results = set()
    for line in lines:
        results.add(line.result.value)
        table.add_row(Text(line.name), Text(line.result, style=_COLOURS[line.result]), Text(line.detail))
    Console(highlight=False, emoji=False, markup=False).print(table)
    return results


def _one_by_one(lines: "Iterable[Line]") -> Iterator[str]:
    for line in lines:
        click.echo(f"{line.name:<20}  {line.result:<9}  {printable(line.detail)}")
        yield line.result.value
