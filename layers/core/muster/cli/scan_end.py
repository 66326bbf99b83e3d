"""The end of `muster scan` on the screen: what the user should know, then the closing block as the last lines."""

import shlex
import sys
from collections.abc import Iterator

from muster.cli.baseline import Baseline
from muster.cli.job import Job
from muster.cli.output import INCOMPLETE, say, warn
from muster.cli.outputs import TABLE
from muster.cli.suppressions import Accepted
from muster.model.text import counted, printable
from muster.reports.formats.table import remarks
from muster.reports.overview import Overview
from muster.reports.terminal.closing import Ending, closing
from muster.reports.terminal.layout import View, width_of, written
from muster.reports.terminal.missing import LINES

FAILED = 1


def status(job: Job, baseline: Baseline | None) -> int:
    """Return the exit status of a scan that ran."""
    if job.options.fail_on and counting(job, baseline):
        return FAILED
    return 0 if job.report.complete else INCOMPLETE


def counting(job: Job, baseline: Baseline | None) -> int:
    """Return how many failures count for the exit status: with a baseline those that are new."""
    least = job.options.fail_on
    if least is None:
        return 0
    return baseline.failing_from(least) if baseline else job.tally.failing_from(least)


def end(job: Job, overview: Overview, accepted: Accepted, baseline: Baseline | None, code: int) -> None:
    """Print notes on standard error, then the closing block: after the table, else on standard error too."""
    options, report = job.options, job.report
    in_results = options.on_stdout == TABLE
    if not report.complete and not in_results:
        warn("the scan is incomplete:")
        for reason in report.incomplete[:LINES]:
            say(f"  {printable(reason)}")
        if len(report.incomplete) > LINES:
            say(f"  … and {counted(len(report.incomplete) - LINES, 'more reason')}")
    if baseline:
        for doubt in baseline.doubts():
            say(doubt)
    if not options.quiet:
        for note in _notes(job, accepted, in_results=in_results):
            say(note)
    if in_results or not options.quiet:
        sys.stdout.flush()
        stream = sys.stdout if in_results else sys.stderr
        view = View(width=width_of(stream), top=options.top)
        written(stream, closing(overview, view, _ending(job, overview, baseline, code)))


def _notes(job: Job, accepted: Accepted, *, in_results: bool) -> Iterator[str]:
    report = job.report
    if not in_results:
        yield from remarks(report, verbose=job.options.verbose)
    yield from accepted.notes(job.options, bool(job.scan.configuration.regions), report, job.tally)


def _ending(job: Job, overview: Overview, baseline: Baseline | None, code: int) -> Ending:
    files = tuple(str(each.path) for each in job.options.outputs if not each.to_stdout)
    return Ending(
        exit=_exit(job, baseline, code),
        reports=files,
        details=_details(overview),
        off=f"{job.report.off}." if job.report.off else "",
    )


def _details(overview: Overview) -> str:
    """Return the command that explains the worst failure."""
    if not overview.start:
        return ""
    finding = overview.start[0].worst.finding
    return f"muster explain {shlex.quote(finding.resource.arn or finding.check_id)}"


def _exit(job: Job, baseline: Baseline | None, code: int) -> str:
    """Return the exit status and its reason in words."""
    least = job.options.fail_on
    if least is None:
        reason = "--fail-on never" if job.report.complete else "the scan is incomplete"
        return f"Exit {code}: {reason}."
    number = counting(job, baseline)
    by = f"--fail-on {least}" + (f", --baseline {baseline.name}" if baseline else "")
    new = "new " if baseline else ""
    failures = f"{number:,} {new}failure{'' if number == 1 else 's'}" if number else f"no {new}failures"
    missing = "" if job.report.complete else "; the scan is incomplete"
    tags = "; a tag could not be written" if code == INCOMPLETE and job.report.complete else ""
    return f"Exit {code}: {failures} at {least} or above ({by}){missing}{tags}."
