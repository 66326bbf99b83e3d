"""`muster scan`: its options; `muster.cli.scan_run` does the work."""

import re
from pathlib import Path
from typing import Any

import click

from muster.cli.formats import FORMATS
from muster.cli.options import Severities, combined, selecting
from muster.model.finding import Severity
from muster.reports.wording import STATUS_NAMES

NEVER = "never"
_ACCOUNT = re.compile(r"all|\d{12}|r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}")


def _tags(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in values:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise click.BadParameter(f"{text!r} is not KEY=VALUE")
        if found.setdefault(key, value) != value:
            raise click.BadParameter(f"the tag {key} cannot be both {found[key]!r} and {value!r}")
    return found


def _accounts(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for text in values:
        if not _ACCOUNT.fullmatch(text):
            raise click.BadParameter(
                f"{text!r} is not an account id of 12 digits, a unit like ou-ab12-cdef3456, a root like r-ab12, or all"
            )
    return values


def _statuses(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> frozenset[str]:
    """Return the statuses in options and comma lists.

    Raises:
        click.BadParameter: one is none.
    """
    names = [name.strip().lower() for value in values for name in value.split(",")]
    if wrong := [name for name in names if name not in STATUS_NAMES]:
        raise click.BadParameter(f"{wrong[0]!r} is not a status\n  there are: {', '.join(STATUS_NAMES)}")
    return frozenset(names)


aimed = combined(
    click.option("--account", "accounts", multiple=True, metavar="ID", callback=_accounts,
                 help="Scan this account: an id, an organizational unit, a root, or all. Repeatable."),
    click.option("--role", default="", metavar="NAME", help="Role to assume in the other accounts."),
    click.option("--external-id", default="", metavar="ID", help="External ID that the role's trust policy requires."),
    click.option("--region", "regions", multiple=True, metavar="NAME", help="Scan this region, or all. Repeatable."),
    click.option("--exclude-region", "exclude_regions", multiple=True, metavar="NAME",
                 help="Skip this region. Repeatable."),
    click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", callback=_tags,
                 help="Only resources with this tag. Repeatable: with all of them."),
    click.option("--resource", "resources", multiple=True, metavar="ARN",
                 help="Only this resource. Repeatable."),
    click.option("--profile", metavar="NAME", help="AWS profile to use."),
    click.option("--endpoint-url", metavar="URL", help="Send every call to this address instead of AWS."),
)  # fmt: skip
"""The options that choose accounts, regions and resources, and how AWS is called."""


@click.command("scan", short_help="Scan accounts and report which checks fail.")
@selecting
@aimed
@click.option("--output", "outputs", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
              help="Write a file; its extension decides the format. - is standard output. Repeatable.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(list(FORMATS)),
              help="Format of standard output, or of a single --output. [default: table]")  # fmt: skip
@click.option("--status", "statuses", multiple=True, metavar="NAME", callback=_statuses,
              help=f"List only findings of this status: {', '.join(STATUS_NAMES)}. Repeatable.")  # fmt: skip
@click.option("--top", type=click.IntRange(1), metavar="N", help="Table: show only the N worst resources.")
@click.option("--baseline", metavar="FILE",
              help="Fail only on what is new since this report (.json, .ndjson or .parquet), "
              "or with --stack since this scan: latest, or an id.")  # fmt: skip
@click.option("--stack", default="", metavar="NAME", help="Stack with the scan that --baseline names.")
@click.option("--stack-region", default="", metavar="NAME", help="Region of that stack. [default: the profile's]")
@click.option("--fail-on", type=Severities(NEVER), metavar="LEVEL", default=Severity.HIGH.value,
              show_default=True, help="Exit 1 if a check of this severity or above fails; or never.")  # fmt: skip
@click.option("--apply-tags", is_flag=True,
              help="After the scan, set the compliance tag as 'muster tag' does. This writes.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit 3 if anything at all could not be read.")
@click.option("--quiet", is_flag=True, help="No progress and no notes; with --output, no table either.")
@click.option("--verbose", is_flag=True, help="Show the fix of each failure, and the number of AWS calls.")
@click.option("--concurrency", type=click.IntRange(1, 128), metavar="N", default=16, show_default=True,
              help="AWS calls at the same time.")  # fmt: skip
def command(**options: Any) -> int:
    """Scan your AWS accounts and report which checks fail.

    Without --pack and --check, the packs of muster.yaml run, else the pack foundational. Without --region, the regions
    of muster.yaml are scanned, else the profile's. The table shows failures only; use --status or another format for
    the rest. A scan only reads, except with --apply-tags.

    \b
    Examples:
      muster scan --region eu-west-1 --region eu-central-1
      muster scan --output report.html --output findings.sarif
      muster scan --check 's3-*' --exclude-check s3-bucket-versioning-enabled
      muster scan --framework fsbp --severity HIGH --region all
      muster scan --account all --role MusterMemberRole --region all
      muster scan --resource arn:aws:s3:::shop-data
      muster scan --baseline last-week.json --fail-on MEDIUM
      muster scan --baseline latest --stack muster-prod
      muster scan --format ndjson --status failing | jq -r .resource.arn

    \b
    Exit status:
      0  no failures at or above --fail-on (with --baseline: no new ones)
      1  failures at or above --fail-on, also when the scan is incomplete
      2  no results: wrong usage, configuration or credentials, an output that
         cannot be written, or no --resource exists
      3  nothing failed, but the scan is incomplete, a --resource does not exist,
         or --apply-tags could not write a tag
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.cli.job import Options
    from muster.cli.outputs import outputs_of
    from muster.cli.scan_run import run

    options["outputs"] = outputs_of(options["outputs"], options.pop("form"), quiet=options["quiet"])
    fail_on = options.pop("fail_on")
    return run(Options(fail_on=None if fail_on == NEVER else Severity(fail_on), **options))
