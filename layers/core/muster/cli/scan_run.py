"""The run of `muster scan`: prepare, scan shard after shard, write what is found as it comes, and sum up."""

import os
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TextIO

from muster.catalog import catalog as catalogs
from muster.catalog import packs
from muster.catalog.catalog import Catalog
from muster.cli import named_resources
from muster.cli.interrupt import Interrupt
from muster.cli.job import Job, Options
from muster.cli.options import configuration as configured
from muster.cli.output import INCOMPLETE, forget_standard_output, results, say
from muster.cli.progress import progress
from muster.cli.region_names import check_names, home
from muster.cli.suppressions import Accepted
from muster.cli.tagging import applied, marks_of
from muster.configuration import Configuration
from muster.configuration.selection import select
from muster.estimate.forecast import forecast, listed
from muster.model.rule import Rule
from muster.model.text import counted, printable
from muster.reports.formats.table import LINES, TableWriter, footer
from muster.reports.report import ScanReport, Writer
from muster.reports.tally import ReportTally
from muster.scanning.arena import tune_allocator
from muster.scanning.parallel import SIDE_BY_SIDE
from muster.scanning.prepare import Order, Origin, first_of, packs_of, prepare_scan, scan_id
from muster.sdk.session import Clients, caller, open_session
from muster.tagging.marks import Marks
from muster.targets.regions import region_of_calls

FAILED = 1
_STRIDE = 20
"""How many findings pass between two movements of the progress bar."""


def run(options: Options) -> int:
    """Scan and return the exit status.

    Raises:
        MusterError: nothing was scanned, and the message says why.
    """
    tune_allocator()
    try:
        with results(options.output) as stream:
            job = prepare(options)
            accepted = Accepted(job.scan.configuration, job.report)
            marks = marks_of(job) if options.apply_tags else None
            _scan(job, _writer(job, stream), accepted, marks)
        _tell(job, accepted)
    except BrokenPipeError:
        forget_standard_output()
        return status(job)
    # The results are written by now, whatever becomes of the tags.
    tagged = 0 if marks is None else applied(job, marks)
    return status(job) or tagged


Narrow = Callable[[Catalog, Configuration, tuple[Rule, ...]], tuple[Rule, ...]]
"""Leaves out rules of a selection."""


def prepare(options: Options, narrow: Narrow = lambda _catalog, _configuration, rules: rules) -> Job:
    """Refuse what cannot be done, in the order in which it costs the user least.

    Raises:
        MusterError: nothing was scanned, and the message says why.
    """
    catalog = catalogs.load()
    configuration = _configured(options, catalog)
    rules = select(
        catalog,
        configuration,
        packs=options.packs,
        checks=options.checks,
        exclude_checks=options.exclude_checks,
        services=options.services,
        severity=options.severity,
    )
    rules = narrow(catalog, configuration, rules)
    named = named_resources.parse(options, catalog, rules)
    if named:
        rules = named_resources.narrowed(rules, named)
    excluded = configuration.exclude.regions
    names = named_resources.regions(named) or tuple(options.regions) or configuration.regions
    check_names(names, excluded)
    session = open_session(options.profile, os.environ.get("AWS_REGION"), options.endpoint_url, catalog.projections())
    names = names or named_resources.home(named, session.region_name)
    region = home(session, names)
    call_region = region_of_calls(region)
    clients = Clients(session, endpoint_url=options.endpoint_url, concurrency=options.concurrency * SIDE_BY_SIDE)
    who = caller(clients, call_region)
    started = datetime.now(UTC)
    if named:
        named = named_resources.placed(named, options, who.account_id, who.partition)
        configuration = named_resources.in_their_accounts(configuration, named)
    order = Order(
        scan_id=scan_id(started, secrets.token_hex(4)),
        started_at=started,
        regions=names or (region,),
        tags=options.tags,
        resources=named,
    )
    origin = Origin(clients, who.account_id, who.partition, call_region)
    scan = prepare_scan(catalog, configuration, rules, origin, order, note=say)
    report = ScanReport(
        scan_id=order.scan_id,
        started_at=started,
        account_id=who.account_id,
        account_name=scan.configuration.account_names.get(who.account_id, ""),
        accounts=list(scan.accounts),
        accounts_excluded=scan.targets.found.excluded,
        regions=scan.targets.regions,
        packs=packs_of(configuration, options.packs, options.checks, (packs.ALL,)),
        checks=list(scan.checks),
        narrowed=list(options.narrowing),
    )
    return Job(options, scan, report, ReportTally())


