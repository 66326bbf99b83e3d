"""The run of `muster import-bundle`: select, read, and write or list the bundle."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from muster.bundle.bundle import Bundle, Tool, make_bundle
from muster.bundle.contents import Contents, left_out
from muster.bundle.directory import examine, write
from muster.bundle.gathering import gather
from muster.bundle.kinds import ROLE, TYPES, name_of
from muster.bundle.listing import Listing, Place, find_named, list_resources
from muster.catalog.catalog import Catalog
from muster.cli.interrupt import Interrupt
from muster.cli.job import Job, Options
from muster.cli.output import INCOMPLETE, say
from muster.cli.progress import progress
from muster.cli.scan_run import prepare
from muster.configuration import Configuration
from muster.errors import ConfigurationError, CredentialsError
from muster.library.preparation import Narrow
from muster.model.finding import ACCOUNT, REGION, TARGET, Finding, Status, Unavailable
from muster.model.rule import Rule
from muster.model.suggest import unknown
from muster.model.text import counted, printable
from muster.reports.terminal.missing import LINES
from muster.scanning.arena import tune_allocator
from muster.sdk.session import enabled_regions

_WIDE = 10_000
"""Columns of a file or pipe: there lines are not folded, so that they can be searched."""
_NO_RESOURCES = (ACCOUNT, REGION, TARGET)


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted: the tool, where to write, and what is selected besides regions and resources."""

    tool: str
    directory: Path | None
    types: Sequence[str]
    failing: bool
    dry_run: bool


def run(options: Options, request: Request) -> int:
    """Write or list a bundle, and return the exit status.

    Raises:
        MusterError: there is no bundle, and the message says why.
    """
    tune_allocator()
    if unfit := [each for each in request.types if each not in TYPES]:
        kind = "a resource type that can be imported"
        raise ConfigurationError("\n".join(f"--type: {unknown(each, kind, TYPES)}" for each in unfit))
    if request.directory is not None and not request.dry_run:
        examine(request.directory)
    contents = _contents(options, request)
    if options.resources and not contents.imported and all(_absent(each.reasons) for each in contents.left_out):
        missing = ", ".join(each.name for each in contents.left_out)
        raise ConfigurationError(f"--resource: these do not exist: {missing}")
    bundle = make_bundle(contents, Tool(request.tool), datetime.now(UTC))
    if request.directory is not None and not request.dry_run:
        write(request.directory, bundle.files)
    if not options.quiet or request.dry_run:
        _print(bundle, request)
    _warn(bundle.contents)
    return 0 if bundle.contents.complete else INCOMPLETE


def _contents(options: Options, request: Request) -> Contents:
    with Interrupt() as interrupt:
        types = tuple(each for each in TYPES if each in request.types) or TYPES
        job = prepare(options, _narrow(request, types))
        place = _place(job, types)
        listing = _failing(job, interrupt) if request.failing else _listed(job, place, types)
        listing.resources = [each for each in listing.resources if job.scan.scope.keep(each)]
        interrupt.check()
        with progress(len(listing.resources), shown=not options.quiet, noun="read") as step:

            def advance(what: str, done: int, _all: int) -> None:
                interrupt.check()
                step(what, done, done)

            return gather(place, listing, advance)


def _narrow(request: Request, types: Sequence[str]) -> Narrow:
    def narrow(_catalog: Catalog, _configuration: Configuration, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        if request.failing and not request.types:
            return rules
        kept = tuple(rule for rule in rules if rule.resource_type in types)
        if not kept:
            raise ConfigurationError("--check: none of these checks applies to a resource of --type")
        return kept

    return narrow


def _place(job: Job, types: Sequence[str]) -> Place:
    """Return the account to read.

    Raises:
        ConfigurationError: the options name several accounts.
    """
    accounts = job.scan.accounts
    if len(accounts) != 1:
        raise ConfigurationError(f"a bundle is for one account, not for {len(accounts)}\n  name it: --account ID")
    sessions = job.scan.targets.sessions
    target = job.scan.targets.scanned[0]
    clients, home = sessions.of(accounts[0]), sessions.region
    everywhere: tuple[str, ...] | Unavailable = ()
    if ROLE in types:
        try:
            everywhere = enabled_regions(clients, home)
        except CredentialsError as error:
            everywhere = Unavailable("ec2:DescribeRegions", f"the account's regions could not be read: {error}")
    return Place(clients, accounts[0], target.partition, target.regions, home, everywhere)


def _listed(job: Job, place: Place, types: Sequence[str]) -> Listing:
    catalog = job.scan.reads.catalog
    if job.options.resources:
        return find_named(catalog, place, job.scan.order.resources)
    return list_resources(catalog, place, types)


def _failing(job: Job, interrupt: Interrupt) -> Listing:
    """Scan, and return the resources that fail; those that could not be judged are unread."""
    listing = Listing()
    with progress(len(job.scan.shards), shown=not job.options.quiet) as step:
        for finding in job.findings(step, lambda: interrupt.noted):
            job.tally.count(finding)
            _count(finding, listing)
    listing.gaps += job.report.incomplete
    failed = {(each.type, name_of(each.type, each.id), each.region) for each in listing.resources}
    unread = {(each.type, each.name, each.region): each for each in listing.unread}
    listing.unread = [each for key, each in unread.items() if key not in failed]
    return listing


def _count(finding: Finding, listing: Listing) -> None:
    resource = finding.resource
    if resource.type in _NO_RESOURCES:
        return
    if finding.status is Status.NON_COMPLIANT and finding.suppression is None:
        listing.resources.append(resource)
    elif finding.status is Status.INSUFFICIENT_DATA:
        listing.unread.append(left_out(resource, f"{finding.check_id}: {finding.reason}", unread=True))


def _absent(reasons: Sequence[str]) -> bool:
    return reasons == ("it does not exist",)


def _print(bundle: Bundle, request: Request) -> None:
    contents = bundle.contents
    if request.dry_run:
        _table(_rows(contents))
    summary = f"{counted(len(contents.imported), 'resource')} to import, {len(contents.left_out)} left out"
    if request.dry_run:
        print(f"{summary}; no files were written")  # noqa: T201 - the command's output
    else:
        print(f"{summary}. Read {request.directory}/README.md: it has the commands.")  # noqa: T201 - the same


def _warn(contents: Contents) -> None:
    """Say on standard error what could not be read, as the exit status does."""
    for gap in contents.gaps:
        say(printable(gap))
    if unread := [each for each in contents.left_out if each.unread]:
        say(f"{counted(len(unread), 'resource')} could not be read and {'is' if len(unread) == 1 else 'are'} left out:")
        for each in unread[:LINES]:
            say(printable(f"  {each.type} {each.name}: {'; '.join(each.reasons)}"))
        if len(unread) > LINES:
            say(f"  … and {len(unread) - LINES} more")


def _rows(contents: Contents) -> Iterator[tuple[str, str, str, str, str]]:
    for each in contents.imported:
        yield "import", each.resource.type, each.name, each.resource.region, "; ".join(each.remarks)
    for out in contents.left_out:
        yield "left out", out.type, out.name, out.region, "; ".join(out.reasons)


def _table(rows: Iterator[tuple[str, str, str, str, str]]) -> None:
    console = Console(file=sys.stdout, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDE
    grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("result", "type", "name", "region", "why"):
        grid.add_column(title, overflow="fold", no_wrap=title not in ("name", "why"))
    for row in rows:
        grid.add_row(*(Text(printable(each)) for each in row))
    with console.capture() as captured:
        console.print(grid)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
