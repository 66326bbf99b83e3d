"""The run of `muster migration validate`: read the file, compare, write the report, and say how it went."""

from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from muster.cli.output import INCOMPLETE, results, say
from muster.cli.progress import progress
from muster.library.region_names import unchecked
from muster.migration.files.parsing import load
from muster.migration.report.pages import html, markdown
from muster.migration.report.report import MigrationReport, Parity
from muster.migration.report.table import write_table
from muster.migration.running import validate
from muster.model.finding import Severity
from muster.model.text import counted, json_text, printable
from muster.sdk.session import Clients, caller, open_session

FAILED = 1
_SIDE_BY_SIDE = 16
_PARITY = {
    Parity.YES: "the target matches the source",
    Parity.NO: "the target does not match the source",
    Parity.UNKNOWN: "it is not known whether the target matches the source",
}


@dataclass(frozen=True, slots=True)
class Validation:
    """The options of a validation."""

    file: Path
    form: str
    profile: str | None = None
    endpoint_url: str | None = None
    output: Path | None = None
    fail_on: Severity | None = Severity.HIGH
    strict: bool = False
    quiet: bool = False


def run(options: Validation) -> int:
    """Validate and return the exit status.

    Raises:
        MusterError: there is no report, and the message says why.
    """
    file = load(options.file)
    if doubt := unchecked((file.source.region, file.target.region)):
        say(doubt)
    with results(options.output) as stream:
        session = open_session(options.profile, file.source.region, options.endpoint_url)
        clients = Clients(session, endpoint_url=options.endpoint_url, concurrency=_SIDE_BY_SIDE)
        who = caller(clients, file.source.region)
        with progress(len([*file.items()]), shown=not options.quiet, noun="pairs") as step:
            report = validate(
                file, str(options.file), clients, who, step=lambda what, done: step(printable(what), done, done)
            )
        _write(report, options.form, stream)
    if not options.quiet and options.output:
        unread = counted(report.tally.unread, "comparison")
        say(f"{_PARITY[report.parity]}: {unread} not evaluated; see {options.output}")
    return status(report, options)


def status(report: MigrationReport, options: Validation) -> int:
    """Return the exit status: that of a scan."""
    if options.fail_on and report.failing_from(options.fail_on):
        return FAILED
    return INCOMPLETE if report.incomplete or (options.strict and report.tally.unread) else 0


def _write(report: MigrationReport, form: str, stream: TextIO) -> None:
    if form == "table":
        write_table(report, stream)
    elif form == "json":
        stream.write(json_text(report.to_json(), indent=2) + "\n")
    elif form == "markdown":
        stream.write(markdown(report))
    else:
        stream.write(html(report))
