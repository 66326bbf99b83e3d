"""`muster suppress`: accept a failure until a day, in muster.yaml or in the configuration of a stack."""

import difflib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import CONFIGURATION
from muster.cli.output import say
from muster.cli.stacks import on_stack
from muster.errors import ConfigurationError
from muster.model.finding import Status, Suppression
from muster.model.text import printable, shortened

if TYPE_CHECKING:
    from muster.cli.stack_files import StackBucket
    from muster.cli.suppress_target import ConfigurationFile
    from muster.configuration import Configuration, SuppressionRule

FINDING_ID = re.compile(r"[0-9a-f]{32}")


def _day(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a date like 2027-03-31") from error
    today = datetime.now(UTC).date()
    if day < today:
        raise click.BadParameter(f"{day} is in the past (today is {today} in UTC): the failure would not be accepted")
    return day.isoformat()


def _words(_context: click.Context, parameter: click.Parameter, value: str) -> str:
    if not value.strip() and parameter.required:
        raise click.BadParameter("it is empty")
    return value.strip()


def _tags(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    pairs = [text.partition("=") for text in values]
    if wrong := ["".join(pair) for pair in pairs if not pair[0] or not pair[1]]:
        raise click.BadParameter(f"{wrong[0]!r} is not KEY=VALUE")
    return {key: value for key, _, value in pairs}


@click.command("suppress", short_help="Accept a failure until a date.")
@click.argument("finding")
@click.argument("arn", required=False)
@click.option("--until", required=True, metavar="DATE", callback=_day, help="Last day, like 2027-03-31.")
@click.option("--reason", required=True, metavar="TEXT", callback=_words, help="Why the failure is accepted.")
@click.option("--owner", required=True, metavar="NAME", callback=_words, help="Who is responsible.")
@click.option("--ticket", default="", metavar="ID", callback=_words, help="Ticket that tracks the failure.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", callback=_tags,
              help="With a CHECK: resources with this tag; * and ? match in the value. Repeatable.")  # fmt: skip
@click.option("--account", metavar="ID", help="With a CHECK: resources of this account.")
@click.option("--from", "source", type=click.Path(path_type=Path), metavar="PATH",
              help="Report or Parquet folder that has the finding.")  # fmt: skip
@click.option("--config", type=click.Path(path_type=Path), metavar="FILE", help="File to write. "
              "[default: ./muster.yaml]")  # fmt: skip
@click.option("--stack", metavar="NAME", help="Stack that has the finding; its configuration is changed.")
@on_stack
@click.option("--renew", is_flag=True, help="Change date, reason, owner and ticket of an existing entry.")
@click.option("--dry-run", is_flag=True, help="Print the change as a diff, and write nothing.")
def command(**options: Any) -> int:
    """Accept a failure until a date: add an entry to `suppressions` in muster.yaml.

    FINDING is the id of a finding; name its report with --from, or its stack with --stack. Or it is the id of a check,
    followed by the ARN of the resource (* and ? match), by --tag or by --account.

    Only the lines of the entry are written; comments, order and quotes of the file stay. The new file is validated
    before it replaces the old one. With --stack, the configuration in the stack's bucket is changed. The next scan uses
    it.

    \b
    Examples:
      muster suppress 8b7767193cfb535bbb2aaa615899e464 --from report.json \\
        --until 2027-03-31 --reason "replaced in Q1" --owner web --ticket WEB-17
      muster suppress s3-bucket-versioning-enabled 'arn:aws:s3:::scratch-*' \\
        --until 2027-03-31 --reason "emptied every night" --owner data
      muster suppress 8b7767193cfb535bbb2aaa615899e464 --stack muster-prod \\
        --until 2027-03-31 --reason "replaced in Q1" --owner web --dry-run

    \b
    Exit status:
      0  the entry is written (with --dry-run: could be written)
      2  nothing is written: wrong usage, a date in the past, no such finding, an
         entry that exists already, or a configuration that is wrong or cannot be
         written
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.cli import yaml_edit
    from muster.cli.suppress_target import BucketFile, LocalFile

    stack = None
    if options["stack"]:
        from muster.cli.stack_files import opened

        if options["config"]:
            raise click.UsageError(
                "--config and --stack cannot be combined: --stack changes the stack's own configuration"
            )
        stack = opened(options)
    file = BucketFile(stack) if stack else LocalFile(options["config"] or CONFIGURATION)
    text = file.read()
    before = file.parsed(text)
    rule = _of_finding(options, stack) if FINDING_ID.fullmatch(options["finding"]) else _of_check(options)
    changed, place = _changed(file, text, before, rule, renew=options["renew"])
    after = file.parsed(changed)
    _refuse_useless(file, changed, after, place, renew=options["renew"])
    if options["dry_run"]:
        click.echo(_difference(text, changed, file.name), nl=False)
        return 0
    file.replace(changed)
    click.echo(f"{file.at(changed, place)}: suppressions[{place}]")
    for line in yaml_edit.rendered(_in_order(after.suppressions[place]), 2):
        click.echo(line, nl=False)
    return 0


def _of_finding(options: Mapping[str, Any], stack: "StackBucket | None") -> "SuppressionRule":
    """Return the entry that accepts a finding.

    Raises:
        ConfigurationError: it cannot be found, or does not fail.
    """
    from muster.cli.suppress_target import found_in, found_on
    from muster.configuration import SuppressionRule

    finding_id = options["finding"]
    if options["arn"] or options["tags"] or options["account"]:
        raise click.UsageError("the id of a finding names one resource: leave out ARN, --tag and --account")
    if options["source"]:
        finding = found_in(options["source"], finding_id)
    elif stack:
        finding = found_on(stack, finding_id)
    else:
        raise click.UsageError(
            f"the report of finding {finding_id} is missing\n  add --from report.json or --stack NAME\n"
            "  or name a check and an ARN"
        )
    if finding.status is not Status.NON_COMPLIANT:
        raise ConfigurationError(
            f"the finding {finding_id} is {finding.status}: {shortened(finding.reason)}\n"
            "  only failures can be suppressed"
        )
    resource = finding.resource
    # What has no ARN goes by a word that all accounts share.
    account = None if resource.arn else resource.account_id
    return SuppressionRule(finding.check_id, _suppression(options), resource.key, account=account)


def _of_check(options: Mapping[str, Any]) -> "SuppressionRule":
    """Return the entry that accepts failures of a check.

    Raises:
        click.UsageError: nothing says which.
    """
    from muster.configuration import SuppressionRule

    if options["source"]:
        raise click.UsageError(
            f"{shortened(options['finding'])} is not the id of a finding (32 hexadecimal digits), as --from needs\n"
            "  for a check: its id and an ARN, without --from"
        )
    if not (options["arn"] or options["tags"] or options["account"]):
        raise click.UsageError(
            f"the failures of {shortened(options['finding'])} to accept are missing\n"
            "  name them: an ARN (* and ? match), --tag or --account"
        )
    return SuppressionRule(
        options["finding"], _suppression(options), options["arn"], options["tags"], options["account"] or None
    )


def _suppression(options: Mapping[str, Any]) -> Suppression:
    return Suppression(options["reason"], options["owner"], options["until"], options["ticket"])


def _changed(
    file: "ConfigurationFile", text: str, configuration: "Configuration", rule: "SuppressionRule", *, renew: bool
) -> tuple[str, int]:
    """Return the text with the entry, and its place among the suppressions.

    Raises:
        ConfigurationError: the entry exists already or, with `renew`, does not.
    """
    from muster.cli import yaml_edit
    from muster.configuration.remarks import target_of

    rules = configuration.suppressions
    same = [
        place for place, each in enumerate(rules) if each.check == rule.check and target_of(each) == target_of(rule)
    ]
    if renew and not same:
        raise ConfigurationError(f"{file.name} has no suppression of {rule.check} on {rule.where}: leave out --renew")
    if same and not renew:
        before = rules[same[0]].suppression
        raise ConfigurationError(
            f"{file.at(text, same[0])}: suppressions[{same[0]}] accepts this until {before.expires} already (owner "
            f"{shortened(before.owner)}); --renew changes its date, reason, owner and ticket"
        )
    if not renew:
        return yaml_edit.added(text, _in_order(rule)), len(rules)
    accepted = rule.suppression
    changes = {"reason": accepted.reason, "owner": accepted.owner, "expires": accepted.expires}
    return yaml_edit.renewed(text, same[0], changes | ({"ticket": accepted.ticket} if accepted.ticket else {})), same[0]


def _in_order(rule: "SuppressionRule") -> dict[str, Any]:
    """Return the entry as the documentation has it: first what is accepted, last until when."""
    entry = rule.to_json()
    return {name: entry[name] for name in _FIELDS if name in entry}


_FIELDS = ("check", "resource", "tag", "account", "reason", "owner", "ticket", "expires")


def _refuse_useless(
    file: "ConfigurationFile", text: str, configuration: "Configuration", place: int, *, renew: bool
) -> None:
    """Refuse an entry that can accept nothing, or nothing that is not accepted already; say what else is remarkable.

    Raises:
        ConfigurationError: it is such an entry.
    """
    from muster.catalog.custom import extended
    from muster.configuration.remarks import About, remarks
    from muster.configuration.selection import possible_rules

    selected = {rule.check.id for rule in possible_rules(file.catalog, configuration)}
    catalog = extended(file.catalog, configuration.custom_checks)
    for each in remarks(configuration.suppressions, catalog, selected, datetime.now(UTC).date(), 0):
        if each.place != place:
            continue
        if each.about is About.REACH or (each.about is About.REPEATED and not renew):
            raise ConfigurationError(f"nothing is written: {each.sentence}")
        if each.about is About.CHECK:
            say(f"{file.at(text, place)}: {each.sentence}")
    rule = configuration.suppressions[place]
    if rule.resource == "aws:region":
        say(f"this accepts the failure in every region of account {rule.account or 'every account'}")


def _difference(before: str, after: str, name: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), name, f"{name} (new)", lineterm="")
    return "".join(f"{printable(line)}\n" for line in lines)