def _configured(options: Options, catalog: Catalog) -> Configuration:
    """Read the configuration, and put the options of the command before it."""
    read = configured(options.config, catalog)
    named = replace(read.accounts, include=tuple(options.accounts), role=options.role, external_id=options.external_id)
    exclude = replace(read.exclude, regions=(*read.exclude.regions, *options.exclude_regions))
    return replace(read, accounts=first_of(named, read.accounts), exclude=exclude)


def status(job: Job) -> int:
    """Return the exit status of a scan that ran."""
    if job.options.fail_on and job.tally.failing_from(job.options.fail_on):
        return FAILED
    return 0 if job.report.complete else INCOMPLETE


def _scan(job: Job, writer: Writer, accepted: Accepted, marks: Marks | None) -> None:
    options, report, tally = job.options, job.report, job.tally
    mixed = options.form != "table" and options.to_stdout and sys.stdout.isatty()
    with Interrupt() as interrupt, progress(len(job.scan.shards), shown=not options.quiet and not mixed) as step:
        findings = job.findings(step, lambda: interrupt.noted)
        try:
            while True:
                interrupt.check()
                finding = next(findings, None)
                if finding is None:
                    break
                tally.count(finding)
                accepted.count(finding)
                if marks is not None:
                    marks.count(finding)
                writer.add(finding)
                if tally.findings % _STRIDE == 0:
                    step(*job.at, tally.findings)
        except KeyboardInterrupt:
            job.interrupted = True
            report.incomplete.append("it was interrupted: what was not scanned by then is missing")
        except BrokenPipeError:
            report.incomplete.append("whoever read the results stopped reading")
            raise
        finally:
            findings.close()
        report.incomplete += named_resources.missing(job.looks)
        if options.strict and tally.unread:
            report.incomplete.append(f"{counted(tally.unread, 'finding')} could not be answered (--strict)")
        report.finished_at = datetime.now(UTC)
        report.calls_forecast = _calls_forecast(job)
    writer.close(tally, report)


def _calls_forecast(job: Job) -> int | None:
    """Return how many calls `muster estimate` predicts for what was found; None when the scan did not see it whole."""
    if not job.report.complete or job.scan.named:
        return None
    catalog, accounts = catalogs.load(), dict.fromkeys(job.report.accounts, job.report.regions)
    expected = forecast(job.scan.reads, accounts, listed(catalog, job.report.coverage))
    return expected.calls if expected else None


def _writer(job: Job, stream: TextIO) -> Writer:
    if job.options.form == "table":
        return TableWriter(stream, verbose=job.options.verbose)
    # The others are imported where they are used: their names are those of formats, not of ours.
    from muster.reports.formats.csv import CsvWriter
    from muster.reports.formats.json import JsonWriter
    from muster.reports.formats.ndjson import NdjsonWriter

    writers: Mapping[str, Callable[[TextIO, str], Writer]] = {
        "json": JsonWriter, "ndjson": NdjsonWriter, "csv": CsvWriter,
    }  # fmt: skip
    return writers[job.options.form](stream, job.report.scan_id)


def _tell(job: Job, accepted: Accepted) -> None:
    """Say on standard error what the results do not: what is missing, always; counts and the rest, unless quiet."""
    options, report = job.options, job.report
    in_results = options.form == "table" and options.to_stdout
    if not report.complete and not in_results:
        say("the scan is incomplete:")
        for reason in report.incomplete[:LINES]:
            say(f"  {printable(reason)}")
        if len(report.incomplete) > LINES:
            say(f"  … and {counted(len(report.incomplete) - LINES, 'more reason')}")
    if options.quiet:
        return
    if not in_results:
        for line in footer(job.tally, report, verbose=options.verbose):
            say(line.plain)
    for note in accepted.notes(options, bool(job.scan.configuration.regions), report, job.tally):
        say(note)
    if status(job) == FAILED and options.fail_on:
        number = job.tally.failing_from(options.fail_on)
        also = "" if report.complete else ", and the scan is incomplete"
        say(f"{counted(number, 'finding')} failing at {options.fail_on} or above{also}")
