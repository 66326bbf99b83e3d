"""The run of `muster scan`: prepare, scan shard after shard, write what is found as it comes, and sum up."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from muster.catalog import catalog as catalogs
from muster.cli.formats import FORMATS
from muster.cli.interrupt import Interrupt
from muster.cli.job import Job, Options
from muster.cli.options import configuration as configured
from muster.cli.output import INCOMPLETE, forget_standard_output, say, trace
from muster.cli.outputs import TABLE, Output, Writers, opened
from muster.cli.progress import progress
from muster.cli.suppressions import Accepted
from muster.cli.tagging import applied, marks_of
from muster.estimate.forecast import forecast, listed
from muster.library import named_resources, preparation
from muster.library.preparation import Narrow, everything
from muster.model.text import counted, printable
from muster.reports.formats import Context, Writer
from muster.reports.formats.table import LINES, footer
from muster.reports.overview import MOST, CheckTexts, Collector, Overview, facts_of
from muster.scanning.arena import tune_allocator
from muster.tagging.marks import Marks

FAILED = 1
_MOST = 2_000
"""Failures that the overview keeps where no format shows more."""
_STRIDE = 20
"""How many findings pass between two movements of the progress bar."""


def run(options: Options) -> int:
    """Scan and return the exit status.

    Raises:
        MusterError: nothing was scanned, and the message says why.
    """
    tune_allocator()
    try:
        with opened(options.outputs) as streams:
            job = prepare(options)
            accepted = Accepted(job.scan.configuration, job.report)
            marks = marks_of(job) if options.apply_tags else None
            _scan(job, _writers(job, streams), accepted, marks)
        _tell(job, accepted)
    except BrokenPipeError:
        forget_standard_output()
        return status(job)
    # The results are written by now, whatever becomes of the tags.
    tagged = 0 if marks is None else applied(job, marks)
    return status(job) or tagged


def prepare(options: Options, narrow: Narrow = everything) -> Job:
    """Read the configuration, and refuse what cannot be done, in the order in which it costs the user least.

    Raises:
        MusterError: nothing was scanned, and the message says why.
    """
    catalog = catalogs.load()
    job = preparation.prepare(options, configured(options.config, catalog), catalog, narrow, note=say)
    job.broke = trace
    return job


def status(job: Job) -> int:
    """Return the exit status of a scan that ran."""
    if job.options.fail_on and job.tally.failing_from(job.options.fail_on):
        return FAILED
    return 0 if job.report.complete else INCOMPLETE


def _scan(job: Job, writer: Writer, accepted: Accepted, marks: Marks | None) -> None:
    options, report, tally = job.options, job.report, job.tally
    collector = Collector(
        job.scan.configuration.alerts.owner_tag, MOST if any(each.form == "html" for each in options.outputs) else _MOST
    )
    mixed = options.on_stdout not in ("", TABLE) and sys.stdout.isatty()
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
                collector.add(finding)
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
    writer.close(tally, report, _overview(job, collector))


def _overview(job: Job, collector: Collector) -> Overview:
    """Return the scan as people read it."""
    names = {job.report.account_id: job.report.account_name, **job.scan.configuration.account_names}
    checks = (rule.check for rule in job.scan.rules)
    texts = {check.id: CheckTexts(check.fix, check.why, check.problem) for check in checks}
    return collector.overview(facts_of(job.tally, job.report, names), texts=texts)


def _calls_forecast(job: Job) -> int | None:
    """Return how many calls `muster estimate` predicts for what was found; None when the scan did not see it whole."""
    if not job.report.complete or job.scan.named:
        return None
    catalog, accounts = catalogs.load(), dict.fromkeys(job.report.accounts, job.report.regions)
    expected = forecast(job.scan.reads, accounts, listed(catalog, job.report.coverage))
    return expected.calls if expected else None


def _writers(job: Job, streams: Mapping[Output, Any]) -> Writers:
    context = Context(
        job.report.scan_id,
        job.origin.account_id,
        job.origin.partition,
        job.origin.region,
        job.scan.configuration.alerts.owner_tag,
        {rule.check.id: rule.check for rule in job.scan.rules},
        job.options.verbose,
    )
    return Writers({output: FORMATS[output.form].make(stream, context) for output, stream in streams.items()})


def _tell(job: Job, accepted: Accepted) -> None:
    """Say on standard error what the results do not: what is missing, always; counts and the rest, unless quiet."""
    options, report = job.options, job.report
    in_results = options.on_stdout == TABLE
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
