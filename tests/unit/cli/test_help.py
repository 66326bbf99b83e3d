"""`--help`: every command has examples and groups of options, and fits a terminal of 80 columns."""

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from muster.cli import cli
from muster.cli.help_groups import COMMANDS, GROUPS

OTHERS = ("query", "explain", "list", "doctor", "completion", "validate", "init", "config")
"""Commands that are tried elsewhere."""


def _commands() -> Iterator[tuple[str, ...]]:
    context = click.Context(cli)
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        if name in OTHERS:
            continue
        yield (name,)
        if isinstance(command, click.Group):
            yield from ((name, each) for each in command.list_commands(context))


def _help(*names: str) -> str:
    done = CliRunner().invoke(cli, [*names, "--help"], prog_name="muster", terminal_width=80)
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("names", [(), *_commands()], ids=" ".join)
def test_a_help_fits_80_columns(names: tuple[str, ...]) -> None:
    assert [line for line in _help(*names).splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("names", [names for names in _commands() if names[-1] != "comparisons"], ids=" ".join)
def test_a_help_has_examples(names: tuple[str, ...]) -> None:
    assert f"  muster {' '.join(names)}" in _help(*names).partition("Example")[2] or len(names) == 1


def test_the_options_of_a_scan_stand_in_groups() -> None:
    text = _help("scan")
    places = [text.index(f"\n{title}:\n") for title in GROUPS]
    assert places == sorted(places)
    assert text.index("--check ID") < places[1] < text.index("--account ID") < places[2]
    assert places[2] < text.index("--baseline FILE") < places[3] < text.index("--profile NAME")
    assert text.rstrip().endswith("Show this message and exit.")
    assert all(status in text for status in ("  0  ", "  1  ", "  2  ", "  3  "))


def test_every_command_stands_in_a_group() -> None:
    text = _help()
    names = cli.list_commands(click.Context(cli))
    assert all(f"\n  {name} " in text for name in names)
    assert [name for name in names if f"\n  {name} " in text.partition("\nOther:")[2]] == ["completion"]
    assert set(names) <= {"completion", *(name for group in COMMANDS.values() for name in group)}
