"""`muster init`: a first muster.yaml from five questions."""

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from muster.cli.init_file import drafted
from muster.cli.options import CONFIGURATION
from muster.cli.output import STANDARD, fail, results, say
from muster.errors import ConfigurationError

_LINE = re.compile(r"^muster\.yaml:\d+: ")
"""What stands before a mistake in a file: here it is in an answer."""


@dataclass(frozen=True, slots=True)
class _Question:
    """One question: the option that answers it, what it is about, and what an empty answer means."""

    name: str
    text: str
    about: str
    default: str


_QUESTIONS = (
    _Question(
        "accounts",
        "Which accounts?",
        "own: the account of your credentials. all: every account of the organization.\n"
        "Or account ids and organizational units, with commas between.",
        "own",
    ),
    _Question(
        "regions",
        "Which regions?",
        "own: the region of your profile. all: every region that the account has enabled.\n"
        "Or names such as eu-west-1, with commas between.",
        "own",
    ),
    _Question(
        "packs",
        "Which packs of checks?",
        "foundational: the checks that matter most. fsbp, cis-5.0.0: those of a framework. all: every check.\n"
        "'muster list packs' has the others. Give several with commas between.",
        "foundational",
    ),
    _Question(
        "required_tags",
        "Which tags must every resource have?",
        "none: no checks of tags. Or tag keys such as Owner,Environment, in exact case.",
        "none",
    ),
    _Question(
        "alert_severity",
        "From which severity on does the stack send alerts?",
        "any: everything that is new goes to the stack's topic.\n"
        "Or LOW, MEDIUM, HIGH or CRITICAL. 'muster scan --fail-on' decides about builds.",
        "any",
    ),
)


@click.command("init", short_help="Write a first configuration file.")
@click.option("--accounts", metavar="LIST", help="Accounts to scan: own, all, or ids and units with commas between.")
@click.option("--role", default="MusterMemberRole", show_default=True, metavar="NAME",
              help="The role to assume in other accounts.")  # fmt: skip
@click.option("--regions", metavar="LIST", help="Regions to scan: own, all, or names with commas between.")
@click.option("--packs", metavar="LIST", help="Packs of checks, with commas between.")
@click.option("--required-tags", metavar="LIST", help="Required tag keys with commas between, or none.")
@click.option("--alert-severity", metavar="SEVERITY", help="The least severity of alerts, or any.")
@click.option("--yes", is_flag=True, help="Ask nothing: take the default where no option answers.")
@click.option("--force", is_flag=True, help="Replace the file if it exists.")
@click.option("--output", type=click.Path(path_type=Path), default=CONFIGURATION, show_default=True, metavar="PATH",
              help="The file to write; - for standard output.")  # fmt: skip
def command(role: str, output: Path, *, yes: bool, force: bool, **answers: str | None) -> int:
    """Ask five questions and write a commented muster.yaml. No call to AWS is made.

    Questions that an option answers are not asked. A file that exists is replaced with --force only.

    \b
    Examples:
      muster init
      muster init --yes
      muster init --yes --regions all --packs foundational,s3-compliance --required-tags Owner,Environment

    \b
    Exit status:
      0  the file is written
      2  no file is written: an answer is wrong, the file exists, or there is no terminal
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    if output != STANDARD and os.path.lexists(output) and not force:
        raise ConfigurationError(f"{output} exists\n  try: muster init --force, or --output with another file")
    given = {name: answer for name, answer in answers.items() if answer is not None}
    if not yes and len(given) < len(_QUESTIONS) and not sys.stdin.isatty():
        left = ", ".join(f"--{each.name.replace('_', '-')}" for each in _QUESTIONS if each.name not in given)
        raise ConfigurationError(
            f"standard input is no terminal, so the questions cannot be answered\n  try: --yes, or {left}"
        )
    text = drafted(_answered(given, role, asks=not yes), role)
    _examined(text)
    with results(output) as stream:
        stream.write(text)
    if output != STANDARD:
        say(f"{output} is written")
        say(f"  next: muster validate{'' if output == CONFIGURATION else f' {output}'}, then muster scan")
    return 0


def _answered(given: Mapping[str, str], role: str, *, asks: bool) -> dict[str, str]:
    """Return an answer to every question: the option's, the user's or the default."""
    found: dict[str, str] = {}
    for number, question in enumerate(_QUESTIONS, 1):
        if question.name in given or not asks:
            found[question.name] = given.get(question.name, question.default)
            continue
        click.echo(f"\n{number} of {len(_QUESTIONS)}  {question.text}\n{question.about}", err=True)
        found[question.name] = _read_answer(question, role)
    return found


def _read_answer(question: _Question, role: str) -> str:
    """Ask until the answer is one that a configuration can have."""
    while True:
        answer = str(click.prompt("Answer", default=question.default, err=True))
        try:
            _examined(drafted({question.name: answer}, role))
        except ConfigurationError as error:
            fail(str(error))
        else:
            return answer


def _examined(text: str) -> None:
    """Refuse what `muster validate` would refuse.

    Raises:
        ConfigurationError: an answer cannot stand in a configuration; the message says which and why.
    """
    from muster.catalog.catalog import load
    from muster.configuration import parse
    from muster.configuration.selection import select
    from muster.library.region_names import regions

    catalog = load()
    try:
        select(catalog, parse(text, catalog, regions=regions))
    except ConfigurationError as error:
        lines = [_LINE.sub("", line) for line in str(error).splitlines()]
        raise ConfigurationError("\n".join(lines)) from None
