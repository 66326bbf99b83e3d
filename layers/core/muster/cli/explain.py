"""`muster explain`: the page of a check, a control or a pack, and all about a resource or a finding."""

import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import catalogue, configured_by
from muster.cli.options import configuration as configured
from muster.cli.stacks import on_stack
from muster.errors import ConfigurationError, MusterError
from muster.model.finding import Finding, Status
from muster.model.suggest import unknown
from muster.model.text import escaped, listed, shortened

if TYPE_CHECKING:
    from muster.catalog.catalog import Catalog
    from muster.cli.explain_finding import Explained
    from muster.cli.findings_query import Query
    from muster.cli.live_look import Looked
    from muster.configuration import Configuration

_FINDING = re.compile(r"[0-9a-f]{6,32}")
_REPORTS = ("report.json", "report.ndjson", "findings.ndjson", "findings.parquet")
"""The reports in the current folder that are read where no option names one, the first that exists."""
_NOTHING_READ = "nothing could be read again"
_SHOWN = (Status.NON_COMPLIANT, Status.INSUFFICIENT_DATA)


@click.command("explain", short_help="Explain a check, a control, a pack, a resource or a finding.")
@click.argument("subject", metavar="CHECK|CONTROL|PACK|ARN|FINDING|NAME")
@click.option("--from", "source", type=click.Path(path_type=Path), metavar="PATH",
              help="The report that has the finding. [default: ./report.json if there is one]")  # fmt: skip
