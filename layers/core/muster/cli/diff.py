"""`muster diff`: what changed between two reports, or between two scans of a stack."""

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import Severities
from muster.cli.output import results, say
from muster.cli.stacks import on_stack
from muster.errors import ConfigurationError
from muster.lifecycle.events import Outcome
from muster.model.finding import Severity
from muster.model.text import counted

if TYPE_CHECKING:
    from muster.cli.comparison import Comparison
    from muster.cli.diff_sources import Source

NEVER = "never"
FAILED = 1
LINES = 12
"""How many reasons of what cannot be compared are shown on standard error."""


@click.command("diff", short_help="Compare two reports or two scans.")
@click.argument("old")
@click.argument("new")
@click.option("--stack", metavar="NAME", help="Stack whose scan ids OLD and NEW are.")
@on_stack
@click.option("--format", "form", type=click.Choice(["table", "json", "ndjson", "csv"]), default="table",
              show_default=True, help="Output format.")  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="PATH", help="Write this file instead of standard output."
)
@click.option("--fail-on", type=Severities(NEVER), metavar="LEVEL", default=Severity.INFORMATIONAL.value,
              show_default=True, help="Exit 1 if there are new failures of this severity or above.")  # fmt: skip
def command(**options: Any) -> int:
    """Compare an OLD scan with a NEW one.

    OLD and NEW are reports of 'muster scan' (.json or .ndjson), a stack's report.json, or Parquet files or folders.
    With --stack they are the ids of two scans. You can mix kinds.

    \b
    opened      fails now, and did not fail before
    reopened    fails now; its suppression was removed
    expired     fails now; its suppression has expired
    unreadable  could be read before, and cannot now
    resolved    failed before; it is fixed, or the resource is deleted
    suppressed  failed before; a suppression accepts it now

    Checks, accounts and regions that only one of the scans covers are not compared, nor are the gaps of an incomplete
    scan or a truncated report.json. Standard error says how many findings that concerns, and why.

    \b
    Examples:
      muster diff yesterday.json today.json
      muster diff yesterday.json today.json --fail-on HIGH          # in CI
      muster diff 20261128T061700Z-0a1b2c3d 20261129T061700Z-c22b102a \\
        --stack muster-prod
      muster diff old/ new/ --format ndjson | jq 'select(.event == "opened")'

    \b
    Exit status:
      0  no new failures at or above --fail-on
      1  something opened, reopened or expired at or above --fail-on
      2  wrong usage, or OLD or NEW cannot be read
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.cli.comparison import Comparison

    with (
        tempfile.TemporaryDirectory(prefix="muster-", ignore_cleanup_errors=True) as scratch,
        results(options["output"]) as stream,
    ):
        old, new = _sources(options, Path(scratch))
        with contextlib.closing(Comparison(Path(scratch))) as comparison:
            comparison.take_old(old.sightings(), old.looked)
            comparison.take_new(new.sightings(), new.looked)
            comparison.compare(old.looked, new.looked)
            from muster.cli import diff_output

            diff_output.write(options["form"], stream, comparison, old.looked, new.looked)
            for line in _doubts(comparison, old, new):
                say(line)
            return _status(comparison, options["fail_on"])


def _sources(options: Mapping[str, Any], scratch: Path) -> tuple["Source", "Source"]:
    """Return the two sides.

    Raises:
        ConfigurationError: one of them does not exist.
    """
    from muster.cli.diff_sources import StackSource, source_of

    names = (options["old"], options["new"])
    if not options["stack"]:
        if wrong := [name for name in names if _is_scan_id(name) and not Path(name).exists()]:
            raise ConfigurationError(f"{wrong[0]} is the id of a scan\n  name its stack: --stack NAME")
        return source_of(Path(names[0])), source_of(Path(names[1]))
    from muster.cli.stack_files import opened

    stack = None
    sides: list[Source] = []
    for number, name in enumerate(names):
        if _is_scan_id(name):
            stack = stack or opened(options)
            sides.append(StackSource(stack, name, scratch / str(number)))
        elif Path(name).exists():
            sides.append(source_of(Path(name)))
        else:
            raise ConfigurationError(
                f"{name!r} is neither the id of a scan, nor a file or folder\n  ids look like 20261121T060000Z-c22b102a"
            )
    return sides[0], sides[1]


def _is_scan_id(name: str) -> bool:
    from muster.stack.documents.request import SCAN_ID

    return SCAN_ID.match(name) is not None


def _doubts(comparison: "Comparison", old: "Source", new: "Source") -> Iterator[str]:
    """Yield what cannot be compared, and what the reader should know of the two scans."""
    found = comparison.uncompared()
    if found:
        total = sum(each.findings for each in found)
        yield f"{counted(total, 'finding')} cannot be compared:"
        for each in found[:LINES]:
            yield f"  {each.findings} of {each.check_id}: {each.reason}"
        if len(found) > LINES:
            yield f"  … and {counted(len(found) - LINES, 'more reason')}"
    gone = comparison.counts[Outcome.DELETED]
    if gone and new.looked.checks is None:
        yield (
            f"{new.looked.name} has only findings, not what it covered: deleted may also mean not scanned "
            f"({counted(gone, 'finding')})"
        )
    if old.looked.complete is False:
        yield f"{old.looked.name} is incomplete: some of the opened findings may have failed before"
    if old.looked.started_at > new.looked.started_at:
        yield f"{old.looked.name} is later than {new.looked.name}: did you mean the other order?"


def _status(comparison: "Comparison", fail_on: str) -> int:
    if fail_on == NEVER:
        return 0
    least = Severity(fail_on).rank
    return FAILED if any(Severity(name).rank >= least for name in comparison.by_severity) else 0
