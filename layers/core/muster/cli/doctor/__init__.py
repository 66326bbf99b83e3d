"""`muster doctor`: what a scan would leave unread, and why, before it runs."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import configuration as configured
from muster.cli.options import selecting
from muster.cli.scan import aimed

if TYPE_CHECKING:
    from muster.cli.doctor.lines import Line
    from muster.library.job import Job
    from muster.library.options import ScanOptions
    from muster.library.trial import Trial

UNREAD = 1
"""Exit status: a scan would leave something unread."""


@click.command("doctor", short_help="Find what a scan could not read, and why, before you scan.")
@selecting
@aimed
@click.option("--stack", metavar="NAME", help="Examine this stack too: state, alarms, bucket, key and quotas.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
@click.option("--concurrency", type=click.IntRange(1, 128), metavar="N", default=16,
              show_default=True, help="Calls at a time.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(form: str, *, quiet: bool, **options: Any) -> int:
    """Find what a scan with these options could not read, and why, before you scan.

    Doctor examines the credentials, the clock, the role of every account, the regions, and the permissions of the
    selected checks. It tries the permissions by the calls of a scan: one page of each list, and as few resources as
    it takes to use every permission once. If no resource needs a permission today, it calls
    iam:SimulatePrincipalPolicy, if you may. All calls only read.

    It cannot see what a policy denies for one resource, such as a bucket policy. Only the scan finds that.

    \b
    Examples:
      muster doctor
      muster doctor --account all --role MusterMemberRole --region all
      muster doctor --pack foundational --format json
      muster doctor --stack muster-prod --region eu-west-1

    \b
    Exit status:
      0  a scan would read everything
      1  something would not be read, or the stack has a problem
      2  it cannot run: wrong usage, configuration or credentials
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.catalog.catalog import load
    from muster.catalog.custom import extended
    from muster.cli.doctor.lines import Mark, show
    from muster.cli.doctor.summary import document, show_summary
    from muster.cli.output import say
    from muster.library.options import ScanOptions
    from muster.library.preparation import prepare
    from muster.model.text import json_text

    stack, config = options.pop("stack"), options.pop("config")
    catalog = load()
    configuration = configured(config, catalog)
    job = prepare(ScanOptions(**options), configuration, catalog, note=say)
    examination = _Examination(job, extended(catalog, configuration.custom_checks), quiet=quiet)
    found: list[Line] = []
    for line in examination.lines(stack, options):
        found.append(line)
        if form != "json":
            show(line)
    assert examination.trial is not None  # noqa: S101 - the lines were taken to their end
    if form == "json":
        click.echo(json_text(document(found, examination.trial), indent=2))
    else:
        show_summary(found, examination.trial)
    bad = examination.trial.gaps or any(line.mark is Mark.PROBLEM for line in found)
    return UNREAD if bad else 0


class _Examination:
    """Examines a prepared scan; `trial` is there once the lines were taken."""

    def __init__(self, job: "Job[ScanOptions]", catalog: Any, *, quiet: bool) -> None:
        self.trial: Trial | None = None
        self._job, self._catalog, self._quiet = job, catalog, quiet

    def lines(self, stack: str | None, options: Mapping[str, Any]) -> "Iterator[Line]":
        """Yield the lines in the order in which a scan would meet the problems."""
        from muster.cli.doctor.credentials import credential_lines
        from muster.cli.doctor.permissions import denied_lines, used_lines
        from muster.cli.doctor.places import account_lines, places_of, region_lines
        from muster.cli.progress import progress
        from muster.library.trial import try_out
        from muster.sdk.session import caller

        job, sessions = self._job, self._job.scan.targets.sessions
        yield from credential_lines(sessions.own, sessions.region)
        with progress(len(job.scan.accounts), shown=not self._quiet, noun="problems") as step:
            places = places_of(job, step)
        yield from account_lines(job, places)
        with progress(len(job.scan.shards), shown=not self._quiet, noun="problems") as step:
            self.trial = trial = try_out(job, self._catalog, step)
        yield from region_lines(job, places, trial)
        yield from denied_lines(job, trial, places)
        arn = caller(sessions.own, sessions.region).arn
        yield from used_lines(job, trial, self._catalog, arn)
        if stack:
            from muster.cli.doctor.stack import stack_lines

            region = (*options["regions"], sessions.own.session.region_name or sessions.region)[0]
            yield from stack_lines(sessions.own, region, stack)
