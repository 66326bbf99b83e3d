"""The run of `muster tag`: scan what counts for the compliance tag, then tag, and write what was done."""

import functools
from datetime import UTC, datetime

from muster.catalog.catalog import Catalog
from muster.cli.interrupt import Interrupt
from muster.cli.job import Job, Options
from muster.cli.output import INCOMPLETE, forget_standard_output, results, say
from muster.cli.progress import progress
from muster.cli.scan_run import prepare
from muster.cli.tag_output import document, table
from muster.cli.tagging import marks_of, outcomes, that_count
from muster.configuration import Configuration
from muster.errors import ConfigurationError
from muster.library import named_resources
from muster.model.rule import Rule
from muster.model.text import counted, listed, printable
from muster.reports.terminal.missing import LINES
from muster.scanning.arena import tune_allocator
from muster.tagging.marks import Marks
from muster.tagging.tally import TagTally


def run(options: Options, *, dry_run: bool) -> int:
    """Scan, tag, and return the exit status.

    Raises:
        MusterError: nothing was scanned or written, and the message says why.
    """
    tune_allocator()
    tally = TagTally()
    with results(options.output) as stream:
        job = prepare(options, functools.partial(_narrowed, options))
        settings = job.scan.configuration.compliance_tags
        marks = marks_of(job)
        _scan(job, marks)
        _tell(job)
        found = list(outcomes(job, marks, tally, dry_run=dry_run))
        try:
            if options.form == "json":
                stream.write(document(found, tally, settings, job.report, dry_run=dry_run) + "\n")
            else:
                table(stream, found, tally, settings, dry_run=dry_run)
            stream.flush()
        except BrokenPipeError:
            # The tags are written by now: only their list was not read to its end.
            forget_standard_output()
    return INCOMPLETE if tally.failed or not job.report.complete else 0


def _narrowed(
    options: Options, catalog: Catalog, configuration: Configuration, rules: tuple[Rule, ...]
) -> tuple[Rule, ...]:
    """Return the rules that count for the compliance tag.

    Raises:
        ConfigurationError: no rule does, or a resource that is named has a type that gets no tag.
    """
    types = configuration.compliance_tags.types
    for each in named_resources.parse(options, catalog, rules):
        if each.resource_type not in types:
            raise ConfigurationError(
                f"--resource: {each} is of type {each.resource_type}; only {listed(types, 3)} gets the tag\n"
                f"  add the type to compliance_tags.types in the configuration"
            )
    return that_count(catalog, configuration, rules)


def _scan(job: Job, marks: Marks) -> None:
    """Scan, and gather the marks; an interruption ends it, and then nothing is tagged."""
    with Interrupt() as interrupt, progress(len(job.scan.shards), shown=not job.options.quiet) as step:
        findings = job.findings(step, lambda: interrupt.noted)
        try:
            for finding in findings:
                interrupt.check()
                job.tally.count(finding)
                marks.count(finding)
        except KeyboardInterrupt:
            job.interrupted = True
            job.report.incomplete.append("it was interrupted: nothing was tagged")
        finally:
            findings.close()
    job.report.incomplete += named_resources.missing(job.looks)
    job.report.finished_at = datetime.now(UTC)


def _tell(job: Job) -> None:
    """Say on standard error what the scan did not see, always, and how much it saw, unless quiet."""
    report = job.report
    if not report.complete:
        say("the scan is incomplete; resources that it did not read keep their tag:")
        for reason in report.incomplete[:LINES]:
            say(f"  {printable(reason)}")
        if len(report.incomplete) > LINES:
            say(f"  … and {counted(len(report.incomplete) - LINES, 'more reason')}")
    if not job.options.quiet:
        say(
            f"scanned {counted(job.tally.counts.resources, 'resource')} by {counted(len(report.checks), 'check')} in "
            f"{counted(len(report.regions), 'region')} of {counted(len(report.accounts), 'account')}"
        )
