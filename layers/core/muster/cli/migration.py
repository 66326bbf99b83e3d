"""`muster migration`: validate a target region against its source, and write the files for it."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click

from muster.cli.options import Severities, listed_as
from muster.model.finding import Severity
from muster.model.text import json_text

NEVER = "never"
_COMMANDS: Mapping[str, str] = MappingProxyType(
    {"init": "muster.cli.migration_init", "template": "muster.cli.migration_template"}
)
"""Subcommands that have a module of their own: the attribute `command` there."""
_EXTENSIONS = MappingProxyType(
    {".json": "json", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".txt": "table"}
)


class _Commands(click.Group):
    """Imports a subcommand only where it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        found: click.Command = importlib.import_module(_COMMANDS[cmd_name]).command
        return found


@click.group("migration", cls=_Commands, short_help="Validate a migration to another region.")
def command() -> None:
    """Migrate S3, DynamoDB and Lambda to another region: write the file, the target's template, and validate.

    Nothing is changed in any account: templates and commands are written for you to run.

    \b
    Examples:
      muster migration init --region us-east-1 --target-region eu-west-1
      muster migration template wave-1.yaml > target.yaml
      muster migration validate wave-1.yaml
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace


def _form(form: str | None, output: Path | None) -> str:
    """Return the format that --format names, or the one that the extension of the output stands for.

    Raises:
        click.BadParameter: the two contradict each other, or neither names a format.
    """
    by_name = _EXTENSIONS.get(output.suffix.lower()) if output else None
    if form is None:
        if output and output.suffix and not by_name:
            raise click.BadParameter(
                f"no format has the extension {output.suffix!r}\n  there are: {', '.join(_EXTENSIONS)}\n"
                "  or name the format: --format",
                param_hint="--output",
            )
        return by_name or "table"
    if by_name and form != by_name:
        raise click.BadParameter(
            f"{output} and --format {form} do not match\n  leave --format out: the extension decides",
            param_hint="--output",
        )
    return form


@command.command("validate", short_help="Compare the target with the source.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--profile", metavar="NAME", help="AWS profile to use.")
@click.option("--endpoint-url", metavar="URL", help="Send every call to this address instead of AWS.")
@click.option("--format", "form", type=click.Choice(["table", "json", "markdown", "html"]),
              help="The format of the report. [default: by the extension of --output, else table]")  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="PATH", help="Write this file instead of standard output."
)
@click.option("--fail-on", type=Severities(NEVER), metavar="LEVEL", default=Severity.HIGH.value,
              show_default=True, help="Exit 1 if a comparison of this severity or above fails.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Exit 3 if anything at all could not be read.")
@click.option("--quiet", is_flag=True, help="No progress and no summary.")
def validate(file: Path, **options: Any) -> int:
    """Compare every target of a migration file with its source, and say what to do next.

    Calls only read. Each goes to the region and account that it is meant for, whatever the default region is. What
    could not be read is unread: it never counts as parity.

    \b
    Examples:
      muster migration validate wave-1.yaml
      muster migration validate wave-1.yaml --output wave-1.html
      muster migration validate wave-1.yaml --format json | jq .next_steps

    \b
    Exit status:
      0  no failure at or above --fail-on
      1  comparisons fail at or above --fail-on, also if others could not be made
      2  no report: the file, usage or credentials are wrong, or the report cannot
         be written
      3  the validation is incomplete, and nothing failed
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.cli.migration_run import Validation, run

    form = _form(options.pop("form"), options["output"])
    fail_on = options.pop("fail_on")
    return run(Validation(file=file, form=form, fail_on=None if fail_on == NEVER else Severity(fail_on), **options))


@command.command("comparisons", short_help="List what is compared.")
@listed_as
def comparisons(form: str) -> None:
    """List the comparisons of a target with its source, by resource type."""
    from muster.cli.screen import STYLES, show_line, show_text
    from muster.migration.comparison import comparisons as found
    from muster.reports.nouns import noun

    rows: list[dict[str, Any]] = [
        {
            "check_id": each.check.id,
            "resource": noun(each.resource_type),
            "severity": each.check.severity.value,
            "title": each.check.title,
            "why": each.check.why,
            "fix": each.check.fix,
            "docs_url": each.check.source,
        }
        for each in sorted(found(), key=lambda each: (each.resource_type, each.check.id))
    ]
    if form == "json":
        click.echo(json_text(rows, indent=2))
        return
    head = ""
    for each in rows:
        if each["resource"] != head:
            head = each["resource"]
            show_line((head, "bold"))
        show_line("  ", (each["severity"].ljust(10), STYLES.get(each["severity"], "")), each["check_id"])
        show_text(each["title"], " " * 12, "dim")
