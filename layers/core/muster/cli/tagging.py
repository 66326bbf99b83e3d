"""The compliance tag after a scan from the command line: the marks of what was found, and what was written."""

from collections.abc import Iterator

from muster.catalog import catalog as catalogs
from muster.catalog import packs
from muster.catalog.catalog import Catalog
from muster.catalog.custom import extended
from muster.cli.interrupt import Interrupt
from muster.cli.job import Job
from muster.cli.output import INCOMPLETE, say
from muster.cli.tag_output import lines
from muster.configuration import Configuration
from muster.errors import ConfigurationError
from muster.model.rule import Rule
from muster.model.text import counted, listed
from muster.tagging.marks import Marks, counted_checks
from muster.tagging.tagger import Outcome, Tagger
from muster.tagging.tally import TagTally


def that_count(catalog: Catalog, configuration: Configuration, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Return the rules that count for the compliance tag: by `compliance_tags` of the configuration.

    Raises:
        ConfigurationError: no rule counts, so no resource would be judged.
    """
    settings = configuration.compliance_tags
    known = packs.load(extended(catalog, configuration.custom_checks))
    checks = counted_checks(settings, {rule.check.id: rule.check.severity for rule in rules}, known)
    counting = tuple(rule for rule in rules if rule.check.id in checks and rule.resource_type in settings.types)
    if not counting:
        chosen = (*settings.checks, *(f"the pack {name}" for name in settings.packs))
        of = f" of {listed(chosen, 3)}" if chosen else ""
        least = f" at {settings.severity} or above" if settings.severity else ""
        raise ConfigurationError(
            f"no check is selected{of}{least} that applies to {listed(settings.types, 3)}: nothing would be tagged\n"
            "  select other checks, or change compliance_tags in the configuration"
        )
    return counting


def marks_of(job: Job) -> Marks:
    """Return what gathers the findings of a scan by resource.

    Raises:
        ConfigurationError: no check of the scan counts for the compliance tag.
    """
    rules = that_count(catalogs.load(), job.scan.configuration, job.scan.rules)
    return Marks(job.scan.configuration.compliance_tags, {rule.check.id for rule in rules})


def outcomes(job: Job, marks: Marks, tally: TagTally, *, dry_run: bool = False) -> Iterator[Outcome]:
    """Tag the marked resources of a scan, and yield the outcome of each; an interruption ends it.

    Nothing is written after a scan that was interrupted: what it did not see may fail.
    """
    if job.interrupted:
        tally.stopped = "the scan was interrupted: no tag was written"
        return
    configuration = job.scan.configuration
    tagger = Tagger(
        configuration.compliance_tags, job.scan.targets.sessions.of, configuration.exclude, job.retrier, dry_run
    )
    with Interrupt() as interrupt:
        for outcome in tagger.outcomes(marks.marked(job.partial)):
            tally.count(outcome)
            yield outcome
            if interrupt.noted:
                left = counted(len(marks) - tally.resources, "resource")
                tally.stopped = f"it was interrupted: {left} of {len(marks)} were not examined"
                return


def applied(job: Job, marks: Marks) -> int:
    """Tag after `muster scan --apply-tags`, say on standard error what was done, and return the exit status."""
    tally = TagTally()
    settings = job.scan.configuration.compliance_tags
    found = [each for each in outcomes(job, marks, tally) if each.action.writes or each.action.failed]
    if not job.options.quiet or tally.failed:
        for line in lines(found, tally, settings):
            say(line)
    return INCOMPLETE if tally.failed else 0
