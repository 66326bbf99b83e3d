"""The page of all commands: what each prints for --help."""

from collections.abc import Iterator

import click

from muster.cli import cli

_HEAD = """# Commands

What `muster COMMAND --help` prints. Results go to standard output, everything else to standard error.

"""
_WIDTH = 100


def command_page() -> str:
    """Return the page as Markdown."""
    return _HEAD + "\n".join(_sections(cli, "muster", None))


def _sections(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    context = command.context_class(
        command, info_name=name, parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH
    )
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            found = command.get_command(context, each)
            if found is not None and not found.hidden:
                yield from _sections(found, each, context)