@click.option("--stack", metavar="NAME", help="The stack that has the finding.")
@click.option("--check", metavar="ID", help="Of a resource: only the finding of this check, also if it passes.")
@click.option("--offline", is_flag=True, help="Do not call AWS: print what the report has, without evidence.")
@configured_by
@click.option("--role", default="", metavar="NAME", help="Role to assume in the other accounts.")
@click.option("--external-id", default="", metavar="ID", help="External ID that the role's trust policy requires.")
@on_stack
def command(subject: str, config: Path | None, **options: Any) -> None:
    """Explain a check, a control, a pack, a resource or a finding.

    \b
    CHECK    what it looks at, why, how to fix what fails, its permissions and settings
    CONTROL  what it requires and which checks support it: S3.8, "FSBP S3.8", "CIS 2.1.1"
    PACK     its checks
    ARN      what fails on a resource, with the evidence: it is read again
    FINDING  one finding, by its id or the beginning of its id; --from or --stack has it
    NAME     a resource by its name, with --from or --stack

    Muster reads the resource again, by the calls of a scan, and prints what AWS answers as evidence. It never prints
    values that look like secrets, and knows only the names of environment variables. Without credentials, use
    --offline.

    \b
    Examples:
      muster explain s3-bucket-versioning-enabled
      muster explain "CIS 2.1.1"
      muster explain arn:aws:s3:::shop-data
      muster explain 8b7767 --from report.json
      muster explain shop-data --from report.json --offline
      muster explain 8b7767 --stack muster-prod --region eu-west-1
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    if options["source"] and options["stack"]:
        raise click.UsageError("--from reads a file and --stack reads a stack; name one of them")
    catalog = catalogue(config)
    subject = subject.strip()
    if (page := _page(subject, catalog, config)) is not None:
        _show_page(page)
        return
    _explain_findings(subject, catalog, config, options)


def _page(subject: str, catalog: "Catalog", config: Path | None) -> str | None:
    """Return the page of a check, a pack or a control as Markdown; None where it is none of them."""
    from muster.catalog import packs
    from muster.catalog.control_names import controls_named, requirement_named
    from muster.catalog.controls import load as load_controls
    from muster.catalog.pages import check_page
    from muster.cli.explain_pages import control_page, pack_page, requirement_page
    from muster.cli.list_checks import running

    if subject in catalog.checks:
        return check_page(catalog.checks[subject], catalog)
    if (pack := packs.load(catalog).get(subject)) is not None:
        return pack_page(pack, catalog, running(catalog, config))
    book = load_controls()
    if (requirement := requirement_named(subject, book)) is not None:
        return requirement_page(*requirement, catalog, book)
    found = controls_named(subject, book)
    return control_page(found, book, catalog) if found else None


def _show_page(page: str) -> None:
    text = escaped(page, keep="\n")
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    from rich.console import Console

    from muster.cli.markdown import MarkdownPage

    Console().print(MarkdownPage(text))


def _explain_findings(subject: str, catalog: "Catalog", config: Path | None, options: Mapping[str, Any]) -> None:
    from muster.catalog.catalog import load
    from muster.cli.explain_finding import show_finding, show_resource, show_rest

    configuration = configured(config, load())
    options = _with_report(options)
    reported = options["source"] or options["stack"]
    if options["offline"] and not reported:
        raise click.UsageError("--offline prints what a report has: name it with --from or --stack")
    if not reported and not subject.startswith("arn:"):
        raise ConfigurationError(_no_subject(subject, catalog))
    found = list(_reported(subject, catalog, configuration, options) if reported else ())
    if not found and subject.startswith("arn:") and not options["offline"]:
        found = list(_live(subject, catalog, configuration, options))
    found = [each for each in found if options["check"] in (None, each.finding.check_id)]
    if not found:
        raise ConfigurationError(_nothing(subject, options))
    shown = [each for each in found if each.finding.status in _SHOWN or len(found) == 1]
    show_resource(found[0].finding, configuration.alerts.owner_tag)
    for each in shown:
        show_finding(each, catalog)
    show_rest([each.finding for each in found if each not in shown])


def _with_report(options: Mapping[str, Any]) -> Mapping[str, Any]:
    if options["source"] or options["stack"]:
        return options
    there = next((Path(name) for name in _REPORTS if Path(name).is_file()), None)
    return {**options, "source": there}


def _live(
    arn: str, catalog: "Catalog", configuration: "Configuration", options: Mapping[str, Any]
) -> Iterator["Explained"]:
    from muster.cli.explain_finding import Explained
    from muster.cli.live_look import look_at

    for each in look_at(arn, catalog, configuration, options):
        yield Explained(each.finding, each.finding, each.evidence, "", _accept(each.finding, {}))


def _reported(
    subject: str, catalog: "Catalog", configuration: "Configuration", options: Mapping[str, Any]
) -> Iterator["Explained"]:
    from muster.cli.explain_finding import Explained

    found = _findings(subject, options)
    wanted = [each for each in found if options["check"] in (None, each.check_id)]
    # One that passes is read again only where it is asked for.
    again = [each for each in wanted if each.status in _SHOWN or options["check"] or len(wanted) == 1]
    looks, why = _again([] if options["offline"] else again, catalog, configuration, options)
    for finding in wanted:
        looked = looks.get(finding.finding_id)
        reason = why.get(finding.resource.identity, _NOTHING_READ if looked is None else looked.finding.reason)
        if options["offline"]:
            reason = "AWS was not called (--offline): the reason is all that the report has"
        now, evidence = (looked.finding, looked.evidence) if looked else (None, ())
        yield Explained(finding, now, evidence, reason, _accept(finding, options))


def _again(
    findings: Sequence[Finding], catalog: "Catalog", configuration: "Configuration", options: Mapping[str, Any]
) -> tuple[Mapping[str, "Looked"], Mapping[tuple[str, str, str], str]]:
    """Return findings as AWS answers now, by their ids, and why resources could not be read again."""
    from muster.cli.live_look import look_again

    looks: dict[str, Looked] = {}
    why: dict[tuple[str, str, str], str] = {}
    by_resource: dict[tuple[str, str, str], list[Finding]] = {}
    for each in findings:
        by_resource.setdefault(each.resource.identity, []).append(each)
    for resource, several in by_resource.items():
        try:
            looks |= look_again(several, catalog, configuration, options)
        except MusterError as error:
            why[resource] = f"the resource could not be read again: {shortened(str(error), 400)}"
    return looks, why


def _accept(finding: Finding, options: Mapping[str, Any]) -> str:
    """Return the beginning of the command that accepts a failure."""
    if options.get("stack"):
        return f"muster suppress {finding.finding_id} --stack {options['stack']}"
    if options.get("source"):
        return f"muster suppress {finding.finding_id} --from {options['source']}"
    return f"muster suppress {finding.check_id} '{finding.resource.key}'"


def _findings(subject: str, options: Mapping[str, Any]) -> list[Finding]:
    """Return the findings of a report or a stack that a subject names, each once: the worst and latest first.

    Raises:
        ConfigurationError: the report cannot be read, or the beginning of an id stands for several findings.
    """
    from muster.cli.findings_query import Query, Word

    by_id = bool(_FINDING.fullmatch(subject))
    arns = (subject,) if subject.startswith("arn:") else ()
    latest: dict[str, Finding] = {}
    for finding in _all(options, Query(words=frozenset(Word), resources=arns)):
        if _names(subject, finding, by_id=by_id):
            known = latest.get(finding.finding_id)
            if known is None or finding.observed_at > known.observed_at:
                latest[finding.finding_id] = finding
    if by_id and len(latest) > 1 and any(each.startswith(subject) for each in latest):
        several = listed([f"{each[:12]} ({one.check_id} on {one.resource.id})" for each, one in latest.items()], 4)
        raise ConfigurationError(f"{len(latest)} findings begin with {subject}: {several}. Use more of the id")
    return sorted(latest.values(), key=lambda each: (each.status not in _SHOWN, -each.severity.rank, each.check_id))


def _names(subject: str, finding: Finding, *, by_id: bool) -> bool:
    from muster.reports.nouns import shown_name

    resource = finding.resource
    names = (resource.arn, resource.id, shown_name(resource.type, resource.id))
    return subject in names or (by_id and finding.finding_id.startswith(subject))


def _all(options: Mapping[str, Any], query: "Query") -> Iterator[Finding]:
    from muster.cli.findings_query import found_in, found_on

    if options["source"]:
        yield from (each.finding for each in found_in(options["source"], query))
        return
    from muster.cli.stack_files import opened

    with tempfile.TemporaryDirectory(prefix="muster-", ignore_cleanup_errors=True) as scratch:
        yield from (each.finding for each in found_on(opened(options), query, Path(scratch)))


def _nothing(subject: str, options: Mapping[str, Any]) -> str:
    where = f"the stack {options['stack']}" if options["stack"] else str(options["source"] or "AWS")
    of = f" by the check {options['check']}" if options["check"] else ""
    return f"{where} has no finding{of} that {shortened(subject)} names: use the id of a finding, an ARN or a name"


def _no_subject(subject: str, catalog: "Catalog") -> str:
    from muster.catalog.packs import load

    if _FINDING.fullmatch(subject):
        return f"{subject} may be the id of a finding: say where it is, with --from report.json or --stack NAME"
    names = unknown(subject, "a check", [*catalog.checks, *load(catalog)])
    return f"{names}\n  a resource is named by its ARN, or by its name with --from report.json or --stack NAME"
