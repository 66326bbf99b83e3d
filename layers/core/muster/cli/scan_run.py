"""The run of `muster scan`: prepare, scan shard after shard, write what is found as it comes, and sum up."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from muster.catalog import catalog as catalogs
from muster.catalog import controls
from muster.catalog.control_names import labels
from muster.cli import baseline as baselines
from muster.cli.baseline import Baseline
from muster.cli.formats import FORMATS
from muster.cli.interrupt import Interrupt
from muster.cli.job import Job, Options
from muster.cli.options import configuration as configured
from muster.cli.output import forget_standard_output, say, trace
from muster.cli.outputs import TABLE, Output, Writers, chosen, opened
from muster.cli.progress import ScanProgress
from muster.cli.scan_end import end, status
from muster.cli.suppressions import Accepted
from muster.cli.tagging import applied, marks_of
from muster.estimate.forecast import forecast, listed
from muster.library import named_resources, preparation
from muster.library.preparation import Narrow, everything
from muster.model.text import counted
from muster.reports.formats import Context, Writer
from muster.reports.formats.table import TableWriter
from muster.reports.overview import Changes, CheckTexts, Collector, Overview, facts_of
from muster.reports.terminal.layout import View, width_of
from muster.reports.wording import FAILING, STATUS_NAMES
from muster.scanning.arena import tune_allocator
from muster.tagging.marks import Marks

_CLOSING = 1_000
"""Findings that are kept for the closing block, which shows the ten worst resources."""
_STRIDE = 20
"""How many findings pass between two movements of the progress bar."""


def run(options: Options) -> int:
    """Scan and return the exit status.

    Raises:
        MusterError: nothing was scanned, and the message says why.
    """
    tune_allocator()
    stack = {
        "stack": options.stack,
        "region": options.stack_region or None,
        "profile": options.profile,
        "endpoint_url": options.endpoint_url,
    }
    job, baseline = None, None
    try:
        with baselines.opened(options.baseline, stack) as baseline:
            with opened(options.outputs) as streams:
                job = prepare(options)
                if baseline is not None:
                    baseline.require(job.report.accounts)
                accepted = Accepted(job.scan.configuration, job.report)
                marks = marks_of(job) if options.apply_tags else None
                overview = _scan(job, _writers(job, streams), accepted, marks, baseline)
            # The results are written by now, whatever becomes of the tags.
            tagged = 0 if marks is None else applied(job, marks)
            code = status(job, baseline) or tagged
            end(job, overview, accepted, baseline, code)
            return code
    except BrokenPipeError:
        forget_standard_output()
        return status(job, baseline) if job else 0


def prepare(options: Options, narrow: Narrow = everything) -> Job:
    """Read the configuration, and refuse what cannot be done, in the order in which it costs the user least.

    Raises:
        MusterError: nothing was scanned, and the message says why.
    """
    catalog = catalogs.load()
    job = preparation.prepare(options, configured(options.config, catalog), catalog, narrow, note=say)
    job.report.statuses = [name for name in STATUS_NAMES if name in options.statuses]
    job.broke = trace
    return job


def _scan(job: Job, writer: Writer, accepted: Accepted, marks: Marks | None, baseline: Baseline | None) -> Overview:
    options, report, tally = job.options, job.report, job.tally
    # An estate of millions of findings fits into memory because no more are kept than an output shows.
    most = max(FORMATS[output.form].shows for output in options.outputs)
    collector = Collector(job.scan.configuration.alerts.owner_tag, max(most, _CLOSING))
    mixed = options.on_stdout not in ("", TABLE) and sys.stdout.isatty()
    with Interrupt() as interrupt, ScanProgress(job, shown=not options.quiet and not mixed) as line:
        job.watcher = line
        findings = job.findings(interrupted=lambda: interrupt.noted)
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
                if baseline is not None:
                    baseline.count(finding)
                writer.add(finding)
                collector.add(finding)
                if tally.findings % _STRIDE == 0:
                    line.moved()
        except KeyboardInterrupt:
            job.interrupted = True
            report.incomplete.append("it was interrupted: the parts that were not scanned by then are missing")
        except BrokenPipeError:
            report.incomplete.append("the reader of the results stopped reading")
            raise
        finally:
            findings.close()
        report.incomplete += named_resources.missing(job.looks)
        if options.strict and tally.unread:
            report.incomplete.append(f"{counted(tally.unread, 'finding')} could not be answered (--strict)")
        if tally.findings and tally.unread == tally.findings and report.complete:
            report.incomplete.append("nothing could be evaluated: no answer has what the checks need")
        report.finished_at = datetime.now(UTC)
        report.calls_forecast = _calls_forecast(job)
    overview = _overview(job, collector, accepted, baseline.changes(report) if baseline else None)
    writer.close(tally, report, overview)
    return overview


def _overview(job: Job, collector: Collector, accepted: Accepted, changes: Changes | None) -> Overview:
    """Return the scan as people read it."""
    names = {job.report.account_id: job.report.account_name, **job.scan.configuration.account_names}
    checks = (rule.check for rule in job.scan.rules)
    texts = {check.id: CheckTexts(check.fix, check.why, check.problem) for check in checks}
    suppressions = accepted.shown(job.options, job.report, job.tally, job.scan.configuration.alerts.warn_days)
    return collector.overview(facts_of(job.tally, job.report, names), changes, texts=texts, suppressions=suppressions)


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
    statuses = job.options.statuses
    return Writers(
        {
            output: _table(job, output, stream)
            if output.form == TABLE
            else chosen(FORMATS[output.form].make(stream, context), statuses)
            for output, stream in streams.items()
        }
    )


def _table(job: Job, output: Output, stream: Any) -> TableWriter:
    options = job.options
    view = View(
        width=width_of(stream),
        statuses=options.statuses or frozenset({FAILING}),
        top=options.top,
        controls=labels(catalogs.load(), options.frameworks, controls.load()) if options.frameworks else {},
        fixes=options.verbose,
    )
    tag = job.scan.configuration.alerts.owner_tag
    return TableWriter(stream, view, owner_tag=tag, verbose=options.verbose, ends=not output.to_stdout)
